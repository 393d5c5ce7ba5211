// The service at a glance, for those without Grafana: who waits, how quick, what is silent or full.
import { html } from "/static/ui.js";
import { rowsOf } from "/static/store.js";
import { at, many, since, spoken } from "/static/words.js";

const NEAR = 0.75;
const HALF = 0.5;

function duration(seconds) {
  if (seconds === null || seconds === undefined) return "none yet";
  if (seconds < 1) return `${Number((seconds * 1000).toPrecision(2))} ms`;
  if (seconds < 90) return `${Number(seconds.toPrecision(3))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

const percent = (part, whole) => `${whole ? Number(((100 * part) / whole).toPrecision(2)) : 0} %`;

// What needs somebody is said by a sign and in capitals, never by colour alone.
const Bad = ({ words }) => html`<b class="bad"><span aria-hidden="true">▲ </span>${words}</b>`;

const Table = ({ name, head, rows }) => html`<table aria-label=${name}><thead><tr>${head.map((one) => html`<th key=${one} scope="col">${one}</th>`)}</tr></thead>
  <tbody>${rows}</tbody></table>`;

const Unanswered = ({ waiting, now, onOpen }) => html`<section class="panel" aria-label="Who has not answered">
  <h3>Who has not answered <span class="count">${many(waiting.count, "note", "notes")}</span></h3>
  ${waiting.count === 0 ? html`<p class="empty">Everybody who was told has answered.</p>` : html`<${Table} name="Notes nobody answered"
    head=${["Crew", "Incident", "For", "Where it stands", "Note"]} rows=${waiting.first.map((one) => html`<tr key=${one.note}>
      <th scope="row">${one.callsign}</th><td>${one.number}, ${one.place}</td>
      <td class="number">${since(one.since, now)}</td><td>${one.words}</td>
      <td><button class="quiet" onClick=${() => onOpen(one.incident)}>Open <span class="spoken">incident ${one.number}</span></button></td></tr>`)} />`}
  ${waiting.count > waiting.first.length && html`<p>The ${waiting.first.length} that wait for longest are shown.</p>`}
</section>`;

function ManDown({ alarms, now }) {
  const open = alarms.filter((alarm) => alarm.phase === "raised");
  const [first] = [...open].sort((a, b) => a.raised_at.localeCompare(b.raised_at));
  return html`<section class="panel" aria-label="Man-down alarms"><h3>Man-down</h3>
    ${alarms.length === 0 ? html`<p>None open.</p>` : html`<p>${many(alarms.length, "alarm", "alarms")} open${open.length === 0 && ", each accepted by a named person"}.</p>`}
    ${first && html`<p><${Bad} words=${`${open.length} NOT ACCEPTED, for ${since(first.raised_at, now)}`} /></p>`}
  </section>`;
}

const Latency = ({ rows }) => html`<section class="panel" aria-label="Latency">
  <h3>Latency against its limit</h3>
  <${Table} name="Latency" head=${["What", "p50", "p99", "Limit", "How many"]} rows=${rows.map((one) => html`<tr key=${one.what}>
    <th scope="row">${one.what}</th><td class="number">${duration(one.p50)}</td>
    <td class="number">${duration(one.p99)} ${one.p99 > one.limit && html`<${Bad} words="OVER ITS LIMIT" />`}</td>
    <td class="number">${duration(one.limit)}</td><td class="number">${one.count}</td></tr>`)} />
  <p class="count">The screen of a crew: after its limit the ladder goes on.</p>
</section>`;

const NotChecked = ({ checks }) => html`<section class="panel" aria-label="Not checked">
  <h3>Not checked</h3>
  ${checks.all === 0 ? html`<p class="empty">Nothing was checked in these minutes.</p>` : html`<p><b class="big">${percent(checks.not_checked, checks.all)}</b> of ${many(checks.all, "check", "checks")} could not be made.</p>
  <ul>${Object.entries(checks.reasons).map(([reason, count]) => html`<li key=${reason}>${count} × ${spoken(reason)}</li>`)}</ul>`}
</section>`;

function probeWords(probe) {
  if (!probe) return "";
  if (probe.overdue) return html`<${Bad} words=${`DO NOT COME BACK, for ${duration(probe.since)}`} />`;
  return probe.since === null ? "no probe" : `back ${duration(probe.since)} ago`;
}

function connection({ up, was_there }) {
  if (up) return "connected";
  return was_there ? html`<${Bad} words="CUT OFF" />` : html`<b>not connected yet</b>`;
}

function Adapters({ adapters, probes }) {
  const of = Object.fromEntries(probes.map((probe) => [probe.channel, probe]));
  return html`<section class="panel" aria-label="Sources and channels">
    <h3>Sources and channels</h3>
    <${Table} name="Adapters" head=${["Name", "State", "Last heard", "Probes"]} rows=${adapters.map((one) => html`<tr key=${one.name}>
      <th scope="row">${one.name}</th><td>${connection(one)}</td>
      <td>${one.silent === null ? "nothing yet" : `${duration(one.silent)} ago`}</td><td>${probeWords(of[one.name])}</td></tr>`)} />
  </section>`;
}

function fullness({ depth, bound }) {
  const share = depth / bound;
  if (share >= NEAR) return html`<${Bad} words="NEAR ITS BOUND" />`;
  return share >= HALF ? html`<b>half full</b>` : "";
}

const Queues = ({ queues }) => html`<section class="panel" aria-label="Queues">
  <h3>Queues, the fullest first</h3>
  <${Table} name="Queues" head=${["Queue", "Waiting", "Bound", "How full"]} rows=${queues.map((one) => html`<tr key=${one.name}>
    <th scope="row">${one.name}</th><td class="number">${one.depth}</td><td class="number">${one.bound}</td><td>${fullness(one)}</td></tr>`)} />
</section>`;

const AWAY = [
  null,
  "CANNOT BE WRITTEN: records lie in the spool",
  "NEITHER JOURNAL NOR SPOOL CAN BE WRITTEN: write down what you do",
];

const Journal = ({ journal }) => html`<section class="panel" aria-label="Journal">
  <h3>Journal</h3>
  <p>${AWAY[journal.away] ? html`<${Bad} words=${AWAY[journal.away]} />` : "Written."} At position ${journal.position}.</p>
  ${journal.beside > 0 && html`<p>${many(journal.beside, "record waits", "records wait")} beside it, ${percent(journal.spool, 1)} of the room.</p>`}
  ${journal.index_behind > 0 && html`<p><${Bad} words=${`THE INDEX IS ${duration(journal.index_behind)} BEHIND THE MARKERS`} /></p>`}
</section>`;

export function Now({ link, now, acts }) {
  const [figures] = rowsOf(link.known, "now");
  const [waiting] = rowsOf(link.known, "waiting");
  const { alarms } = link.known.streams;
  if (!figures) return null;
  return html`<section class="page now" aria-label="Now">
    <h2>Now <span class="count">of the last 5 min, as of <time>${at(link.known.at)}</time></span></h2>
    <div class="panels"><div>
      ${waiting && html`<${Unanswered} waiting=${waiting} now=${now} onOpen=${acts.open} />`}
      <${Latency} rows=${figures.latency} />
      <${Adapters} adapters=${figures.adapters} probes=${figures.probes} />
    </div><div>
      ${alarms && html`<${ManDown} alarms=${rowsOf(link.known, "alarms")} now=${now} />`}
      <${NotChecked} checks=${figures.checks} />
      <${Queues} queues=${figures.queues} />
      <${Journal} journal=${figures.journal} />
    </div></div>
  </section>`;
}
