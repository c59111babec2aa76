// data-rules-of="<id of a password field>": each rule turns green while it is kept. The patterns come
// from the server, which decides; of those without one, the page knows only that about the mail name.
for (const list of document.querySelectorAll("[data-rules-of]")) {
  const input = document.getElementById(list.dataset.rulesOf);
  const { mailName, kept: keptWord, open: openWord } = list.dataset;
  const rules = [...list.querySelectorAll("[data-rule]")].map((item) => ({
    item,
    pattern: item.dataset.pattern ? new RegExp(`^(?:${item.dataset.pattern})$`, "u") : null,
  }));

  const judge = (password, { item, pattern }) => {
    if (pattern) return pattern.test(password);
    if (item.dataset.rule === "not_mail_name") return !password.toLowerCase().includes(mailName);
    return null;
  };

  const show = () => {
    for (const rule of rules) {
      const { item } = rule;
      const judged = judge(input.value, rule);
      const isKept = input.value !== "" && Boolean(judged);
      const symbol = item.querySelector("use");
      item.classList.toggle("password-rule--kept", isKept);
      item.classList.remove("password-rule--broken");
      item.querySelector("[data-state]").textContent = isKept ? keptWord : judged === null ? "" : openWord;
      symbol.setAttribute("href", symbol.getAttribute("href").replace(/#.*/, isKept ? "#check" : "#circle-dashed"));
    }
  };
  input.addEventListener("input", show);
  if (input.value !== "") show();
}
