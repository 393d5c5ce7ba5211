// Man-down alarms: above everything, until a named person has ended them.
import { html, useLayoutEffect, useRef, useState } from "/static/ui.js";
import { BackUpsHere } from "/static/back_up.js";
import { Flag } from "/static/flag.js";
import { Told } from "/static/rows.js";
import { at, many, since, spoken } from "/static/words.js";

const STREAMS = ["alarms", "alarms_dispatch", "alarms_all"];
const OUTCOMES = [["real", "Real"], ["accidental", "By accident"], ["test", "A test"], ["unknown", "Not known"]];

// Each role is sent one of the streams. Who nobody has accepted comes first, then the newest.
export const alarmsOf = (known) => STREAMS.flatMap((name) => [...(known.streams[name]?.values() ?? [])])
  .sort((a, b) => (b.phase === "raised") - (a.phase === "raised") || b.raised_at.localeCompare(a.raised_at));
export const ringing = (known) => alarmsOf(known).filter((alarm) => alarm.phase === "raised");

function age(position, now, oldAfter) {
  if (!position.fixed_at) return `age not known, said ${since(position.said_at, now)} ago`;
  const isOld = now - new Date(position.fixed_at) > oldAfter * 1000;
  return `${isOld ? "OLD: " : ""}${since(position.fixed_at, now)} old`;
}

const Fact = ({ name, children }) => html`<div class="fact"><dt>${name}</dt><dd>${children}</dd></div>`;

const Where = ({ alarm, now }) => html`<${Fact} name="Where">${alarm.position
  ? html`<b>${alarm.position.words}</b>, ${age(alarm.position, now, alarm.old_after_s)}, ${alarm.position.exact}`
  : html`<b>position not known</b>`}<//>`;

const Signalled = ({ alarm, now }) => html`<${Fact} name="Signalled">${alarm.signals}${alarm.press > 1 && html`; <b>pressed ${alarm.press} times</b>, last <time>${at(alarm.pressed_at)}</time>`}
  ${alarm.cancelled_at && html`<span class="shift"><b>cancelled on the radio</b> <time>${at(alarm.cancelled_at)}</time>: that ends nothing here</span>`}
  ${alarm.silent_at && html`<span class="shift"><b>RADIO SILENT</b> since <time>${at(alarm.heard_at)}</time> (${since(alarm.heard_at, now)}), not cancelled</span>`}
  ${alarm.follows && html`<span class="shift">the alarm before ended <time>${at(alarm.follows.at)}</time>: ${alarm.follows.words}</span>`}<//>`;

const Place = ({ incident }) => html`<${Fact} name="Incident"><b>${incident.number}</b>, <b>${incident.place}</b>${incident.nature && `, ${incident.nature}`}${incident.stage && `; ${spoken(incident.stage)}`}${incident.finished_at && html`; <b>closed <time>${at(incident.finished_at)}</time></b>`}<//>
  <${Fact} name="Address"><${Flag} row=${incident} /><//>
  <${Fact} name="Told">${incident.notes.length
    ? incident.notes.map((note) => html`<${Told} key=${note.note} note=${note} />`)
    : "that crew was given no note"}<//>`;

const Near = ({ alarm, now }) => html`<${Fact} name="Nearest">${alarm.nearest.length
  ? html`<ol>${alarm.nearest.map((one) => html`<li key=${one.who}><b>${one.who}</b> ${one.away}, ${one.doing}; position ${age(one, now, alarm.old_after_s)}, ${one.exact}</li>`)}</ol>`
  : "no other crew\u2019s position is known"}<//>`;

const Hands = ({ alarm }) => html`${alarm.accepted_by && html`<${Fact} name="Accepted">${alarm.phase === "raised" && html`<b>before it was pressed again:</b> `}${alarm.accepted_by}, <time>${at(alarm.accepted_at)}</time><//>`}
  ${alarm.help_by && html`<${Fact} name="Help">on the way${alarm.help_what && `: ${alarm.help_what}`} (${alarm.help_by}, <time>${at(alarm.help_at)}</time>)<//>`}`;

function Listening({ alarm, can, acts }) {
  const { listening } = alarm;
  if (!listening) return null;
  const report = (done) => acts.send({ do: "report-listening", alarm: alarm.id, done });
  return html`<${Fact} name="Listening">${listening.by
    ? html`${listening.done ? "done" : "not possible"}, says ${listening.by}, <time>${at(listening.at)}</time>`
    : html`<b>agreed beforehand for this radio: start it now.</b> ${can("report-listening") && html`<button
        class="quiet" onClick=${() => report(true)}>Listening</button> <button class="quiet" onClick=${() => report(false)}>Not possible</button>`}`}<//>`;
}

