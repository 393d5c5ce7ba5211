// The abusive-call ledger: noted by keyboard in the open call, shown when the number rings again,
// and listed. It never refuses anybody an answer.
import { Entry } from "/static/ledger.js";
import { html, useLayoutEffect, useRef, useState } from "/static/ui.js";
import { CATEGORIES } from "/static/violence.js";
import { at, many, onDay } from "/static/words.js";

const WHAT = [["1", "First warning given"], ["2", "Second warning given"], ["ended", "Call ended under the policy"]];
const value = (form, name) => form.elements[name].value.trim();

function noted(form) {
  const what = value(form, "what");
  const said = { category: value(form, "category"), ground: value(form, "ground"), wording: value(form, "wording") };
  const triage = value(form, "triage");
  return {
    ...Object.fromEntries(Object.entries(said).filter(([, text]) => text)),
    ...(what === "ended" ? { terminated: true } : { warning: Number(what) }),
    ...(triage && { triage_done: triage === "yes" }),
  };
}

export function NoteAbuse({ row, onNote }) {
  const [isOpen, open] = useState(false);
  const form = useRef();
  useLayoutEffect(() => open(false), [row.id]);
  useLayoutEffect(() => form.current?.elements.what.focus(), [isOpen]);
  const save = (event) => { event.preventDefault(); onNote(row.id, noted(form.current)); open(false); };
  if (!isOpen) return html`<section class="violence-here" aria-label="Abusive call"><button class="quiet" data-abuse
    onClick=${() => open(true)}>Abusive call: warned or ended <kbd>B</kbd></button></section>`;
  return html`<section class="violence-here" aria-label="Abusive call"><form class="violence" ref=${form} onSubmit=${save} aria-label="Abusive call">
    <label>What was done <select name="what">${WHAT.map(([code, words]) => html`<option value=${code} selected=${code === (row.warnings > 1 ? "ended" : String(row.warnings + 1))}>${words}</option>`)}</select></label>
    <label>What it was <select name="category">${CATEGORIES.map(([code, words]) => html`<option value=${code}>${words}</option>`)}</select></label>
    <label>Ground <input name="ground" maxlength="200" autocomplete="off" /></label>
    <label>What the caller said <input name="wording" maxlength="400" autocomplete="off" /></label>
    <label>Was the triage done? <select name="triage"><option value="">not said</option><option value="yes">yes</option><option value="no">no</option></select></label>
    <div class="acts"><button class="take" type="submit">Note it</button><button type="button" class="quiet" onClick=${() => open(false)}>Cancel</button></div>
  </form></section>`;
}

export function abuse() {
  const here = document.activeElement;
  if (here.dataset?.abuse !== undefined) return here.click();
  document.querySelector("button[data-abuse]")?.focus();
}

const when = (moment) => moment && html`<time>${at(moment)}</time>`;

export const Abusive = ({ rows, mayExport, opened, verbs, acts }) => html`<section class="page abusive list" aria-label="Abusive calls">
  <h2>Abusive calls <span class="count">${many(rows.length, "call", "calls")}</span></h2>
  <p>A number in this ledger is shown when it rings again, and is answered as any other.</p>
  ${mayExport && html`<p><a href="/api/abusive-calls?format=csv" download="abusive-calls.csv">CSV</a> · <a href="/api/abusive-calls?format=figures" download="figures.csv">figures</a>; taking them is on record.</p>`}
  ${rows.length === 0 ? html`<p class="empty">No call was abusive.</p>` : html`<table>
    <thead><tr><th>Rang</th><th>Number</th><th>Handler</th><th>Warned</th><th>Ended</th><th>What it was</th><th>Ground</th><th>Triage done</th><th>Rang again</th><th>Set right</th></tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${row.id} class=${row.taken_back_by ? "struck" : ""}>
      <td>${onDay(row.rang_at)} ${when(row.rang_at)}</td><td>${row.number}${row.shared && html` <b>(${row.shared.replace("_", " ")})</b>`}</td>
      <td>${row.handler ?? "not known"}${row.position && ` at ${row.position}`}</td>
      <td>${when(row.first_warning_at)} ${when(row.second_warning_at)}</td><td>${when(row.ended_at)}</td>
      <td>${row.category_in_words || row.category_as_said || "not known"}</td><td>${row.ground}</td>
      <td>${row.triage_done === null ? "not said" : row.triage_done ? "yes" : "no"}</td><td>${row.rang_again > 0 && many(row.rang_again, "time", "times")}</td>
      <td>${row.taken_back_by ? html`<b>taken back by ${row.taken_back_by}</b>` : row.corrected > 0 && `corrected by ${row.corrected_by}`}
        ${verbs.includes("open-abuse") && html`<button class="quiet" data-row=${row.id} onClick=${() => acts.openAbuse(row.id)}>Open</button>`}</td></tr>`)}</tbody></table>`}
  ${opened && html`<${Entry} entry=${opened} verbs=${verbs} acts=${acts} />`}
</section>`;
