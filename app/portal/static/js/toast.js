// toast(text): a short message at the bottom right, read out by screen readers, gone after a while.
const SHOWN_FOR_MS = 5000;

export function toast(text) {
  const element = document.createElement("div");
  element.className = "toast";
  element.textContent = text;
  document.getElementById("toasts").replaceChildren(element);
  setTimeout(() => element.remove(), SHOWN_FOR_MS);
}
