// The editor's link to 「テスト発信」: while there are unsaved edits it asks to save them first.
document.querySelector("[data-opens-trial]").addEventListener("click", (event) => {
  if (document.querySelector("[data-when-unsaved]").hidden) return;
  event.preventDefault();
  document.getElementById("trial-dialog").showModal();
});
