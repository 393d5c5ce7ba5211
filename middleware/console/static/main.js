// The page: one connection, one state, drawn anew when either changes.
import { Component, html, render } from "/static/ui.js";
import { Frame } from "/static/frame.js";
import { ringing } from "/static/alarms.js";
import { waitingBackUps } from "/static/back_up.js";
import { onKey } from "/static/keys.js";
import { Link } from "/static/link.js";
import { SignIn } from "/static/sign_in.js";
import * as sound from "/static/sound.js";
import { waiting } from "/static/stand_offs.js";
import { rowsOf } from "/static/store.js";

const SAY_FOR = 8000;
const ALARM_EVERY = 4000;
const MAN_DOWN_EVERY = 2500;

class App extends Component {
  state = { view: 0, opened: null, note: null, sought: "", filter: "all", help: false, now: Date.now() };

  componentDidMount() {
    this.link = new Link(() => this.learn(), (frame) => this.hear(frame));
    this.link.open();
    setInterval(() => this.setState({ now: Date.now() }), 1000);
    setInterval(() => (this.link.isLost || this.link.isStalled) && sound.beep([880, 440]), ALARM_EVERY);
    setInterval(() => this.ring(), MAN_DOWN_EVERY);
    document.addEventListener("keydown", (event) => onKey(event, this.acts));
  }

  acts = {
    open: (id) => this.open(id),
    close: () => this.close(),
    send: (verb) => this.do(verb),
    accept: (alarm) => this.do({ do: "accept-alarm", alarm }),
    compose: (about) => this.compose(about),
    take: (tasks) => tasks.forEach((task) => this.do({ do: "take-task", task })),
    hold: (incident, callsign, state, where) =>
      this.do({ do: "say-stand-off", incident, callsign, state, ...(where && { where }) }),
    answer: (stand_off, prompt) => this.do({ do: "answer-prompt", stand_off, prompt }),
    decide: (batch, activate) => this.decide(batch, activate),
    doubt: (subject, marker, says) => this.do({ do: "report-mistake", subject, marker, says }),
    openMistake: (mistake) => this.openMistake(mistake),
    settle: (mistake, verdict, reason) => this.do({ do: "decide-mistake", mistake, verdict, reason }),
    reportViolence: (subject, facts, callsign) => this.do({ do: "report-violence", subject, callsign, facts }),
    noteAbuse: (subject, noted) => this.do({ do: "note-abuse", subject, ...noted }),
    openReport: (report) => this.openReport(report),
    amend: (report, facts) => this.do({ do: "amend-report", report, facts }),
    drop: (report, reason) => this.do({ do: "drop-report", report, reason }),
    takeAssault: (report) => this.do({ do: "take-assault", report }),
    settleApplication: (report, applied, reason) => this.do({ do: "settle-application", report, applied, reason }),
    handOn: (incident, service, why) => this.do({ do: "hand-on", incident, service, case: why }),
    endHandOn: (hand_on, reason) => this.do({ do: "end-hand-on", hand_on, reason }),
    openAbuse: (entry) => this.openBehind("abuse", "entry", { do: "open-abuse", entry }),
    correctAbuse: (entry, said) => this.do({ do: "correct-abuse", entry, ...said }),
    takeBackAbuse: (entry, reason) => this.do({ do: "take-back-abuse", entry, reason }),
    openProposal: (proposal) => this.openBehind(["proposals", "letters"], "proposal", { do: "open-proposal", proposal }),
    settleProposal: (verb, proposal, said) => this.do({ do: verb, proposal, ...said }),
    putPlan: (said) => this.do({ do: "put-plan", ...said }),
    endPlan: (plan, reason) => this.do({ do: "end-plan", plan, reason }),
    filter: (filter) => this.setState({ filter }),
    view: (view) => this.setState({ view }),
    seek: (sought) => this.setState({ sought }),
    search: () => document.getElementById("sought")?.focus(),
    help: () => this.setState({ help: !this.state.help }),
    sound: () => { sound.toggle(); this.setState({}); this.ring(); },
    signOut: () => this.signOut(),
  };

  // Until a person has accepted; a list that may be old rings on.
  ring() {
    const alarms = ringing(this.link.known);
    if (alarms.length > 0) sound.alarm(alarms.some((alarm) => alarm.step > 0));
    this.rung = alarms.length;
  }

  learn() {
    if (ringing(this.link.known).length > (this.rung ?? 0)) this.ring();
    const backUps = waitingBackUps(this.link.known).reduce((sum, one) => sum + one.times, 0);
    if (backUps > (this.backUps ?? 0)) sound.beep([780, 520, 780]);
    this.backUps = backUps;
    const tasks = rowsOf(this.link.known, "tasks").length;
    if (tasks > (this.tasks ?? 0)) sound.beep([660, 660, 880]);
    this.tasks = tasks;
    const assaults = rowsOf(this.link.known, "assaults").reduce((sum, one) => sum + one.times, 0);
    if (assaults > (this.assaults ?? 0)) sound.beep([520, 520, 660]);
    this.assaults = assaults;
    const prompts = waiting(rowsOf(this.link.known, "stand_offs")).reduce((sum, one) => sum + one.prompt, 0);
    if (prompts > (this.prompts ?? 0)) sound.beep([440, 660]);
    this.prompts = prompts;
    this.setState({ now: Date.now() });
    this.refresh();
    this.refreshMistake();
    this.refreshReport();
    this.refreshBehind();
    const room = this.link.hello ? ` ${this.link.hello.room}` : "";
    const isDown = ringing(this.link.known).length > 0;
    const alarm = isDown ? "MAN-DOWN – " : this.link.isLost || this.link.isStalled ? "LOST – " : tasks ? `(${tasks} NOT TOLD) ` : "";
    document.title = `${alarm}Forewarn${room}`;
  }

