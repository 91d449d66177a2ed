// The list of message templates, narrowed by words and language as one types.

const picker = document.querySelector("form[data-picker]");
const words = picker?.querySelector("[data-picker-search]");
const language = picker?.querySelector("[data-picker-language]");

function narrow() {
  const asked = words.value.trim().toLowerCase();
  let found = 0;
  for (const item of picker.querySelectorAll("[data-words]")) {
    const fits = item.dataset.words.toLowerCase().includes(asked) && (!language?.value || item.dataset.language === language.value);
    item.hidden = !fits;
    found += fits;
  }
  picker.querySelector("[data-picker-none]").hidden = found > 0;
}

// Enter in the search field chooses nothing: it would take the first template that there is.
words?.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
words?.addEventListener("input", narrow);
language?.addEventListener("change", narrow);
