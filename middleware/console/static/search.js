// A search with its reason: the answer is in words, never an empty place.
const form = document.querySelector("#search");
const place = document.querySelector("#answer");

const element = (name, text, ...children) => {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
};

const known = (match) => element("article", "", element("h3", match.headline),
  element("ul", "", ...[match.what, match.scope, match.age, match.certainty, match.relation,
    match.review, match.source && `from: ${match.source}`, match.advice]
    .filter(Boolean).map((words) => element("li", words))));

const incident = (row) => element("article", "", element("h3", `Incident ${row.number}: ${row.words}`),
  element("p", row.place),
  element("ul", "", ...row.crews.map((crew) => element("li",
    `${crew.callsign} (${crew.stage}): ${crew.notes.map((note) => note.words).join("; ") || "no note"}`))));

const show = (answer) => place.replaceChildren(
  element("h2", answer.words), ...answer.matches.map(known),
  ...answer.not_shown.map((words) => element("p", words)),
  ...(answer.incidents.length ? [element("h2", "Incidents")] : []),
  ...answer.incidents.map(incident),
  element("p", `On record at position ${answer.position}.`));

const fail = (words) => place.replaceChildren(
  element("h2", "NOT CHECKED"), element("p", `${words} Nothing was checked: ask again, or use the CAD.`));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  place.replaceChildren(element("p", "Asking…"));
  try {
    const response = await fetch("/api/search", {
      method: "POST", body: JSON.stringify(Object.fromEntries(new FormData(form))),
    });
    if (response.ok) show(await response.json());
    else fail(`${await response.text()}.`);
  } catch {
    fail("Forewarn did not answer.");
  }
});
