// The search bar drops down the filters when clicked (S4-31); the X at its right end closes the search (S4-33).
import { showFolder, showRows } from "./list.js";

const folder = document.getElementById("folder");
const form = () => document.getElementById("search");
let timer = 0;

function open(isOpen) {
  document.getElementById("filters").hidden = !isOpen;
  document.getElementById("search-close").hidden = !isOpen;
}

export function focusSearch() {
  open(true);
  document.getElementById("search-words").focus();
}

function chosen() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form())) if (value && name !== "in") query.set(name, value);
  return query;
}

function search() {
  clearTimeout(timer);
  const query = chosen();
  const filters = ["tag", "number", "status", "unread", "sort"].filter((name) => query.has(name)).length;
  const count = document.getElementById("filter-count");
  count.hidden = !filters;
  count.textContent = `${filters} filter${filters === 1 ? "" : "s"}`;
  showRows(`?${query}`);
}

export function closeSearch() {
  showFolder(`?folder=${form().elements.folder.value}`);
}

folder.addEventListener("focusin", (event) => event.target.id === "search-words" && open(true));
folder.addEventListener("click", (event) => {
  if (event.target.closest(".search-bar") && !event.target.closest("#search-close")) open(true);
  if (event.target.closest("#search-close, [data-clear-search]")) closeSearch();
});
folder.addEventListener("input", (event) => {
  if (event.target.id !== "search-words") return;
  clearTimeout(timer);
  timer = setTimeout(search, 200);
});
folder.addEventListener("change", (event) => {
  if (event.target.matches("[data-folder-choice]")) {
    const query = chosen();
    query.set("folder", event.target.value);
    showFolder(`?${query}`);
  } else if (event.target.closest(".filters")) search();
});
folder.addEventListener("submit", (event) => {
  if (event.target.id !== "search") return;
  event.preventDefault();
  search();
});
folder.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !event.target.closest("#search")) return;
  event.stopPropagation();
  closeSearch();
});
