// What is around the lists: the banner of a lost service, tasks, sources, figures, views.
import { html } from "/static/ui.js";
import { Alarms } from "/static/alarms.js";
import { BackUps } from "/static/back_up.js";
import { Composer } from "/static/composer.js";
import { HELP } from "/static/keys.js";
import { Mistakes } from "/static/mistakes.js";
import { Note } from "/static/note.js";
import { Now } from "/static/now.js";
import { Abusive } from "/static/abuse.js";
import { Frequent } from "/static/frequent.js";
import { Proposals } from "/static/proposals.js";
import { Applications, Assaults, Opened, Reports } from "/static/reports.js";
import { Calls, Incidents, matches } from "/static/rows.js";
import { Batches, Quarantine, Sources, SourcesDown } from "/static/service.js";
import { StandOffs } from "/static/stand_offs.js";
import { rowsOf } from "/static/store.js";
import { Tasks } from "/static/tasks.js";
import { at, since, spoken } from "/static/words.js";

const LISTS_OF_REPORTS = ["Reports", "Applications"];
const FILTERS = { all: null, flagged: ["found", "possible"], "not checked": ["not_checked"] };

const Lost = ({ link, now }) => html`<section class="lost" role="alert">
  <h1><span aria-hidden="true">⚠</span> CONNECTION TO FOREWARN LOST</h1>
  <p><b>This list may be old.</b> Last heard <time>${at(link.heardAt)}</time> <span aria-hidden="true">(${since(link.heardAt, now)} ago)</span>.
    Do not rely on this screen: use the CAD and the radio until it is back. It is tried again all the time.</p>
</section>`;

const Stalled = () => html`<section class="lost" role="alert">
  <h1><span aria-hidden="true">⚠</span> FOREWARN CANNOT WRITE ITS RECORD</h1>
  <p><b>What is new is not shown here and not sent to crews.</b> Do not rely on this screen: use the CAD
    and the radio, and tell the duty engineer now.</p>
</section>`;

const Outdated = () => html`<section class="lost" role="alert">
  <h1><span aria-hidden="true">⚠</span> ANOTHER INSTANCE OF FOREWARN HAS TAKEN OVER</h1>
  <p><b>What is new may come late here.</b> This screen is connected to the one before, which only adds
    what was never shown. Load the page again from the console's usual address.</p>
</section>`;

const Waiting = () => html`<p class="loading" role="status">Waiting for the list. Until it is here, nothing
  on this screen has been checked.</p>`;

const Figure = ({ count, name, loud }) =>
  html`<span class="figure ${loud && count > 0 ? "loud" : ""}"><b>${count}</b> ${name}</span>`;

const Figures = ({ figures: f }) => f && html`<p class="figures" aria-label="Figures">
  <${Figure} count=${f.incidents} name="live incidents" /><${Figure} count=${f.calls} name="live calls" />
  <${Figure} count=${f.found} name="marker found" /><${Figure} count=${f.possible} name="possibly" />
  <${Figure} count=${f.not_checked} name="not checked" loud />
  <${Figure} count=${f.unanswered} name="notes not yet answered" /><${Figure} count=${f.refused} name="refused" />
</p>`;

const Help = ({ acts }) => html`<section class="help" role="dialog" aria-label="Keys">
  <h2>Keys</h2><dl>${HELP.map(([keys, what]) => html`<div><dt><kbd>${keys}</kbd></dt><dd>${what}</dd></div>`)}</dl>
  <button onClick=${acts.close}>Close <kbd>Esc</kbd></button></section>`;

const Tools = ({ link, filter, sought, acts }) => html`<div class="tools" role="search">
  <div role="group" aria-label="Show">${Object.keys(FILTERS).map((name) => html`<button key=${name}
    class="choice" aria-pressed=${filter === name} onClick=${() => acts.filter(name)}>${name}</button>`)}</div>
  <label>Search <kbd>/</kbd> <input id="sought" type="search" value=${sought}
    placeholder="number, place, call sign" onInput=${(event) => acts.seek(event.target.value)} /></label>
  ${link.hello?.may_search && html`<a href="/search">What is known of …?</a>`}
  ${(filter !== "all" || sought) && html`<span class="partly" role="status">Not everything is shown</span>`}
</div>`;

function Lists(props) {
  const { link, row, note, opened, filter, sought, acts } = props;
  const { streams } = link.known;
  const wanted = (name) => rowsOf(link.known, name).filter((one) => matches(one, sought, FILTERS[filter]));
  const lists = { opened, onOpen: acts.open };
  const incidents = streams.incidents ? "incidents" : streams.flagged ? "flagged" : null;
  return html`<${Tools} ...${props} /><div class="lists ${row ? "with-note" : ""}">
    ${incidents && html`<${Incidents} rows=${wanted(incidents)} ...${lists} />`}
    ${row && html`<${Note} row=${row} note=${note} link=${link} now=${props.now} acts=${acts} onClose=${acts.close}
      canDoubt=${link.hello?.verbs.includes("report-mistake")} onDoubt=${acts.doubt}
      onHold=${link.hello?.verbs.includes("say-stand-off") ? acts.hold : null}
      onReport=${link.hello?.verbs.includes("report-violence") ? acts.reportViolence : null}
      onAbuse=${link.hello?.verbs.includes("note-abuse") ? acts.noteAbuse : null} />`}
    ${streams.calls && html`<${Calls} rows=${wanted("calls")} ...${lists} />`}
  </div>`;
}

