// What handsets show badly, by the rules of app/domain/sms_text_warnings.py; tests/portal/test_sms_text_js.py holds the two together.
import { CARRIERS, partsOfText } from "./sms_text.js";

const MOST_SHOWN = 10;
const FAULTS = ["broken", "half_width_kana", "machine_dependent", "combining", "invisible", "emoji", "emoji_split", "unusual"];
const UNSEEN = ["broken", "combining", "invisible"];
const HARMLESS = /[\n -~〜−‖¢£¬—\u200d\ufe0e\ufe0f]/u;
const BY_RANGE = [
  ["broken", /[\ud800-\udfff\ufffd]/u],
  ["half_width_kana", /[\uff61-\uff9f]/u],
  ["combining", /[\u0300-\u036f\u3099\u309a]/u],
  ["emoji", /[\u20e3\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\u{1f000}-\u{1fbff}\u{e0020}-\u{e007f}]/u],
  ["invisible", /[\x00-\x09\x0b-\x1f\x7f-\xa0\xad\u2000-\u200f\u2028-\u202f\u205f-\u206f\ufeff]/u],
];
const GOES_ON = /^[\u200d\u20e3\u3099\u309a\ufe0e\ufe0f\u{1f3fb}-\u{1f3ff}]/u;
const FLAG_LETTER = /^[\u{1f1e6}-\u{1f1ff}]/u;
const FLAG_LETTERS_AT_END = /[\u{1f1e6}-\u{1f1ff}]*$/u;
const LEADS = windowsLeads();

// Every character of the Windows character set with the first of its two bytes; the browser knows them.
function windowsLeads() {
  const decoder = new TextDecoder("shift_jis");
  const leads = new Map();
  for (let lead = 0x81; lead <= 0xfc; lead++) {
    if (lead >= 0xa0 && lead <= 0xdf) continue;
    for (let trail = 0x40; trail <= 0xfc; trail++) {
      const character = decoder.decode(Uint8Array.of(lead, trail));
      if (character.length === 1 && character !== "\ufffd" && !leads.has(character)) leads.set(character, lead);
    }
  }
  return leads;
}

const isDependent = (lead) => lead === 0x87 || lead === 0xed || lead === 0xee || lead >= 0xf0;

export function faultOf(character) {
  if (HARMLESS.test(character)) return null;
  const lead = LEADS.get(character) ?? 0;
  if (isDependent(lead)) return "machine_dependent";
  if (lead) return null;
  return BY_RANGE.find(([, characters]) => characters.test(character))?.[0] ?? "unusual";
}

const shown = (character, fault) =>
  UNSEEN.includes(fault) ? `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}` : character;

export function warnings(text) {
  const found = Object.fromEntries(FAULTS.map((fault) => [fault, []]));
  for (const character of new Set(text)) {
    const fault = faultOf(character);
    if (fault) found[fault].push(shown(character, fault));
  }
  found.emoji_split = takenApart(text);
  return FAULTS.filter((fault) => found[fault].length).map((fault) => [fault, found[fault].slice(0, MOST_SHOWN)]);
}

function takenApart(text) {
  const apart = new Set();
  for (const carrier of CARRIERS) {
    const parts = partsOfText(text, carrier);
    for (let index = 1; index < parts.length; index++) {
      const before = [...parts[index - 1]].at(-1);
      const [after] = parts[index];
      if (before === "\u200d" || GOES_ON.test(after) || isWithinFlag(parts[index - 1], after)) {
        apart.add((before + after).replace(/^\u200d|\u200d$/g, ""));
      }
    }
  }
  return [...apart];
}

const isWithinFlag = (before, after) =>
  FLAG_LETTER.test(after) && [...before.match(FLAG_LETTERS_AT_END)[0]].length % 2 === 1;
