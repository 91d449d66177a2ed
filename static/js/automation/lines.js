// Inputs of one name that come and go: rows, questions, opening times, days off.
const typed = (element) => element.dispatchEvent(new CustomEvent("typed", { bubbles: true }));

const boxOf = (button) => button.closest(".au-field, li");

function add(button) {
  const box = button.closest("li[data-day]") || boxOf(button);
  const lines = box.querySelector(".au-lines");
  const full = box.querySelector("[data-full]");
  const isFull = lines.childElementCount >= Number(lines.dataset.most);
  if (full) {
    full.textContent = isFull ? button.dataset.add : "";
    full.hidden = !isFull;
  }
  if (isFull) return;
  const line = box.querySelector("template").content.cloneNode(true);
  lines.append(line);
  lines.lastElementChild.querySelector("input:not(.au-section-title)").focus();
  typed(lines);
}

function remove(button) {
  const line = button.closest(".au-line, .au-row, .au-span, .au-holiday");
  const lines = line.parentElement;
  const full = boxOf(lines)?.querySelector("[data-full]");
  if (full) full.hidden = true;
  const next = line.nextElementSibling || line.previousElementSibling;
  line.remove();
  (next?.querySelector("[data-remove]") || boxOf(lines)?.querySelector("[data-add]"))?.focus();
  typed(lines);
}

/** The times of one day on the following ones up to Friday; from Friday on, up to Sunday. */
function copyDay(button) {
  const from = button.closest("li");
  const last = Number(from.dataset.day) < 4 ? 4 : 6;
  for (const day of from.parentElement.children) {
    if (Number(day.dataset.day) <= Number(from.dataset.day) || Number(day.dataset.day) > last) continue;
    const copies = [...from.querySelectorAll(".au-span")].map((span) => {
      const copy = day.querySelector("template").content.firstElementChild.cloneNode(true);
      const values = [...span.querySelectorAll("input")].map((input) => input.value);
      copy.querySelectorAll("input").forEach((input, place) => (input.value = values[place]));
      return copy;
    });
    day.querySelector(".au-lines").replaceChildren(...copies);
  }
  typed(from);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("add" in button.dataset) add(button);
  else if ("remove" in button.dataset) remove(button);
  else if ("copyDay" in button.dataset) copyDay(button);
});

// Enter in a line goes on to a new one; it never saves the page by accident.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches?.("#automation input")) return;
  event.preventDefault();
  const adds = event.target.closest(".au-lines")?.parentElement.querySelector("[data-add]");
  if (adds) add(adds);
});
