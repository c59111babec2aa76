// Mails the product wrote instead of sending them, looked up while the panel is open.

import { element, find, json } from "./dom.js";
import { linked } from "./handsets.js";
import { moment } from "./numbers.js";

const EVERY_MS = 3000;
const place = find("mails");
const panel = find("mails-panel");
const opened = new Set();

function mail(each) {
  const made = element("details", { className: "mail", open: opened.has(each.file) },
    element("summary", {},
      element("b", { textContent: each.subject }),
      element("span", { textContent: `${each.to}${each.date ? `　${moment(each.date)}` : ""}` })),
    element("p", {}, ...linked(each.text)));
  made.addEventListener("toggle", () => (made.open ? opened.add(each.file) : opened.delete(each.file)));
  return made;
}

let last = "";

async function refresh() {
  const { mails } = await json("/simulator/mails");
  const now = JSON.stringify(mails);
  if (now === last) return;
  last = now;
  find("mails-count").textContent = mails.length || "";
  place.replaceChildren(...(mails.length
    ? mails.map(mail)
    : [element("p", { className: "hint", textContent: "まだメールはありません。" })]));
}

export function startMails() {
  const attempt = () => refresh().catch(() => {}); // the next look-up tries again
  attempt();
  panel.addEventListener("toggle", attempt);
  setInterval(() => { if (!document.hidden) attempt(); }, EVERY_MS);
}
