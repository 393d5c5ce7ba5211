// Crews that have not been told. A named person must take each; it stays until somebody has.
import { html } from "/static/ui.js";
import { at, many, since } from "/static/words.js";

const SEVERITIES = ["high", "medium", "low", null];

// One line for a crew at an incident: who tells it, tells it everything.
function crews(tasks) {
  const found = new Map();
  for (const task of tasks) {
    const key = `${task.incident} ${task.callsign}`;
    found.set(key, [...(found.get(key) ?? []), task]);
  }
  const worst = (task) => SEVERITIES.indexOf(task.severity);
  for (const list of found.values()) list.sort((a, b) => worst(a) - worst(b));
  return [...found.entries()].sort(([, [a]], [, [b]]) => worst(a) - worst(b) || a.since.localeCompare(b.since) || a.callsign.localeCompare(b.callsign));
}

function Crew({ tasks, now, canTake, onTake, onOpen }) {
  const [first] = tasks;
  const ids = tasks.map((task) => task.id);
  const isUntold = tasks.some((task) => task.told === "not_told");
  return html`<li class="task">
    <span class="shout"><span aria-hidden="true">▲</span> ${isUntold ? "CREW NOT TOLD" : "CREW HAS NOT ANSWERED"}: <b>${first.callsign}</b></span>
    <span class="about"><b>${tasks.map((task) => task.headline).join(" + ")}</b>
      <span>${first.place} · incident ${first.number} · since <time>${at(first.since)}</time> (${since(first.since, now)})${first.times > 1 && `, raised ${first.times} times`}</span></span>
    <button class="quiet" onClick=${() => onOpen(first.incident)}>Open note</button>
    ${canTake && html`<button class="take" data-tasks=${ids.join(" ")} onClick=${() => onTake(ids)}>Take <kbd>T</kbd></button>`}
  </li>`;
}

export function Tasks({ tasks, ...rest }) {
  const found = crews(tasks);
  if (found.length === 0) return null;
  return html`<section class="tasks" aria-label="Crews not told">
    <h2>${many(found.length, "crew has", "crews have")} not been told: a person must see to it</h2>
    <ul>${found.map(([key, list]) => html`<${Crew} key=${key} tasks=${list} ...${rest} />`)}</ul>
  </section>`;
}
