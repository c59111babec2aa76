// What a trial call shows: the display of the telephone, the transcript, the handset that gets the SMS.
import { play, recording, speech, stop } from "./telephone_audio.js";

const fromTemplate = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

export function openScreen(root, sound) {
  const part = (name) => root.querySelector(`[data-${name}]`);
  const words = root.dataset;
  const steps = part("steps");
  const scrolls = part("scrolls");
  const say = (text) => {
    part("state").textContent = text;
  };

  function step(template, text, name = "", mark = "") {
    const item = fromTemplate(template);
    item.querySelector("[data-words]").textContent = text;
    if (name) {
      item.querySelector("[data-name]").textContent = name;
      item.querySelector("[data-mark]").textContent = mark;
    }
    steps.append(item);
    scrolls.scrollTop = scrolls.scrollHeight; // not the page: the keypad stays in sight
    return item;
  }

  async function playSound(guidance, item) {
    try {
      const buffer = guidance.file ? await recording(guidance.file.url) : await speech(guidance.text, sound);
      if (item.getAttribute("aria-current")) await play(buffer);
    } catch (error) {
      item.querySelector("[data-words]").append(` (${error.said ?? words.silent})`);
    }
  }

  return {
    clear() {
      steps.replaceChildren();
      part("no-steps").hidden = true;
      scrolls.hidden = false;
      part("keyed").textContent = "";
      part("sms-sender").textContent = part("sms-sender").dataset.empty;
      for (const name of ["sms-text", "sms-facts", "sms-links"]) part(name).hidden = true;
      say(words.calling);
    },

    play(guidance) {
      const { mark, name, text, file } = guidance;
      part("keyed").textContent = "";
      const item = step("heard-step", file?.name || text || words.notSet, name, mark);
      if (!text && !file) {
        item.classList.add("heard--unset");
        return { ended: Promise.resolve(), stop() {} };
      }
      item.setAttribute("aria-current", "step");
      say(words.playing.replace("{name}", `${mark} ${name}`));
      return {
        ended: playSound(guidance, item),
        stop() {
          item.removeAttribute("aria-current");
          stop();
        },
      };
    },

    showKeys(keys) {
      part("keyed").textContent = keys;
    },

    showTimeLeft(seconds, of) {
      const text = words.waiting.replace("{seconds}", Math.ceil(seconds));
      if (part("time-text").textContent !== text) part("time-text").textContent = text;
      if (part("time").hidden) say(words.listening);
      part("time").value = seconds / of;
      part("time").hidden = part("time-text").hidden = false;
    },

    hideTimeLeft() {
      part("time").hidden = part("time-text").hidden = true;
    },

    keyed(keys) {
      step("keyed-step", keys || words.nothing);
    },

    end(text) {
      part("keyed").textContent = "";
      step("end-step", text);
      say(text);
    },

    fail() {
      scrolls.hidden = steps.children.length === 0;
      part("no-steps").hidden = !scrolls.hidden;
      say(words.idle);
    },

    receive({ sms }) {
      if (!sms) return;
      part("sms-sender").textContent = sms.sender;
      part("sms-text").replaceChildren(...withLinks(sms.text, sms.link));
      part("sms-to").textContent = sms.to;
      part("sms-urls").replaceChildren(...sms.short_urls.map((url) => Object.assign(document.createElement("li"), { textContent: url })));
      part("sms-links").hidden = sms.short_urls.length === 0;
      part("sms-text").hidden = part("sms-facts").hidden = false;
    },
  };
}

// The text with its short links marked as a handset marks them.
function withLinks(text, link) {
  return text.split(link).flatMap((piece, index) => {
    const mark = Object.assign(document.createElement("span"), { className: "trial__link", textContent: link });
    return index ? [mark, piece] : [piece];
  });
}
