// What is proposed after a call that was ended for abuse: a marker for its number, a letter to who
// rang. Nothing is put or sent by itself: a named person decides.
import { html, useLayoutEffect, useRef } from "/static/ui.js";
import { CATEGORIES } from "/static/violence.js";
import { at, many, onDay } from "/static/words.js";

const COURSES = { open: "waits for a decision", accepted: "accepted", declined: "not accepted", lapsed: "not asked any more" };
const SEVERITIES = ["low", "medium", "high"];
const Fact = ({ name, children }) => html`<div class="fact"><dt>${name}</dt><dd>${children}</dd></div>`;

const course = (row) => html`<b>${COURSES[row.course]}</b>${row.by && ` by ${row.by}`}${row.marker && `: marker ${row.marker}`}${row.groundless && html`; <b>the ledger does not say any more that the call was ended for abuse</b>`}`;

const Row = ({ row, isOpen, onOpen }) => html`<li><button class="row report ${isOpen ? "open" : ""}" data-row=${row.id} aria-expanded=${isOpen} onClick=${() => onOpen(row.id)}>
  <span><b>${row.category}</b> <span class="facts">call ${row.call}</span></span>
  <span class="facts">${onDay(row.rang_at)} <time>${at(row.rang_at)}</time>${row.handler && ` · ${row.handler}`}</span>
  <span class="facts">${course(row)}</span></button></li>`;

// Only the fields that the person who presses the button has to fill are demanded.
function settled(form, accepted) {
  const given = [...new FormData(form)].map(([name, value]) => [name, value.trim()]);
  const said = Object.fromEntries(given.filter(([, value]) => value));
  return accepted ? { accepted, ...said } : { accepted, reason: said.reason };
}

function useSettling(proposal, onSettle) {
  const form = useRef();
  const settle = (accepted) => {
    const { elements } = form.current;
    if (!accepted && !elements.reason.reportValidity()) return;
    if (accepted && !form.current.reportValidity()) return;
    onSettle(proposal.id, settled(form.current, accepted));
  };
  return [form, settle, (event) => { event.preventDefault(); settle(true); }];
}

const Why = () => html`<label>Why (on record, with your name) <input name="reason" required maxlength="200" autocomplete="off" /></label>`;

function Marker({ proposal, onSettle }) {
  const [form, settle, submit] = useSettling(proposal, onSettle);
  const isGivenUp = proposal.groundless && proposal.marker;
  return html`<form class="violence" ref=${form} onSubmit=${submit} aria-label="Decide on the marker">
    ${!isGivenUp && html`<p>It would cover the number alone, never a place, as marker ${proposal.makes}.</p>
      <label>What it was <select name="category" required>${CATEGORIES.map(([code, words]) => html`<option value=${code} selected=${code === (proposal.category_code ?? "")}>${words}</option>`)}</select></label>
      <label>How serious <select name="severity" required><option value=""></option>${SEVERITIES.map((one) => html`<option value=${one}>${one}</option>`)}</select></label>
      <label>What happened <input name="what" required maxlength="400" defaultValue=${proposal.ground ?? ""} autocomplete="off" /></label>
      <label>Next review <input name="review_on" type="date" required /></label>
      <label>Ends on (empty: not set) <input name="ends_on" type="date" /></label>`}
    <${Why} />
    <div class="acts">${!isGivenUp && html`<button class="take" type="submit">Put the marker</button>`}
      <button class="take" type="button" onClick=${() => settle(false)}>${isGivenUp ? "End the marker" : "No marker"}</button></div>
  </form>`;
}

function Letter({ proposal, onSettle }) {
  const [form, settle, submit] = useSettling(proposal, onSettle);
  return html`<form class="violence" ref=${form} onSubmit=${submit} aria-label="Decide on the letter">
    <label>The letter <textarea name="text" rows="14" required maxlength="2500" defaultValue=${proposal.text}></textarea></label>
    <${Why} />
    <div class="acts"><button class="take" type="submit">It goes so</button>
      <button class="take" type="button" onClick=${() => settle(false)}>No letter</button></div>
  </form>`;
}

export function Proposal({ proposal, verbs, acts }) {
  const heading = useRef();
  useLayoutEffect(() => heading.current?.focus(), [proposal.id]);
  const isLetter = proposal.what === "letter";
  const [Decide, verb] = isLetter ? [Letter, "settle-letter"] : [Marker, "settle-marker"];
  return html`<section class="opened" aria-label=${isLetter ? "Proposed letter" : "Proposed marker"}>
    <header><h2 tabindex="-1" ref=${heading}>${isLetter ? "A letter" : "A marker for the number"}?</h2><button onClick=${acts.close}>Close <kbd>Esc</kbd></button></header>
    <p>${course(proposal)}${proposal.reason && `: ${proposal.reason}`}</p>
    <dl>
      <${Fact} name="Call">${proposal.call}, ${onDay(proposal.rang_at)} <time>${at(proposal.rang_at)}</time>, from ${proposal.number ?? "a number that is not known any more"}<//>
      <${Fact} name="The number belongs to">${proposal.place || "not known: find out before anything is sent"}<//>
      <${Fact} name="What it was">${proposal.category}; warned ${many(proposal.warnings, "time", "times")}<//>
      <${Fact} name="Ground">${proposal.ground ?? "not said"}<//>
      <${Fact} name="The caller said">${proposal.wording ?? "not said"}<//>
      <${Fact} name="Before">${many(proposal.earlier, "other call", "other calls")} of this number in the ledger<//>
    </dl>
    ${isLetter && !proposal.waits && proposal.text && html`<pre class="letter">${proposal.text}</pre>
      ${proposal.course === "accepted" && html`<p><a href=${`/api/letters/${proposal.id}`} download>Take the letter</a>; taking it is on record.</p>`}`}
    ${proposal.waits && verbs.includes(verb) && html`<${Decide} key=${proposal.id} proposal=${proposal} onSettle=${(id, said) => acts.settleProposal(verb, id, said)} />`}
  </section>`;
}

const List = ({ title, rows, opened, acts }) => html`<h2>${title} <span class="count">${many(rows.filter((row) => row.waits).length, "waits", "wait")} for a decision</span></h2>
  ${rows.length === 0 && html`<p class="empty">Nothing was proposed.</p>`}
  <ul>${rows.map((row) => html`<${Row} key=${row.id} row=${row} isOpen=${row.id === opened?.id} onOpen=${acts.openProposal} />`)}</ul>`;

const waitsFirst = (a, b) => b.waits - a.waits || b.since.localeCompare(a.since);

export const Proposals = ({ markers, letters, opened, verbs, acts }) => html`<section class="page reports list" aria-label="Proposals">
  <p>After a call that was ended for abuse. Nothing is put or sent by itself.</p>
  ${markers && html`<${List} title="Markers" rows=${markers.sort(waitsFirst)} opened=${opened} acts=${acts} />`}
  ${letters && html`<${List} title="Letters" rows=${letters.sort(waitsFirst)} opened=${opened} acts=${acts} />`}
  ${opened && html`<${Proposal} proposal=${opened} verbs=${verbs} acts=${acts} />`}
</section>`;
