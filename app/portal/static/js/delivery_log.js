// A row of the delivery log opens to everything known about it; rows that are not settled yet keep up by themselves.
import { BY_ITSELF, fetchPart, follow } from "./live.js";

const table = document.querySelector(".deliveries");
const form = document.querySelector("form.filters");

// What is not asked for does not stand in the address bar.
form.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (!value) formData.delete(name);
});

if (table) {
  for (const link of table.querySelectorAll("[data-opens-row]")) makeOpener(link);
  table.addEventListener("click", (event) => {
    const row = event.target.closest(".delivery");
    const isMeant = event.target.closest("[data-opens-row]") || getSelection().isCollapsed; // or text was marked to be copied
    if (!row || !isMeant || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    toggle(row.querySelector("[data-opens-row]"));
  });
  table.addEventListener("keydown", (event) => {
    if (event.key !== " " || !event.target.matches("[data-opens-row]")) return;
    event.preventDefault();
    toggle(event.target);
  });
  if (openRows().length) follow(refresh);
}

function makeOpener(link) {
  link.setAttribute("role", "button");
  link.setAttribute("aria-expanded", "false");
}

function toggle(link) {
  const row = link.closest("tr");
  const isOpen = link.getAttribute("aria-expanded") === "true";
  link.setAttribute("aria-expanded", String(!isOpen));
  if (isOpen) detailsOf(row).remove();
  else open(row, link);
}

function detailsOf(row) {
  const next = row.nextElementSibling;
  return next?.matches(".delivery-more") ? next : null;
}

async function open(row, link) {
  const details = row.parentElement.insertRow(row.sectionRowIndex + 1);
  details.className = "delivery-more";
  details.id = `more-${row.dataset.message}`;
  link.setAttribute("aria-controls", details.id);
  const cell = details.insertCell();
  cell.colSpan = row.cells.length;
  cell.append(message(table.dataset.loading));
  await fill(cell, link);
}

async function fill(cell, link, headers) {
  const proof = await fetchPart(link.href, "[data-proof]", headers).catch(() => null);
  if (!proof) {
    cell.replaceChildren(message(table.dataset.failed));
    return;
  }
  proof.querySelector("[data-own-address]").hidden = false;
  cell.replaceChildren(proof);
}

function message(text) {
  return Object.assign(document.createElement("p"), { className: "delivery-more__wait", role: "status", textContent: text });
}

function openRows() {
  return [...table.querySelectorAll(".delivery[data-open]")];
}

async function refresh() {
  const rows = openRows();
  const asked = new URL(table.dataset.rowsUrl, location.href);
  for (const { dataset } of rows) asked.searchParams.append("id", dataset.message);
  const answer = await fetch(asked, { headers: { Accept: "application/json", ...BY_ITSELF } });
  if (!answer.ok) return answer.status < 500 ? "over" : "same"; // the session ended, or the server will be back
  const html = await answer.json();
  const changed = rows.filter((row) => update(row, html[row.dataset.message]));
  if (changed.length) tell(changed);
  if (!openRows().length) return "over";
  return changed.length ? "changed" : "same";
}

// True when the row shows something new. The cell with its opener stays, and with it the focus.
function update(row, html) {
  if (!html) {
    delete row.dataset.open; // no longer ours to see
    return false;
  }
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const fresh = holder.content.querySelector("tr");
  const different = [...fresh.cells].filter((cell, index) => index && cell.innerHTML !== row.cells[index].innerHTML);
  if (!different.length) return false;
  for (const cell of different) row.cells[cell.cellIndex].replaceWith(cell.cloneNode(true));
  if (!("open" in fresh.dataset)) delete row.dataset.open;
  row.classList.remove("delivery--news");
  requestAnimationFrame(() => row.classList.add("delivery--news"));
  const details = detailsOf(row);
  if (details) fill(details.cells[0], row.querySelector("[data-opens-row]"), BY_ITSELF);
  return true;
}

// Politely: a screen reader finishes its sentence first.
function tell(rows) {
  const news = document.querySelector("[data-news]");
  const { one, many } = news.dataset;
  news.textContent =
    rows.length > 1
      ? many.replace("{count}", rows.length)
      : one
          .replace("{number}", rows[0].querySelector("[data-recipient]").textContent)
          .replace("{status}", rows[0].querySelector(".chip").textContent.trim());
}
