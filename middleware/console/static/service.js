// The service itself: sources that are cut off, quarantine, staged marker batches.
import { html } from "/static/ui.js";
import { at, many, since } from "/static/words.js";

function meaning({ channel, gap }) {
  if (channel) return "crews cannot be told that way; who is not told in time becomes a task here.";
  return gap ? "what happens there meanwhile is lost for good; nothing of it is checked."
    : "what happens there is not checked until it is back; it is then caught up.";
}

// The journal stands among the sources; what is lost with it is another matter.
const JOURNAL = "journal";

const JournalAway = ({ source, now }) => html`<p><span aria-hidden="true">⚠ </span><b>THE JOURNAL CANNOT BE WRITTEN</b> since <time>${at(source.since)}</time> (${since(source.since, now)}): man-down and notes go on, ${source.gap
  ? html`<b>nothing of it is on record: write down what you do</b>. Tell who runs the service now.`
  : "and are kept beside it until it can. Tell who runs the service."}</p>`;

const Unreturned = ({ source, now }) => html`<p><span aria-hidden="true">⚠ </span><b>${source.id} takes notes, and probes do not come back</b> since <time>${at(source.unreturned)}</time> (${since(source.unreturned, now)}): crews may see nothing of what is sent that way. Tell them by another.</p>`;

export function SourcesDown({ sources, now }) {
  const journal = sources.find((source) => source.id === JOURNAL && !source.up);
  const down = sources.filter((source) => (!source.up || source.unreturned) && source.id !== JOURNAL);
  if (journal) return html`<section class="down" aria-label="Journal" role="alert"><${JournalAway} source=${journal} now=${now} /></section>
    <${SourcesDown} sources=${down} now=${now} />`;
  if (down.length === 0) return null;
  return html`<section class="down" aria-label="Sources down" role="status">
    ${down.map((source) => (source.up ? html`<${Unreturned} key=${source.id} source=${source} now=${now} />`
    : html`<p key=${source.id}><span aria-hidden="true">⚡ </span><b>${source.id} is cut off</b> since <time>${at(source.since)}</time> (${since(source.since, now)}): ${meaning(source)}</p>`))}
  </section>`;
}

export const Sources = ({ sources }) => html`<section class="page" aria-label="Sources">
  <h2>Sources and channels</h2>
  <table><thead><tr><th>Name</th><th>State</th><th>Since</th></tr></thead><tbody>
  ${sources.map((source) => html`<tr key=${source.id}><th scope="row">${source.id}</th>
    <td>${source.up ? "connected" : html`<b>CUT OFF</b>`}${source.gap && ", with a gap"}${source.unreturned && html`, <b>PROBES DO NOT COME BACK</b>`}</td>
    <td><time>${at(source.since)}</time></td></tr>`)}
  </tbody></table></section>`;

export function Quarantine({ quarantine }) {
  const { refused, latest } = quarantine ?? { refused: 0, latest: [] };
  return html`<section class="page" aria-label="Quarantine">
    <h2>Quarantine <span class="count">${refused} refused</span></h2>
    <p>What could not be taken in. The raw bytes are kept in the journal at the position given.</p>
    <table><thead><tr><th>At</th><th>Source</th><th>Field</th><th>Reason</th><th>Position</th></tr></thead><tbody>
    ${latest.map((one) => html`<tr key=${one.position}><td><time>${at(one.at)}</time></td>
      <td>${one.source}</td><td>${one.field}</td>
      <td>${one.conflict && html`<b>conflict: </b>`}${one.reason}</td><td>${one.position}</td></tr>`)}
    </tbody></table></section>`;
}

const Batch = ({ batch, canDecide, onDecide }) => html`<li class="batch">
  <span class="about"><b>${batch.id}</b><span>${many(batch.markers, "marker", "markers")} from ${batch.source}${batch.supplied_by && `, supplied by ${batch.supplied_by}`}${batch.basis && ` (${batch.basis})`}</span>
    ${batch.overdue > 0 && html`<span class="overdue">${batch.overdue} of them past their review date</span>`}</span>
  ${canDecide && html`<button class="take" onClick=${() => onDecide(batch, true)}>Activate</button>
    <button class="quiet" onClick=${() => onDecide(batch, false)}>Discard</button>`}
</li>`;

export const Batches = ({ batches, ...rest }) => html`<section class="page" aria-label="Marker batches">
  <h2>Marker batches that wait for a decision <span class="count">${batches.length}</span></h2>
  <p>Nothing of a batch is matched before it is made active. Active: every live incident is checked again.</p>
  ${batches.length === 0 && html`<p class="empty">No batch waits.</p>`}
  <ul>${batches.map((batch) => html`<${Batch} key=${batch.id} batch=${batch} ...${rest} />`)}</ul>
</section>`;
