// Draft incident reports, physical assaults that a named person of the security team must take, and
// what the marking team is to apply for.
import { html, useLayoutEffect, useRef, useState } from "/static/ui.js";
import { Facts } from "/static/violence.js";
import { at, many, onDay, since } from "/static/words.js";

const About = ({ row }) => html`<span class="about"><span class="place">${row.place || "no place known"}</span>
  <span class="facts">${row.number ? `incident ${row.number}` : row.cause}${row.callsign && ` · ${row.callsign}`}
    · ${onDay(row.at)} <time>${at(row.at)}</time></span></span>`;

export function Assaults({ rows, now, canTake, onTake, onOpen }) {
  if (rows.length === 0) return null;
  return html`<section class="assaults" aria-label="Physical assaults">
    <h2>${many(rows.length, "physical assault is", "physical assaults are")} in nobody's hands: a named person of the security team must take each</h2>
    <ul>${rows.map((row) => html`<li key=${row.id} class="assault">
      <span class="shout"><span aria-hidden="true">▲</span> PHYSICAL ASSAULT</span> <b>${row.category}</b>
      <${About} row=${row} /> <span>since <time>${at(row.since)}</time> (${since(row.since, now)})${row.times > 1 && `, told ${row.times} times`}</span>
      <button class="quiet" onClick=${() => onOpen(row.id)}>Open draft</button>
      ${canTake && html`<button class="take" data-assault=${row.id} onClick=${() => onTake(row.id)}>Take <kbd>S</kbd></button>`}
    </li>`)}</ul></section>`;
}

export function assault(onTake) {
  const here = document.activeElement;
  if (here.dataset?.assault) return onTake(here.dataset.assault);
  document.querySelector("button[data-assault]")?.focus();
}

const HANDS = { waits: "security team: nobody has it", taken: "security team: in the hands of", stood_down: "security team: it was no physical assault" };
const SENT = { export: "not sent by itself: export it", waits: "on its way to the reporting system", received: "in the reporting system" };

const Draft = ({ row, isOpen, onOpen }) => html`<li><button class="row report ${isOpen ? "open" : ""}" data-row=${row.id} aria-expanded=${isOpen} onClick=${() => onOpen(row.id)}>
  <span><b>${row.dropped_by ? `taken back by ${row.dropped_by}` : row.category}</b> <span class="facts">${row.cause}</span></span>
  <${About} row=${row} />
  <span class="facts">${row.missing.length > 0 && html`<b class="lacks">${many(row.missing.length, "thing", "things")} missing</b> `}
    ${HANDS[row.hands] && html`<span>${HANDS[row.hands]}${row.hands === "taken" && ` ${row.taken_by}`}. </span>`}
    <span>${row.refused ? `REFUSED by the reporting system (${row.refused})` : SENT[row.sent]}${row.reference && `: ${row.reference}`}</span></span>
</button></li>`;

const Fact = ({ name, children }) => html`<div class="fact"><dt>${name}</dt><dd>${children}</dd></div>`;

function Why({ label, acts }) {
  const [reason, write] = useState("");
  const input = useRef();
  const act = (one) => (reason.trim() ? one(reason.trim()) : input.current.focus());
  return html`<div class="decision"><label>${label} (on record, with your name)
    <input ref=${input} maxlength="200" value=${reason} onInput=${(event) => write(event.target.value)} /></label>
    <div class="acts">${acts.map(([words, one]) => html`<button class="take" onClick=${() => act(one)}>${words}</button>`)}</div></div>`;
}

