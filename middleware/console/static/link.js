// The connection to the service. It is lost when the socket closes or nothing came for LOST_AFTER,
// and is back only when a list and a beat have come: a service that lists but no longer beats would
// else take its alarm away for a moment at every new try.
import { EMPTY, take } from "/static/store.js";

const LOST_AFTER = 5000;
const LOOK_EVERY = 500;
const RETRY = [250, 500, 1000, 2000];

export class Link {
  constructor(onChange, onMessage) {
    Object.assign(this, { onChange, onMessage });
    this.known = EMPTY;
    this.hello = null;
    this.isLost = false;
    this.isStalled = false; // connected, but what is new does not get through the journal
    this.isSignedOut = false;
    this.heardAt = Date.now();
    this.awaitedSince = this.heardAt;
    this.hasList = false; // of the socket that is open now
    this.tries = 0;
    setInterval(() => this.look(), LOOK_EVERY);
  }

  async open() {
    const mine = (this.opening = {});
    const answer = await fetch("/live", { cache: "no-store" }).catch(() => ({ status: 0 }));
    if (mine !== this.opening) return; // given up meanwhile, and tried again
    if (answer.status === 401 || answer.status === 403) return this.signedOut();
    if (answer.status !== 426) return this.lose();
    this.isSignedOut = false;
    this.awaitedSince = Date.now();
    this.socket = new WebSocket(`${location.origin.replace("http", "ws")}/live`);
    this.socket.onopen = () => this.send({ do: "watch" });
    this.socket.onmessage = (event) => this.hear(JSON.parse(event.data));
    this.socket.onclose = () => this.lose();
  }

  send(verb) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(verb));
    return true;
  }

  hear(frame) {
    this.heardAt = this.awaitedSince = Date.now();
    if (frame.say === "beat") this.feel(frame);
    else if (frame.say === "snapshot" || frame.say === "delta") this.learn(frame);
    else if (frame.say !== "hello") this.onMessage(frame);
    else {
      this.hello = frame;
      this.onChange();
    }
  }

  feel(beat) {
    const isBack = this.isLost && this.hasList;
    if (isBack) Object.assign(this, { isLost: false, tries: 0 });
    else if (beat.stalled === this.isStalled) return;
    this.isStalled = beat.stalled;
    this.onChange();
  }

  learn(frame) {
    const known = take(this.known, frame);
    if (known === null) return this.send({ do: "watch" });
    if (frame.say === "snapshot") this.hasList = true;
    if (known === this.known) return;
    this.known = known;
    this.onChange();
  }

  look() {
    const isSilent = Date.now() - this.awaitedSince > LOST_AFTER;
    const isAwaited = this.socket || !this.isLost;
    if (isAwaited && !this.isSignedOut && isSilent) this.lose();
  }

  lose() {
    if (this.socket) this.socket.onclose = this.socket.onmessage = null;
    this.socket?.close();
    Object.assign(this, { socket: null, opening: null, hasList: false, isLost: true });
    this.onChange();
    clearTimeout(this.retry);
    const wait = RETRY[Math.min(this.tries++, RETRY.length - 1)];
    this.retry = setTimeout(() => this.open(), wait * (0.75 + Math.random() / 2));
  }

  signedOut() {
    Object.assign(this, { isSignedOut: true, isLost: false, known: EMPTY, hello: null });
    this.onChange();
  }
}
