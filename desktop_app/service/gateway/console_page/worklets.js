// Runs on the browser's sound thread: what the microphone hears, and what was really played.

const RATE = 16000;
const CHUNK = RATE / 10;

/** Averages the microphone down to 16 kHz and posts s16le chunks of 100 ms with their peak. */
class Microphone extends AudioWorkletProcessor {
  constructor() {
    super();
    this.step = sampleRate / RATE;
    this.sum = 0;
    this.count = 0;
    this.next = this.step;
    this.at = 0;
    this.chunk = new Int16Array(CHUNK);
    this.filled = 0;
    this.peak = 0;
  }

  process([input]) {
    for (const value of input[0] ?? []) {
      this.sum += value;
      this.count += 1;
      this.at += 1;
      if (this.at >= this.next) this.emit();
    }
    return true;
  }

  emit() {
    const value = Math.max(-1, Math.min(1, this.sum / this.count));
    this.sum = this.count = 0;
    this.next += this.step;
    this.peak = Math.max(this.peak, Math.abs(value));
    this.chunk[this.filled] = Math.round(value * 32767);
    this.filled += 1;
    if (this.filled === CHUNK) {
      this.port.postMessage({ pcm: this.chunk.buffer, peak: this.peak }, [this.chunk.buffer]);
      this.chunk = new Int16Array(CHUNK);
      this.filled = 0;
      this.peak = 0;
    }
  }
}

/** Passes sound on and counts the samples that were no silence. */
class Played extends AudioWorkletProcessor {
  constructor() {
    super();
    this.sounded = 0;
    this.peak = 0;
    this.blocks = 0;
  }

  process([input], [output]) {
    const from = input[0];
    for (const channel of output) {
      if (from) channel.set(from);
    }
    for (const value of from ?? []) {
      if (value !== 0) this.sounded += 1;
      this.peak = Math.max(this.peak, Math.abs(value));
    }
    this.blocks += 1;
    if (this.blocks % 16 === 0) {
      this.port.postMessage({ sounded: this.sounded, peak: this.peak });
      this.peak = 0;
    }
    return true;
  }
}

registerProcessor("microphone", Microphone);
registerProcessor("played", Played);
