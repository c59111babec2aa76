// data-reveals="<id of a password field>": shows what was typed, while pressed in.
for (const button of document.querySelectorAll("[data-reveals]")) {
  const input = document.getElementById(button.dataset.reveals);
  const symbol = button.querySelector("use");
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    symbol.setAttribute("href", symbol.getAttribute("href").replace(/#.*/, shown ? "#eye-off" : "#eye"));
  });
}
