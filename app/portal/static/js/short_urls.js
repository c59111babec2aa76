// 「短縮URL」: which URLs of the text are shortened, kept as hidden inputs beside their long form.
import { MAX_SHORT_URLS, typedUrls } from "./sms_text.js";

export function startShortUrls(form, onChange) {
  const body = form.querySelector("[data-sms-text]");
  const area = form.querySelector("[data-short-urls]");
  const list = area.querySelector("[data-short-url-list]");
  const chip = document.getElementById("url-chip").content.firstElementChild;
  let urls = [...area.querySelectorAll("input[name=short_urls]")].map((input) => input.value);
  let wanted = urls;

  function draw() {
    list.replaceChildren(...urls.map(chipOf));
    area.querySelector("[data-no-short-urls]").hidden = urls.length > 0;
    area.querySelector("[data-short-url-count]").textContent = `${urls.length} / ${MAX_SHORT_URLS}`;
  }

  function chipOf(url) {
    const item = chip.cloneNode(true);
    item.querySelector("span").textContent = url;
    item.querySelector("input").value = url;
    const button = item.querySelector("button");
    button.querySelector("span").textContent = area.dataset.remove.replace("{url}", url);
    button.addEventListener("click", () => {
      choose(urls.filter((other) => other !== url));
      form.querySelector("[data-opens-short-urls]").focus();
      onChange();
    });
    return item;
  }

  // A URL that leaves the text leaves the list; typed again, it comes back.
  function followText() {
    urls = typedUrls(body.value).filter((url) => wanted.includes(url));
    draw();
  }

  function choose(next) {
    wanted = next;
    followText();
  }

  body.addEventListener("input", followText);
  draw();

  const shortUrls = { list: () => urls, choose };
  startDialog(form, body, shortUrls, onChange);
  return shortUrls;
}

function startDialog(form, body, shortUrls, onChange) {
  const dialog = document.getElementById("short-url-dialog");
  const choices = dialog.querySelector("[data-typed-url-choices]");
  const newUrl = dialog.querySelector("[data-new-url]");
  const invalid = dialog.querySelector("[data-url-invalid]");
  const tooMany = dialog.querySelector("[data-too-many]");

  form.querySelector("[data-opens-short-urls]").addEventListener("click", () => {
    const typed = typedUrls(body.value);
    choices.replaceChildren(...typed.map((url) => choiceOf(url, shortUrls.list().includes(url))));
    dialog.querySelector("[data-typed-urls]").hidden = typed.length === 0;
    newUrl.value = "";
    invalid.hidden = tooMany.hidden = true;
    newUrl.removeAttribute("aria-invalid");
    dialog.showModal();
  });

  dialog.querySelector("form").addEventListener("submit", (event) => {
    const added = newUrl.value.trim();
    const chosen = [...choices.querySelectorAll("input:checked")].map((input) => input.value);
    const wanted = added ? [...new Set([...chosen, added])] : chosen;
    invalid.hidden = !added || typedUrls(added)[0] === added;
    tooMany.hidden = wanted.length <= MAX_SHORT_URLS;
    newUrl.setAttribute("aria-invalid", String(!invalid.hidden));
    if (!invalid.hidden || !tooMany.hidden) {
      event.preventDefault();
      (invalid.hidden ? choices.querySelector("input") : newUrl)?.focus();
      return;
    }
    if (added && !typedUrls(body.value).includes(added)) insert(body, added);
    shortUrls.choose(wanted);
    onChange();
  });
}

function choiceOf(url, checked) {
  const label = document.createElement("label");
  label.className = "choice";
  const box = Object.assign(document.createElement("input"), { type: "checkbox", value: url, checked });
  const text = document.createElement("span");
  text.textContent = url;
  label.append(box, text);
  return label;
}

// Where the cursor was; spaces keep the URL from running into its neighbours.
function insert(body, url) {
  const before = body.value.slice(0, body.selectionStart);
  const after = body.value.slice(body.selectionEnd);
  const gapBefore = before && !/\s$/.test(before) ? " " : "";
  const gapAfter = after && !/^\s/.test(after) ? " " : "";
  body.value = `${before}${gapBefore}${url}${gapAfter}${after}`;
}
