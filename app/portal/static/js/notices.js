// Closes notices, and moves the focus to what a refused form has to say.
document.addEventListener("click", (event) => {
  event.target.closest("[data-closes-notice]")?.closest(".notice").remove();
});

document.querySelector("[data-takes-focus]")?.focus();
