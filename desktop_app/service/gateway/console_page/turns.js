// What was asked, what was answered, and how long each part of it took.

const STAGES = [
  ["heard", "Understood"],
  ["word", "First word"],
  ["text", "Whole text"],
  ["sound", "First sound"],
  ["end", "All sound"],
];

const element = (name, text = "", kind = "") => {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
};

const seconds = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`);

/** One turn: the question's bubble and the reply below it. */
class Turn {
  constructor(text, isSpoken, beganAt) {
    this.beganAt = beganAt;
    this.marks = {};
    this.me = element("li", "", "me");
    if (isSpoken) this.me.append(element("small", "spoken"));
    this.me.append(element("span", text));
    this.reply = element("li", "", "reply");
    this.words = element("p");
    this.how = element("p", "", "how");
    this.reply.append(this.words, this.how);
  }

  mark(stage) {
    this.marks[stage] ??= performance.now() - this.beganAt;
  }
}

export class Turns {
  constructor(list, timing) {
    this.list = list;
    this.timing = timing;
    this.byId = new Map();
    this.latest = null;
    this.spokeAt = this.heardAt = this.asked = null;
  }

  /** The person ended an utterance; a later sign of the same changes nothing. */
  ended() {
    this.spokeAt ??= performance.now();
  }

  committed() {
    this.ended();
    this.heardAt = performance.now();
  }

  /** What sounded like an utterance had no words. */
  nothing() {
    this.spokeAt = null;
  }

  typed(text) {
    this.asked = { text, at: performance.now() };
  }

  begin(id, text) {
    const isSpoken = this.asked?.text !== text;
    const beganAt = (isSpoken ? this.spokeAt : this.asked?.at) ?? performance.now();
    const turn = new Turn(text, isSpoken, beganAt);
    if (isSpoken && this.heardAt) turn.marks.heard = this.heardAt - beganAt;
    this.spokeAt = this.heardAt = this.asked = null;
    this.latest = turn;
    if (id != null) this.byId.set(id, turn);
    this.#follow(() => this.list.append(turn.me, turn.reply));
    this.#show(turn);
  }

  delta(id, text) {
    const turn = this.#of(id);
    if (!turn) return;
    turn.mark("word");
    this.#follow(() => turn.words.append(text));
    this.#show(turn);
  }

  text(id, text) {
    const turn = this.#of(id);
    if (!turn) return;
    turn.mark("word");
    turn.mark("text");
    this.#follow(() => { turn.words.textContent = text; });
    this.#show(turn);
  }

  mark(id, stage) {
    const turn = this.#of(id);
    if (!turn) return;
    turn.mark(stage);
    this.#show(turn);
  }

  stopped(id) {
    const turn = this.#of(id);
    if (!turn || turn.isStopped) return;
    turn.isStopped = true;
    this.#follow(() => turn.reply.append(element("p", "Stopped here", "how")));
  }

  /** Another connection counts its turns anew. */
  forget() {
    this.byId.clear();
    this.latest = this.spokeAt = this.heardAt = this.asked = null;
  }

  #of(id) {
    return this.byId.get(id) ?? this.latest;
  }

  #show(turn) {
    const known = STAGES.filter(([name]) => name in turn.marks)
      .sort(([one], [other]) => turn.marks[one] - turn.marks[other]);
    if (turn === this.latest) this.#showBars(turn, known);
    const first = turn.marks.sound ?? turn.marks.word;
    if (first === undefined) return;
    const what = "sound" in turn.marks ? "sound" : "word";
    const line = element("span", `${seconds(first)} to first ${what}`);
    turn.how.replaceChildren(line, this.#fall(turn.marks));
  }

  #showBars(turn, known) {
    const longest = Math.max(1, ...known.map(([name]) => turn.marks[name]));
    let before = 0;
    const rows = known.flatMap(([name, label]) => {
      const at = turn.marks[name];
      const bar = element("span", "", "bar");
      const part = element("i");
      part.style.left = `${(100 * before) / longest}%`;
      part.style.width = `${(100 * (at - before)) / longest}%`;
      bar.append(part);
      const figures = element("dd");
      figures.append(bar, element("output", seconds(at)));
      before = at;
      return [element("dt", label), figures];
    });
    this.timing.replaceChildren(...rows);
  }

  #fall({ heard = 0, word = heard, sound = word }) {
    const fall = element("span", "", "fall");
    fall.setAttribute("aria-hidden", "true");
    const whole = Math.max(1, sound);
    for (const part of [heard, word - heard, sound - word]) {
      const piece = element("i");
      piece.style.width = `${(100 * Math.max(0, part)) / whole}%`;
      fall.append(piece);
    }
    return fall;
  }

  /** Changes the list, and stays at its end where it was there. */
  #follow(change) {
    const { list } = this;
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    change();
    if (isAtEnd) list.scrollTop = list.scrollHeight;
  }
}
