// The page of automations: lines that come and go, uploads ahead of Save, marks and emoji, what is not saved yet.
import "./files.js";
import "./lines.js";
import "./writing.js";

const form = document.getElementById("automation");
const state = document.getElementById("saved-state");


function changed() {
  if (state.dataset.changed) return;
  state.dataset.changed = "true";
  if (!("wrong" in state.dataset)) state.textContent = "Not saved yet";
}

for (const kind of ["input", "change", "typed"]) {
  form.addEventListener(kind, (event) => {
    if (event.target.name !== "test_phone") changed();
  });
}

addEventListener("beforeunload", (event) => {
  if (state.dataset.changed) event.preventDefault();
});
form.addEventListener("submit", () => delete state.dataset.changed);

/** Open the panel that an address names. */
function openNamed() {
  const panel = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  const fold = panel && panel.closest(".au-panel")?.querySelector("details");
  if (!fold) return;
  fold.open = true;
  panel.scrollIntoView();
}
addEventListener("hashchange", openNamed);
openNamed();

// A switch that is turned on shows what there is to write.
form.addEventListener("change", (event) => {
  const panel = event.target.closest(".au-switch")?.parentElement;
  if (panel && event.target.checked) panel.querySelector("details").open = true;
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  const from = button.dataset.copyFrom && document.getElementById(button.dataset.copyFrom);
  try {
    await navigator.clipboard.writeText(from ? from.value : button.dataset.copy);
    const words = button.lastChild.textContent;
    if (words === "Copied") return;
    button.lastChild.textContent = "Copied";
    setTimeout(() => (button.lastChild.textContent = words), 2000);
  } catch {
    from?.select();
  }
});

// Refused: go to the first thing that needs a change.
const wrong = form.querySelector("[aria-invalid='true'], .is-wrong input, .au-error:not([hidden])");
if (wrong && document.getElementById("trouble")) {
  wrong.scrollIntoView({ block: "center" });
  if (wrong.matches("input, select, textarea")) wrong.focus({ preventScroll: true });
}
