// 「テスト発信」: the telephone of the page. See trial_course.js for the call, trial_screen.js for what it shows.
import { wake } from "./telephone_audio.js";
import { goThrough } from "./trial_course.js";
import { openLine } from "./trial_line.js";
import { openScreen } from "./trial_screen.js";

const root = document.querySelector("[data-trial]");
const sound = document.querySelector("[data-telephone-sound]").dataset;
const problem = document.querySelector("[data-trial-problem]");
const saving = root.querySelector("[data-save]");
const callers = root.querySelector("[data-callers]");
const keys = [...root.querySelectorAll("[data-key]")];
const buttons = {
  call: root.querySelector("[data-calls]"),
  skip: root.querySelector("[data-skips]"),
  hangUp: root.querySelector("[data-hangs-up]"),
};
const screen = openScreen(root, sound);
let line = null; // of the call under way

async function ask(script) {
  const answer = await fetch(root.dataset.stepsAddress, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": sound.token },
    body: new URLSearchParams({ script: JSON.stringify(script), revision: root.dataset.revision }),
  }).catch(() => null);
  const said = await answer?.json().catch(() => null);
  if (answer?.ok) return said;
  if (said?.go_to) location.assign(said.go_to);
  throw Object.assign(new Error("no answer"), { said: said?.message ?? root.dataset.unreachable });
}

function showProblem(text) {
  problem.hidden = !text;
  problem.querySelector("[data-trial-problem-text]").textContent = text;
}

function showWhetherInCall() {
  const inCall = line !== null;
  callers.hidden = buttons.call.hidden = inCall;
  buttons.skip.hidden = buttons.hangUp.hidden = !inCall;
  for (const key of keys) key.disabled = !inCall;
}

function offerToSave(script) {
  const caller = callers.querySelector(":checked").closest("label").querySelector("[data-caller-name]").textContent;
  saving.elements.script.value = JSON.stringify(script);
  saving.elements.name.value = [caller, ...script.keyed.map((given) => given || root.dataset.nothing)].join(" → ").slice(0, saving.elements.name.maxLength);
  saving.hidden = false;
}

async function call(planned) {
  const script = { caller: callers.querySelector(":checked").value, keyed: [] };
  const own = openLine();
  line = own;
  wake();
  showProblem("");
  saving.hidden = true;
  screen.clear();
  showWhetherInCall();
  buttons.skip.focus();
  try {
    const answer = await goThrough({ script, planned, line: own, ask, screen });
    screen.end(answer.over ? answer.ending : root.dataset.hungUp);
    if (answer.over) offerToSave(script);
  } catch (error) {
    if (!error.said) throw error;
    showProblem(error.said);
    screen.fail();
  } finally {
    line = null;
    showWhetherInCall();
    buttons.call.focus({ preventScroll: true });
  }
}

function press(key) {
  const button = keys.find((one) => one.dataset.key === key);
  button.classList.add("telephone__key--pressed");
  setTimeout(() => button.classList.remove("telephone__key--pressed"), 150);
  line.press(key);
}

buttons.call.addEventListener("click", () => call([]));
buttons.skip.addEventListener("click", () => line.skip());
buttons.hangUp.addEventListener("click", () => line.hangUp());
for (const button of keys) button.addEventListener("click", () => press(button.dataset.key));

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, dialog");
  if (!line || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (keys.some((button) => button.dataset.key === event.key)) {
    event.preventDefault();
    press(event.key);
  }
});

for (const button of document.querySelectorAll("[data-plays]")) {
  button.addEventListener("click", () => {
    if (line) return;
    const { caller, keyed } = JSON.parse(button.dataset.plays);
    callers.querySelector(`[value="${caller}"]`).checked = true;
    root.scrollIntoView({ block: "start" });
    call([...keyed]);
  });
}
addEventListener("pagehide", () => line?.hangUp());
