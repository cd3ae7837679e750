// The messages of both sides, without keys and without sound.

const SECRET = /key|token|secret|password|authorization/i;
const FREQUENT = ["assistant.audio.chunk", "assistant.delta", "transcript.partial"];
const KEPT = 400;

/** The message as it may be shown. */
export function hidden(value, name = "") {
  if (typeof value === "string") {
    if (SECRET.test(name)) return value === "" ? "" : "•••";
    if (name === "audio") return `‹${Math.floor((value.length * 3) / 4)} bytes›`;
    return value.replace(/([?&](?:token|api_key)=)[^&]*/gi, "$1•••");
  }
  if (Array.isArray(value)) return value.map((each) => hidden(each, name));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, hidden(each, key)]));
  }
  return value;
}

export class Log {
  constructor(view) {
    this.view = view;
    this.counted = new Map();
  }

  /** @param {"in"|"out"|"note"} way */
  add(way, message) {
    if (message instanceof ArrayBuffer || FREQUENT.includes(message?.type)) this.#count(way, message);
    else this.#write(way, message);
  }

  get text() {
    return [...this.view.children].map((line) => line.textContent).join("\n");
  }

  clear() {
    this.view.replaceChildren();
    this.counted.clear();
  }

  /** What comes many times a second: one line counts it until something else is said. */
  #count(way, message) {
    const name = way === "in" ? message.type : "sound";
    const so = this.counted.get(name) ?? { count: 0, line: this.#line(way, "") };
    so.count += 1;
    so.line.textContent = `${name} × ${so.count}`;
    this.counted.set(name, so);
  }

  #write(way, message) {
    this.counted.clear();
    const text = typeof message === "string" ? hidden(message) : JSON.stringify(hidden(message));
    this.#line(way, text).dataset.kind = message?.type ?? "";
  }

  #line(way, text) {
    const { view } = this;
    const isAtEnd = view.scrollHeight - view.scrollTop - view.clientHeight < 24;
    const line = document.createElement("p");
    line.dataset.way = way;
    line.textContent = text;
    view.append(line);
    if (view.children.length > KEPT) view.firstElementChild.remove();
    if (isAtEnd) view.scrollTop = view.scrollHeight;
    return line;
  }
}
