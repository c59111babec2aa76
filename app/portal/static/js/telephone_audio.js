// Plays WAV files, one at a time, as they are or as they sound through a telephone line.
//   await speech(text, page)   → an AudioBuffer of the text read aloud   (page: the data-… of telephone_sound())
//   await recording(address)   → an AudioBuffer of the WAV at the address
//   await play(buffer)         → true once it was heard to the end, false when it was stopped or another began
const LINE_HZ = [300, 3400];
const STEPS = 32768;
const KEPT_TEXTS = 30;
const KEPT_SETTING = "telephone-sound";

const texts = new Map();
let context;
let line;
let source;
let stopPlaying = () => {};
let asOnTheTelephone = remembered();

function remembered() {
  try {
    return localStorage.getItem(KEPT_SETTING) === "1";
  } catch {
    return false; // the browser keeps nothing
  }
}

export const soundsLikeTelephone = () => asOnTheTelephone;

export function soundLikeTelephone(wanted) {
  asOnTheTelephone = wanted;
  try {
    localStorage.setItem(KEPT_SETTING, wanted ? "1" : "0");
  } catch {} // then for this page only
  if (source) connect();
}

// A value from -1 to 1 as G.711 μ-law carries it.
export function muLaw(value) {
  const bias = 33;
  const magnitude = Math.min(Math.round(Math.abs(value) * 8192), 8158) + bias;
  const segment = Math.floor(Math.log2(magnitude)) - 5;
  const step = 2 ** (segment + 1);
  const heard = (Math.floor(magnitude / step) + 0.5) * step - bias;
  return (Math.sign(value) * heard) / 8192;
}

// The band and the steps of a telephone line, between the nodes `input` and `output`.
export function telephoneLine(audio) {
  const bands = [];
  for (const [type, frequency] of [["highpass", LINE_HZ[0]], ["lowpass", LINE_HZ[1]]]) {
    for (const Q of [-5.33, 2.32]) bands.push(new BiquadFilterNode(audio, { type, frequency, Q })); // Butterworth, 24 dB an octave
  }
  const curve = Float32Array.from({ length: 2 * STEPS + 1 }, (_, index) => muLaw(index / STEPS - 1));
  const steps = new WaveShaperNode(audio, { curve });
  const output = new BiquadFilterNode(audio, { type: "lowpass", frequency: LINE_HZ[1], Q: -3.01 });
  [...bands, steps, output].reduce((from, to) => from.connect(to));
  return { input: bands[0], output };
}

async function decoded(answer) {
  if (!answer.ok) throw Object.assign(new Error("not heard"), { said: (await answer.json().catch(() => ({}))).message });
  // At the rate of the file: the browser's own rate would be a resampling more.
  return new OfflineAudioContext(1, 1, 8000).decodeAudioData(await answer.arrayBuffer());
}

const JSON_ERRORS = { Accept: "application/json" };

export async function recording(address) {
  return decoded(await fetch(address, { headers: JSON_ERRORS }));
}

export async function speech(text, page) {
  if (!texts.has(text)) {
    const answer = await fetch(page.speech, {
      method: "POST",
      headers: { ...JSON_ERRORS, "X-CSRFToken": page.token },
      body: new URLSearchParams({ text }),
    });
    texts.set(text, await decoded(answer));
    if (texts.size > KEPT_TEXTS) texts.delete(texts.keys().next().value);
  }
  return texts.get(text);
}

function connect() {
  source.disconnect();
  source.connect(asOnTheTelephone ? line.input : context.destination);
}

// To be called while a click is handled: browsers let no page sound before one.
export function wake() {
  if (!context) {
    context = new AudioContext();
    line = telephoneLine(context);
    line.output.connect(context.destination);
  }
  context.resume();
}

export function stop() {
  stopPlaying();
}

export function play(buffer) {
  wake();
  stop();
  return new Promise((resolve) => {
    const playing = new AudioBufferSourceNode(context, { buffer });
    const finish = (heardToTheEnd) => {
      if (source !== playing) return;
      source = undefined;
      stopPlaying = () => {};
      playing.disconnect();
      resolve(heardToTheEnd);
    };
    source = playing;
    stopPlaying = () => {
      playing.stop();
      finish(false);
    };
    connect();
    playing.addEventListener("ended", () => finish(true));
    playing.start();
  });
}
