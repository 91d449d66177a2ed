// The script of a bot in the administration: of each step only the fields that its kind knows are shown.

const SPEAKS = ["text"];
const ASKS = [...SPEAKS, "choices", "as_list", "list_button", "retry_text", "max_tries", "goes_to"];
const FIELDS = {
  say: ASKS,
  ask: [...ASKS, "variable", "expects"],
  tag: [...SPEAKS, "tag", "goes_to"],
  hours: [...SPEAKS, "goes_to", "otherwise"],
  hand_over: [...SPEAKS, "team", "agent"],
  complete: SPEAKS,
};
const ALWAYS = ["name", "kind"];
const ALL = [...new Set(Object.values(FIELDS).flat())];

function placeOf(step, name) {
  const input = step.querySelector(`[name$="-${name}"]`);
  return input && (input.closest(`.field-${name}`) ?? input.closest(".form-row"));
}

function show(select) {
  const step = select.closest(".inline-related") ?? select.closest("[id^='steps-']");
  const known = [...ALWAYS, ...(FIELDS[select.value] ?? ALL)];
  const lines = new Set();
  for (const name of ALL) {
    const place = placeOf(step, name);
    if (!place) continue;
    place.hidden = !known.includes(name) && !place.querySelector(".errorlist, [id$='_error']");
    place.style.display = place.hidden ? "none" : "";
    if (place.parentElement?.matches(".field-row, .form-row")) lines.add(place.parentElement);
  }
  for (const line of lines) {
    const isEmpty = [...line.children].every((child) => child.hidden);
    line.style.display = isEmpty ? "none" : "";
  }
}

function showAll() {
  for (const select of document.querySelectorAll("select[name^='steps-'][name$='-kind']")) show(select);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("select[name^='steps-'][name$='-kind']")) show(event.target);
});
document.addEventListener("formset:added", showAll);
document.addEventListener("DOMContentLoaded", showAll);
if (document.readyState !== "loading") showAll();
