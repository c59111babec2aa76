// The cards of the drawing: whether each part is set, 「編集」 and 「削除」 of its menu, and taking a deletion back.

const guidanceOf = (form, slot) => ({
  field: form.elements[`guidance_${slot}`],
  kind: form.elements[`guidance_${slot}_kind`],
  file: form.elements[`guidance_${slot}_file`],
});

const panelOf = (form, slot) => form.querySelector(`[data-guidance-file="${slot}"] [data-file-panel]`);

// A part is set when what its kind asks for is there; the samples of a flow that was never saved do not count yet.
function stateOf(form, part) {
  const { body, sender } = form.elements;
  if (part === "sms") return body.value.trim() && sender.value ? "set" : "unset";
  const { field, kind, file } = guidanceOf(form, part);
  if (kind.value === "file") return file.value && panelOf(form, part).dataset.state === "ready" ? "set" : "unset";
  if (!field.value.trim()) return "unset";
  return form.hasAttribute("data-never-saved") && field.value === field.defaultValue ? "sample" : "set";
}

function showStates(form) {
  for (const chips of form.querySelectorAll("[data-state-of]")) {
    const state = stateOf(form, chips.dataset.stateOf);
    for (const chip of chips.children) chip.hidden = chip.dataset.state !== state;
  }
  const missing = form.querySelector("[data-missing-parts]");
  let count = 0;
  for (const link of missing.querySelectorAll("[data-missing]")) {
    link.hidden = stateOf(form, link.dataset.missing) !== "unset";
    count += !link.hidden;
  }
  missing.hidden = count === 0;
}

// Clearing makes the guidance an empty text, whatever it was.
function startUndo(form, slot, changed) {
  const { field, kind, file } = guidanceOf(form, slot);
  const offer = form.querySelector(`[data-undoes="${slot}"]`);
  let before = null;

  function set(said) {
    field.value = said.text;
    kind.value = said.kind;
    file.value = said.file;
    field.dispatchEvent(changed);
  }

  offer.querySelector("button").addEventListener("click", () => {
    set(before);
    focusOn(form, slot);
  });
  field.addEventListener("input", () => {
    if (field.value || file.value) before = null;
    offer.hidden = !before;
  });
  return () => {
    before = { text: field.value, kind: kind.value, file: file.value };
    set({ text: "", kind: "text", file: "" });
    offer.querySelector("button").focus();
  };
}

// What can be edited of a guidance: its text, or the first thing of its file's panel.
function focusOn(form, slot) {
  const { field, kind, file } = guidanceOf(form, slot);
  if (kind.value === "text") field.focus();
  else panelOf(form, slot).querySelector(file.value ? "[data-removes-file]" : "input[type=file]").focus();
}

export function startCards(form, changed) {
  const clears = new Map();
  for (const offer of form.querySelectorAll("[data-undoes]")) {
    clears.set(offer.dataset.undoes, startUndo(form, offer.dataset.undoes, changed));
  }
  form.addEventListener("click", ({ target }) => {
    const entry = target.closest("[data-edits], [data-clears]");
    if (!entry) return;
    entry.closest("[popover]").hidePopover();
    if (entry.dataset.clears) clears.get(entry.dataset.clears)();
    else focusOn(form, entry.dataset.edits);
  });
  form.addEventListener("input", () => showStates(form));
  showStates(form);
}
