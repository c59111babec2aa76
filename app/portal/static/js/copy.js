// data-copies="<text>" copies the text and says data-copied in a toast.
import { toast } from "./toast.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copies);
  toast(button.dataset.copied);
});

// Browsers give pages without HTTPS no clipboard: then the buttons are not shown.
if (!navigator.clipboard) document.documentElement.classList.add("no-clipboard");
