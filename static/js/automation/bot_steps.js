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
const ALL = [...new Set(Object.values(FIELDS).flat())];
const KINDS = "select[name^='steps-'][name$='-kind']";

function show(select) {
  const step = select.closest(".form-group");
  const known = FIELDS[select.value] ?? ALL;
  for (const name of ALL) {
    const place = step.querySelector(`[name$="-${name}"]`)?.closest(".field-line");
    if (place) place.style.display = known.includes(name) || isRefused(place) ? "" : "none";
  }
  for (const line of step.querySelectorAll(".field-row")) {
    const cells = [...line.querySelectorAll(".field-line")];
    line.style.display = cells.length && cells.every((cell) => cell.style.display === "none") ? "none" : "";
  }
}

// What was refused is shown, whatever the kind: one has to see it to change it.
function isRefused(place) {
  return place.matches(".errors") || place.querySelector(".errors, .text-red-600 li") !== null;
}

function showAll() {
  for (const select of document.querySelectorAll(KINDS)) show(select);
}

document.addEventListener("change", (event) => {
  if (event.target.matches(KINDS)) show(event.target);
});
document.addEventListener("formset:added", (event) => {
  showAll();
  const head = event.target.querySelector("[x-on\\:click*='openRow']");
  if (head) setTimeout(() => head.click());
});
showAll();
