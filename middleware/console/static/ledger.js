// An opened entry of the abusive-call ledger: what it says, what it said before, and how a named
// person sets it right. Nothing is written over.
import { html, useLayoutEffect, useRef } from "/static/ui.js";
import { CATEGORIES } from "/static/violence.js";
import { at, many, onDay } from "/static/words.js";

const TRIAGE = [["", "not said"], ["yes", "yes"], ["no", "no"]];
const inWords = (done) => (done === null ? "not said" : done ? "yes" : "no");
const Fact = ({ name, children }) => html`<div class="fact"><dt>${name}</dt><dd>${children}</dd></div>`;

const standing = (warnings, ended) =>
  [warnings.length > 0 && `warning ${warnings.join(" and ")} given`, ended && "ended under the policy"].filter(Boolean).join("; ") || "nothing";

function corrected(form) {
  const value = (name) => form.elements[name].value.trim();
  const given = { category: value("category"), ground: value("ground"), wording: value("wording") };
  const triage = value("triage");
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, text]) => text)),
    ...(triage && { triage_done: triage === "yes" }),
    warnings: [1, 2].filter((n) => form.elements[`warned${n}`].checked),
    terminated: form.elements.terminated.checked,
    reason: value("reason"),
  };
}

function Correct({ entry, onCorrect }) {
  const form = useRef();
  const save = (event) => { event.preventDefault(); onCorrect(entry.id, corrected(form.current)); };
  const triage = entry.triage_done === null ? "" : inWords(entry.triage_done);
  return html`<form class="violence" ref=${form} onSubmit=${save} aria-label="Correct the entry">
    ${[1, 2].map((n) => html`<label class="tick" key=${n}><input type="checkbox" name=${`warned${n}`} defaultChecked=${entry.warnings.includes(n)} /> ${n === 1 ? "First" : "Second"} warning given</label>`)}
    <label class="tick"><input type="checkbox" name="terminated" defaultChecked=${Boolean(entry.ended_at)} /> Ended under the policy</label>
    <label>What it was <select name="category">${CATEGORIES.map(([code, words]) => html`<option value=${code} selected=${code === (entry.category ?? "")}>${words}</option>`)}</select></label>
    <label>Ground <input name="ground" maxlength="200" defaultValue=${entry.ground ?? ""} autocomplete="off" /></label>
    <label>What the caller said <input name="wording" maxlength="400" defaultValue=${entry.wording ?? ""} autocomplete="off" /></label>
    <label>Was the triage done? <select name="triage">${TRIAGE.map(([code, words]) => html`<option value=${code} selected=${code === triage}>${words}</option>`)}</select></label>
    <label>Why it is corrected (on record, with your name) <input name="reason" required maxlength="200" autocomplete="off" /></label>
    <div class="acts"><button class="take" type="submit">Correct it</button></div>
  </form>`;
}

function TakeBack({ entry, onTakeBack }) {
  const form = useRef();
  const save = (event) => { event.preventDefault(); onTakeBack(entry.id, form.current.elements.reason.value.trim()); };
  return html`<form class="violence" ref=${form} onSubmit=${save} aria-label="Take the entry back">
    <label>Why (on record, with your name) <input name="reason" required maxlength="200" autocomplete="off" /></label>
    <div class="acts"><button class="take" type="submit">Take it back</button></div>
  </form>`;
}

const Before = ({ one }) => html`<li><b>${one.struck ? "Taken back" : "Corrected"}</b> by ${one.by}, ${onDay(one.at)} <time>${at(one.at)}</time>: ${one.reason}.
  Before: ${standing(one.warnings, one.ended)}; ${one.category || "sub-category not known"}; ground ${one.ground ?? "not said"}; caller ${one.wording ? `said “${one.wording}”` : "not quoted"}; triage ${inWords(one.triage_done)}.</li>`;

export function Entry({ entry, verbs, acts }) {
  const heading = useRef();
  useLayoutEffect(() => heading.current?.focus(), [entry.id]);
  return html`<section class="opened" aria-label="Entry of the ledger">
    <header><h2 tabindex="-1" ref=${heading}>${entry.number}</h2><button onClick=${acts.close}>Close <kbd>Esc</kbd></button></header>
    ${entry.taken_back_by && html`<p class="left-out">Taken back by ${entry.taken_back_by}: ${entry.corrected_why}. It counts no more.</p>`}
    <dl>
      <${Fact} name="Call">${entry.call}, ${onDay(entry.rang_at)} <time>${at(entry.rang_at)}</time>${entry.line && `, on ${entry.line}`}<//>
      <${Fact} name="Handler">${entry.handler ?? "not known"}${entry.position && ` at ${entry.position}`}${entry.group && ` (${entry.group})`}<//>
      <${Fact} name="What was done">${standing(entry.warnings, entry.ended_at)}<//>
      <${Fact} name="What it was">${entry.category_in_words || entry.category_as_said || "not known"}<//>
      <${Fact} name="Ground">${entry.ground ?? "not said"}<//>
      <${Fact} name="The caller said">${entry.wording ?? "not said"}<//>
      <${Fact} name="Triage done">${inWords(entry.triage_done)}<//>
      <${Fact} name="Rang again">${many(entry.rang_again, "time", "times")}<//>
      ${entry.before.length > 0 && html`<${Fact} name="Set right"><ol>${entry.before.map((one) => html`<${Before} key=${one.at} one=${one} />`)}</ol><//>`}
    </dl>
    ${verbs.includes("correct-abuse") && html`<details><summary>Correct the entry${entry.taken_back_by && ", and let it count again"}</summary>
      <${Correct} key=${`${entry.id}/${entry.before.length}`} entry=${entry} onCorrect=${acts.correctAbuse} /></details>`}
    ${verbs.includes("take-back-abuse") && !entry.taken_back_by && html`<details><summary>It should not be there</summary>
      <${TakeBack} key=${entry.id} entry=${entry} onTakeBack=${acts.takeBackAbuse} /></details>`}
  </section>`;
}
