// Frequent callers: who rings often, and the plans that were made for them. A reference and which
// process leads, nothing of what is in a plan; everybody is answered.
import { html, useRef, useState } from "/static/ui.js";
import { at, many, onDay } from "/static/words.js";

const LEADS = [["not_said", "not said"], ["plan", "the plan"], ["marker", "a marker"]];

function PutPlan({ known, onPut }) {
  const form = useRef();
  const put = (event) => {
    event.preventDefault();
    const value = (name) => form.current.elements[name].value.trim();
    const phones = value("phones").split(/[,;\n]/).map((one) => one.trim()).filter(Boolean);
    onPut({ plan: value("plan"), phones, precedence: value("precedence"), ends_on: value("ends_on") });
    form.current.reset();
  };
  return html`<form class="violence" ref=${form} onSubmit=${put} aria-label="A plan for a frequent caller">
    <label>Reference of the plan <input name="plan" required maxlength="32" pattern="[A-Za-z0-9_]+(-[A-Za-z0-9_]+)*" title="letters, digits, - and _" autocomplete="off" /></label>
    <label>Numbers, with commas <input name="phones" required maxlength="400" defaultValue=${known ?? ""} autocomplete="off" /></label>
    <label>What leads, where there is a marker too <select name="precedence">${LEADS.map(([code, words]) => html`<option value=${code}>${words}</option>`)}</select></label>
    <label>Its last day <input name="ends_on" type="date" required /></label>
    <div class="acts"><button class="take" type="submit">Put the plan</button></div>
  </form>`;
}

function EndPlan({ row, onEnd }) {
  const [reason, write] = useState("");
  const input = useRef();
  const end = () => (reason.trim() ? onEnd(row.plan, reason.trim()) : input.current.focus());
  return html`<details><summary>End it</summary><label>Why (on record, with your name)
    <input ref=${input} maxlength="200" value=${reason} onInput=${(event) => write(event.target.value)} /></label>
    <button class="take" onClick=${end}>End the plan ${row.plan}</button></details>`;
}

const Plan = ({ row, canEnd, onEnd }) => html`<li class="batch"><span class="about"><b>${row.plan}</b><span>${row.words}</span>
  <span class="facts">${row.numbers.join(", ")} · until ${onDay(row.ends_on)} · by ${row.by}</span></span>
  ${canEnd && html`<${EndPlan} row=${row} onEnd=${onEnd} />`}</li>`;

const Often = ({ row }) => html`<li class="batch"><span class="about"><b>${row.numbers[0]}</b><span>${row.words}</span>
  <span class="facts">last ${onDay(row.last_at)} <time>${at(row.last_at)}</time></span></span></li>`;

export function Frequent({ rows, verbs, acts }) {
  const plans = rows.filter((row) => row.plan);
  const often = rows.filter((row) => !row.plan);
  const canPut = verbs.includes("put-plan");
  return html`<section class="page" aria-label="Frequent callers">
    <h2>Plans <span class="count">${many(plans.length, "plan", "plans")}</span></h2>
    <p>Who rings is shown with the reference, and is answered as anybody else. What is in a plan stays with those who made it.</p>
    <ul>${plans.map((row) => html`<${Plan} key=${row.id} row=${row} canEnd=${verbs.includes("end-plan")} onEnd=${acts.endPlan} />`)}</ul>
    <h2>Ring often, without a plan <span class="count">${many(often.length, "number", "numbers")}</span></h2>
    <ul>${often.map((row) => html`<${Often} key=${row.id} row=${row} />`)}</ul>
    ${canPut && html`<details><summary>Put a plan</summary><${PutPlan} onPut=${acts.putPlan} /></details>`}
  </section>`;
}