export function Opened({ report, verbs, acts }) {
  const heading = useRef();
  useLayoutEffect(() => heading.current?.focus(), [report.id]);
  const { facts, id } = report;
  const can = (verb) => verbs.includes(verb) && !report.dropped_by;
  const settle = (applied) => (reason) => acts.settleApplication(id, applied, reason);
  return html`<section class="opened" aria-label="Draft report">
    <header><h2 tabindex="-1" ref=${heading}>${report.category}</h2><button onClick=${acts.close}>Close <kbd>Esc</kbd></button></header>
    ${report.dropped_by && html`<p class="left-out">Taken back by ${report.dropped_by}: ${report.dropped_why}</p>`}
    ${report.missing.length > 0 && html`<p class="lacking"><b>Missing:</b> ${report.missing.join("; ")}.</p>`}
    <dl>
      <${Fact} name="Draft">${id}, revision ${report.revision}${report.reference && `; in the reporting system: ${report.reference}`}${report.refused && `; REFUSED there (${report.refused})`}<//>
      <${Fact} name="From">${report.cause}${report.account && `: ${report.account}`}${report.said_category && ` (called “${report.said_category}”)`}<//>
      <${Fact} name="When, where">${onDay(report.at)} <time>${at(report.at)}</time>${report.place && `, ${report.place}`}${report.number && `, incident ${report.number}`}${report.callsign && `, ${report.callsign}`}<//>
      <${Fact} name="What">${facts.what ?? "not said"}<//>
      <${Fact} name="Victims">${facts.victims.join(", ") || "not said"}<//>
      <${Fact} name="Others">${facts.others.join(", ") || "nobody named"}${report.reporter && `; reported by ${report.reporter}`}<//>
      <${Fact} name="Who did it">${facts.offender ?? "not said"}<//>
      <${Fact} name="Injury, police">${facts.injury ?? "not said"}; ${facts.police ?? "not said"}<//>
      <${Fact} name="Security">${HANDS[report.hands] ?? "told of physical assaults only"}${report.taken_by && ` ${report.taken_by}`}<//>
      <${Fact} name="Marker">${report.application}${report.markers.length > 0 && ` (${report.markers.join(", ")})`}${report.settled_by && `; ${report.applied ? "applied for" : "not applied for"}, says ${report.settled_by}`}<//>
      ${report.beside.length > 0 && html`<${Fact} name="See also">${report.beside.join(", ")}<//>`}
    </dl>
    ${can("settle-application") && report.may_settle && html`<${Why} key=${`m${id}`} label="What was done about a marker"
      acts=${[["Applied for", settle(true)], ["Not applied for", settle(false)]]} />`}
    ${can("amend-report") && html`<details><summary>Complete the draft</summary>
      <${Facts} key=${`${id}/${report.revision}`} known=${facts} save="Save" onSave=${(said) => acts.amend(id, said)} onCancel=${acts.close} /></details>`}
    ${can("drop-report") && html`<details><summary>It was no violence or aggression</summary>
      <${Why} key=${`d${id}`} label="Why" acts=${[["Take the draft back", (reason) => acts.drop(id, reason)]]} /></details>`}
  </section>`;
}

export function Reports({ rows, opened, verbs, mayExport, acts }) {
  return html`<section class="page reports list" aria-label="Reports">
    <h2>Draft incident reports <span class="count">${many(rows.length, "draft", "drafts")}</span></h2>
    ${mayExport && html`<p><a href="/api/reports?format=csv" download>CSV</a> · <a href="/api/reports" download="reports.json">JSON</a> for an import; taking them is on record.</p>`}
    ${rows.length === 0 && html`<p class="empty">Nothing has been drafted.</p>`}
    <ul>${rows.map((row) => html`<${Draft} key=${row.id} row=${row} isOpen=${row.id === opened?.id} onOpen=${acts.openReport} />`)}</ul>
    ${opened && html`<${Opened} report=${opened} verbs=${verbs} acts=${acts} />`}
  </section>`;
}

export function Applications({ rows, opened, verbs, acts }) {
  return html`<section class="page applications list" aria-label="Applications">
    <h2>What follows for the markers <span class="count">${many(rows.length, "report", "reports")}</span></h2>
    ${rows.length === 0 && html`<p class="empty">Nothing waits.</p>`}
    <ul>${rows.map((row) => html`<li key=${row.id}><button class="row report" data-row=${row.id} onClick=${() => acts.openReport(row.id)}>
      <span><b>${row.words}</b>${row.markers.length > 0 && ` (${row.markers.join(", ")})`}</span><${About} row=${row} /><span class="facts">${row.category}</span></button></li>`)}</ul>
    ${opened && html`<${Opened} report=${opened} verbs=${verbs} acts=${acts} />`}
  </section>`;
}
