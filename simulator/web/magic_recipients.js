// The table of magic recipients, in words.

import { element, find, json } from "./dom.js";
import { readable } from "./numbers.js";
import { callFrom } from "./phone.js";

const NETWORKS = { "440-10": "docomo", "440-50": "au", "440-20": "SoftBank", "440-11": "楽天モバイル" };
const FINALS = { delivered: "到達", undelivered: "不達", failed: "失敗", rejected: "拒否", sent: "送信済のまま報告なし" };
const REPORTS = {
  none: "報告が一度も来ない", doubled: "報告が2回ずつ来る", reversed: "報告が逆順に来る", contradicted: "後から矛盾する報告が来る",
  "for each part": "分割された各通について報告が来る",
};
const ODD_PARTS = { "0 undelivered": "長文の1通目は不達", "-1 undelivered": "長文の最後の1通は不達", "-1 sent": "長文の最後の1通は報告なし" };
const ANSWERS = {
  429: "APIがいつも429", "429 twice": "APIが2回429", "500 twice": "APIが2回500", 503: "APIがいつも503",
  late: "受付後、応答がタイムアウト", dropped: "受付後、接続が切れる", empty: "受付の応答が空",
  "not JSON": "受付の応答がJSONでない", 403: "APIが403（国が無効）", 400: "APIが400（宛先不正）",
};

function words(fate) {
  const refused = ["429", "503", "403", "400"].includes(fate.answer);
  return [
    ANSWERS[fate.answer],
    refused ? null : FINALS[fate.final],
    refused ? null : NETWORKS[fate.network] ?? (fate.final === "delivered" ? "キャリア不明" : null),
    !refused && fate.error_code !== "000" ? `エラー ${fate.error_code}` : null,
    REPORTS[fate.reports],
    ODD_PARTS[fate.odd_part],
  ].filter(Boolean).join("・");
}

export async function showMagicRecipients() {
  const { fates } = await json("/simulator/fates");
  find("fates").append(...fates.map((fate) => {
    const button = element("button", { type: "button", textContent: readable(fate.number) });
    button.addEventListener("click", () => callFrom(fate.number));
    return element("tr", {}, element("td", {}, button), element("td", { textContent: words(fate) }));
  }));
}
