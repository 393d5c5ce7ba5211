// The lists of incidents and calls. A row is one button: Enter opens what is behind the flag.
import { Component, html } from "/static/ui.js";
import { Flag } from "/static/flag.js";
import { Held } from "/static/stand_offs.js";
import { at, spoken } from "/static/words.js";

const SIGNS = {
  not_told: "▲", not_answered: "▲", sending: "…", shown: "▣",
  acknowledged: "✔", in_hands: "✋", withdrawn: "✕",
};

export const Told = ({ note }) =>
  html`<span class="told ${note.told}"><span class="sign" aria-hidden="true">${SIGNS[note.told]}</span>
    ${note.words}, <time>${at(note.at)}</time></span>`;

const Crew = ({ crew }) => html`<span class="crew">
  <span class="who"><b>${crew.callsign}</b> ${spoken(crew.stage)}${crew.single && ", single responder"}</span>
  <${Held} held=${crew.held} />
  ${crew.notes.map((note) => html`<${Told} key=${note.note} note=${note} />`)}
</span>`;

const Incident = ({ row }) => html`
  <${Flag} row=${row} />
  <span class="about">
    <span class="place">${row.place}</span>
    <span class="facts"><b>Incident ${row.number}</b>${row.priority && html` <span class="priority">${row.priority}</span>`}
      ${row.nature && html` · ${row.nature}`}${row.condition && html` · ${row.condition}`} · opened <time>${at(row.opened_at)}</time>
      ${row.finished_at && html` · <b>closed ${at(row.finished_at)}</b>`}</span>
    ${row.frequent && html`<span class="facts before">${row.frequent}</span>`}
  </span>
  <span class="crews">${row.crews.length
    ? row.crews.map((crew) => html`<${Crew} key=${crew.callsign} crew=${crew} />`)
    : html`<span class="who">no resource yet</span>`}</span>`;

const Call = ({ row }) => html`
  <${Flag} row=${row} />
  <span class="about">
    <span class="place">${row.number}</span>
    <span class="facts"><b>${row.stage}</b>${row.handler && ` · ${row.handler}`}${row.position && ` at ${row.position}`}
      ${row.line && html` · on ${row.line}`} · rang <time>${at(row.rang_at)}</time>
      ${row.warnings > 0 && html` · <b>warned ${row.warnings} ×</b>`}</span>
    ${row.before && html`<span class="facts before">${row.before}</span>`}
    ${row.frequent && html`<span class="facts before">${row.frequent}</span>`}
    ${row.where && html`<span class="facts">${row.where}</span>`}
  </span>`;

class Row extends Component {
  shouldComponentUpdate(next) {
    return next.row !== this.props.row || next.isOpen !== this.props.isOpen;
  }

  render({ row, isOpen, onOpen, kind: Body }) {
    const state = `${row.outcome}${row.finished_at ? " finished" : ""}${isOpen ? " open" : ""}`;
    return html`<li><button class="row ${state}" data-row=${row.id} aria-expanded=${isOpen}
      onClick=${() => onOpen(row.id)}><${Body} row=${row} /></button></li>`;
  }
}

// What is live first; then the newest.
const begun = (row) => row.opened_at ?? row.rang_at;
const newest = (a, b) => Boolean(a.finished_at) - Boolean(b.finished_at) || begun(b).localeCompare(begun(a));

const texts = (row) => [row.number, row.place, row.nature, row.handler,
  ...(row.crews ?? []).map((crew) => crew.callsign)];

export const matches = (row, sought, only) =>
  (!only || only.includes(row.outcome)) &&
  (!sought || texts(row).some((text) => text?.toLowerCase().includes(sought.toLowerCase())));

function List({ title, rows, kind, empty, opened, onOpen }) {
  return html`<section class="list ${title.toLowerCase()}" aria-label=${title}>
    <h2>${title} <span class="count">${rows.length}</span></h2>
    ${rows.length === 0 && html`<p class="empty">${empty}</p>`}
    <ul>${rows.map((row) => html`<${Row} key=${row.id} row=${row} kind=${kind}
      isOpen=${row.id === opened} onOpen=${onOpen} />`)}</ul>
  </section>`;
}

export const Incidents = ({ rows, ...rest }) => html`<${List} title="Incidents"
  rows=${rows.sort(newest)} kind=${Incident} empty="No incident to show." ...${rest} />`;

export const Calls = ({ rows, ...rest }) => html`<${List} title="Calls"
  rows=${rows.sort(newest)} kind=${Call} empty="No call to show." ...${rest} />`;
