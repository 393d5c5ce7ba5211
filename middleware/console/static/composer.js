// What is said to the police, while it is put together: the service makes the words, a person
// completes and judges them. Without what is happening now there is nothing to send.
import { html, useLayoutEffect, useRef, useState } from "/static/ui.js";

const PAUSE = 200;
const WANTED = [["police", "Police"], ["resources", "Further resources"]];
const CHOICES = {
  weapon: ["Weapon", [["not_known", "Not known"], ["none_seen", "None seen"], ["threatened", "Threatened with"], ["seen", "Seen"], ["used", "Used"]]],
  crew: ["Crew", [["not_known", "Not known"], ["not_there_yet", "Not there yet"], ["standing_off", "Standing off"], ["withdrawn", "Withdrawn to safety"],
    ["with_the_patient", "With the patient"], ["cannot_leave", "Cannot leave"], ["injured", "Injured"], ["no_contact", "No contact"]]],
  ground: ["Ground", [["", "Not said"], ["crime_happening", "A crime is happening"], ["crime_happened", "A crime has happened"],
    ["risk_to_life", "Immediate risk to life"], ["risk_of_serious_harm", "Immediate risk of serious harm"]]],
  likelihood: ["Likelihood today", [["", "As it follows"], ["not_shown", "Not shown yet"], ["likely", "Likely"], ["now", "Now"]]],
  severity: ["Severity today", [["", "As it follows"], ["not_shown", "Not shown yet"], ["harm", "Harm"], ["serious_harm", "Serious harm"], ["life", "Danger to life"]]],
};

const Choice = ({ name, threat, onPick }) => {
  const [words, options] = CHOICES[name];
  return html`<label>${words} <select name=${name} value=${threat[name] ?? ""} onChange=${(event) => onPick(name, event.target.value || null)}>
    ${options.map(([value, text]) => html`<option key=${value} value=${value} selected=${(threat[name] ?? "") === value}>${text}</option>`)}</select></label>`;
};

export function Composer({ draft, acts }) {
  const [threat, set] = useState(draft.threat);
  const first = useRef();
  const waiting = useRef();
  useLayoutEffect(() => first.current.focus(), []);
  const about = { wanted: draft.wanted, ...(draft.incident && { incident: draft.incident }), ...(draft.alarm && { alarm: draft.alarm }) };
  const pick = (name, value) => {
    const next = { ...threat, [name]: value };
    set(next);
    clearTimeout(waiting.current);
    waiting.current = setTimeout(() => acts.send({ do: "compose-back-up", ...about, threat: next }), PAUSE);
  };
  const text = (name, words, most, more) => html`<label>${words} <input name=${name} maxlength=${most} value=${threat[name]}
    onInput=${(event) => pick(name, event.target.value)} ...${more} /></label>`;
  const send = (event) => {
    event.preventDefault();
    clearTimeout(waiting.current);
    if (!threat.happening.trim()) return first.current.focus();
    acts.send({ do: "request-back-up", ...about, threat });
    acts.close();
  };
  return html`<section class="composer" aria-label="Police and back-up request">
    <form onSubmit=${send}>
      <h2>${draft.request ? "Change the request" : "Request"}: ${WANTED.map(([value, words]) => html`<button key=${value} type="button" class="choice"
        aria-pressed=${draft.wanted === value} onClick=${() => acts.send({ do: "compose-back-up", ...about, wanted: value, threat })}>${words}</button>`)}</h2>
      <p>By role, never by name. What happened there before is background: it is no ground.</p>
      <label>What is happening now <textarea name="happening" ref=${first} rows="2" maxlength="500" required
        onInput=${(event) => pick("happening", event.target.value)}>${threat.happening}</textarea></label>
      ${text("to_whom", "To whom", 200)}
      <div class="fields"><${Choice} name="weapon" threat=${threat} onPick=${pick} />${text("which_weapon", "Which weapon", 200)}
        ${["crew", "ground", "likelihood", "severity"].map((name) => html`<${Choice} key=${name} name=${name} threat=${threat} onPick=${pick} />`)}</div>
      <h3 id="read-out">What is read out</h3>
      <ul class="read-out" aria-labelledby="read-out" aria-live="polite">${draft.words.map((line) => html`<li key=${line}>${line}</li>`)}</ul>
      ${draft.missing.length > 0 && html`<p class="missing"><b>Not said yet:</b> ${draft.missing.join(", ")}</p>`}
      <div class="acts"><button class="take">${draft.request ? "Send the change" : "Send the request"}</button>
        <button type="button" class="quiet" onClick=${acts.close}>Close <kbd>Esc</kbd></button></div>
    </form></section>`;
}
