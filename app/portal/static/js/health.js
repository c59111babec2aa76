// 「稼働状況」 stays fresh by itself while somebody can see it. Looking on is no activity: the session ends as on any page.
const EVERY_MS = 10_000;
const place = document.querySelector("[data-health]");
const said = document.querySelector("[data-health-said]");
const failed = document.querySelector("[data-health-failed]");
let shown = place.querySelector("[data-health-summary]").textContent.trim();
let timer = null;

async function refresh() {
  const headers = { "X-Background": "1" };
  const answer = await fetch(place.dataset.health, { headers, redirect: "error" }).catch(() => null);
  if (answer?.ok) show(await answer.text());
  failed.hidden = Boolean(answer?.ok);
  if (!document.hidden) wait();
}

function show(html) {
  const focused = place.contains(document.activeElement) && document.activeElement.getAttribute("href");
  place.innerHTML = html;
  if (focused) place.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
  const summary = place.querySelector("[data-health-summary]").textContent.trim();
  if (summary !== shown) said.textContent = shown = summary; // read out only what is new
}

function wait() {
  clearTimeout(timer);
  timer = setTimeout(refresh, EVERY_MS);
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (!document.hidden) refresh();
});
wait();
