// The emoji palette: one for the field, one for reactions. Loaded once, kept by the browser, searched here.
import { fragment } from "../live.js";
import { itemsOf, openMenu } from "../menus.js";
import { get } from "../request.js";
import { field, insert } from "./field.js";
import { make } from "./names.js";

const RECENT = `switchboard.emoji.${document.body.dataset.agentId}`;
const MOST_RECENT = 16;
let html = "";
let choose = insert;

export function recentEmoji() {
  try {
    return JSON.parse(localStorage.getItem(RECENT)) || [];
  } catch {
    return [];
  }
}

export function remember(emoji) {
  const recent = [emoji, ...recentEmoji().filter((other) => other !== emoji)].slice(0, MOST_RECENT);
  try {
    localStorage.setItem(RECENT, JSON.stringify(recent));
  } catch {
    // Without a store nothing is recent.
  }
}

/** Open the palette beside `button`; `chosen(emoji)` gets the choice instead of the field. */
export function openPalette(button, chosen) {
  choose = chosen;
  openMenu(document.getElementById("emoji-menu"), button);
}

async function fill(menu) {
  if (!menu.firstElementChild) {
    menu.append(make("p", { className: "menu-head", textContent: "Loading emoji" }));
    try {
      html ||= await get(menu.dataset.url);
      menu.replaceChildren(fragment(html));
    } catch (refused) {
      menu.replaceChildren(make("p", { className: "menu-head", textContent: refused.message }));
      return;
    }
  }
  showRecent(menu);
  search(menu, "");
  menu.querySelector("input").value = "";
  if (menu.matches(":popover-open")) menu.querySelector("input").focus({ preventScroll: true });
}

function showRecent(menu) {
  const box = menu.querySelector(".emoji-recent");
  const recent = recentEmoji();
  box.hidden = !recent.length;
  const buttons = recent.map((emoji) => make("button", { type: "button", textContent: emoji, ariaLabel: `${emoji}, recent`, dataset: { emoji } }));
  box.lastElementChild.replaceChildren(...buttons);
}

function search(menu, typed) {
  const words = typed.trim().toLowerCase();
  for (const section of menu.querySelectorAll("section")) {
    if (section.matches(".emoji-recent")) {
      section.hidden = Boolean(words) || !recentEmoji().length;
      continue;
    }
    let found = 0;
    for (const button of section.querySelectorAll("button")) {
      const fits = !words || button.dataset.words.includes(words);
      if (button.hidden === fits) button.hidden = !fits;
      found += fits;
    }
    section.hidden = !found;
  }
  menu.querySelector(".emoji-none").hidden = Boolean(menu.querySelector("section:not([hidden])"));
}

document.addEventListener("toggle", (event) => {
  if (event.target.id !== "emoji-menu") return;
  if (event.newState === "open") return void fill(event.target);
  choose = insert;
}, true);

document.addEventListener("input", (event) => {
  if (event.target.matches?.(".emoji-search")) search(event.target.closest(".menu"), event.target.value);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("#emoji-menu [data-emoji]");
  if (button) pick(button);
});

function pick(button) {
  const chosen = choose;
  remember(button.dataset.emoji);
  document.getElementById("emoji-menu").hidePopover();
  chosen(button.dataset.emoji);
}

// Arrows walk the grid by its rows; Enter in the search takes the first one found.
document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("#emoji-menu");
  if (!menu) return;
  if (event.key === "Enter" && event.target.matches(".emoji-search")) {
    event.preventDefault();
    const first = [...menu.querySelectorAll("section:not([hidden]) button:not([hidden])")][0];
    return void (first && pick(first));
  }
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns(menu), ArrowDown: columns(menu) }[event.key];
  if (!step || (event.target.matches("input") && event.key !== "ArrowDown")) return;
  event.preventDefault();
  event.stopPropagation();
  const items = itemsOf(menu);
  const to = event.target.matches("input") ? 1 : items.indexOf(event.target) + step;
  (items[to] || (to < 1 ? items[0] : items.at(-1)))?.focus({ focusVisible: true });
}, true);

function columns(menu) {
  const grid = menu.querySelector(".emoji-grid:not([hidden])");
  return getComputedStyle(grid).gridTemplateColumns.split(" ").length || 8;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.closest?.("#emoji-menu")) setTimeout(() => field()?.focus({ preventScroll: true }));
});
