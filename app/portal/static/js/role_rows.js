// 「追加」 adds a row of account and role, the bin takes one away. Without this script 「追加」 asks the server for a row.
const rows = document.querySelector("[data-role-rows]");
const blank = document.getElementById("role-row");

function addRow() {
  rows.append(blank.content.cloneNode(true));
  return rows.lastElementChild;
}

document.addEventListener("click", (event) => {
  const adder = event.target.closest("[data-adds-role]");
  if (adder) {
    event.preventDefault();
    addRow().querySelector("select").focus();
    return;
  }
  const remover = event.target.closest("[data-removes-role]");
  if (!remover) return;
  const row = remover.closest("[data-role-row]");
  const neighbour = row.previousElementSibling ?? row.nextElementSibling ?? addRow();
  row.remove();
  neighbour.querySelector("select").focus();
});
