// data-rules-of="<id of a password field>": each rule turns green while it is kept. The patterns come
// from the server, which decides; a rule without one is that the mail name must not be in the password.
for (const list of document.querySelectorAll("[data-rules-of]")) {
  const input = document.getElementById(list.dataset.rulesOf);
  const { mailName, kept: keptWord, open: openWord } = list.dataset;
  const rules = [...list.querySelectorAll("[data-rule]")].map((item) => ({
    item,
    pattern: item.dataset.pattern ? new RegExp(`^(?:${item.dataset.pattern})$`, "u") : null,
  }));

  const show = () => {
    const password = input.value;
    for (const { item, pattern } of rules) {
      const isKept =
        password !== "" && (pattern ? pattern.test(password) : !password.toLowerCase().includes(mailName));
      const symbol = item.querySelector("use");
      item.classList.toggle("password-rule--kept", isKept);
      item.classList.remove("password-rule--broken");
      item.querySelector("[data-state]").textContent = isKept ? keptWord : openWord;
      symbol.setAttribute("href", symbol.getAttribute("href").replace(/#.*/, isKept ? "#check" : "#circle-dashed"));
    }
  };
  input.addEventListener("input", show);
  if (input.value !== "") show();
}
