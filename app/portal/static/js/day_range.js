// The two days of a search form: each is typed, or chosen in a calendar that opens beside it.
import { openCalendars } from "./calendar.js";
import { readDay, writtenDay } from "./days.js";

const MARGIN_PX = 8;
const EARLIEST = "2000-01-01"; // as the server has it

function place(dialog, input) {
  const field = input.getBoundingClientRect();
  const { width, height } = dialog.getBoundingClientRect();
  const { clientWidth, clientHeight } = document.documentElement;
  const left = Math.max(MARGIN_PX, Math.min(field.left, clientWidth - width - MARGIN_PX));
  const below = field.bottom + MARGIN_PX;
  const above = field.top - height - MARGIN_PX;
  const top = below + height > clientHeight && above > MARGIN_PX ? above : below;
  dialog.style.left = `${left + scrollX}px`;
  dialog.style.top = `${top + scrollY}px`;
}

for (const range of document.querySelectorAll("[data-day-range]")) {
  const dialog = range.querySelector("[data-calendar]");
  const inputs = [...range.querySelectorAll("input")];
  let input;

  const open = openCalendars(dialog, (day) => {
    input.value = writtenDay(day);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  function choose(button) {
    input = document.getElementById(button.dataset.opensCalendar);
    const [since, until] = inputs.map(({ value }) => readDay(value));
    open({
      label: button.title,
      min: input.dataset.min ?? EARLIEST,
      max: input.dataset.max,
      chosen: readDay(input.value),
      since,
      until,
    });
    place(dialog, input);
  }

  for (const button of range.querySelectorAll("[data-opens-calendar]")) {
    button.addEventListener("click", () => choose(button));
    document.getElementById(button.dataset.opensCalendar).addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" || !event.altKey) return;
      event.preventDefault();
      button.focus(); // to which closing gives the focus back
      choose(button);
    });
  }

  addEventListener("resize", () => {
    if (dialog.open) place(dialog, input);
  });

  // However a day was typed, the address bar has it in one form.
  inputs[0].form.addEventListener("formdata", ({ formData }) => {
    for (const { name, value } of inputs) {
      const day = readDay(value);
      if (day) formData.set(name, day);
    }
  });
}
