// What a telephone sounds like: key tones, the ringing tone, announcements, read-out texts.

import { find } from "./dom.js";

const ROWS = { 1: 697, 2: 697, 3: 697, 4: 770, 5: 770, 6: 770, 7: 852, 8: 852, 9: 852, "*": 941, 0: 941, "#": 941 };
const COLUMNS = { 1: 1209, 4: 1209, 7: 1209, "*": 1209, 2: 1336, 5: 1336, 8: 1336, 0: 1336, 3: 1477, 6: 1477, 9: 1477, "#": 1477 };
const audio = find("audio");
let context = null;

function tone(frequencies, lastsS, volume = 0.06) {
  context ??= new AudioContext();
  const gain = new GainNode(context, { gain: volume });
  gain.connect(context.destination);
  for (const frequency of frequencies) {
    const oscillator = new OscillatorNode(context, { frequency });
    oscillator.connect(gain);
    oscillator.start();
    oscillator.stop(context.currentTime + lastsS);
  }
}

export const keyTone = (key) => tone([ROWS[key], COLUMNS[key]], 0.14);
export const ringingTone = () => tone([400, 416], 1);
export const errorTone = () => tone([480, 620], 0.6);

export function play(hash) {
  silence();
  audio.src = `/simulator/audio/${hash}`;
  audio.play().catch(() => {}); // a browser may refuse sound: the transcript still tells
}

export function speak(text, language) {
  silence();
  if (!("speechSynthesis" in window)) return;
  const utterance = new SpeechSynthesisUtterance(text);
  utterance.lang = language;
  window.speechSynthesis.speak(utterance);
}

export function silence() {
  audio.pause();
  window.speechSynthesis?.cancel();
}
