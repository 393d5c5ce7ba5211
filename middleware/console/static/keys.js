// Everything can be done from the keyboard. A key acts only outside of text fields.
import { goCompose, goToBackUp } from "/static/back_up.js";
import { doubt } from "/static/mistakes.js";
import { abuse } from "/static/abuse.js";
import { handOn } from "/static/hand_on.js";
import { assault } from "/static/reports.js";
import { violence } from "/static/violence.js";

export const HELP = [
  ["↓ ↑ or j k", "next, previous row"],
  ["← →", "from incidents to calls and back"],
  ["Enter", "open what is behind the flag"],
  ["Esc", "close it"],
  ["M", "go to the first man-down; M again accepts it"],
  ["H E", "there: help on the way; end it, with what it was"],
  ["C", "ask for police or back-up: for the alarm in focus, the open incident, the row"],
  ["R", "go to the first such request that needs a person"],
  ["T", "go to the first crew not told; T again takes it"],
  ["O", "go to the first crew that stands off and is asked about; O again: seen to"],
  ["/", "search; Esc leaves the field"],
  ["A F N", "show all, flagged, not checked"],
  ["W P", "in an open note: to wrong address, not the same place; again says it"],
  ["B", "in an open call: abusive, warned or ended; B again opens the form"],
  ["X", "in an open incident: to telling another service of the scene; X again opens the form"],
  ["V", "in an open note: to report violence; V again opens the form"],
  ["S", "go to the first physical assault nobody has taken; S again takes it"],
  ["1 … 9", "the views at the top"],
  ["?", "this help"],
];

const isTyping = (target) => target.matches?.("input, select, textarea");
const visible = (list) => [...(list?.querySelectorAll("button.row") ?? [])];

function step(by) {
  const here = document.activeElement;
  const rows = visible(here.closest(".list") ?? document.querySelector(".list"));
  const next = rows.indexOf(here) + by;
  rows[Math.min(Math.max(next, 0), rows.length - 1)]?.focus();
}

function side() {
  const here = document.activeElement.closest(".list");
  const other = [...document.querySelectorAll(".list")].find((list) => list !== here);
  visible(other)[0]?.focus();
}

function task(onTake) {
  const here = document.activeElement;
  if (here.dataset?.tasks) return onTake(here.dataset.tasks.split(" "));
  document.querySelector("button[data-tasks]")?.focus();
}

function prompt(onAnswer) {
  const { standOff, prompt: asked } = document.activeElement.dataset ?? {};
  if (standOff) return onAnswer(standOff, Number(asked));
  document.querySelector("button[data-stand-off]")?.focus();
}

// The alarm that has the focus, or the only one there is: never one of several by guess.
function alarm() {
  const all = document.querySelectorAll(".alarm");
  return document.activeElement.closest?.(".alarm") ?? (all.length === 1 ? all[0] : null);
}

function inAlarm(which) {
  const here = alarm();
  if (here) here.querySelector(`button[data-${which}]`)?.click();
  else document.querySelector(".alarm .acts button")?.focus();
}

function manDown(accept) {
  const here = document.activeElement;
  if (here.dataset?.alarm) return accept(here.dataset.alarm);
  document.querySelector("button[data-alarm], .alarm .acts button")?.focus();
}

export function onKey(event, acts) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") return acts.close();
  if (isTyping(event.target)) return;
  const act = {
    ArrowDown: () => step(1), j: () => step(1), ArrowUp: () => step(-1), k: () => step(-1),
    m: () => manDown(acts.accept), h: () => inAlarm("help"), e: () => inAlarm("end"),
    ArrowRight: side, ArrowLeft: side, t: () => task(acts.take), "/": acts.search, "?": acts.help,
    o: () => prompt(acts.answer),
    a: () => acts.filter("all"), f: () => acts.filter("flagged"), n: () => acts.filter("not checked"),
    w: () => doubt("W"), p: () => doubt("P"), c: () => goCompose(acts), r: goToBackUp,
    x: handOn, b: abuse, v: violence, s: () => assault(acts.takeAssault),
    ...Object.fromEntries([...Array(9).keys()].map((n) => [n + 1, () => acts.view(n)])),
  }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act) return;
  event.preventDefault();
  act();
}
