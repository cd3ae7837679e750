// Connects the page: forms and buttons on one side, the gateway's messages on the other.

import { fromBase64 } from "./test?file=formats.js";
import { Log } from "./test?file=log.js";
import { configure } from "./test?file=settings.js";
import { Sound } from "./test?file=sound.js";
import { Turns } from "./test?file=turns.js";

const part = (id) => document.getElementById(id);
const log = new Log(part("log"));
const turns = new Turns(part("turns"), part("timing"));
const sound = new Sound(onPlayed);

const ENDS = {
  1006: "The gateway cannot be reached, or lets nobody in from this page.",
  1009: "A message was too long.",
  1011: "The gateway failed.",
  1012: "The gateway is being restarted: connect again.",
};

let socket = null;
let isConfigured = false;
let dropped = null; // the turn whose late sound nobody wants any more

// ---- connection ----

function gatewayAddress() {
  const address = new URL("v1/voice/ws", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  address.hash = address.search = "";
  return address.href;
}

function connect() {
  let address;
  try {
    address = new URL(part("address").value);
  } catch {
    problem("The address must begin with ws:// or wss://.");
    return;
  }
  if (part("token").value) address.searchParams.set("token", part("token").value);
  log.add("note", `Connecting to ${address.href}`);
  show("waiting", "Connecting…");
  problem("");
  try {
    socket = new WebSocket(address);
  } catch (error) {
    show("closed", "Not connected");
    problem(`This address cannot be used: ${error.message}`);
    return;
  }
  const mine = socket;
  mine.onmessage = ({ data }) => mine === socket && receive(data);
  mine.onclose = ({ code, reason }) => mine === socket && closed(code, reason);
  connectButton("Disconnect");
}

function disconnect() {
  if (socket.readyState === WebSocket.OPEN && isConfigured) say({ type: "session.close" });
  socket.close();
}

function closed(code, reason) {
  socket = dropped = null;
  isConfigured = false;
  turns.forget();
  microphoneOff();
  sound.silence();
  enable();
  connectButton("Connect");
  part("partial").textContent = "";
  show("closed", "Not connected");
  log.add("note", `Closed with ${code} ${reason}`.trim());
  if (code !== 1000 && code !== 1005) {
    problem(`The connection ended. ${reason || ENDS[code] || `Its code is ${code}.`}`);
  }
}

function say(message) {
  socket.send(message instanceof ArrayBuffer ? message : JSON.stringify(message));
  log.add("out", message);
}

// ---- what the gateway says ----

function receive(data) {
  let message;
  try {
    message = JSON.parse(data);
  } catch {
    log.add("note", "A message that cannot be read.");
    return;
  }
  log.add("in", message);
  told[message.type]?.(message);
}

const told = {
  "session.ready": () => {
    show("waiting", "Connected, not configured");
    enable();
    part("configure-button").focus();
  },
  "session.configured": ({ session_id: id, stt, tts }) => {
    isConfigured = true;
    show("ready", "Ready");
    problem("");
    enable();
    facts({ Session: id, "Heard by": named(stt), "Spoken by": named(tts) });
    part("text").focus();
  },
  "stt.session_started": ({ config, tts }) => {
    facts({ "Heard by": named(config), "Spoken by": named(tts) });
  },
  "input.speech_started": () => {
    if (part("headphones").checked && sound.isPlaying) stop();
  },
  "input.speech_stopped": () => turns.ended(),
  "transcript.partial": ({ text }) => {
    part("partial").textContent = text;
  },
  "transcript.committed": ({ text }) => {
    part("partial").textContent = "";
    if (!text) {
      turns.nothing();
      return;
    }
    turns.committed();
    part("said").textContent = `You said: ${text}`;
  },
  "assistant.started": ({ text, turn_id: id }) => {
    sound.silence();
    turns.begin(id, text);
    enable();
  },
  "assistant.delta": ({ text, turn_id: id }) => turns.delta(id, text),
  "assistant.message": ({ text, turn_id: id }) => {
    turns.text(id, text);
    if (!part("spoken").checked) part("said").textContent = text;
  },
  "assistant.audio.start": async ({ turn_id: id, output_format: format }) => {
    if (await isSilent()) return;
    if (id !== dropped) sound.begin(id, format);
  },
  "assistant.audio.chunk": async ({ turn_id: id, audio, output_format: format }) => {
    if (await isSilent()) return;
    if (id !== dropped && sound.add(id, fromBase64(audio), format)) turns.mark(id, "sound");
  },
  "assistant.audio.end": async ({ turn_id: id }) => {
    if (id === dropped || (await isSilent())) return;
    if (await sound.end(id).catch(undecodable)) turns.mark(id, "sound");
    turns.mark(id, "end");
  },
  "assistant.audio": async ({ turn_id: id, audio, output_format: format }) => {
    if (await isSilent()) return;
    if (await sound.whole(id, fromBase64(audio), format).catch(undecodable)) turns.mark(id, "sound");
    turns.mark(id, "end");
  },
  "assistant.cancelled": ({ turn_id: id }) => turns.stopped(id),
  error: ({ message, error, detail }) => problem(message || error || detail || "The gateway failed."),
};

/** Whether this browser gives us no sound, which was told when we connected. */
const isSilent = () => sound.open().then(() => false, () => true);

function undecodable(error) {
  problem(`This browser cannot play the sound: ${error.message}`);
  return false;
}

// ---- talking ----

function stop() {
  const heard = sound.silence();
  const id = lastTurn();
  dropped = id;
  say({ type: "assistant.cancel", ...(id === null ? {} : { turn_id: id }), heard_ms: heard });
}

const lastTurn = () => [...turns.byId.keys()].at(-1) ?? null;

async function microphoneOn() {
  part("microphone").disabled = true;
  try {
    const name = await sound.listen(onHeard);
    part("microphone").setAttribute("aria-pressed", "true");
    part("listening").textContent = name ? `Listening · ${name}` : "Listening";
    document.querySelector(".dock").dataset.on = "true";
    problem("");
  } catch (error) {
    problem(`The microphone cannot be used: ${error.message}`);
  }
  enable();
}

function microphoneOff() {
  sound.deafen();
  part("microphone").setAttribute("aria-pressed", "false");
  part("listening").textContent = "Microphone is off";
  document.querySelector(".dock").dataset.on = "false";
  level("input-level", 0);
}

function onHeard(pcm, peak) {
  level("input-level", peak);
  if (socket?.readyState !== WebSocket.OPEN || !isConfigured) return;
  const isEcho = sound.isPlaying && !part("headphones").checked;
  say(isEcho ? new ArrayBuffer(pcm.byteLength) : pcm);
}

// ---- what is shown ----

function onPlayed(peak, samples) {
  level("output-level", peak);
  const played = part("played");
  played.dataset.samples = String(samples);
  played.dataset.playing = String(sound.isPlaying);
  const text = `${(samples / sound.rate).toFixed(1)} s`;
  if (played.textContent !== text) played.textContent = text;
}

function level(id, peak) {
  const loud = peak === 0 ? 0 : Math.max(0, Math.min(1, 1 + Math.log10(peak) / 2.5));
  const view = part(id);
  view.firstElementChild.style.transform = `scaleX(${loud.toFixed(2)})`;
  view.setAttribute("aria-valuenow", String(Math.round(loud * 100)));
  if (id === "input-level") part("ring").style.setProperty("--loud", loud.toFixed(2));
}

function show(state, text) {
  part("status").dataset.state = state;
  part("status").textContent = text;
}

function problem(text) {
  part("problem").textContent = text;
  part("problem").hidden = text === "";
}

function named({ provider = "", model_id: model = "" } = {}) {
  return [provider, model].filter(Boolean).join(" / ");
}

function connectButton(text) {
  part("connect-button").textContent = text;
  part("connect-button").classList.toggle("main", text === "Connect");
}

function facts(known) {
  for (const [name, text] of Object.entries(known)) {
    if (!text) continue;
    const id = `fact-${name}`;
    if (!part(id)) {
      const label = document.createElement("dt");
      label.textContent = name;
      const shown = document.createElement("dd");
      shown.id = id;
      part("facts").append(label, shown);
    }
    part(id).textContent = text;
  }
}

function enable() {
  const isOpen = socket?.readyState === WebSocket.OPEN;
  part("configure-fields").disabled = !isOpen;
  const isReady = isOpen && isConfigured;
  for (const id of ["text", "send", "microphone", "commit"]) part(id).disabled = !isReady;
  part("stop").disabled = !isReady || lastTurn() === null;
}

// ---- forms, buttons and keys ----

part("address").value = gatewayAddress();

part("connect").onsubmit = (event) => {
  event.preventDefault();
  if (socket) disconnect();
  else connect();
  sound.open().catch((error) => problem(`There will be no sound: ${error.message}`));
};
part("configure").onsubmit = (event) => {
  event.preventDefault();
  say(configure());
};
part("prompt").onsubmit = (event) => {
  event.preventDefault();
  const text = part("text").value.trim();
  if (!text) return;
  turns.typed(text);
  say({ type: "text.prompt", text });
  part("text").value = "";
};
part("microphone").onclick = () => (sound.microphone ? microphoneOff() : microphoneOn());
part("commit").onclick = () => {
  turns.ended();
  say({ type: "audio.commit" });
};
part("stop").onclick = stop;
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !part("stop").disabled) stop();
});
part("copy-log").onclick = () => navigator.clipboard?.writeText(log.text);
part("clear-log").onclick = () => log.clear();
