// The flow editor: counters, the second ④, what is unsaved, and taking over what somebody else saved.
import { startShortUrls } from "./short_urls.js";
import { startSmsPreview } from "./sms_preview.js";

const form = document.getElementById("flow-form");
const changed = new Event("input", { bubbles: true });

function countGuidance(field) {
  const length = [...field.value].length;
  const counter = form.querySelector(`[data-counter="${field.id}"]`);
  counter.textContent = `${length} / ${field.dataset.counts}`;
  counter.classList.toggle("counter--over", length > Number(field.dataset.counts));
  for (const mirror of form.querySelectorAll(`[data-mirrors="${field.id}"]`)) mirror.textContent = field.value || "—";
}

for (const field of form.querySelectorAll("[data-counts]")) {
  field.addEventListener("input", () => countGuidance(field));
  countGuidance(field);
}

const shortUrls = startShortUrls(form, () => form.dispatchEvent(changed));
startSmsPreview(form, shortUrls);

for (const button of form.querySelectorAll("[data-takes]")) {
  button.addEventListener("click", () => {
    const name = button.dataset.takes;
    const value = JSON.parse(button.dataset.value);
    if (name === "short_urls") shortUrls.choose(value);
    else form.elements[name].value = value;
    (form.elements[name] instanceof HTMLElement ? form.elements[name] : form).dispatchEvent(changed);
    button.closest(".saved-beside").classList.add("saved-beside--taken");
  });
}

// What the server knows: a page that shows a refused or conflicting text begins unsaved.
const contents = () => JSON.stringify([...new FormData(form)]);
const saved = form.hasAttribute("data-unsaved") ? null : contents();
let leaving = false;

function showWhetherSaved() {
  const unsaved = contents() !== saved;
  for (const element of form.querySelectorAll("[data-when-unsaved]")) element.hidden = !unsaved;
  for (const element of form.querySelectorAll("[data-when-saved]")) element.hidden = unsaved;
  const publish = form.querySelector("[data-publishes]");
  if (publish) publish.disabled = unsaved || publish.hasAttribute("data-incomplete");
}

form.addEventListener("input", showWhetherSaved);
addEventListener("pageshow", showWhetherSaved);
form.addEventListener("submit", () => {
  leaving = true;
});
form.querySelector("[data-cancels]").addEventListener("click", (event) => {
  if (contents() === saved || confirm(form.dataset.leaving)) leaving = true;
  else event.preventDefault();
});
addEventListener("beforeunload", (event) => {
  if (!leaving && contents() !== saved) event.preventDefault();
});
addEventListener("pagehide", () => {
  leaving = false;
});