function views({ streams }, verbs) {
  const all = [
    ["Live", streams.incidents || streams.flagged, Lists],
    ["Markers", streams.batches, (props) => html`<${Batches} batches=${rowsOf(props.link.known, "batches")}
      canDecide=${verbs.includes("decide-batch")} onDecide=${props.acts.decide} />`],
    ["Quarantine", streams.quarantine, (props) => html`<${Quarantine}
      quarantine=${rowsOf(props.link.known, "quarantine")[0]} />`],
    ["Sources", streams.sources, (props) => html`<${Sources} sources=${rowsOf(props.link.known, "sources")} />`],
    ["Mistakes", streams.mistakes, (props) => html`<${Mistakes} mistakes=${rowsOf(props.link.known, "mistakes")}
      opened=${props.mistake} canDecide=${verbs.includes("decide-mistake")} onOpen=${props.acts.openMistake}
      onDecide=${props.acts.settle} onClose=${props.acts.close} />`],
    ["Reports", streams.reports, (props) => html`<${Reports} rows=${rowsOf(props.link.known, "reports")} verbs=${verbs}
      opened=${props.report} mayExport=${props.link.hello?.may_export_reports} acts=${props.acts} />`],
    ["Abusive calls", streams.abuse, (props) => html`<${Abusive} rows=${rowsOf(props.link.known, "abuse")} verbs=${verbs}
      opened=${props.entry} mayExport=${props.link.hello?.may_export_abuse} acts=${props.acts} />`],
    ["Proposals", streams.proposals || streams.letters, (props) => html`<${Proposals} opened=${props.proposal} verbs=${verbs} acts=${props.acts}
      markers=${streams.proposals && rowsOf(props.link.known, "proposals")} letters=${streams.letters && rowsOf(props.link.known, "letters")} />`],
    ["Frequent callers", streams.frequent, (props) => html`<${Frequent} rows=${rowsOf(props.link.known, "frequent")} verbs=${verbs} acts=${props.acts} />`],
    ["Applications", streams.applications, (props) => html`<${Applications} rows=${rowsOf(props.link.known, "applications")}
      verbs=${verbs} opened=${props.report} acts=${props.acts} />`],
    ["Now", streams.now, Now],
  ];
  return all.filter(([, isSent]) => isSent);
}

const Head = ({ link, shown, view, acts, soundIsOn, now }) => html`<header class="head">
  <h1>Forewarn <span>${link.hello?.room}${link.hello?.instance && ` on ${link.hello.instance}`}</span></h1>
  <nav aria-label="Views">${shown.map(([name], n) => html`<button key=${name} class="choice"
    aria-pressed=${n === view} onClick=${() => acts.view(n)}><kbd>${n + 1}</kbd> ${name}</button>`)}</nav>
  <p class="state ${link.isLost ? "is-lost" : ""}">${link.isLost ? "LOST" : "connected"} <time>${at(now)}</time></p>
  <p class="person">${link.hello?.name}, ${spoken(link.hello?.role)}</p>
  <button class="quiet" aria-pressed=${soundIsOn} onClick=${acts.sound}>Sound ${soundIsOn ? "on" : "off"}</button>
  <button class="quiet" onClick=${acts.help}>Keys <kbd>?</kbd></button>
  <button class="quiet" onClick=${acts.signOut}>Sign out</button>
</header>`;

export function Frame(props) {
  const { link, said, now, acts, help } = props;
  const verbs = link.hello?.verbs ?? [];
  const shown = views(link.known, verbs);
  const view = Math.min(props.view, Math.max(shown.length - 1, 0));
  // Called, not drawn as a component: a new one at each drawing would throw away what is being typed.
  const body = shown[view]?.[2];
  const rows = (name) => rowsOf(link.known, name);
  return html`<div class="console ${link.isLost || link.isStalled ? "is-old" : ""}">
    ${link.isLost ? html`<${Lost} link=${link} now=${now} />` : link.isStalled ? html`<${Stalled} />` : link.known.isOutdated && html`<${Outdated} />`}
    <${Alarms} link=${link} now=${now} verbs=${verbs} acts=${acts} soundIsOn=${props.soundIsOn} />
    <${Head} ...${props} shown=${shown} view=${view} />
    ${props.draft && html`<${Composer} key=${`${props.draft.incident} ${props.draft.alarm}`} draft=${props.draft} acts=${acts} />`}
    <div aria-live="assertive"><${BackUps} link=${link} now=${now} verbs=${verbs} acts=${acts} /><${Tasks} tasks=${rows("tasks")} now=${now}
      canTake=${verbs.includes("take-task")} onTake=${acts.take} onOpen=${acts.open} />
      <${StandOffs} rows=${rows("stand_offs")} now=${now} canAnswer=${verbs.includes("answer-prompt")}
        onAnswer=${acts.answer} onOpen=${acts.open} />
      <${Assaults} rows=${rows("assaults")} now=${now} canTake=${verbs.includes("take-assault")}
        onTake=${acts.takeAssault} onOpen=${acts.openReport} /></div>
    <${SourcesDown} sources=${rows("sources")} now=${now} />
    <div class="said" aria-live="polite">${said && html`<p class=${said.isTrouble ? "trouble" : ""}>${said.words}</p>`}</div>
    <main><${Figures} figures=${rows("figures")[0]} />
      ${props.report && !LISTS_OF_REPORTS.includes(shown[view]?.[0]) && html`<${Opened} report=${props.report} verbs=${verbs} acts=${acts} />`}
      ${body ? body(props) : !link.isLost && html`<${Waiting} />`}</main>
    ${help && html`<${Help} acts=${acts} />`}
  </div>`;
}
