// An incident handed on to another service: who, and what they were told of the scene. Nothing goes
// to anybody unless a person hands it on.
import { html, useLayoutEffect, useRef, useState } from "/static/ui.js";
import { at } from "/static/words.js";

const CASES = [["call-assist", "call assist"], ["mutual-aid", "mutual aid"], ["out-of-area", "out of area"]];

function EndIt({ one, onEnd }) {
  const [reason, write] = useState("");
  const input = useRef();
  const end = () => (reason.trim() ? onEnd(one.hand_on, reason.trim()) : input.current.focus());
  return html`<details><summary>Not handed on after all</summary><label>Why (on record, with your name)
    <input ref=${input} maxlength="200" value=${reason} onInput=${(event) => write(event.target.value)} /></label>
    <button class="take" onClick=${end}>Take it back from ${one.service}</button></details>`;
}

const Handed = ({ one, onEnd }) => html`<li class=${one.loud ? "loud" : ""}><b>${one.service}</b>, ${one.case}, by ${one.by} <time>${at(one.at)}</time>:
  ${one.words}${onEnd && !one.over && html`<${EndIt} key=${one.hand_on} one=${one} onEnd=${onEnd} />`}</li>`;

function Choose({ row, services, onHandOn, done }) {
  const form = useRef();
  useLayoutEffect(() => form.current.elements.service.focus(), []);
  const save = (event) => {
    event.preventDefault();
    const { service, why } = form.current.elements;
    onHandOn(row.id, service.value, why.value);
    done();
  };
  return html`<form class="violence" ref=${form} onSubmit=${save} aria-label="Hand the scene's safety on">
    <label>To <select name="service">${services.map((one) => html`<option value=${one}>${one}</option>`)}</select></label>
    <label>Because <select name="why">${CASES.map(([code, words]) => html`<option value=${code}>${words}</option>`)}</select></label>
    <div class="acts"><button class="take" type="submit">Tell them</button><button type="button" class="quiet" onClick=${done}>Cancel</button></div>
  </form>`;
}

export function HandOns({ row, services, acts }) {
  const [isOpen, open] = useState(false);
  useLayoutEffect(() => open(false), [row.id]);
  const left = services.filter((name) => !row.handed_on.some((one) => one.service === name && !one.over));
  const canHandOn = left.length > 0 && !row.finished_at;
  if (row.handed_on.length === 0 && !canHandOn) return null;
  return html`<section class="violence-here" aria-label="Handed on">
    ${row.handed_on.length > 0 && html`<ul>${row.handed_on.map((one) => html`<${Handed} key=${one.hand_on} one=${one} onEnd=${services.length > 0 ? acts.endHandOn : null} />`)}</ul>`}
    ${canHandOn && (isOpen ? html`<${Choose} row=${row} services=${left} onHandOn=${acts.handOn} done=${() => open(false)} />`
      : html`<button class="quiet" data-hand-on onClick=${() => open(true)}>Handed on: tell them of the scene <kbd>X</kbd></button>`)}
  </section>`;
}

export function handOn() {
  const here = document.activeElement;
  if (here.dataset?.handOn !== undefined) return here.click();
  document.querySelector("button[data-hand-on]")?.focus();
}
