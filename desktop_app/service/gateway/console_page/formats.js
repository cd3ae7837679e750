// Turns what the gateway sends as speech into samples.

/** @returns {{codec: string, rate: number}} of a name like "pcm_24000" or "mp3_44100_128". */
export function readFormat(name) {
  const [codec, rate] = name.split("_");
  return { codec, rate: Number(rate) || 24000 };
}

/** Whether pieces of it can be played before the rest is there. */
export const isStreamed = (codec) => ["pcm", "ulaw", "alaw"].includes(codec);

export function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

export function join(pieces) {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Speech of several sentences may be several Ogg streams: browsers decode only the first of them. */
export function oggStreams(bytes) {
  const begins = [];
  for (let at = 0; at + 6 <= bytes.length; at += 1) {
    const isPage = bytes[at] === 0x4f && bytes[at + 1] === 0x67 && bytes[at + 2] === 0x67
      && bytes[at + 3] === 0x53 && bytes[at + 4] === 0;
    if (isPage && bytes[at + 5] & 2) begins.push(at);
  }
  if (begins.length < 2) return [bytes];
  return begins.map((begin, number) => bytes.slice(begin, begins[number + 1]));
}

/** Decodes pieces of one stream; an odd byte waits for its other half. */
export class Samples {
  constructor(codec) {
    this.codec = codec;
    this.odd = new Uint8Array(0);
  }

  feed(bytes) {
    if (this.codec === "ulaw") return Float32Array.from(bytes, fromMuLaw);
    if (this.codec === "alaw") return Float32Array.from(bytes, fromALaw);
    const sound = join([this.odd, bytes]);
    const whole = sound.length & ~1;
    this.odd = sound.slice(whole);
    const view = new DataView(sound.buffer, 0, whole);
    return Float32Array.from({ length: whole / 2 }, (_, at) => view.getInt16(at * 2, true) / 32768);
  }
}

function fromMuLaw(byte) {
  const code = ~byte & 0xff;
  const size = (((code & 0x0f) << 3) + 0x84) << ((code & 0x70) >> 4);
  return (code & 0x80 ? 0x84 - size : size - 0x84) / 32768;
}

function fromALaw(byte) {
  const code = byte ^ 0x55;
  const exponent = (code & 0x70) >> 4;
  const low = ((code & 0x0f) << 4) + 8;
  const size = exponent === 0 ? low : (low + 0x100) << (exponent - 1);
  return (code & 0x80 ? size : -size) / 32768;
}
