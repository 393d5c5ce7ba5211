// Police and further resources: where each request stands, and what a person must do about it.
import { html, useLayoutEffect, useRef, useState } from "/static/ui.js";
import { rowsOf } from "/static/store.js";
import { at, many, since, spoken } from "/static/words.js";

const NEEDS = {
  read_out: (one) => `READ OUT TO THE ${one.of.toUpperCase()}`,
  judge: () => "REFUSED: STILL NECESSARY?",
  take: () => "NOBODY HAS AGREED TO COME: A PERSON MUST TAKE IT",
};
const SAYS = [["accepted", "Accepted"], ["refused", "Refused"], ["en_route", "En route"], ["arrived", "Arrived"]];

export const backUpsOf = (known, test) => rowsOf(known, "back_ups").filter(test);
export const waitingBackUps = (known) => backUpsOf(known, (one) => one.needs);

const Clock = ({ one, now }) => {
  if (one.over || !one.due_at) return null;
  const left = Math.round((new Date(one.due_at) - now) / 1000);
  return html`<span class="clock">goes on ${left > 0 ? `in ${left < 90 ? `${left} s` : `${Math.round(left / 60)} min`}` : "now"}</span>`;
};

const numbers = (one) => [["reference", one.reference], ["CRN", one.crn], ["OIC", one.oic], ["unit", one.unit], ["reason", one.reason]]
  .filter(([, value]) => value).map(([name, value]) => `${name} ${value}`).join(", ");

const Standing = ({ one, now }) => html`<p class="standing"><b class="phase ${one.phase}">${spoken(one.phase)}</b>
  <span> since <time>${at(one.phase_at)}</time>, asked of the <b>${one.of}</b>${one.because && ` because ${one.because}`}</span>
  ${one.received === false && !one.over && html`<b> · not yet received by their system</b>`}
  ${one.received && !one.over && html`<span> · received by their system: no answer by that</span>`}
  ${one.read_out_by && html`<span> · read out by ${one.read_out_by}${one.read_out_to && ` to ${one.read_out_to}`}, <time>${at(one.read_out_at)}</time></span>`}
  ${one.said_by && html`<span> · said by ${one.said_by}</span>`}
  ${one.taken_by && html`<span> · in the hands of <b>${one.taken_by}</b></span>`}
  ${numbers(one) && html`<span> · ${numbers(one)}</span>`} <${Clock} one=${one} now=${now} /></p>`;

function Ask({ label, field: name, choices, done, onSay }) {
  const form = useRef();
  useLayoutEffect(() => form.current.querySelector("input, select").focus(), []);
  const say = (event) => {
    event.preventDefault();
    const given = [...new FormData(form.current)].map(([key, value]) => [key, value.trim()]);
    onSay(Object.fromEntries(given.filter(([, value]) => value)));
    done();
  };
  return html`<form class="asked" ref=${form} onSubmit=${say}>
    ${choices && html`<label>They say <select name="says">${SAYS.map(([value, words]) => html`<option value=${value}>${words}</option>`)}</select></label>
      ${[["said_by", "Who there"], ["reference", "Reference"], ["crn", "CRN"], ["oic", "OIC"], ["reason", "Reason"]].map(([key, words]) =>
        html`<label key=${key}>${words} <input name=${key} maxlength="200" /></label>`)}`}
    ${name && html`<label>${label} <input name=${name} required maxlength="200" /></label>`}
    <button class="take">Put on record <kbd>Enter</kbd></button> <button type="button" class="quiet" onClick=${done}>Back</button></form>`;
}

