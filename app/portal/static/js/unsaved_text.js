// Edits that are not saved yet outlive a session that ended or a tab that was reloaded: they are kept in this tab's storage,
// and offered when the same person opens the same editor again.

const NEVER_KEPT = ["csrf_token", "revision"];

export function keepUnsaved(form, { contents, apply }) {
  const key = `unsaved ${form.dataset.keptFor} ${location.pathname}`;
  const offer = document.querySelector("[data-kept-text]");
  const typed = () => JSON.stringify(contents().filter(([name]) => !NEVER_KEPT.includes(name)));
  const opened = typed();
  let kept = sessionStorage.getItem(key);

  if (form.hasAttribute("data-unsaved") || kept === opened) kept = null;
  if (offer) offer.hidden = !kept;

  offer?.addEventListener("click", (event) => {
    const button = event.target.closest("[data-kept-text-taken], [data-kept-text-dropped]");
    if (!button) return;
    if (button.hasAttribute("data-kept-text-taken")) apply(JSON.parse(kept));
    else sessionStorage.removeItem(key);
    offer.hidden = true;
  });

  return {
    changed() {
      if (typed() === opened && !form.hasAttribute("data-unsaved")) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, typed());
    },
    drop: () => sessionStorage.removeItem(key),
  };
}
