// The text of an SMS as app/domain/sms_text.py counts and cuts it; tests/portal/test_sms_text_js.py holds the two together.
export const MAX_UNITS = 660;
export const MAX_SHORT_URLS = 5;
const SHORT_URL_UNITS = 25;
const SINGLE_PART_UNITS = 70;
const PART_UNITS = { au: 67, docomo: 66, softbank: 67, rakuten: 67 };
export const CARRIERS = Object.keys(PART_UNITS);
const URL_IN_TEXT = /https?:\/\/[A-Za-z0-9][!#-;=?-~]*/gi;
const CLOSING = { ")": "(", "]": "[", "}": "{" };

const count = (text, character) => text.split(character).length - 1;

function withoutTail(url) {
  for (;;) {
    const last = url.at(-1);
    const opening = CLOSING[last];
    const closesNothing = opening && count(url, opening) < count(url, last);
    if (!".,;:!?'*".includes(last) && !closesNothing) return url;
    url = url.slice(0, -1);
  }
}

function replaceUrls(text, replacement) {
  return text.replace(URL_IN_TEXT, (found) => {
    const url = withoutTail(found);
    return replacement(url) + found.slice(url.length);
  });
}

export const typedUrls = (text) => [...new Set((text.match(URL_IN_TEXT) ?? []).map(withoutTail))];

export const render = (text, shortUrls, link) => replaceUrls(text, (url) => (shortUrls.includes(url) ? ` ${link} ` : url));

// A string's length is its UTF-16 units, which is what an SMS counts.
export const countedText = (text, shortUrls) =>
  replaceUrls(text, (url) => (shortUrls.includes(url) ? "x".repeat(SHORT_URL_UNITS) : url));

export function partsOfText(text, carrier) {
  if (text.length <= SINGLE_PART_UNITS) return [text];
  const cut = [];
  let part = "";
  for (const character of text) {
    if (part.length + character.length > PART_UNITS[carrier]) {
      cut.push(part);
      part = "";
    }
    part += character;
  }
  return [...cut, part];
}

export const partsByCarrier = (text) =>
  Object.fromEntries(CARRIERS.map((carrier) => [carrier, partsOfText(text, carrier).length]));
