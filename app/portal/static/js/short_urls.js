// 「短縮URL」: which URLs of the text are shortened, kept as hidden inputs beside their long form.
import { urlProblem } from "./short_url_rules.js";
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
  const problems = [...dialog.querySelectorAll("[data-url-problem]")];
  const tooMany = dialog.querySelector("[data-too-many]");
  const reason = (url) => (typedUrls(url)[0] === url ? urlProblem(url, form.dataset.shortUrl) : "url_unreadable");
  const words = (code) => problems.find((problem) => problem.dataset.urlProblem === code).textContent.trim();

  function showProblem(code) {
    for (const problem of problems) problem.hidden = problem.dataset.urlProblem !== code;
    newUrl.setAttribute("aria-invalid", String(Boolean(code)));
  }

  form.querySelector("[data-opens-short-urls]").addEventListener("click", () => {
    const typed = typedUrls(body.value);
    choices.replaceChildren(
      ...typed.map((url) => {
        const problem = urlProblem(url, form.dataset.shortUrl);
        return choiceOf(url, shortUrls.list().includes(url), problem && words(problem));
      }),
    );
    dialog.querySelector("[data-typed-urls]").hidden = typed.length === 0;
    newUrl.value = "";
    tooMany.hidden = true;
    showProblem(null);
    dialog.showModal();
    (choices.querySelector("input:enabled") ?? newUrl).focus();
  });

  dialog.querySelector("form").addEventListener("submit", (event) => {
    const added = inAscii(newUrl.value.trim());
    const chosen = [...choices.querySelectorAll("input:checked")].map((input) => input.value);
    const wanted = added ? [...new Set([...chosen, added])] : chosen;
    const problem = added && reason(added);
    tooMany.hidden = wanted.length <= MAX_SHORT_URLS;
    showProblem(problem);
    if (problem || !tooMany.hidden) {
      event.preventDefault();
      (problem ? newUrl : choices.querySelector("input:enabled"))?.focus();
      return;
    }
    if (added && !typedUrls(body.value).includes(added)) insert(body, added);
    shortUrls.choose(wanted);
    onChange();
  });
}

function choiceOf(url, checked, problem) {
  const label = document.createElement("label");
  label.className = "choice";
  const box = Object.assign(document.createElement("input"), {
    type: "checkbox",
    value: url,
    checked: checked && !problem,
    disabled: Boolean(problem),
  });
  const text = document.createElement("span");
  text.textContent = url;
  if (problem) text.append(Object.assign(document.createElement("small"), { className: "choice__problem", textContent: problem }));
  label.append(box, text);
  return label;
}

// An address with Japanese in its host or path, as browsers show it, is put in the form that handsets understand.
function inAscii(address) {
  if (/\s/.test(address) || /^[!-~]*$/.test(address)) return address;
  return URL.canParse(address) ? new URL(address).href : address;
}

// Where the cursor was; spaces keep the URL from running into its neighbours.
function insert(body, url) {
  const before = body.value.slice(0, body.selectionStart);
  const after = body.value.slice(body.selectionEnd);
  const gapBefore = before && !/\s$/.test(before) ? " " : "";
  const gapAfter = after && !/^\s/.test(after) ? " " : "";
  body.value = `${before}${gapBefore}${url}${gapAfter}${after}`;
}
