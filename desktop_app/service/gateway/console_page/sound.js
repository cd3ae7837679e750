// The microphone and the loudspeaker of the page, in one audio context.

import { Samples, isStreamed, join, oggStreams, readFormat } from "./test?file=formats.js";

const ONLY_SECURE = "browsers give sound only to pages of https:// and of this computer.";
const HEAD_START_S = 0.08;

export class Sound {
  /** @param {(level: number, samples: number) => void} onPlayed told how loud and how much so far */
  constructor(onPlayed) {
    this.onPlayed = onPlayed;
    this.opening = null;
    this.playing = new Set();
    this.playAt = 0;
    this.turn = null;
    this.microphone = null;
  }

  /** Must be called from a click or a key: browsers let nobody sound before. */
  open() {
    this.opening ??= this.#open();
    return this.opening.then(() => this.context.resume());
  }

  async #open() {
    this.context = new AudioContext({ latencyHint: "interactive" });
    if (!this.context.audioWorklet) throw new Error(ONLY_SECURE);
    await this.context.audioWorklet.addModule(new URL("./test?file=worklets.js", import.meta.url));
    this.output = new AudioWorkletNode(this.context, "played", { outputChannelCount: [1] });
    this.output.port.onmessage = ({ data }) => this.onPlayed(data.peak, data.sounded);
    this.output.connect(this.context.destination);
  }

  get isPlaying() {
    return this.playing.size > 0 && this.context.currentTime < this.playAt;
  }

  get rate() {
    return this.context.sampleRate;
  }

  // ---- the reply ----

  begin(turnId, format) {
    const { codec, rate } = readFormat(format);
    this.turn = { id: turnId, codec, rate, pieces: [], samples: new Samples(codec), startsAt: null };
  }

  /** More of the reply. Resolves to true where it is the first that will sound. */
  add(turnId, bytes, format) {
    if (this.turn?.id !== turnId) this.begin(turnId, format);
    if (!isStreamed(this.turn.codec)) {
      this.turn.pieces.push(bytes);
      return false;
    }
    return this.#schedule(this.turn, this.turn.samples.feed(bytes));
  }

  /** The reply is complete: what could not be played in pieces is played now. */
  async end(turnId) {
    const turn = this.turn;
    if (turn?.id !== turnId || turn.pieces.length === 0) return false;
    return this.#playFile(turn, join(turn.pieces.splice(0)));
  }

  /** The whole reply in one piece, in place of what came of it before. */
  async whole(turnId, bytes, format) {
    this.silence();
    this.begin(turnId, format);
    if (!isStreamed(this.turn.codec)) return this.#playFile(this.turn, bytes);
    return this.#schedule(this.turn, this.turn.samples.feed(bytes));
  }

  async #playFile(turn, bytes) {
    let isFirst = false;
    for (const stream of oggStreams(bytes)) {
      const buffer = await this.context.decodeAudioData(stream.buffer);
      if (this.turn !== turn) break;
      isFirst = this.#start(turn, buffer) || isFirst;
    }
    return isFirst;
  }

  #schedule(turn, samples) {
    if (samples.length === 0) return false;
    const buffer = this.context.createBuffer(1, samples.length, turn.rate);
    buffer.getChannelData(0).set(samples);
    return this.#start(turn, buffer);
  }

  #start(turn, buffer) {
    const source = new AudioBufferSourceNode(this.context, { buffer });
    source.connect(this.output);
    this.playAt = Math.max(this.playAt, this.context.currentTime + HEAD_START_S);
    const isFirst = turn.startsAt === null;
    turn.startsAt ??= this.playAt;
    source.start(this.playAt);
    this.playAt += buffer.duration;
    this.playing.add(source);
    source.onended = () => this.playing.delete(source);
    return isFirst;
  }

  /** Be silent now. @returns how many milliseconds of the reply were heard */
  silence() {
    const { startsAt = null } = this.turn ?? {};
    const heardUntil = this.context ? Math.min(this.context.currentTime, this.playAt) : 0;
    const heard = startsAt === null ? 0 : Math.max(0, heardUntil - startsAt);
    for (const source of this.playing) source.stop();
    this.playing.clear();
    this.playAt = 0;
    this.turn = null;
    return Math.round(heard * 1000);
  }

  // ---- the microphone ----

  /** @param {(pcm: ArrayBuffer, peak: number) => void} onChunk told every 100 ms, s16le 16 kHz */
  async listen(onChunk) {
    await this.open();
    if (!navigator.mediaDevices) throw new Error(ONLY_SECURE);
    const wish = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    const stream = await navigator.mediaDevices.getUserMedia({ audio: wish });
    const source = this.context.createMediaStreamSource(stream);
    const node = new AudioWorkletNode(this.context, "microphone", { outputChannelCount: [1] });
    node.port.onmessage = ({ data }) => onChunk(data.pcm, data.peak);
    source.connect(node);
    node.connect(this.context.destination); // silence: not every browser runs what leads nowhere
    this.microphone = { stream, source, node };
    return stream.getAudioTracks()[0]?.label ?? "";
  }

  deafen() {
    if (!this.microphone) return;
    const { stream, source, node } = this.microphone;
    for (const track of stream.getTracks()) track.stop();
    node.port.onmessage = null;
    source.disconnect();
    node.disconnect();
    this.microphone = null;
  }
}
