// The month of days in which one is chosen, as the WAI-ARIA Authoring Practices describe it ("Date Picker Dialog"):
// arrows go by days and weeks, Home and End to the ends of the week, PageUp and PageDown by months, with Shift by years.
import { addDays, addMonths, moment, monthStart, weekday } from "./days.js";

const WEEK = [0, 1, 2, 3, 4, 5, 6];
const KEYS = {
  ArrowLeft: (day) => addDays(day, -1),
  ArrowRight: (day) => addDays(day, 1),
  ArrowUp: (day) => addDays(day, -7),
  ArrowDown: (day) => addDays(day, 7),
  Home: (day) => addDays(day, -weekday(day)),
  End: (day) => addDays(day, 6 - weekday(day)),
  PageUp: (day, shift) => addMonths(day, shift ? -12 : -1),
  PageDown: (day, shift) => addMonths(day, shift ? 12 : 1),
};
const language = document.documentElement.lang;
const names = (options) => new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
const monthName = names({ year: "numeric", month: "long" });
const dayName = names({ dateStyle: "full" });
const weekdayName = names({ weekday: "long" });
const weekdayMark = names({ weekday: language === "ja" ? "narrow" : "short" });

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// pick(day) is told what was chosen.
export function openCalendars(dialog, pick) {
  const { today } = dialog.dataset;
  const days = dialog.querySelector("tbody");
  const steps = [...dialog.querySelectorAll("[data-months]")];
  let limits, marked, focused;

  const within = (day) => (day < limits.min ? limits.min : day > limits.max ? limits.max : day);
  const isOffered = (day) => day === within(day);

  function cell(day) {
    const isInMonth = monthStart(day) === monthStart(focused);
    if (!isInMonth) return element("td", { role: "gridcell" });
    const button = element(
      "button",
      {
        type: "button",
        class: "calendar__day",
        "data-day": day,
        "aria-label": dayName.format(moment(day)),
        "aria-current": day === today ? "date" : null,
        "aria-disabled": isOffered(day) ? null : "true",
        tabindex: day === focused ? "0" : "-1",
      },
      String(Number(day.slice(8))),
    );
    const isBetween = marked.since <= day && day <= marked.until;
    const state = { role: "gridcell", class: isBetween ? "calendar__between" : null };
    return element("td", { ...state, "aria-selected": String(day === marked.chosen) }, button);
  }

  function show(day) {
    focused = within(day);
    const first = monthStart(focused);
    const start = addDays(first, -weekday(first));
    const weeks = WEEK.slice(0, 6).map((week) => addDays(start, 7 * week));
    const shown = weeks.filter((week) => week < addMonths(first, 1));
    days.replaceChildren(
      ...shown.map((week) => element("tr", {}, ...WEEK.map((day) => cell(addDays(week, day))))),
    );
    const month = dialog.querySelector(".calendar__month");
    const name = monthName.format(moment(first));
    if (month.textContent !== name) month.textContent = name;
    for (const step of steps) step.disabled = !reaches(Number(step.dataset.months));
  }

  // Whether days on offer lie that far from the month shown.
  function reaches(months) {
    const there = addMonths(monthStart(focused), months);
    return months < 0 ? addMonths(there, 1) > limits.min : there <= limits.max;
  }

  function move(day) {
    show(day);
    days.querySelector("[tabindex='0']").focus();
  }

  days.addEventListener("keydown", (event) => {
    const step = KEYS[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move(step(focused, event.shiftKey));
  });
  days.addEventListener("click", (event) => {
    const button = event.target.closest("[data-day]");
    if (!button || !isOffered(button.dataset.day)) return;
    pick(button.dataset.day);
    dialog.close();
  });
  for (const step of steps) {
    step.addEventListener("click", () => {
      show(addMonths(focused, Number(step.dataset.months)));
      if (step.disabled) days.querySelector("[tabindex='0']").focus();
    });
  }
  dialog.querySelector("thead tr").append(
    ...WEEK.map((day) => {
      const date = moment(`2023-01-0${day + 1}`); // a Sunday, and what follows it
      return element("th", { scope: "col", abbr: weekdayName.format(date) }, weekdayMark.format(date));
    }),
  );

  // `min` and `max` are the days on offer; `chosen` is the field's day, `since` and `until` the range it belongs to.
  return function open({ label, min, max, chosen, since, until }) {
    limits = { min, max };
    marked = { chosen, since, until };
    const everyYear = addMonths(monthStart(min), 12) <= max;
    for (const step of steps) step.hidden = !everyYear && Math.abs(Number(step.dataset.months)) > 1;
    dialog.setAttribute("aria-label", label);
    dialog.querySelector(".calendar__month").textContent = ""; // so that its name is told
    dialog.showModal();
    move(chosen ?? today);
  };
}