function Acts({ one, can, acts }) {
  const [asked, ask] = useState(null);
  const done = () => ask(null);
  const send = (verb, more) => acts.send({ do: verb, request: one.id, ...more });
  if (asked === "read") return html`<${Ask} label="Read out to whom?" field="to" done=${done} onSay=${(said) => send("read-out-back-up", said)} />`;
  if (asked === "down") return html`<${Ask} label="Why is it not needed any more?" field="reason" done=${done} onSay=${(said) => send("stand-down-back-up", said)} />`;
  if (asked === "answer") return html`<${Ask} choices done=${done} onSay=${(said) => send("answer-back-up", said)} />`;
  if (one.over) return can("answer-back-up") && html`<div class="acts"><button class="quiet" onClick=${() => ask("answer")}>Their numbers</button></div>`;
  return html`<div class="acts">
    ${one.needs === "take" && can("take-back-up") && html`<button class="take" data-back-up onClick=${() => send("take-back-up")}>Take</button>`}
    ${one.needs === "judge" && can("escalate-back-up") && html`<button class="take" data-back-up onClick=${() => send("escalate-back-up")}>Still necessary: go on</button>`}
    ${can("read-out-back-up") && html`<button class=${one.needs === "read_out" ? "take" : "quiet"} data-back-up=${one.needs === "read_out" || null}
      onClick=${() => ask("read")}>I have read it out</button>`}
    ${can("answer-back-up") && html`<button class="quiet" onClick=${() => ask("answer")}>They answer</button>`}
    ${can("request-back-up") && html`<button class="quiet" onClick=${() => acts.compose(one)}>Change</button>`}
    ${one.phase !== "refused" && can("escalate-back-up") && html`<button class="quiet" onClick=${() => send("escalate-back-up")}>Go further up</button>`}
    ${can("stand-down-back-up") && html`<button class="quiet" onClick=${() => ask("down")}>Stand down</button>`}</div>`;
}

export const BackUp = ({ one, now, verbs, acts, isOpen }) => html`<article class="back-up ${one.over ? "over" : ""}" aria-label=${`${one.title}, ${spoken(one.phase)}`}>
  <h3>${one.title}${one.needs && html` <span class="shout">${NEEDS[one.needs](one)}</span>`}
    <span class="when">asked by ${one.by} <time>${at(one.since)}</time> (${since(one.since, now)} ago)${one.number && `, incident ${one.number}`}${one.place && `, ${one.place}`}</span></h3>
  <${Standing} one=${one} now=${now} />
  <details open=${isOpen}><summary>What is read out</summary><ul class="read-out">${one.words.map((line) => html`<li key=${line}>${line}</li>`)}</ul></details>
  <${Acts} one=${one} acts=${acts} can=${(verb) => verbs.includes(verb)} />
</article>`;

// Those that nobody else will do anything about: above the lists, until a person has.
export function BackUps({ link, now, verbs, acts }) {
  const waiting = waitingBackUps(link.known);
  if (waiting.length === 0) return null;
  return html`<section class="back-ups" aria-label="Police and back-up">
    <h2>${many(waiting.length, "request needs", "requests need")} a person now</h2>
    ${waiting.map((one) => html`<${BackUp} key=${one.id} one=${one} now=${now} verbs=${verbs} acts=${acts} isOpen />`)}
  </section>`;
}

// In an open incident, and in an alarm.
export function BackUpsHere({ link, now, acts, incident = null, alarm = null }) {
  const verbs = link.hello?.verbs ?? [];
  const mine = backUpsOf(link.known, (one) => (incident && one.incident === incident) || (alarm && one.alarm === alarm));
  const canAsk = verbs.includes("request-back-up");
  if (!canAsk && mine.length === 0) return null;
  return html`<div class="back-ups-here" role="group" aria-label="Police and back-up here">
    ${mine.map((one) => html`<${BackUp} key=${one.id} one=${one} now=${now} verbs=${verbs} acts=${acts} />`)}
    ${canAsk && html`<button class="quiet" data-compose onClick=${() => acts.compose({ wanted: "police", incident, alarm })}>Police, back-up <kbd>C</kbd></button>`}
  </div>`;
}

// C goes to the composer: of the alarm in focus, else of the open incident, else of the row.
export function goCompose(acts) {
  const here = document.activeElement;
  const inside = here.closest?.(".alarm, .note")?.querySelector("button[data-compose]");
  const open = inside ?? document.querySelector(".note button[data-compose]");
  if (open) return open.click();
  if (here.dataset?.row) return acts.compose({ wanted: "police", incident: here.dataset.row, alarm: null });
  const alarms = document.querySelectorAll(".alarm button[data-compose]");
  if (alarms.length === 1) alarms[0].click();
}

// R goes to the first request that needs a person.
export const goToBackUp = () => document.querySelector(".back-ups button[data-back-up]")?.focus();
