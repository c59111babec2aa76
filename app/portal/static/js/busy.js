// A form is sent once: its button shows that it works, a second click does nothing. Coming back by the browser's history frees it.
const busy = () => document.querySelectorAll("[aria-busy=true]");

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "true";
  event.submitter?.setAttribute("aria-busy", "true");
});

addEventListener("pageshow", () => {
  for (const button of busy()) button.removeAttribute("aria-busy");
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
});
