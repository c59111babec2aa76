// A download begins without leaving the page: says that the file is being made, and when it begins to come. The answer's
// cookie tells; how far it is then, and whether it failed, the browser shows.
const NAME = "download";
const LOOK_EVERY_MS = 250;

const has = (token) => document.cookie.split("; ").includes(`${NAME}=${token}`);

function newToken() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function watch(form, status) {
  let timer;
  let button;

  function end(words) {
    clearInterval(timer);
    timer = undefined;
    button?.removeAttribute("aria-busy");
    status.textContent = words;
  }

  form.addEventListener("submit", (event) => {
    if (!event.submitter?.hasAttribute("formaction")) return;
    if (timer) {
      event.preventDefault();
      return;
    }
    const token = newToken();
    form.addEventListener("formdata", ({ formData }) => formData.set(NAME, token), { once: true });
    event.submitter.closest("[popover]")?.hidePopover();
    button = form.querySelector("[formaction]");
    button.setAttribute("aria-busy", "true");
    status.textContent = status.dataset.preparing;
    timer = setInterval(() => has(token) && end(status.dataset.started), LOOK_EVERY_MS);
  });
  addEventListener("pageshow", () => end(""));
}

for (const status of document.querySelectorAll("[data-download]")) watch(status.closest("form"), status);
