// Personalisation tags: a press puts one where the cursor stands, or stood last.

let field = null;

const fields = () => [...document.querySelectorAll("[data-takes-tags]")];

document.addEventListener("focusin", ({ target }) => {
  if (target.matches("[data-takes-tags]")) field = target;
});

// The field keeps the focus while a tag is pressed with the pointer: on a phone the keyboard stays.
document.addEventListener("pointerdown", (event) => {
  if (event.target.closest("[data-tag]") && document.activeElement?.matches("[data-takes-tags]")) event.preventDefault();
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-tag]");
  if (!button) return;
  const into = field?.isConnected ? field : fields().find(({ value }) => !value) || fields().at(-1);
  if (into) insert(into, button.dataset.tag);
});

function insert(into, text) {
  into.focus();
  const before = into.value.slice(0, into.selectionStart);
  const gap = before && !/\s$/.test(before) ? " " : "";
  into.setRangeText(gap + text, into.selectionStart, into.selectionEnd, "end");
  into.dispatchEvent(new Event("input", { bubbles: true }));
}
