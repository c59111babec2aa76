// The handsets: one per number that has received something, the latest on top.

import { element, find, json } from "./dom.js";
import { moment, readable } from "./numbers.js";

const LINK = /https?:\/\/[\x21-\x7e]+/g;
const place = find("handsets");
let shortUrlBase = null;
let publicBaseUrl = null;

// A short link is opened where it leads on this machine; all others as they are.
function target(url) {
  return url.startsWith(`${shortUrlBase}/`) ? publicBaseUrl + url.slice(shortUrlBase.length) : url;
}

export function linked(text) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    parts.push(text.slice(from, match.index), element("a", {
      href: target(match[0]), textContent: match[0], target: "_blank", rel: "noreferrer",
    }));
    from = match.index + match[0].length;
  }
  return [...parts, text.slice(from)];
}

function handsetOf(number) {
  const existing = place.querySelector(`[data-number="${CSS.escape(number)}"]`);
  if (existing) return existing;
  const made = element("article", { className: "handset" },
    element("h3", { textContent: readable(number) }),
    element("ol", {}));
  made.dataset.number = number;
  return made;
}

function receive(sms, isNew) {
  const handset = handsetOf(sms.recipient);
  handset.querySelector("ol").append(element("li", { className: isNew ? "sms new" : "sms" },
    element("p", { className: "sender" },
      element("b", { textContent: readable(sms.sender) }),
      element("time", { dateTime: sms.received_at, textContent: moment(sms.received_at) })),
    element("p", { className: "bubble" }, ...linked(sms.text))));
  place.prepend(handset);
  find("handsets-empty").hidden = true;
}

export async function startHandsets(settings) {
  shortUrlBase = settings.short_url_base;
  publicBaseUrl = settings.public_base_url;
  const shown = new Set();
  const show = (sms, isNew) => {
    if (shown.has(sms.uuid)) return;
    shown.add(sms.uuid);
    receive(sms, isNew);
  };
  const load = async () => {
    const { sms } = await json("/simulator/handsets");
    sms.reverse().forEach((each) => show(each, false));
  };
  const events = new EventSource("/simulator/events");
  events.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if (event.kind === "listening") load();
    if (event.kind === "sms") show(event, true);
    if (event.kind === "reset") {
      shown.clear();
      place.replaceChildren();
      find("handsets-empty").hidden = false;
    }
  };
}
