// follow(refresh): asks again while something is open: soon after a change, ever later while nothing changes, never while
// nobody looks. refresh() → "changed", "same" (no network is the same), or "over", after which it is not asked again.
const SOON_MS = 4_000;
const LONGEST_MS = 60_000;
const LATER = 1.5;

export function follow(refresh) {
  let wait = SOON_MS;
  let timer;
  let isOver = false;

  async function ask() {
    const what = await refresh().catch(() => "same");
    isOver = what === "over";
    plan(what === "changed" ? SOON_MS : Math.min(wait * LATER, LONGEST_MS));
  }

  function plan(milliseconds) {
    wait = milliseconds;
    clearTimeout(timer);
    if (!isOver && !document.hidden) timer = setTimeout(ask, wait);
  }

  document.addEventListener("visibilitychange", () => plan(SOON_MS));
  plan(SOON_MS);
}

// By itself: such a question does not keep a session alive.
export const BY_ITSELF = { "X-Background": "1" };

// The part of a page, or null where the session or the network does not give it.
export async function fetchPart(address, selector, headers = {}) {
  const answer = await fetch(address, { headers });
  if (!answer.ok || answer.redirected) return null;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector(selector);
}
