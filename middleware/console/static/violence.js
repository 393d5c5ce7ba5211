// Violence as somebody reports it, and the same form to complete a draft. What nobody knows stays
// empty: it is listed as missing and never guessed.
import { html, useLayoutEffect, useRef, useState } from "/static/ui.js";

export const CATEGORIES = [
  ["", "not known yet"],
  ["witnessed_aggression", "Witnessed aggression"],
  ["anti_social_behaviour", "Anti-social behaviour"],
  ["verbal_abuse", "Directed verbal abuse: general"],
  ["verbal_abuse_sexual", "Directed verbal abuse: sexually aggravated"],
  ["verbal_abuse_homophobic", "Directed verbal abuse: homophobic"],
  ["verbal_abuse_racial_religious", "Directed verbal abuse: racially or religiously aggravated"],
  ["non_physical_assault", "Non-physical assault (violence anticipated)"],
  ["attempted_physical_assault", "Attempted physical assault"],
  ["physical_assault", "Physical assault: general"],
  ["physical_assault_sexual", "Physical assault: sexually aggravated"],
  ["physical_assault_homophobic", "Physical assault: homophobic"],
  ["physical_assault_racial_religious", "Physical assault: racially or religiously aggravated"],
];
const MEDICAL = [["", "not known yet"], ["no", "no (intoxication is no medical factor)"], ["yes", "yes, for example a seizure"]];
const names = (text) => text.split(/[,;\n]/).map((name) => name.trim()).filter(Boolean).slice(0, 20);
const field = (form, name) => form.elements[name]?.value.trim() ?? "";

function facts(form) {
  const said = {
    category: field(form, "category"), what: field(form, "what"), offender: field(form, "offender"),
    injury: field(form, "injury"), police: field(form, "police"),
  };
  const medical = field(form, "medical");
  const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value));
  return {
    ...given, ...(medical && { medical: medical === "yes" }),
    victims: names(field(form, "victims")), others: names(field(form, "others")),
  };
}

const Choice = ({ name, label, options, value }) => html`<label>${label}
  <select name=${name}>${options.map(([code, words]) => html`<option value=${code} selected=${code === (value ?? "")}>${words}</option>`)}</select></label>`;

const Line = ({ name, label, value, most = 200 }) => html`<label>${label}
  <input name=${name} maxlength=${most} defaultValue=${value ?? ""} autocomplete="off" /></label>`;

export function Facts({ known = {}, crews = [], save, onSave, onCancel }) {
  const form = useRef();
  useLayoutEffect(() => form.current.elements.category.focus(), []);
  const submit = (event) => {
    event.preventDefault();
    onSave(facts(form.current), field(form.current, "callsign") || null);
  };
  return html`<form class="violence" ref=${form} onSubmit=${submit} aria-label=${save}>
    <${Choice} name="category" label="What it was" options=${CATEGORIES} value=${known.category} />
    ${crews.length > 0 && html`<${Choice} name="callsign" label="Crew" options=${[["", "no crew"], ...crews.map((one) => [one, one])]} value=${crews.length === 1 ? crews[0] : ""} />`}
    <${Choice} name="medical" label="Was a medical factor the cause?" options=${MEDICAL}
      value=${known.medical === true ? "yes" : known.medical === false ? "no" : ""} />
    <label>What happened <textarea name="what" rows="2" maxlength="1000" defaultValue=${known.what ?? ""}></textarea></label>
    <${Line} name="victims" label="Victims (names or staff codes, with commas)" value=${(known.victims ?? []).join(", ")} />
    <${Line} name="others" label="Others who were there" value=${(known.others ?? []).join(", ")} />
    <${Line} name="offender" label="Who did it" value=${known.offender} />
    <${Line} name="injury" label="Injuries, or none" value=${known.injury} />
    <${Line} name="police" label="Crime reference, or police not told" value=${known.police} />
    <div class="acts"><button class="take" type="submit">${save}</button>
      <button type="button" class="quiet" onClick=${onCancel}>Cancel</button></div>
  </form>`;
}

// In an open incident or call: V goes to the button, V again opens the form.
export function SayViolence({ row, onReport }) {
  const [isOpen, open] = useState(false);
  useLayoutEffect(() => open(false), [row.id]);
  const crews = (row.crews ?? []).map((crew) => crew.callsign);
  const save = (said, callsign) => { onReport(row.id, said, callsign); open(false); };
  return html`<section class="violence-here" aria-label="Violence or aggression">
    ${isOpen
      ? html`<${Facts} crews=${crews} save="Report violence" onSave=${save} onCancel=${() => open(false)} />`
      : html`<button class="quiet" data-violence onClick=${() => open(true)}>Report violence or aggression <kbd>V</kbd></button>`}
  </section>`;
}

export function violence() {
  const here = document.activeElement;
  if (here.dataset?.violence !== undefined) return here.click();
  document.querySelector("button[data-violence]")?.focus();
}
