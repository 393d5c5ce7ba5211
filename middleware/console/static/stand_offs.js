// Crews that hold near their incident: for how long, and a prompt until a named person has answered.
import { Component, html, useRef } from "/static/ui.js";
import { at, many } from "/static/words.js";

const EVERY = 5000;
const STATES = [["standing_off", "Standing off"], ["at_rvp", "At RVP"], ["gone_in", "Gone in"], ["over", "Over"]];

const minutes = (since, now) => Math.max(0, Math.floor((now - new Date(since)) / 60000));

// Goes on by itself: the row around it is drawn anew only when something was said.
class Minutes extends Component {
  componentDidMount() { this.ticking = setInterval(() => this.setState({}), EVERY); }
  componentWillUnmount() { clearInterval(this.ticking); }
  render({ since }) { return html`<b class="minutes">${minutes(since, Date.now())} min</b>`; }
}

// In the line of a crew: how it holds now, or how that ended.
export const Held = ({ held }) => held.map((one) => one.ended_at
  ? html`<span key=${one.id} class="held over">${one.words} <time>${at(one.begun_at)}</time> to <time>${at(one.ended_at)}</time>: ${one.ended}</span>`
  : html`<span key=${one.id} class="held ${one.waits_since ? "waits" : ""}"><span aria-hidden="true">◼ </span><b>${one.words.toUpperCase()}</b> <${Minutes} since=${one.begun_at} />,
    since <time>${at(one.since)}</time>${one.where && ` at ${one.where}`}${one.waits_since
      ? html`, <b>nobody has answered prompt ${one.prompt}</b>`
      : one.answered_by && html`, seen to by ${one.answered_by} <time>${at(one.answered_at)}</time>`}${one.confirmed_by
      && html`, the crew says so <time>${at(one.confirmed_at)}</time>`}</span>`);

const Prompt = ({ one, now, canAnswer, onAnswer, onOpen }) => html`<li class="prompt">
  <span class="shout"><b>${one.callsign}</b> ${one.words} for ${minutes(one.begun_at, now)} min</span>
  <span class="about"><b>${one.why}${one.condition && ` · ${one.condition}`}${one.priority && ` · ${one.priority}`}</b>
    <span>${one.place} · incident ${one.number}${one.where && ` · at ${one.where}`} · since <time>${at(one.begun_at)}</time>, prompt ${one.prompt}</span></span>
  <button class="quiet" onClick=${() => onOpen(one.incident)}>Open incident</button>
  ${canAnswer && html`<button class="take" data-stand-off=${one.id} data-prompt=${one.prompt}
    onClick=${() => onAnswer(one.id, one.prompt)}>Seen to <kbd>O</kbd></button>`}
</li>`;

export const waiting = (rows) => rows.filter((one) => one.waits_since);

export function StandOffs({ rows, ...rest }) {
  const asked = waiting(rows).sort((a, b) => a.begun_at.localeCompare(b.begun_at));
  if (asked.length === 0) return null;
  return html`<section class="prompts" aria-label="Crews that stand off">
    <h2>${many(asked.length, "crew holds", "crews hold")}: look at the patient, the police, the plan</h2>
    <ul>${asked.map((one) => html`<${Prompt} key=${one.id} one=${one} ...${rest} />`)}</ul>
  </section>`;
}

// In an open incident: a dispatcher says how a crew holds.
export function SayHeld({ incident, crew, onSay }) {
  const field = useRef();
  const say = (state) => {
    onSay(incident, crew.callsign, state, field.current.value.trim());
    field.current.value = "";
  };
  return html`<div class="hold" role="group" aria-label=${`How does ${crew.callsign} hold?`}>
    <label>Where <input ref=${field} maxlength="200" placeholder="the rendezvous point" /></label>
    ${STATES.map(([state, words]) => html`<button key=${state} class="quiet" data-hold=${state}
      onClick=${() => say(state)}>${words}</button>`)}</div>`;
}