  hear(frame) {
    if (frame.say === "note" && frame.subject === this.state.opened) this.setState({ note: frame.note });
    if (frame.say === "mistake") this.setState({ mistake: frame.mistake });
    if (frame.say === "report") this.setState({ report: frame.report });
    if (frame.say === "abuse") this.setState({ entry: frame.abuse });
    if (frame.say === "proposal") this.setState({ proposal: frame.proposal });
    if (frame.say === "back-up" && this.composing) this.setState({ draft: frame.draft });
    if (frame.words) this.say(frame.words, frame.say === "refused");
  }

  say(words, isTrouble) {
    this.setState({ said: { words, isTrouble } });
    clearTimeout(this.saying);
    this.saying = setTimeout(() => this.setState({ said: null }), SAY_FOR);
  }

  do(verb) {
    if (!this.link.send(verb)) this.say("Not done: the connection to the service is lost.", true);
  }

  row(id) {
    const { streams } = this.link.known;
    return ["incidents", "flagged", "calls"].map((name) => streams[name]?.get(id)).find(Boolean);
  }

  open(id) {
    this.from = document.activeElement;
    this.checked = null;
    this.setState({ opened: id, note: null, view: 0 }, () => this.refresh());
  }

  // The note behind is asked for when it is opened, and again when the answer changed meanwhile.
  refresh() {
    const row = this.row(this.state.opened);
    const checked = row && JSON.stringify([row.checked_at, row.matches]);
    if (!row || this.link.isLost || checked === this.checked) return;
    this.checked = checked;
    if (row.matches.length > 0) this.do({ do: "open-note", subject: row.id });
    else this.setState({ note: null });
  }

  // What would be said comes back as a draft; nothing is asked of anybody before it is sent.
  compose({ wanted, incident, alarm }) {
    this.composing = document.activeElement;
    this.do({ do: "compose-back-up", wanted, ...(incident && { incident }), ...(alarm && { alarm }) });
  }

  closeComposer() {
    const from = this.composing;
    this.composing = null;
    this.setState({ draft: null }, () => from?.isConnected && from.focus());
  }

  close() {
    if (this.state.draft) return this.closeComposer();
    if (document.activeElement.matches("input")) document.activeElement.blur();
    const { opened, mistake, report, entry, proposal } = this.state;
    const from = (opened || mistake || report || entry || proposal) && this.from;
    this.setState({ opened: null, note: null, mistake: null, report: null, entry: null, proposal: null, help: false }, () => from?.isConnected && from.focus());
  }

  decide(batch, activate) {
    const what = activate ? "make active and match at once" : "throw away";
    if (confirm(`${batch.id}, ${batch.markers} markers: ${what}?`)) {
      this.do({ do: "decide-batch", batch: batch.id, activate });
    }
  }

  openMistake(mistake) {
    this.from = document.activeElement;
    this.since = this.link.known.streams.mistakes.get(mistake)?.since;
    this.do({ do: "open-mistake", mistake });
  }

  // The opened pair is asked for again when more was said of it, or it was decided on.
  refreshMistake() {
    const row = this.link.known.streams.mistakes?.get(this.state.mistake?.id);
    if (!row || this.link.isLost || row.since === this.since) return;
    this.since = row.since;
    this.do({ do: "open-mistake", mistake: row.id });
  }

  openReport(report) {
    this.from = document.activeElement;
    this.drafted = JSON.stringify(this.reportRow(report));
    this.do({ do: "open-report", report });
  }

  reportRow(id) {
    const { streams } = this.link.known;
    return ["reports", "applications"].map((name) => streams[name]?.get(id) ?? null);
  }

  // The opened draft is asked for again when it says something else, or somebody took it.
  refreshReport() {
    const { report } = this.state;
    const row = report && JSON.stringify(this.reportRow(report.id));
    if (!row || this.link.isLost || row === this.drafted) return;
    this.drafted = row;
    this.do({ do: "open-report", report: report.id });
  }

  // An entry of the ledger or a proposal: what is behind its row comes when it is opened (E1), and is
  // asked for again when the row says something else.
  openBehind(streams, name, verb) {
    this.from = document.activeElement;
    this.behind = { streams: [streams].flat(), name, verb, row: null };
    this.behind.row = this.rowBehind();
    this.do(verb);
  }

  rowBehind() {
    const { streams, name, verb } = this.behind;
    return JSON.stringify(streams.map((stream) => this.link.known.streams[stream]?.get(verb[name]) ?? null));
  }

  refreshBehind() {
    const { behind } = this;
    if (!behind || !this.state[behind.name] || this.link.isLost || this.rowBehind() === behind.row) return;
    behind.row = this.rowBehind();
    this.do(behind.verb);
  }

  async signOut() {
    await fetch("/sign-out", { method: "POST" }).catch(() => null);
    this.link.lose();
  }

  render() {
    const { link } = this;
    if (!link) return null;
    if (link.isSignedOut) return html`<${SignIn} onDone=${() => link.open()} />`;
    return html`<${Frame} link=${link} row=${this.row(this.state.opened)} acts=${this.acts}
      soundIsOn=${sound.isOn()} ...${this.state} />`;
  }
}

const place = document.getElementById("app");
place.textContent = "";
render(html`<${App} />`, place);
