// The SMS as it will look and count: counter, number of parts per carrier, what handsets show badly, handset.
import { MAX_UNITS, countedText, partsByCarrier, render } from "./sms_text.js";
import { warnings } from "./sms_text_warnings.js";

export function startSmsPreview(form, shortUrls) {
  const body = form.querySelector("[data-sms-text]");
  const counter = form.querySelector("[data-sms-counter]");
  const range = form.querySelector("[data-sms-parts]");
  const bubble = form.querySelector("[data-shows-text]");
  const senderShown = form.querySelector("[data-shows-sender]");
  const { sender } = form.elements;

  function show() {
    const text = countedText(body.value, shortUrls.list());
    counter.textContent = `${text.length} / ${MAX_UNITS}`;
    counter.classList.toggle("counter--over", text.length > MAX_UNITS);
    showParts(partsByCarrier(text));
    showWarnings(form, new Map(warnings(text)));
    bubble.textContent = render(body.value, shortUrls.list(), form.dataset.shortUrl) || bubble.dataset.empty;
    senderShown.textContent = sender.value ? sender.selectedOptions[0].textContent : senderShown.dataset.empty;
  }

  function showParts(parts) {
    const fewest = Math.min(...Object.values(parts));
    const most = Math.max(...Object.values(parts));
    const { one, range: words } = range.dataset;
    range.textContent = (fewest === most ? one : words).replace("{fewest}", fewest).replace("{n}", most);
    const { partWords } = form.querySelector("[data-part-words]").dataset;
    for (const [carrier, count] of Object.entries(parts)) {
      form.querySelector(`[data-parts-of="${carrier}"]`).textContent = partWords.replace("{n}", count);
    }
  }

  form.addEventListener("input", show);
  show();
}

function showWarnings(form, found) {
  const list = form.querySelector("[data-sms-warnings]");
  list.hidden = found.size === 0;
  for (const item of list.querySelectorAll("[data-fault]")) {
    const characters = found.get(item.dataset.fault);
    item.hidden = !characters;
    item.querySelector("[data-found]").textContent = characters?.join(" ") ?? "";
  }
}
