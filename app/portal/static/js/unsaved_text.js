// Edits that are not saved yet outlive a session that ended, a tab that was closed and a browser that crashed: they are kept in
// this browser for a week, for this user and this number, and offered when the editor is opened again.
const NEVER_KEPT = ["csrf_token", "revision"];
const PREFIX = "unsaved ";
const KEPT_FOR_MS = 7 * 24 * 3600 * 1000;

// A browser may forbid storage, or have none left: then nothing is kept, and the editor works on.
function store(key, value) {
  try {
    if (value) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
  } catch (error) {
    console.warn("Unsaved edits are not kept:", error);
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function dropOld() {
  try {
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) {
      if (!(read(key)?.at > Date.now() - KEPT_FOR_MS)) localStorage.removeItem(key);
    }
  } catch (error) {
    console.warn("Old edits are not dropped:", error);
  }
}

export function keepUnsaved(form, { contents, apply }) {
  const key = `${PREFIX}${form.dataset.keptFor} ${location.pathname}`;
  const offer = document.querySelector("[data-kept-text]");
  const typed = () => contents().filter(([name]) => !NEVER_KEPT.includes(name));
  const opened = JSON.stringify(typed());
  const isRefused = form.hasAttribute("data-unsaved"); // this page shows what was sent and could not be saved
  const { revision } = form.elements;
  dropOld();
  const kept = isRefused ? null : read(key);
  const wasSaved = kept?.sent && Number(revision.value) === Number(kept.revision) + 1 && form.hasAttribute("data-saved-by-me");
  const isWorthIt = kept && !wasSaved && JSON.stringify(kept.entries) !== opened;
  if (kept && !isWorthIt) store(key, null);
  if (isWorthIt && offer) {
    offer.hidden = false;
    offer.querySelector("[data-kept-at]").textContent = new Date(kept.at).toLocaleString(document.documentElement.lang);
    offer.querySelector("[data-kept-conflict]").hidden = kept.revision === revision.value;
  }

  offer?.addEventListener("click", (event) => {
    const button = event.target.closest("[data-kept-text-taken], [data-kept-text-dropped]");
    if (!button) return;
    offer.hidden = true;
    if (button.hasAttribute("data-kept-text-taken")) {
      revision.value = kept.revision; // saving them tells of what was saved since, and shows both
      apply(kept.entries);
    } else {
      store(key, null);
    }
    form.querySelector("textarea").focus();
  });

  const keep = (sent) => store(key, { entries: typed(), revision: revision.value, at: Date.now(), sent });
  return {
    changed() {
      if (JSON.stringify(typed()) === opened && !isRefused) store(key, null);
      else keep(false);
    },
    sent: () => keep(true),
    drop: () => store(key, null),
  };
}
