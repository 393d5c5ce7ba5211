// Signing in. Who has several roles says in which of them.
import { html, useLayoutEffect, useRef, useState } from "/static/ui.js";
import { spoken } from "/static/words.js";

export function SignIn({ onDone }) {
  const [trouble, setTrouble] = useState("");
  const [roles, setRoles] = useState([]);
  const [isBusy, setBusy] = useState(false);
  const first = useRef();
  useLayoutEffect(() => first.current.focus(), []);

  async function submit(event) {
    event.preventDefault();
    const said = Object.fromEntries(new FormData(event.target));
    setBusy(true);
    setTrouble("");
    try {
      const answer = await fetch("/sign-in", { method: "POST", body: JSON.stringify(said) });
      if (answer.status === 204) return onDone();
      if (answer.status === 409) setRoles((await answer.json()).roles);
      else setTrouble(await answer.text());
    } catch {
      setTrouble("The service does not answer. Try again; if it stays so, tell the duty engineer.");
    } finally {
      setBusy(false);
    }
  }

  return html`<main class="sign-in"><h1>Forewarn</h1>
    <form onSubmit=${submit}>
      <label>Name <input name="name" autocomplete="username" required ref=${first} /></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required /></label>
      ${roles.length > 0 && html`<label>Today as <select name="role">
        ${roles.map((role) => html`<option value=${role}>${spoken(role)}</option>`)}</select></label>`}
      <button class="take" disabled=${isBusy}>Sign in</button>
      <p role="alert" class="trouble">${trouble}</p>
    </form></main>`;
}
