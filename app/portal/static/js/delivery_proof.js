// The page of one SMS keeps up with what becomes of it.
import { BY_ITSELF, fetchPart, follow } from "./live.js";

const news = document.querySelector("main [data-news]");
const shown = () => document.querySelector("[data-proof]");
const steps = (proof) => [...proof.querySelectorAll(".timeline__event")];

async function refresh() {
  const proof = await fetchPart(location.href, "[data-proof]", BY_ITSELF);
  if (!proof) return "over";
  const known = new Set(steps(shown()).map(({ textContent }) => textContent));
  const latest = steps(proof).findLast(({ textContent }) => !known.has(textContent));
  if (latest) {
    shown().replaceWith(proof);
    news.textContent = latest.querySelector(".timeline__text").textContent;
  }
  if (!("open" in proof.dataset)) return "over";
  return latest ? "changed" : "same";
}

if ("open" in shown().dataset) follow(refresh);
document.querySelector("[data-prints]").addEventListener("click", () => print());