function Help({ alarm, acts, done }) {
  const field = useRef();
  useLayoutEffect(() => field.current.focus(), []);
  const send = (event) => {
    event.preventDefault();
    acts.send({ do: "send-help", alarm: alarm.id, what: field.current.value });
    done();
  };
  return html`<form class="asked" onSubmit=${send}><label>What is on the way? <input ref=${field} maxlength="500" /></label>
    <button class="take">Say so <kbd>Enter</kbd></button> <button type="button" class="quiet" onClick=${done}>Back</button></form>`;
}

function End({ alarm, acts, done }) {
  const first = useRef();
  useLayoutEffect(() => first.current.focus(), []);
  const end = (outcome) => { acts.send({ do: "end-alarm", alarm: alarm.id, outcome }); done(); };
  return html`<div class="asked" role="group" aria-label="What was it?"><b>End the alarm. What was it?</b>
    ${OUTCOMES.map(([outcome, words], n) => html`<button key=${outcome} class="take" ref=${n ? null : first}
      onClick=${() => end(outcome)}>${words}</button>`)} <button class="quiet" onClick=${done}>Back</button></div>`;
}

function Acts({ alarm, can, acts }) {
  const [asked, ask] = useState(null);
  const done = () => ask(null);
  if (asked === "help") return html`<${Help} alarm=${alarm} acts=${acts} done=${done} />`;
  if (asked === "end") return html`<${End} alarm=${alarm} acts=${acts} done=${done} />`;
  return html`<div class="acts">
    ${alarm.phase === "raised" && can("accept-alarm") && html`<button class="take" data-alarm=${alarm.id}
      onClick=${() => acts.accept(alarm.id)}>Accept <kbd>M</kbd></button>`}
    ${can("send-help") && html`<button class="take" data-help onClick=${() => ask("help")}>Help on the way <kbd>H</kbd></button>`}
    ${can("end-alarm") && html`<button class="quiet" data-end onClick=${() => ask("end")}>End <kbd>E</kbd></button>`}
    ${alarm.incident && html`<button class="quiet" onClick=${() => acts.open(alarm.incident.id)}>Open incident</button>`}</div>`;
}

const Alarm = ({ alarm, now, can, acts, link }) => html`<li class="alarm ${alarm.phase} ${alarm.step > 0 ? "louder" : ""}">
  <h3><span aria-hidden="true">⬤ </span>${alarm.title}<span class="phase">${spoken(alarm.phase)}${alarm.phase === "raised" && alarm.times > 1 && `, told ${alarm.times} times`}</span>
    <span class="when"><time>${at(alarm.raised_at)}</time> (${since(alarm.raised_at, now)} ago)</span></h3>
  ${alarm.raw && html`<p class="raw">As it came: <code>${alarm.raw}</code></p>`}
  <dl class="facts-of">
    <${Where} alarm=${alarm} now=${now} /><${Signalled} alarm=${alarm} now=${now} />
    ${alarm.radio && alarm.who !== `radio ${alarm.radio}` && html`<${Fact} name="Radio">${alarm.radio}<//>`}
    ${alarm.incident ? html`<${Place} incident=${alarm.incident} />` : html`<${Fact} name="Incident"><b>none known for this radio</b><//>`}
    <${Near} alarm=${alarm} now=${now} /><${Hands} alarm=${alarm} /><${Listening} alarm=${alarm} can=${can} acts=${acts} />
  </dl>
  <${Acts} alarm=${alarm} can=${can} acts=${acts} />
  <${BackUpsHere} link=${link} now=${now} acts=${acts} incident=${alarm.incident?.id} alarm=${alarm.id} />
</li>`;

export function Alarms({ link, now, verbs, acts, soundIsOn }) {
  const alarms = alarmsOf(link.known);
  if (alarms.length === 0) return null;
  const waiting = alarms.filter((alarm) => alarm.phase === "raised").length;
  return html`<section class="alarms" aria-label="Man-down">
    <p class="spoken" role="alert">${alarms.map((alarm) => `${alarm.title}, ${spoken(alarm.phase)}. `)}</p>
    <h2>${waiting ? `${many(waiting, "alarm", "alarms")}: nobody has accepted` : "Man-down: accepted, not ended"}
      ${!soundIsOn && html`<button class="take" onClick=${acts.sound}>Sound is off here: switch it on</button>`}</h2>
    <ul>${alarms.map((alarm) => html`<${Alarm} key=${alarm.id} alarm=${alarm} now=${now} acts=${acts} link=${link}
      can=${(verb) => verbs.includes(verb)} />`)}</ul>
  </section>`;
}
