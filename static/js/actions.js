// What an agent does with the open conversation: buttons and menus of its head. The server decides; a refusal is said.
import { left } from "./composer/outbox.js";
import { itemsOf } from "./menus.js";
import * as live from "./live.js";
import { get, post } from "./request.js";
import { openConversation } from "./thread.js";
import { markUnread } from "./list.js";
import { toast } from "./toasts.js";

const pane = document.getElementById("pane");
let refreshTimer = 0;
let isStale = false;

const addressOf = (part) => `/inbox/c/${openConversation()}/${part}/`;

/** Do one of the server's actions with the open conversation, after what was written before. True when it was done. */
export async function act(name, body = {}) {
  const conversation = openConversation();
  if (!conversation || !(await left(conversation))) return false;
  try {
    await post(`/inbox/c/${conversation}/${name}/`, body);
  } catch (refused) {
    toast(refused.message, { bad: true });
    if (refused.status === 409) refreshHead();
    return false;
  }
  SAID[name]?.(conversation);
  refreshHead();
  return true;
}

const SAID = {
  close: (conversation) => {
    toast("Closed.", { seconds: 55, action: { label: "Undo", run: () => undo(conversation) } });
    document.dispatchEvent(new CustomEvent("thread:closed", { detail: { conversation } }));
  },
  "give-back": () => toast("Returned to the line."),
  waive: () => toast("Marked as needing no answer."),
  transfer: () => toast("Transferred."),
  unread: (conversation) => {
    markUnread(conversation);
    document.dispatchEvent(new CustomEvent("thread:leave"));
  },
};

async function undo(conversation) {
  try {
    await post(`/inbox/c/${conversation}/undo-close/`);
    document.dispatchEvent(new CustomEvent("thread:open", { detail: { conversation } }));
  } catch (refused) {
    toast(refused.message, { bad: true });
  }
}

// --- Head and details follow the row ------------------------------------------------------------------------------------

/** Ask for head and details again, soon, and not while a menu of theirs is open or a note is being written. */
export function refreshHead() {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(replaceHead, 60);
}

function isInUse() {
  const writes = document.activeElement?.id === "contact-notes";
  const notes = document.getElementById("notes-buttons");
  return pane.querySelector(".menu:popover-open") || writes || (notes && !notes.hidden);
}

async function replaceHead() {
  const conversation = openConversation();
  if (!conversation) return;
  isStale = Boolean(isInUse());
  if (isStale) return;
  let html = "";
  try {
    html = await get(`/inbox/c/${conversation}/head/`, { "HX-Request": "true" });
  } catch (refused) {
    if (refused.status === 404) document.dispatchEvent(new CustomEvent("thread:gone", { detail: { conversation } }));
    return;
  }
  if (conversation !== openConversation()) return;
  isStale = Boolean(isInUse());
  if (!isStale) swapHead(live.fragment(html));
}

function swapHead(fresh) {
  const focused = describeFocus();
  for (const id of ["thread-head", "details"]) {
    const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
    const at = old.scrollTop;
    old.replaceWith(now);
    now.scrollTop = at;
  }
  const thread = document.getElementById("thread");
  const head = document.getElementById("thread-head");
  for (const name of ["status", "assigneeId", "windowUntil", "mayAct"]) thread.dataset[name] = head.dataset[name] || "";
  if (focused) (pane.querySelector(focused) || head.querySelector("button:not(:disabled)"))?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("thread:state", { detail: { ...thread.dataset } }));
}

function describeFocus() {
  const node = document.activeElement;
  if (!node?.closest("#thread-head, #details")) return "";
  if (node.id) return `#${node.id}`;
  for (const name of ["act", "details", "back", "tag"]) if (name in node.dataset) return `[data-${name}="${node.dataset[name]}"]`;
  return "#thread-head button:not(:disabled)";
}

/** A row came for the open conversation: has anything changed that the head shows? */
export function followRow(row) {
  const head = document.getElementById("thread-head");
  if (head && row && head.dataset.state !== row.dataset.state) refreshHead();
}

// A window closes by itself, without anything happening in the thread.
setInterval(() => {
  const clock = document.querySelector("#thread-head .window-clock time");
  if (clock && new Date(clock.dateTime) <= new Date()) refreshHead();
}, 10_000);

// --- Menus -------------------------------------------------------------------------------------------------------------

async function fillTransfer(menu) {
  try {
    menu.replaceChildren(live.fragment(await get(menu.dataset.url, { "HX-Request": "true" })));
    itemsOf(menu)[0]?.focus({ focusVisible: true });
    menu.dispatchEvent(new CustomEvent("menu:filled", { bubbles: true }));
  } catch (refused) {
    menu.hidePopover();
    toast(refused.message, { bad: true });
  }
}

pane.addEventListener("toggle", (event) => {
  if (!event.target.matches(".menu")) return;
  if (event.newState === "open" && event.target.id === "transfer-menu") fillTransfer(event.target);
  if (event.newState === "closed" && isStale) refreshHead();
}, true);

async function toggleTag(item) {
  const on = item.getAttribute("aria-checked") !== "true";
  item.setAttribute("aria-checked", String(on));
  isStale = true;
  try {
    await post(addressOf("tags"), { tag: item.dataset.tag, on });
  } catch (refused) {
    item.setAttribute("aria-checked", String(!on));
    toast(refused.message, { bad: true });
  }
}

pane.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-act], [data-tag], [data-transfer-agent], [data-transfer-team], [data-again], [data-open-tags], [data-details], [data-details-close]");
  if (!button || button.disabled) return;
  const { act: name, tag, transferAgent, transferTeam, again } = button.dataset;
  if (tag) return void toggleTag(button);
  if (transferAgent) return void act("transfer", { agent: transferAgent });
  if (transferTeam) return void act("transfer", { team: transferTeam });
  if (again) return void sendAgain(button, again);
  if ("openTags" in button.dataset) return document.getElementById("tag-button").click();
  if ("details" in button.dataset) return showDetails(true);
  if ("detailsClose" in button.dataset) return showDetails(false);
  button.disabled = true;
  await act(name);
  button.disabled = false;
});

async function sendAgain(button, message) {
  button.disabled = true;
  try {
    await post(`/inbox/m/${message}/again/`);
  } catch (refused) {
    button.disabled = false;
    toast(refused.message, { bad: true });
  }
}

export function showDetails(isShown) {
  document.body.classList.toggle("shows-details", isShown);
  if (isShown) document.querySelector(".details-close")?.focus({ preventScroll: true });
  else document.querySelector(".details-button")?.focus({ preventScroll: true });
}

// --- Notes of the contact ------------------------------------------------------------------------------------------------

pane.addEventListener("input", (event) => {
  if (event.target.id === "contact-notes") document.getElementById("notes-buttons").hidden = false;
});
pane.addEventListener("reset", () => {
  document.getElementById("notes-buttons").hidden = true;
});
pane.addEventListener("submit", async (event) => {
  if (event.target.id !== "notes-form") return;
  event.preventDefault();
  const notes = document.getElementById("contact-notes").value;
  try {
    await post(event.target.dataset.url, { notes });
    document.getElementById("contact-notes").defaultValue = notes;
    document.getElementById("notes-buttons").hidden = true;
    toast("Notes saved.");
  } catch (refused) {
    toast(refused.message, { bad: true });
  }
});
