// What is behind a flag: what is known, how old, how sure and why, where from, and who was told.
import { html, useLayoutEffect, useRef } from "/static/ui.js";
import { BackUpsHere } from "/static/back_up.js";
import { HandOns } from "/static/hand_on.js";
import { Shape } from "/static/flag.js";
import { Doubt, NotShown } from "/static/mistakes.js";
import { Told } from "/static/rows.js";
import { Held, SayHeld } from "/static/stand_offs.js";
import { NoteAbuse } from "/static/abuse.js";
import { SayViolence } from "/static/violence.js";
import { at, onDay } from "/static/words.js";

const Fact = ({ name, children }) =>
  html`<div class="fact"><dt>${name}</dt><dd>${children}</dd></div>`;

const Behind = ({ match, children }) => html`<article class="behind ${match.sure ? "sure" : "unsure"}">
  <h3>${match.headline}</h3>
  ${!match.sure && html`<p class="ask">Not sure that it is this place: ask.</p>`}
  ${match.what && html`<p class="what">${match.what}</p>`}
  ${match.review && html`<p class="overdue">${match.review}: treat with care.</p>`}
  <dl>
    ${match.age && html`<${Fact} name="How old">${match.age} (${onDay(match.happened_on)})<//>`}
    <${Fact} name="How sure">${match.certainty}<//>
    ${match.reasons.length > 0 && html`<${Fact} name="Why">
      <ul>${match.reasons.map((reason) => html`<li>${reason}</li>`)}</ul><//>`}
    ${match.scope && html`<${Fact} name="Covers">${match.scope}${match.address && `: ${match.address}`}${match.postcode && `, ${match.postcode}`}<//>`}
    ${match.source && html`<${Fact} name="From">${match.source}${match.supplied_by && `, supplied by ${match.supplied_by}`}${match.basis && ` (${match.basis})`}<//>`}
    ${match.review_on && html`<${Fact} name="Review">${onDay(match.review_on)}${match.ends_on && `; ends ${onDay(match.ends_on)}`}<//>`}
  </dl>
  ${match.advice && html`<p class="advice">${match.advice}</p>`}
  ${children}
</article>`;

const GONE = ["stood_down", "cleared"];

const Crews = ({ incident, crews, onHold }) => html`<section class="told-list" aria-label="Who has been told">
  <h3>Who has been told</h3>
  ${crews.length === 0 && html`<p>No resource is assigned yet.</p>`}
  <ul>${crews.map((crew) => html`<li key=${crew.callsign}><b>${crew.callsign}</b>
    ${crew.notes.length === 0 && html` <span>nothing to tell</span>`}
    <${Held} held=${crew.held} />
    ${crew.notes.map((note) => html`<${Told} key=${note.note} note=${note} />`)}
    ${onHold && !GONE.includes(crew.stage) && html`<${SayHeld} incident=${incident} crew=${crew} onSay=${onHold} />`}</li>`)}</ul>
</section>`;

export function Note({ row, note, link, now, acts, canDoubt, onDoubt, onHold, onReport, onAbuse, onClose }) {
  const heading = useRef();
  useLayoutEffect(() => heading.current?.focus(), [row.id]);
  return html`<aside class="note ${row.outcome}" aria-label="Note">
    <header>
      <${Shape} outcome=${row.outcome} />
      <h2 tabindex="-1" ref=${heading}>${row.words}</h2>
      <button onClick=${onClose}>Close <kbd>Esc</kbd></button>
    </header>
    <p class="place">${row.place ?? row.number}</p>
    <p class="facts">${row.opened_at ? `Incident ${row.number}` : `Call, ${row.stage}`}
      ${row.checked_at && html` · checked <time>${at(row.checked_at)}</time>`}</p>
    ${row.before && html`<p class="before">${row.before}</p>`}
    ${row.frequent && html`<p class="before">${row.frequent}</p>`}
    ${row.outcome === "none_found" && html`<p class="what">No ${row.not_shown.length > 0 ? "other " : ""}marker was found for what
      is known so far. That says nothing about what is not known.</p>`}
    ${row.outcome === "not_checked" && html`<p class="what">Nothing can be said about this place or number.
      Ask, and assess as if nothing were known.</p>`}
    ${row.matches.length > 0 && !note && html`<p role="status">Opening the note …</p>`}
    ${note?.matches.map((match) => html`<${Behind} key=${match.marker} match=${match}><${Doubt}
      subject=${row.id} match=${match} said=${row.said[match.marker]} canSay=${canDoubt} onSay=${onDoubt} /><//>`)}
    ${row.not_shown.length > 0 && html`<p class="left-out"><${NotShown} lines=${row.not_shown} /></p>`}
    ${row.crews && html`<${BackUpsHere} link=${link} now=${now} acts=${acts} incident=${row.id} />`}
    ${row.handed_on && html`<${HandOns} row=${row} services=${link.hello?.services ?? []} acts=${acts} />`}
    ${row.crews && html`<${Crews} incident=${row.id} crews=${row.crews} onHold=${row.finished_at ? null : onHold} />`}
    ${onAbuse && row.stage && html`<${NoteAbuse} row=${row} onNote=${onAbuse} />`}
    ${onReport && html`<${SayViolence} row=${row} onReport=${onReport} />`}
  </aside>`;
}
