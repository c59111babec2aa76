// 「ガイダンス種別」 and the file of a guidance, for every macros/guidance_file.html of the page. What is chosen stands in the form's
// hidden input guidance_<slot>_file; other scripts may set that or the kind, and send the form an input event.
import { NotTaken, convert, describe, sendFile, waitFor } from "./audio_upload.js";
import { record } from "./recorder.js";

const MAX_BYTES = 50 * 1024 * 1024;
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

function startGuidanceFile(root) {
  const slot = root.dataset.guidanceFile;
  const form = root.closest("form");
  const find = (selector) => root.querySelector(selector);
  const words = find("[data-words]").dataset;
  const panel = find("[data-file-panel]");
  const text = form.elements[`guidance_${slot}`];
  const kinds = form.elements[`guidance_${slot}_kind`];
  const input = form.elements[`guidance_${slot}_file`];
  const dialog = document.getElementById(`kind-${slot}`);
  let shown = input.value; // the id that the panel tells of
  let parked = ""; // the file to come back to, while the kind is a text
  let work = new AbortController();
  let recording = null;
  let recorded = null;

  const tell = () => input.dispatchEvent(new Event("input", { bubbles: true }));
  const say = (message, name = "") => {
    find("[data-file-status]").textContent = message.replace("{name}", name);
  };

  function show(state) {
    panel.dataset.state = state;
    for (const part of panel.querySelectorAll("[data-in]")) part.hidden = !part.dataset.in.split(" ").includes(state);
    showKind();
  }

  function showKind() {
    const isFile = kinds.value === "file";
    panel.hidden = !isFile;
    const around = text.closest(".field");
    for (const part of around?.children ?? []) {
      if (!part.matches(".saved-beside, [data-undoes]")) part.classList.toggle("guidance-kind__unused", isFile);
    }
    const said = isFile ? (input.value && find("[data-file-name]").textContent) : text.value;
    for (const mirror of form.querySelectorAll(`[data-mirrors="${text.id}"]`)) mirror.textContent = said || "—";
  }

  function put(id) {
    shown = input.value = id;
    tell();
  }

  function refuse(name, problems) {
    find("[data-refused-name]").textContent = name;
    find("[data-problems]").replaceChildren(
      ...problems.map((problem) => Object.assign(document.createElement("li"), { textContent: problem })),
    );
    find("[data-converts]").hidden = !input.value;
    show("refused");
  }

  function showFile(file) {
    if (file.state === "ready") {
      find("[data-file-name]").textContent = file.name;
      find("[data-original]").href = file.original_url;
      find("[data-file-length]").textContent = clock(file.duration_ms / 1000);
      show("ready");
      say(words.ready, file.name);
    } else {
      refuse(file.name, file.problems);
    }
  }

  function busy(state, message, name) {
    work.abort();
    work = new AbortController();
    find("[data-busy-words]").textContent = message.replace("{name}", name);
    say(message, name);
    onProgress(0);
    show(state);
    return work.signal;
  }

  function onProgress(percent) {
    find("progress").value = percent;
  }

  // Runs what takes a while; what it has come to in the end is shown, unless it was given up.
  async function doing(name, run) {
    try {
      const file = await run();
      showFile(file);
      tell();
    } catch (error) {
      if (error instanceof NotTaken) refuse(name, [error.message]);
      else if (error.name !== "AbortError") throw error;
    }
  }

  function upload(file, convertsAtOnce) {
    find("[data-picks]").value = "";
    put("");
    if (file.size >= MAX_BYTES) return refuse(file.name, [words.tooLarge]);
    const signal = busy("uploading", words.uploading, file.name);
    return doing(file.name, async () => {
      const sent = await sendFile(root.dataset, file, words, onProgress, signal);
      put(sent.id);
      if (sent.state !== "stored" || !convertsAtOnce) return sent;
      return convert(root.dataset, sent.id, words, onProgress, busy("converting", words.converting, sent.name));
    });
  }

  function load(id) {
    const signal = busy("converting", "", "");
    return doing("", async () => {
      const file = await describe(root.dataset, id, words, signal);
      return waitFor(root.dataset, file, words, onProgress, signal);
    });
  }

  function convertShown() {
    const name = find("[data-refused-name]").textContent;
    const signal = busy("converting", words.converting, name);
    doing(name, () => convert(root.dataset, input.value, words, onProgress, signal));
  }

  function empty() {
    work.abort();
    put("");
    show("empty");
    find("[data-picks]").focus();
  }

  async function startRecording() {
    try {
      recording = await record((seconds, level) => {
        find("[data-time]").textContent = clock(seconds);
        find("[data-level]").value = level;
      }, endRecording);
    } catch {
      refuse("", [words.noMicrophone]);
      return;
    }
    show("recording");
    say(words.recording);
    find("[data-stops-recording]").focus();
  }

  function endRecording(blob) {
    const now = new Date();
    const time = `${now.toLocaleDateString("sv")} ${now.toLocaleTimeString("sv").replaceAll(":", ".")}`;
    const ending = blob.type.includes("mp4") ? "m4a" : blob.type.includes("ogg") ? "ogg" : "webm";
    recorded = new File([blob], `${words.recordingName.replace("{time}", time)}.${ending}`, { type: blob.type });
    const player = find("[data-recorded]");
    URL.revokeObjectURL(player.src);
    player.src = URL.createObjectURL(recorded);
    show("recorded");
    say(words.recorded);
    find("[data-uses-recording]").focus();
  }

  function dropRecording() {
    recording?.drop();
    show("empty");
    find("[data-picks]").focus();
  }

  // A kind that was saved is changed only after a question.
  function askForKind() {
    const wanted = kinds.value;
    if (!root.dataset.keptKind || root.dataset.keptKind === wanted) return changeKind(wanted);
    for (const sentence of dialog.querySelectorAll("[data-to]")) sentence.hidden = sentence.dataset.to !== wanted;
    kinds.value = root.dataset.keptKind;
    tell();
    dialog.showModal();
    dialog.querySelector("[data-changes-kind]").onclick = () => {
      dialog.close();
      changeKind(wanted);
    };
  }

  function changeKind(kind) {
    kinds.value = kind;
    if (kind === "text") [parked, shown, input.value] = [input.value, "", ""];
    else if (parked) [parked, shown, input.value] = ["", parked, parked];
    tell();
    showKind();
  }

  // Another script has set the file or the kind.
  function follow() {
    if (input.value !== shown) {
      shown = input.value;
      if (shown) load(shown);
      else show("empty");
    }
    showKind();
  }

  const onClick = {
    "[data-removes-file]": empty,
    "[data-converts]": convertShown,
    "[data-gives-up]": empty,
    "[data-records]": startRecording,
    "[data-stops-recording]": () => recording.stop(),
    "[data-drops-recording]": dropRecording,
    "[data-uses-recording]": () => upload(recorded, true),
  };
  root.addEventListener("click", (event) => {
    for (const [selector, run] of Object.entries(onClick)) if (event.target.closest(selector)) run();
  });
  for (const radio of kinds) radio.addEventListener("change", askForKind);
  find("[data-picks]").addEventListener("change", ({ target }) => target.files[0] && upload(target.files[0], false));

  const drop = find("[data-drops]");
  for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle("file-panel__drop--over", over);
      if (name === "drop" && event.dataTransfer.files[0]) upload(event.dataTransfer.files[0], false);
    });
  }

  for (const button of form.querySelectorAll(`[data-takes="guidance_${slot}"], [data-takes="guidance_${slot}_file"]`)) {
    button.addEventListener("click", () => changeKind(button.dataset.takes.endsWith("_file") ? "file" : "text"));
  }
  form.addEventListener("input", follow);
  const length = find("[data-file-length]");
  if (panel.dataset.state === "ready") length.textContent = clock(Number(length.dataset.ms) / 1000);
  show(panel.dataset.state);
  if (input.value && panel.dataset.state !== "ready") load(input.value);
}

for (const root of document.querySelectorAll("[data-guidance-file]")) startGuidanceFile(root);
