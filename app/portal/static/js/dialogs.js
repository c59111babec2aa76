// data-opens-dialog="<id>" opens a <dialog>; data-fills='{"name": "text", "action": "/url"}' fills its [data-fill="name"]
// elements (an input's value, another's text) and its form's action. data-closes-dialog, Esc and a click outside close it.

function fill(dialog, values) {
  for (const [name, value] of Object.entries(values)) {
    if (name === "action") dialog.querySelector("form[method=post]").action = value;
    for (const element of dialog.querySelectorAll(`[data-fill="${name}"]`)) {
      if ("value" in element) element.value = value;
      else element.textContent = value;
    }
    for (const element of dialog.querySelectorAll(`[data-shown-if="${name}"]`)) element.hidden = !value;
  }
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opensDialog);
    fill(dialog, JSON.parse(opener.dataset.fills ?? "{}"));
    opener.closest("[popover]")?.hidePopover();
    dialog.showModal();
    return;
  }
  const closer = event.target.closest("[data-closes-dialog]");
  if (closer) closer.closest("dialog").close();
  else if (event.target instanceof HTMLDialogElement) event.target.close();
});
