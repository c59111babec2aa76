// The telephone: dialling, keys during the call, hanging up.

import { element, find, post } from "./dom.js";
import { errorTone, keyTone, play, ringingTone, silence, speak } from "./sounds.js";
import * as transcript from "./transcript.js";

const LETTERS = { 2: "ABC", 3: "DEF", 4: "GHI", 5: "JKL", 6: "MNO", 7: "PQRS", 8: "TUV", 9: "WXYZ" };
const KEYS = [..."123456789*0#"];
const form = find("dial");
const screen = find("screen");
const countdown = find("countdown");
const digits = find("digits");
let call = null; // the call's path while there is one
let sending = Promise.resolve(); // keys leave one after the other: parallel requests overtake each other

const STATES = {
  idle: "待機中", dialling: "発信中…", ringing: "呼出中…", talking: "通話中", asking: "番号を入力してください",
};

function show(state) {
  screen.dataset.state = state;
  find("state-text").textContent = STATES[state];
  find("call").disabled = state !== "idle";
  find("hang-up").disabled = state === "idle";
  countdown.hidden = state !== "asking";
}

function fail(error) {
  const place = find("error");
  place.textContent = error.message;
  place.hidden = false;
  show("idle");
}

async function dial() {
  if (call || screen.dataset.state !== "idle") return;
  find("error").hidden = true;
  digits.textContent = "";
  transcript.clear();
  show("dialling");
  try {
    const { call_uuid: uuid } = await post("/simulator/calls", {
      from: form.withheld.checked ? "anonymous" : form.caller.value,
      to: form.called.value,
      live: true,
    });
    call = `/simulator/calls/${uuid}`;
    follow();
  } catch (error) {
    fail(new Error(`発信できません。電話番号を確認してください（${error.message}）`));
  }
}

function follow() {
  const events = new EventSource(`${call}/events`);
  const end = () => {
    events.close();
    call = null;
    show("idle");
  };
  events.onmessage = ({ data }) => {
    const step = JSON.parse(data);
    transcript.add(step);
    act(step);
    if (step.kind === "result") end();
  };
  events.onerror = () => {
    end();
    fail(new Error("シミュレーターとの接続が切れました。もう一度お試しください。"));
  };
}

function act(step) {
  switch (step.kind) {
    case "ringing": show("ringing"); ringingTone(); break;
    case "answered": show("talking"); break;
    case "play": show("talking"); if (step.hash) play(step.hash); break;
    case "speak": show("talking"); speak(step.text, step.language); break;
    case "wait_digits": show("asking"); startCountdown(step.timeout); break;
    case "keyed": case "no_digits": case "invalid_digit": show("talking"); digits.textContent = ""; break;
    case "error_tone": errorTone(); break;
    case "hangup": silence(); break;
  }
}

function startCountdown(lastsS) {
  countdown.getAnimations().forEach((animation) => animation.cancel());
  countdown.animate([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }],
    { duration: lastsS * 1000, fill: "forwards" });
}

function press(key) {
  keyTone(key);
  if (!call) {
    form.called.value += key;
    return;
  }
  digits.textContent += key;
  const path = `${call}/keys`;
  sending = sending.then(() => post(path, { keys: key })).catch(fail);
}

function hangUp() {
  silence();
  if (call) post(`${call}/hangup`).catch(fail);
}

export function startPhone() {
  find("keypad").append(...KEYS.map((key) => {
    const button = element("button", { type: "button", value: key },
      element("b", { textContent: key }), element("small", { textContent: LETTERS[key] ?? "" }));
    button.addEventListener("click", () => press(key));
    return button;
  }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    dial();
  });
  form.withheld.addEventListener("change", () => {
    form.caller.disabled = form.withheld.checked;
  });
  for (const button of document.querySelectorAll("[data-called]")) {
    button.addEventListener("click", () => { form.called.value = button.dataset.called; });
  }
  find("hang-up").addEventListener("click", hangUp);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") hangUp();
    if (call && KEYS.includes(event.key)) {
      event.preventDefault();
      press(event.key);
    }
  });
  window.addEventListener("pagehide", () => {
    if (call) navigator.sendBeacon(`${call}/hangup`);
  });
  show("idle");
}

export function callFrom(number) {
  form.withheld.checked = false;
  form.caller.disabled = false;
  form.caller.value = number;
  form.caller.focus();
}
