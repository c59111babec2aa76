// The flow editor: counters, the second ④, what is unsaved, and taking over what somebody else saved.
import { startCards } from "./flow_cards.js";
import { startShortUrls } from "./short_urls.js";
import { startSmsPreview } from "./sms_preview.js";
import { keepUnsaved } from "./unsaved_text.js";

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
startCards(form, changed);

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

// The bar at the bottom grows with what it says, and must not hide what has the focus.
const bar = form.querySelector(".save-bar");
new ResizeObserver(() => {
  document.documentElement.style.scrollPaddingBottom = `${bar.offsetHeight + 16}px`;
}).observe(bar);

// What the server knows: a page that shows a refused or conflicting text begins unsaved.
const contents = () => [...new FormData(form)].filter(([name]) => !name.startsWith("preview_"));
const asText = () => JSON.stringify(contents());
const saved = form.hasAttribute("data-unsaved") ? null : asText();
let leaving = false;

const kept = keepUnsaved(form, {
  contents,
  apply(entries) {
    for (const [name, value] of entries) {
      const field = form.elements[name];
      if (name === "short_urls" || !field) continue;
      field.value = value;
      field.dispatchEvent?.(changed);
    }
    shortUrls.choose(entries.filter(([name]) => name === "short_urls").map(([, url]) => url));
    form.dispatchEvent(changed);
  },
});

for (const button of form.querySelectorAll("[data-awaits-script]")) button.disabled = false;

function showWhetherSaved() {
  const unsaved = asText() !== saved;
  for (const element of form.querySelectorAll("[data-when-unsaved]")) element.hidden = !unsaved;
  for (const element of form.querySelectorAll("[data-when-saved]")) element.hidden = unsaved;
  const publish = form.querySelector("[data-publishes]");
  if (publish) publish.disabled = unsaved || publish.hasAttribute("data-incomplete");
}

form.addEventListener("input", () => {
  showWhetherSaved();
  kept.changed();
});
addEventListener("pageshow", showWhetherSaved);
form.addEventListener("submit", () => {
  leaving = true;
  if (asText() !== saved) kept.sent();
});
form.querySelector("[data-cancels]").addEventListener("click", (event) => {
  if (asText() !== saved && !confirm(form.dataset.leaving)) {
    event.preventDefault();
    return;
  }
  leaving = true;
  kept.drop();
});
addEventListener("beforeunload", (event) => {
  if (!leaving && asText() !== saved) event.preventDefault();
});
addEventListener("session-ended", () => {
  leaving = true; // the edits are kept, and offered after the next sign-in
});
addEventListener("pagehide", () => {
  leaving = false;
});
