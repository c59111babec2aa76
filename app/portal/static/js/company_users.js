// A user's row opens to what can be done with the user.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-opens-user]");
  if (!button) return;
  const open = button.getAttribute("aria-expanded") !== "true";
  button.setAttribute("aria-expanded", String(open));
  document.getElementById(button.getAttribute("aria-controls")).classList.toggle("company-user-more--open", open);
});
