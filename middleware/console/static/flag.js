// The answer of a check. Told apart by words first, then by shape, border and fill, and last by
// colour. Nothing here says "safe": none found is only what it says.
import { NotShown } from "/static/mistakes.js";
import { html } from "/static/ui.js";

const SHAPES = {
  found: html`<path d="M16 2 31 29H1z" class="fill" /><path d="M14.4 10h3.2l-.7 10.5h-1.8z" class="cut" /><circle cx="16" cy="24.4" r="1.9" class="cut" />`,
  possible: html`<path d="M16 1 31 16 16 31 1 16z" class="line" /><text x="16" y="22.5" text-anchor="middle" class="sign">?</text>`,
  not_checked: html`<rect x="2.5" y="2.5" width="27" height="27" class="line" /><path d="M3 29 29 3M3 3 29 29" class="line" />`,
  none_found: html`<circle cx="16" cy="16" r="11" class="thin" />`,
};

export const Shape = ({ outcome }) =>
  html`<svg class="shape" viewBox="0 0 32 32" aria-hidden="true">${SHAPES[outcome]}</svg>`;

export function Flag({ row }) {
  const [words, why] = row.words.split(/: (.*)/s);
  const isSplit = row.outcome === "not_checked";
  const first = row.matches[0];
  const others = row.matches.length - 1;
  return html`<span class="flag ${row.outcome}">
    <${Shape} outcome=${row.outcome} />
    <span class="says">
      <strong>${isSplit ? words : row.words}</strong>
      ${isSplit && why && html`<span>${why}</span>`}
      ${first && html`<span>${first.headline}</span><span class="how">${first.certainty}</span>`}
      ${first?.review && html`<span class="overdue">${first.review}</span>`}
      ${others > 0 && html`<span class="how">and ${others} more</span>`}
      <${NotShown} lines=${row.not_shown} />
    </span>
  </span>`;
}
