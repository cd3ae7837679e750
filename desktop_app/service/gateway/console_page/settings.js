// Reads the form of a session into the message session.configure.

const value = (id) => document.getElementById(id).value.trim();
const isChecked = (id) => document.getElementById(id).checked;
const number = (id) => (value(id) === "" ? undefined : Number(value(id)));

/** Leaves out what was not filled in, and groups of which nothing was. */
function filled(fields) {
  const kept = Object.entries(fields).filter(([, each]) => each !== undefined && each !== "");
  return kept.length ? Object.fromEntries(kept) : undefined;
}

export function configure() {
  const backend = filled({
    registration_id: value("registration"),
    provider: value("provider"),
    model: value("model"),
    base_url: value("base-url"),
    api_key: value("api-key"),
    system_prompt: value("system-prompt"),
  });
  const stt = filled({
    model_id: value("stt-model"),
    language_code: value("language"),
    sample_rate: 16000,
    audio_format: "pcm_16000",
    commit_strategy: value("strategy"),
    vad_threshold: number("vad-threshold"),
    vad_silence_threshold_secs: number("vad-silence"),
    min_speech_duration_ms: number("min-speech"),
    min_silence_duration_ms: number("min-silence"),
    include_timestamps: isChecked("timestamps") || undefined,
  });
  const tts = filled({
    voice_id: value("voice"),
    model_id: value("tts-model"),
    output_format: value("format"),
  });
  return filled({
    type: "session.configure",
    session_id: value("session-id"),
    backend,
    stt,
    tts: isChecked("spoken") ? tts : undefined,
  });
}
