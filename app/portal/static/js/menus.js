// ⋮ and account menus: the popover API opens and closes them; this puts them beside their button and lets arrows move.
// Also the left menu's button on a narrow window (data-toggles="<id>").

const MARGIN_PX = 8;

function place(menu, button) {
  const at = button.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const left = menu.dataset.menuAlign === "end" ? at.right - size.width : at.left;
  const below = at.bottom + 4;
  const fits = below + size.height <= innerHeight - MARGIN_PX;
  menu.style.left = `${Math.max(MARGIN_PX, Math.min(left, innerWidth - size.width - MARGIN_PX))}px`;
  menu.style.top = `${fits ? below : Math.max(MARGIN_PX, at.top - size.height - 4)}px`;
}

function moveFocus(menu, step) {
  const items = [...menu.querySelectorAll(".menu__item")];
  const next = items.indexOf(document.activeElement) + step;
  items.at(next % items.length)?.focus();
}

for (const menu of document.querySelectorAll(".menu[popover]")) {
  const button = document.querySelector(`[popovertarget="${menu.id}"]`);
  button.setAttribute("aria-expanded", "false");
  menu.addEventListener("toggle", ({ newState }) => {
    const open = newState === "open";
    button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    place(menu, button);
    menu.querySelector(".menu__item")?.focus({ preventScroll: true });
  });
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    moveFocus(menu, step);
  });
}

addEventListener("scroll", () => document.querySelector(".menu:popover-open")?.hidePopover(), { passive: true });

for (const button of document.querySelectorAll("[data-toggles]")) {
  const target = document.getElementById(button.dataset.toggles);
  button.addEventListener("click", () => {
    const open = target.classList.toggle("sidebar--open");
    button.setAttribute("aria-expanded", String(open));
  });
}
