// A match that is not right: who sees the flag says so, the marking team decides. Nothing goes away
// by what is only said, and what is left out by a decision says so on every answer.
import { html, useLayoutEffect, useRef, useState } from "/static/ui.js";
import { at, many, onDay } from "/static/words.js";

const SAYINGS = [["wrong_address", "Wrong address", "W"], ["not_the_same_place", "Not the same place", "P"]];
const VERDICTS = {
  suppress: "Not the same place: suppress this marker for this address",
  keep: "The match is right: keep",
  lift: "Lift: show the marker at this address again",
};
const SIGNS = { open: "?", suppressed: "✕", kept: "✔", lifted: "↺", lapsed: "–" };

export const NotShown = ({ lines }) => lines?.map((line) => html`<span key=${line} class="not-shown">
  <span aria-hidden="true">✕ </span>${line}</span>`);

export function Doubt({ subject, match, said, canSay, onSay }) {
  return html`${said && html`<p class="doubted" role="status">${said}</p>`}
    ${canSay && html`<div class="doubt" role="group" aria-label=${`Is marker ${match.marker} not about this place?`}>
      ${SAYINGS.map(([says, words, key]) => html`<button key=${says} class="quiet" data-says=${key}
        onClick=${() => onSay(subject, match.marker, says)}>${words} <kbd>${key}</kbd></button>`)}
    </div>`}`;
}

// W or P goes to the button of the open note, and pressed there it says it.
export function doubt(key) {
  const here = document.activeElement;
  if (here.dataset?.says === key) return here.click();
  document.querySelector(`.note button[data-says="${key}"]`)?.focus();
}

const Fact = ({ name, children }) => html`<div class="fact"><dt>${name}</dt><dd>${children}</dd></div>`;

const Address = ({ title, address, postcode, uprn, children }) => html`<div class="address"><h3>${title}</h3>
  <p class="place">${address ?? "no address"}${postcode && `, ${postcode}`}</p>
  <p>${uprn ? `UPRN ${uprn}` : "no UPRN"}</p>${children}</div>`;

function Decision({ mistake, onDecide }) {
  const [reason, write] = useState("");
  const field = useRef();
  const decide = (verdict) => {
    if (!reason.trim()) return field.current.focus();
    onDecide(mistake.id, verdict, reason.trim());
    write("");
  };
  return html`<div class="decision">
    ${mistake.why_not && html`<p class="advice">It cannot be suppressed. ${mistake.why_not}</p>`}
    ${mistake.verdicts.length > 0 && html`<label>Why (on record, with your name)
      <textarea ref=${field} required maxlength="500" rows="2" value=${reason}
        onInput=${(event) => write(event.target.value)}></textarea></label>
    <div class="acts">${mistake.verdicts.map((verdict) => html`<button key=${verdict} class="take"
      onClick=${() => decide(verdict)}>${VERDICTS[verdict]}</button>`)}</div>`}
  </div>`;
}

function Opened({ mistake, canDecide, onDecide, onClose }) {
  const heading = useRef();
  useLayoutEffect(() => heading.current?.focus(), [mistake.id]);
  const { known } = mistake;
  return html`<section class="opened" aria-label="The two addresses">
    <header><h2 tabindex="-1" ref=${heading}>Is this the same place?</h2>
      <button onClick=${onClose}>Close <kbd>Esc</kbd></button></header>
    <div class="two">
      <${Address} title="Asked" address=${mistake.place} uprn=${mistake.uprn} />
      <${Address} title="Of the marker" ...${known ?? {}}><p>${known?.scope}</p><//>
    </div>
    <dl>
      ${known && html`<${Fact} name="Marker">${known.headline}, ${onDay(known.happened_on)}; from ${known.source}${known.review && html`; <b class="overdue">${known.review}</b>`}<//>`}
      <${Fact} name="Relation">${mistake.relation}<//>
      <${Fact} name="How sure">${mistake.certainty}<//>
      <${Fact} name="Why">${mistake.reasons.join("; ") || "no check names a reason"}<//>
      <${Fact} name="Said"><ul>${mistake.said.map((said) => html`<li><b>${said.words}</b>, says ${said.by}${said.number && ` at incident ${said.number}`}, ${onDay(said.at)} <time>${at(said.at)}</time></li>`)}</ul><//>
      ${mistake.rulings.length > 0 && html`<${Fact} name="Decided"><ol>${mistake.rulings.map((ruling) => html`<li><b>${ruling.words}</b>, by ${ruling.by}, ${onDay(ruling.at)} <time>${at(ruling.at)}</time>: ${ruling.reason}</li>`)}</ol><//>`}
    </dl>
    ${canDecide && html`<${Decision} key=${mistake.id} mistake=${mistake} onDecide=${onDecide} />`}
  </section>`;
}

const Row = ({ row, isOpen, onOpen }) => html`<li><button class="row mistake is-${row.phase} ${isOpen ? "open" : ""}" data-row=${row.id}
  aria-expanded=${isOpen} onClick=${() => onOpen(row.id)}>
  <span class="phase"><span aria-hidden="true">${SIGNS[row.phase]} </span>${row.words}</span>
  <span class="about"><span class="place">${row.place}</span><span class="facts">marker <b>${row.marker}</b></span></span>
  <span class="facts">${row.said}${row.voices > 1 && ` and ${many(row.voices - 1, "other", "others")}`}, ${onDay(row.at)} <time>${at(row.at)}</time></span>
</button></li>`;

const RANK = { open: 0, suppressed: 1 };
const waitsFirst = (a, b) => (RANK[a.phase] ?? 2) - (RANK[b.phase] ?? 2) || b.since.localeCompare(a.since);

export function Mistakes({ mistakes, opened, ...rest }) {
  const waiting = mistakes.filter((row) => row.phase === "open").length;
  return html`<section class="page mistakes list" aria-label="Mistakes">
    <h2>Matches that people say are not right <span class="count">${many(waiting, "waits", "wait")} for a decision</span></h2>
    <p>What is only said changes nothing. A marker that is suppressed for an address stays in force everywhere else, and every answer for that address says that it is not shown.</p>
    ${mistakes.length === 0 && html`<p class="empty">Nothing has been said.</p>`}
    <ul>${mistakes.sort(waitsFirst).map((row) => html`<${Row} key=${row.id} row=${row}
      isOpen=${row.id === opened?.id} onOpen=${rest.onOpen} />`)}</ul>
    ${opened && html`<${Opened} mistake=${opened} ...${rest} />`}
  </section>`;
}
