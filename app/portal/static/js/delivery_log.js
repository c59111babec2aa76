// A row of the delivery log opens to everything known about it.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-opens-row]");
  if (!button) return;
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  document.getElementById(button.getAttribute("aria-controls")).classList.toggle("delivery-more--open", open);
});
