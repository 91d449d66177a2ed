// Ticking contacts: kept across pages, filters and reloads of this tab, until something was done with them.

const KEY = "contacts:selected";
const part = (id) => document.getElementById(id);
const found = () => part("contacts");
const ticks = () => [...document.querySelectorAll("[data-tick]")];
const ids = new Set(JSON.parse(sessionStorage.getItem(KEY) || "[]"));
let isAll = false; // all that match the filter, also those that are not shown

function keep() {
  sessionStorage.setItem(KEY, JSON.stringify([...ids]));
  show();
}

function show() {
  for (const tick of ticks()) tick.checked = isAll || ids.has(tick.value);
  const shown = ticks();
  const head = document.querySelector("[data-tick-all]");
  const checked = shown.filter((tick) => tick.checked).length;
  if (head) Object.assign(head, { checked: checked > 0 && checked === shown.length, indeterminate: checked > 0 && checked < shown.length });
  part("selection").hidden = !isAll && ids.size === 0;
  part("selection-count").textContent = isAll ? `All ${number()} that match` : `${ids.size.toLocaleString("en")} selected`;
  const more = part("selection-all");
  more.hidden = isAll || checked < shown.length || Number(found().dataset.count) <= ids.size;
  more.textContent = `Select all ${number()} that match`;
}

function number() {
  return Number(found().dataset.count || 0).toLocaleString("en") + ("more" in found().dataset ? "+" : "");
}

function clear() {
  ids.clear();
  isAll = false;
  keep();
}

document.addEventListener("change", (event) => {
  const { target } = event;
  const several = target.matches("[data-tick-all]") ? ticks() : target.matches("[data-tick]") ? [target] : [];
  if (!several.length) return;
  if (isAll) for (const tick of ticks()) ids.add(tick.value);
  isAll = false;
  for (const tick of several) target.checked ? ids.add(tick.value) : ids.delete(tick.value);
  keep();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("#selection-clear")) {
    clear();
    (document.querySelector("[data-tick-all]") || part("main")).focus();
  }
  if (event.target.closest("#selection-all")) {
    isAll = true;
    show();
    part("selection-clear").focus();
  }
  if (event.target.closest("[data-save-found]")) part("save-found").showModal();
});

// What a form is about goes with it: the ticked ones, or the filter as an address.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("#selection, [data-chosen], [data-found]")) return;
  for (const before of form.querySelectorAll("input[data-added]")) before.remove();
  const byQuery = isAll || form.matches("[data-found]");
  add(form, byQuery ? "query" : "ids", byQuery ? found().dataset.query : [...ids].join(","));
  const isDownload = (event.submitter?.formAction || "").endsWith("/export/");
  if (!isDownload && !form.matches("[data-found]")) sessionStorage.removeItem(KEY);
});

function add(form, name, value) {
  const input = Object.assign(document.createElement("input"), { type: "hidden", name, value });
  input.dataset.added = "";
  form.append(input);
}

// Another filter is another question: what was ticked by hand stays, "all" does not.
let query = found().dataset.query;
document.addEventListener("htmx:afterSwap", () => {
  if (found().dataset.query !== query) isAll = false;
  query = found().dataset.query;
  show();
});
document.addEventListener("htmx:afterSettle", show);
// Typed before the page could hear it, or put back by the browser.
document.addEventListener("htmx:load", () => {
  const words = part("contact-words");
  if (words.value !== words.defaultValue) words.form.requestSubmit();
}, { once: true });
addEventListener("pageshow", show);
show();
