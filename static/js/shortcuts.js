// The keyboard: one table, from which keys, the shortcuts dialog and the palette are made.
import { act, showDetails } from "./actions.js";
import { openDialog } from "./dialogs.js";
import { rows, showFolder } from "./list.js";
import { openPalette } from "./palette.js";
import { focusSearch } from "./search.js";
import { openConversation } from "./thread.js";

const press = (selector) => document.querySelector(`#pane ${selector}:not(:disabled)`)?.click();
const hasThread = () => Boolean(openConversation());

function move(step) {
  const links = rows().map((row) => row.querySelector(".row-link"));
  const at = links.findIndex((link) => link === document.activeElement);
  const start = at >= 0 ? at : links.findIndex((link) => link.hasAttribute("aria-current"));
  const link = links[start < 0 ? 0 : Math.max(0, Math.min(links.length - 1, start + step))];
  link?.focus();
  link?.scrollIntoView({ block: "nearest" });
}

function back() {
  if (document.body.classList.contains("shows-details")) return showDetails(false);
  document.dispatchEvent(new CustomEvent("thread:leave"));
}

const compose = (what) => document.dispatchEvent(new CustomEvent("compose", { detail: { what } }));

// [keys, words, run, group, only with an open conversation]
export const COMMANDS = [
  ["j", "Next conversation", () => move(1), "List"],
  ["k", "Previous conversation", () => move(-1), "List"],
  ["Enter", "Open the marked conversation", null, "List"],
  ["/", "Search and filter", focusSearch, "List"],
  ["g m", "Folder Mine", () => showFolder("?folder=mine"), "List"],
  ["g f", "Folder Following", () => showFolder("?folder=following"), "List"],
  ["g q", "Folder In queue", () => showFolder("?folder=queue"), "List"],
  ["g u", "Folder Unassigned, others", () => showFolder("?folder=unassigned"), "List"],
  ["g a", "Folder All", () => showFolder("?folder=all"), "List"],
  ["r", "Reply", () => compose("reply"), "Conversation", true],
  ["n", "Write a note", () => compose("note"), "Conversation", true],
  ["c", "Claim or take over", () => press("[data-act=claim], #pane [data-act=take-over]"), "Conversation", true],
  ["e", "Close", () => press("[data-act=close]"), "Conversation", true],
  ["a", "Assign to somebody", () => press("#transfer-button"), "Conversation", true],
  ["t", "Tags", () => press("#tag-button"), "Conversation", true],
  ["w", "No answer needed", () => act("waive"), "Conversation", true],
  ["u", "Mark as unread", () => act("unread"), "Conversation", true],
  ["i", "Details", () => showDetails(true), "Conversation", true],
  ["Esc", "Back to the list", back, "Conversation"],
  ["Ctrl K", "Command palette", () => openPalette(commands()), "Anywhere"],
  ["?", "All shortcuts", () => openDialog(document.getElementById("shortcuts")), "Anywhere"],
];

export function commands() {
  return COMMANDS.filter(([, , run, , needsThread]) => run && (!needsThread || hasThread()));
}

const WRITING = "input, textarea, select, [contenteditable]";
let prefix = "";
let prefixTimer = 0;

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return openPalette(commands());
  }
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open], .menu:popover-open")) return;
  if (event.key === "Escape") return leave(event);
  if (event.target.closest?.(WRITING) || event.target.closest?.("audio, video")) return;
  const keys = prefix ? `${prefix} ${event.key}` : event.key;
  prefix = "";
  if (event.key === "g" && keys === "g") return hold("g");
  const command = COMMANDS.find(([name]) => name === keys);
  if (!command?.[2] || (command[4] && !hasThread())) return;
  event.preventDefault();
  command[2]();
});

// Escape leaves the field first, then the conversation.
function leave(event) {
  const field = event.target.closest?.(WRITING);
  if (field?.closest("#pane")) {
    field.blur();
    document.getElementById("scroll")?.focus({ preventScroll: true });
    return;
  }
  back();
}

function hold(key) {
  prefix = key;
  clearTimeout(prefixTimer);
  prefixTimer = setTimeout(() => (prefix = ""), 1200);
}

function fillDialog() {
  const box = document.getElementById("shortcut-list");
  let group = "";
  for (const [keys, words, , named] of [...COMMANDS, ["Enter", "Send (Shift Enter: new line)", null, "Writing"], ["/", "A canned reply", null, "Writing"]]) {
    if (named !== group) box.append(Object.assign(document.createElement("h3"), { textContent: named }), document.createElement("dl"));
    group = named;
    const term = document.createElement("dt");
    term.append(...keys.split(" ").flatMap((key) => [Object.assign(document.createElement("kbd"), { textContent: key }), " "]));
    box.lastElementChild.append(term, Object.assign(document.createElement("dd"), { textContent: words }));
  }
}

fillDialog();
