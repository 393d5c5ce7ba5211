// The connection to the service. It is lost when the socket closes, when no beat came for
// LOST_AFTER, or when there is no list although there is a socket.
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
    this.tries = 0;
    setInterval(() => this.look(), LOOK_EVERY);
  }

  async open() {
    let answer;
    try {
      answer = await fetch("/live", { cache: "no-store" });
    } catch {
      return this.lose();
    }
    if (answer.status === 401 || answer.status === 403) return this.signedOut();
    if (answer.status !== 426) return this.lose();
    this.isSignedOut = false;
    if (!this.isLost) this.heardAt = Date.now();
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
    this.heardAt = Date.now();
    if (frame.say === "hello") this.hello = frame;
    else if (frame.say === "snapshot" || frame.say === "delta") this.learn(frame);
    else if (frame.say !== "beat") this.onMessage(frame);
    if (frame.say === "beat" && frame.stalled !== this.isStalled) this.isStalled = frame.stalled;
    else if (frame.say !== "hello") return;
    this.onChange();
  }

  learn(frame) {
    const known = take(this.known, frame);
    if (known === null) return this.send({ do: "watch" });
    if (frame.say === "snapshot") {
      this.isLost = false;
      this.tries = 0;
    }
    if (known === this.known) return;
    this.known = known;
    this.onChange();
  }

  look() {
    const isSilent = Date.now() - this.heardAt > LOST_AFTER;
    if (!this.isLost && !this.isSignedOut && isSilent) {
      this.socket?.close();
      this.lose();
    }
  }

  lose() {
    if (this.socket) this.socket.onclose = this.socket.onmessage = null;
    this.socket?.close();
    this.socket = null;
    this.isLost = true;
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
