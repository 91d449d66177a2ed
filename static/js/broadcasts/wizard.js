// The four steps: tags at the cursor, ticks, templates by name. Saving, previews and counts are the server's (htmx).
import "./tags.js";
import "./templates.js";

// A tick says which one and whether it is on: unticked boxes send nothing by themselves.
document.addEventListener("htmx:configRequest", (event) => {
  const box = event.target;
  if (!box.matches?.("[data-tick]")) return;
  event.detail.parameters[box.name] = box.value;
  if (box.checked) event.detail.parameters.on = "1";
});

// Proceeding waits for the ticks that are still on their way.
let pending = 0;
let proceeding = null;

document.addEventListener("htmx:beforeRequest", ({ target }) => {
  if (target.matches?.("[data-tick]")) pending += 1;
});

document.addEventListener("htmx:afterRequest", ({ target }) => {
  if (!target.matches?.("[data-tick]")) return;
  pending -= 1;
  if (!pending && proceeding) proceeding.requestSubmit();
});

document.addEventListener("submit", (event) => {
  if (!pending || !event.target.matches(".reach-side form")) return;
  event.preventDefault();
  proceeding = event.target;
});

// What could not be saved is not shown as chosen.
document.addEventListener("htmx:responseError", ({ target }) => {
  if (target.matches?.("[data-tick]")) target.checked = !target.checked;
});

// What was removed beside the list is unticked in it.
document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  const box = detail.successful && document.getElementById(target.dataset?.unticks || "");
  if (box) box.checked = false;
});

// What one mends is wrong no longer: its sentence goes while one writes.
document.addEventListener("input", ({ target }) => {
  const field = target.closest?.(".wizard .field");
  if (!field) return;
  for (const one of field.querySelectorAll("[aria-invalid=true]")) one.removeAttribute("aria-invalid");
  for (const words of field.querySelectorAll(".error, .errorlist")) words.remove();
});

// A file that came or went changes how the message looks.
document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.id !== "files" && target.id !== "above-text") return;
  target.closest("form").dispatchEvent(new Event("look"));
});

// A refusal goes as soon as its field is written in: the next one comes with the next press.
document.addEventListener("input", ({ target }) => {
  if (target.getAttribute("aria-invalid") !== "true") return;
  target.removeAttribute("aria-invalid");
  for (const words of target.closest(".field").querySelectorAll(".error, .errorlist")) words.remove();
});

document.addEventListener("change", ({ target }) => {
  const said = target.type === "file" && document.getElementById(target.dataset.fileSaid || "");
  if (said) said.textContent = target.files[0]?.name || "";
});

// Whoever has not chosen a time zone lives in the browser's.
function guessZone() {
  const select = document.querySelector(".plan select[name=time_zone]");
  const here = document.body.dataset.timeZone || Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!select || select.value !== "UTC" || document.querySelector("[name=when][value=later]").checked) return;
  if ([...select.options].some(({ value }) => value === here)) select.value = here;
}

guessZone();
document.querySelector("[aria-invalid=true]")?.focus();
