// The buttons ▶ of macros/listen.html: each plays its guidance, turns to ■ meanwhile, and only one plays at a time.
import { play, recording, soundLikeTelephone, soundsLikeTelephone, speech, stop, wake } from "./telephone_audio.js";
import { toast } from "./toast.js";

const page = document.querySelector("[data-telephone-sound]").dataset;
const status = document.querySelector("[data-listening-status]");
const switches = document.querySelectorAll("[data-as-on-the-telephone]");
let current = null; // the button that is ■

const worded = (words, button) => words.replace("{name}", button.dataset.name);

function sound(button) {
  const { audio, text, listens } = button.dataset;
  const file = document.querySelector(`[name="${listens}_file"]`)?.value;
  const isFile = document.querySelector(`[name="${listens}_kind"]:checked`)?.value === "file";
  if (isFile && !file) return Promise.reject(Object.assign(new Error("not heard"), { said: page.noFile }));
  if (audio || file) return recording(audio || page.fileAudio.replace("{id}", file));
  return speech(text ?? document.querySelector(`[name="${listens}"]`).value, page);
}

function show(button, state) {
  const label = worded(state ? page.stop : page.listen, button);
  button.dataset.state = state;
  button.title = label;
  button.querySelector(".visually-hidden").textContent = label;
  button.setAttribute("aria-busy", String(state === "loading"));
}

function end(button, words) {
  if (current !== button) return; // another has begun meanwhile, and has said so
  current = null;
  show(button, "");
  status.textContent = worded(words, button);
}

async function listen(button) {
  if (current) {
    const before = current;
    stop();
    end(before, page.stopped);
    if (before === button) return;
  }
  wake();
  current = button;
  show(button, "loading");
  status.textContent = worded(page.loading, button);
  try {
    const buffer = await sound(button);
    if (current !== button) return;
    show(button, "playing");
    status.textContent = worded(page.playing, button);
    if (await play(buffer)) end(button, page.stopped);
  } catch (error) {
    if (current === button) toast(error.said ?? page.failed);
    end(button, page.stopped);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-listens]");
  if (button) listen(button);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && current) listen(current);
});
document.addEventListener("close", ({ target }) => current && target.contains(current) && listen(current), true); // a dialog
addEventListener("pagehide", () => current && listen(current));

function showSwitches() {
  for (const one of switches) one.checked = soundsLikeTelephone();
}

for (const one of switches) {
  one.addEventListener("change", () => {
    soundLikeTelephone(one.checked);
    showSwitches();
  });
}
showSwitches();
