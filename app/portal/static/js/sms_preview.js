// The SMS as it will look and count: counter, number of parts, handset.
import { countedUnits, parts, render } from "./sms_text.js";

const MAX_UNITS = 660;

export function startSmsPreview(form, shortUrls) {
  const body = form.querySelector("[data-sms-text]");
  const counter = form.querySelector("[data-sms-counter]");
  const partsShown = form.querySelector("[data-sms-parts]");
  const bubble = form.querySelector("[data-shows-text]");
  const senderShown = form.querySelector("[data-shows-sender]");
  const { sender } = form.elements;

  function show() {
    const units = countedUnits(body.value, shortUrls.list());
    counter.textContent = `${units} / ${MAX_UNITS}`;
    counter.classList.toggle("counter--over", units > MAX_UNITS);
    partsShown.textContent = partsShown.dataset.one.replace("{n}", parts(units));
    bubble.textContent = render(body.value, shortUrls.list(), form.dataset.shortUrl) || bubble.dataset.empty;
    senderShown.textContent = sender.value ? sender.selectedOptions[0].textContent : senderShown.dataset.empty;
  }

  form.addEventListener("input", show);
  show();
}
