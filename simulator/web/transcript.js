// The live transcript: one line per step of the call.

import { element, find, icon } from "./dom.js";
import { readable, seconds } from "./numbers.js";
import { play } from "./sounds.js";

const list = find("steps");
const empty = find("steps-empty");

const KEYED_BY = { "finish key": "終了キー", "time-out": "時間", "number of digits": "桁数" };
const ENDED_BY = {
  xml: "案内側から切断", caller: "発信者が切断", "end of instructions": "案内の終わり", failure: "異常終了", busy: "話し中",
};

const LINES = {
  dialled: (s) => ["発信", `${readable(s.from)} → ${readable(s.to)}`],
  ringing: () => ["呼出中", ""],
  webhook: (s) => ["Webhook", `${s.method} ${new URL(s.url).pathname} → ${s.status ?? "応答なし"}（${s.ms} ms）`],
  answered: () => ["応答", ""],
  play: (s) => ["音声", `${s.duration.toFixed(1)} 秒`],
  speak: (s) => ["読み上げ", s.text],
  wait: (s) => ["無音", `${s.duration} 秒`],
  wait_digits: (s) => ["入力待ち", `${s.timeout} 秒まで`],
  keyed: (s) => ["入力", `${s.digits}（${KEYED_BY[s.ended_by]}で確定）`],
  no_digits: () => ["入力なし", ""],
  invalid_digit: (s) => ["無効なキー", s.digit],
  redirect: (s) => ["転送", new URL(s.url).pathname],
  fallback: (s) => ["代替URLへ", s.reason],
  error_tone: (s) => ["エラー音", s.reason],
  busy: () => ["話し中", "同時に来た電話が多すぎます"],
  hangup: (s) => ["切断", ENDED_BY[s.by]],
};

export function clear() {
  list.replaceChildren();
  empty.hidden = true;
}

export function add(step) {
  const line = step.kind === "result" ? result(step) : ordinary(step);
  list.append(line);
  list.scrollTop = list.scrollHeight;
}

function ordinary(step) {
  const [label, text] = LINES[step.kind](step);
  const line = element("li", { className: `step ${step.kind}` },
    element("time", { textContent: seconds(step.at) }),
    element("b", { textContent: label }),
    element("span", { className: "text", textContent: text }));
  if (step.kind === "play" && step.hash) line.append(replay(step));
  if (step.problems?.length) line.append(faults(step.problems));
  return line;
}

function replay(step) {
  const button = element("button", { type: "button", className: "replay", title: step.url }, icon("play"));
  button.setAttribute("aria-label", "もう一度聞く");
  button.addEventListener("click", () => play(step.hash));
  return button;
}

const faults = (problems) => element("ul", { className: "faults" },
  ...problems.map((problem) => element("li", { textContent: problem })));

function result(step) {
  const verdict = step.ok ? "正常に終わりました" : "実際の電話ではうまくいきません";
  return element("li", { className: `step result ${step.ok ? "ok" : "failed"}` },
    element("b", { textContent: step.ok ? "✓ OK" : "✕ NG" }),
    element("span", { className: "text", textContent: `${verdict}（通話 ${step.duration} 秒）` }),
    step.problems.length ? faults(step.problems) : null);
}
