// Warns shortly before the session ends for want of activity, and leads to sign-in when it has. The server counts; this page
// asks it before it says anything, because other tabs of the same session are activity too. Asking is not.

const ASK_AGAIN_AFTER_MS = 10_000;
const dialog = document.getElementById("idle-warning");
const { warnBefore, state, keep, token } = dialog.dataset;
const timeLeft = dialog.querySelector("[data-time-left]");
const otherTabs = new BroadcastChannel("session");
let endsAt = inSeconds(dialog.dataset.secondsLeft);
let asked = false; // this end was confirmed by the server
let askAgainAt = 0;

function inSeconds(seconds) {
  return Date.now() + Number(seconds) * 1000;
}

function setEnd(moment) {
  endsAt = moment;
  asked = false;
  if (secondsLeft() > warnBefore && dialog.open) dialog.close("kept");
}

function secondsLeft() {
  return Math.ceil((endsAt - Date.now()) / 1000);
}

function leave(where) {
  dispatchEvent(new Event("session-ended"));
  location.assign(where);
}

async function send(address, options) {
  askAgainAt = Date.now() + ASK_AGAIN_AFTER_MS;
  const answer = await fetch(address, options).catch(() => null); // no network: asked again later
  if (!answer) return;
  const said = await answer.json();
  if (answer.ok) {
    setEnd(inSeconds(said.seconds_left));
    asked = true;
    askAgainAt = 0;
    otherTabs.postMessage(endsAt);
  } else if (said.go_to) {
    const signIn = new URL(said.go_to, location.href);
    signIn.searchParams.set("next", location.pathname + location.search);
    leave(signIn);
  } else {
    leave(location.href); // another tab began a new session: this page belongs to the old one
  }
}

const ask = () => send(state, { headers: { Accept: "application/json", "X-Background": "1" } });
const stay = () =>
  send(keep, { method: "POST", headers: { Accept: "application/json", "X-CSRFToken": token } });

function tick() {
  const left = secondsLeft();
  if (left > warnBefore || Date.now() < askAgainAt) {
    if (left <= warnBefore) showTime(left);
    return;
  }
  if (left <= 0 || !asked) {
    ask();
    return;
  }
  showTime(left);
  if (!dialog.open) dialog.showModal();
}

function showTime(left) {
  const shown = Math.max(left, 0);
  timeLeft.textContent = `${Math.floor(shown / 60)}:${String(shown % 60).padStart(2, "0")}`;
}

dialog.addEventListener("close", () => {
  if (dialog.returnValue !== "kept") stay();
  dialog.returnValue = "";
});
otherTabs.addEventListener("message", ({ data }) => {
  if (data > endsAt) setEnd(data);
});
otherTabs.postMessage(endsAt);
setInterval(tick, 1000);
