// Crews that have not been told. A named person must take each; it stays until somebody has.
import { html } from "/static/ui.js";
import { at, many, since } from "/static/words.js";

const Task = ({ task, now, canTake, onTake, onOpen }) => html`<li class="task">
  <span class="shout"><span aria-hidden="true">▲</span> ${task.words === "CREW NOT TOLD"
    ? "CREW NOT TOLD" : "CREW HAS NOT ANSWERED"}: <b>${task.callsign}</b></span>
  <span class="about"><b>${task.headline}</b><span>${task.place}</span>
    <span>Incident ${task.number} · since <time>${at(task.since)}</time> (${since(task.since, now)})${task.times > 1 && ` · raised ${task.times} times`}</span></span>
  <button class="quiet" onClick=${() => onOpen(task.incident)}>Open note</button>
  ${canTake && html`<button class="take" data-task=${task.id} onClick=${() => onTake(task.id)}>Take <kbd>T</kbd></button>`}
</li>`;

export function Tasks({ tasks, ...rest }) {
  const ordered = tasks.sort((a, b) => (a.since < b.since ? -1 : 1));
  if (ordered.length === 0) return null;
  return html`<section class="tasks" aria-label="Crews not told">
    <h2>${many(ordered.length, "crew has", "crews have")} not been told: a person must see to it</h2>
    <ul>${ordered.map((task) => html`<${Task} key=${task.id} task=${task} ...${rest} />`)}</ul>
  </section>`;
}
