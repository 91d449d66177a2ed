// One sentence in the corner, spoken by screen readers too; with a way back where there is one.

const REST = 6000;

/** Say `words`. `action` is {label, run}; `bad` marks a failure, which stays longer; `seconds` overrides how long. */
export function toast(words, { action = null, bad = false, seconds = 0 } = {}) {
  const region = document.getElementById("toasts");
  for (const other of [...region.children]) if (other.firstChild.textContent === words) other.remove();
  const box = document.createElement("div");
  box.className = "toast";
  if (bad) box.dataset.bad = "";
  box.append(Object.assign(document.createElement("span"), { textContent: words }));
  if (action) box.append(button(action.label, "button", () => { box.remove(); action.run(); }));
  box.append(button("×", "icon-button", () => box.remove(), "Dismiss"));
  while (region.children.length > 2) region.firstElementChild.remove();
  region.append(box);
  region.matches(":popover-open") && region.hidePopover();
  region.showPopover();
  setTimeout(() => box.remove(), seconds ? seconds * 1000 : bad ? REST * 2 : REST);
  return box;
}

function button(label, className, run, name = "") {
  const made = Object.assign(document.createElement("button"), { type: "button", className, textContent: label });
  if (name) made.setAttribute("aria-label", name);
  made.addEventListener("click", run);
  return made;
}
