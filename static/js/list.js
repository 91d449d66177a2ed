// The conversation list: folders, rows that come and go, and nothing that moves under the pointer.
import * as live from "./live.js";
import { get } from "./request.js";
import { fillTimes } from "./times.js";
import { toast } from "./toasts.js";

const AIMING_MS = 3_000; // a pointer that moved so recently in the list is about to click
const me = document.body.dataset.agentId;
const folder = document.getElementById("folder");
const readUpTo = new Map();
const held = new Map(); // conversation -> row html (or null: to be taken away) that waits for a calm moment
let movedAt = 0;
let openId = 0;
let flushTimer = 0;
let countTimer = 0;
let countAt = Infinity;
const loading = new Set(); // for each list on its way: the rows that arrived meanwhile, which it may not have seen
let known = { unread_mine: 0 };

const list = () => document.getElementById("conversations");
const scroller = () => document.getElementById("list-scroll");
export const rows = () => [...list().querySelectorAll(".row-item")];
export const rowOf = (conversation) => document.getElementById(`row-${conversation}`);
export const folderName = () => list().dataset.folder;

// --- Rows ------------------------------------------------------------------------------------------------------------

function number(row) {
  return Number(row.dataset.lastInbound) || 0;
}

// A rendered row knows nothing of its viewer: unread, "mine" and the open one are added here.
function decorate(row) {
  fillTimes(row);
  const id = row.dataset.conversation;
  if (!row.dataset.isKnown) {
    row.dataset.isKnown = "true";
    if (!readUpTo.has(id)) readUpTo.set(id, row.classList.contains("is-unread") ? number(row) - 1 : number(row));
  }
  row.classList.toggle("is-unread", number(row) > (readUpTo.get(id) ?? 0));
  const link = row.querySelector(".row-link");
  if (Number(id) === openId) link.setAttribute("aria-current", "true");
  else link.removeAttribute("aria-current");
  const who = row.querySelector(".row-who[data-who]");
  if (who) who.hidden = who.dataset.who === me;
  link.setAttribute("aria-label", spoken(row));
}

function spoken(row) {
  const text = (selector) => row.querySelector(selector)?.textContent.trim() || "";
  return [row.classList.contains("is-unread") ? "Unread" : "", text(".row-name"), text(".row-preview"), text(".row-time")].filter(Boolean).join(", ");
}

export function markOpen(conversation) {
  openId = Number(conversation) || 0;
  rows().forEach(decorate);
}

export function markSeen(conversation) {
  const row = rowOf(conversation);
  if (row) readUpTo.set(String(conversation), number(row));
  if (row?.classList.contains("is-unread")) {
    decorate(row);
    countSoon();
  }
}

export function markUnread(conversation) {
  const row = rowOf(conversation);
  if (!row) return;
  readUpTo.set(String(conversation), number(row) - 1);
  decorate(row);
  countSoon();
}

// --- Which rows belong here, and where -------------------------------------------------------------------------------

function isWindowOpen(row) {
  return Boolean(row.dataset.windowUntil) && new Date(row.dataset.windowUntil) > new Date();
}

const BELONGS = {
  mine: (row) => row.dataset.status === "assigned" && row.dataset.assigneeId === me,
  following: (row) => row.dataset.status !== "closed" && Boolean(rowOf(row.dataset.conversation)),
  queue: (row) => row.dataset.status === "queued" && isWindowOpen(row),
  unassigned: (row) => row.dataset.status === "unassigned" && isWindowOpen(row),
  window_closed: (row) => ["queued", "unassigned"].includes(row.dataset.status) && !isWindowOpen(row),
  bot: (row) => row.dataset.status === "bot",
  all: (row) => row.dataset.status !== "closed",
};

function belongs(row) {
  const shown = Boolean(rowOf(row.dataset.conversation));
  // What a filter lets through is the server's to say: known rows stay, new ones are offered.
  if ("filtered" in list().dataset) return shown || BELONGS[folderName()](row);
  return BELONGS[folderName()](row);
}

function sortKey(row) {
  const order = list().dataset.order;
  if (order === "waiting") return row.dataset.waiting;
  return order === "closes_soon" ? row.dataset.windowUntil : row.dataset.bumped;
}

function isBefore(row, other) {
  const [mine, theirs] = [sortKey(row), sortKey(other)];
  const [id, otherId] = [Number(row.dataset.conversation), Number(other.dataset.conversation)];
  const ascending = Boolean(list().dataset.order);
  if (mine === theirs) return ascending ? id < otherId : id > otherId;
  return ascending ? mine < theirs : mine > theirs;
}

// --- What arrives ----------------------------------------------------------------------------------------------------

function isAiming() {
  return folder.matches(":hover") && Date.now() - movedAt < AIMING_MS;
}

const isAtTop = () => scroller().scrollTop < 8;

/** A row as it is now. */
export function receiveRow(conversation, html) {
  for (const arrived of loading) arrived.set(conversation, html);
  const row = live.fragment(html).firstElementChild;
  const shown = rowOf(conversation);
  if (!row) return;
  if (!belongs(row)) return shown ? takeAway(conversation) : held.delete(conversation);
  if (!readUpTo.has(String(conversation))) readUpTo.set(String(conversation), row.querySelector(".ticks") ? number(row) : number(row) - 1);
  if (shown && sortKey(shown) === sortKey(row)) return swap(shown, row);
  if (isAtTop() && !isAiming() && !("filtered" in list().dataset)) return put(row);
  if (shown) swap(shown, row);
  held.set(conversation, html);
  offerHeld();
}

export function takeAway(conversation) {
  held.delete(conversation);
  const row = rowOf(conversation);
  if (!row) return;
  if (isAiming()) {
    held.set(conversation, null);
    row.inert = true;
    return offerHeld();
  }
  remove(row);
}

function remove(row) {
  const next = row.nextElementSibling?.querySelector(".row-link") || row.previousElementSibling?.querySelector(".row-link");
  const hadFocus = row.contains(document.activeElement);
  row.remove();
  if (hadFocus) (next || document.getElementById("main")).focus({ preventScroll: true });
  showEmpty();
}

function swap(shown, row) {
  const hadFocus = shown.contains(document.activeElement);
  row.dataset.isKnown = "true";
  shown.replaceWith(row);
  decorate(row);
  if (hadFocus) row.querySelector(".row-link").focus({ preventScroll: true });
}

function put(row) {
  const shown = rowOf(row.dataset.conversation);
  const hadFocus = shown?.contains(document.activeElement);
  shown?.remove();
  row.dataset.isKnown = "true";
  const next = rows().find((other) => isBefore(row, other));
  if (next) next.before(row);
  else if (list().querySelector(".more")) return;
  else list().append(row);
  decorate(row);
  if (!shown) row.classList.add("is-new");
  if (hadFocus) row.querySelector(".row-link").focus({ preventScroll: true });
  showEmpty();
}

function showEmpty() {
  document.getElementById("list-empty").hidden = Boolean(list().querySelector("li"));
}

function offerHeld() {
  const pill = document.getElementById("newer");
  const newer = [...held.values()].filter(Boolean).length;
  pill.hidden = !newer;
  pill.textContent = `${newer} newer`;
  clearTimeout(flushTimer);
  if (held.size) flushTimer = setTimeout(flushWhenCalm, AIMING_MS);
}

function flushWhenCalm() {
  if (!held.size) return;
  if (isAtTop() && !isAiming() && !("filtered" in list().dataset)) flush();
  else flushTimer = setTimeout(flushWhenCalm, 1_000);
}

function flush() {
  for (const [conversation, html] of [...held]) {
    held.delete(conversation);
    const row = html && live.fragment(html).firstElementChild;
    if (row) put(row);
    else if (rowOf(conversation)) remove(rowOf(conversation));
  }
  offerHeld();
}

// --- Folders and counts ------------------------------------------------------------------------------------------------

async function getList(address) {
  const arrived = new Map();
  loading.add(arrived);
  try {
    return { html: await get(address, { "HX-Request": "true" }), arrived };
  } finally {
    loading.delete(arrived);
  }
}

/** Show a folder (its address), in place. */
export async function showFolder(search, { push = true } = {}) {
  const focused = document.activeElement?.closest?.("#folder [data-folder]")?.dataset.folder;
  try {
    const { html, arrived } = await getList(`/inbox/list/${search}`);
    held.clear();
    folder.replaceChildren(live.fragment(html));
    htmx.process(folder);
    settle();
    arrived.forEach((row, conversation) => receiveRow(conversation, row));
    document.dispatchEvent(new CustomEvent("list:folder", { detail: { search, push } }));
    if (focused) folder.querySelector(`[data-folder="${focused}"]`)?.focus({ preventScroll: true });
  } catch (refused) {
    toast(refused.message, { bad: true });
  }
}

/** The rows alone, for a search; the search keeps its focus. */
export async function showRows(search) {
  try {
    const { html, arrived } = await getList(`/inbox/list/${search}&rows`);
    held.clear();
    const fresh = live.fragment(html);
    list().replaceWith(fresh.querySelector("#conversations"));
    document.getElementById("list-empty").replaceWith(fresh.querySelector("#list-empty"));
    scroller().scrollTop = 0;
    htmx.process(list());
    settle();
    arrived.forEach((row, conversation) => receiveRow(conversation, row));
  } catch (refused) {
    toast(refused.message, { bad: true });
  }
}

/** The list again as the server has it, at the same place. */
export async function refreshRows() {
  const at = scroller().scrollTop;
  if (at < 400) {
    await showRows(`?${list().dataset.query}`);
    scroller().scrollTop = at;
  }
  count();
}

function settle() {
  rows().forEach(decorate);
  offerHeld();
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.classList?.contains("row-item")) decorate(node);
  }).observe(list(), { childList: true });
}

/** Ask for the counts within so many milliseconds; one request answers all who asked meanwhile. */
export function countSoon(within = 300) {
  const at = Date.now() + within;
  if (at >= countAt) return;
  clearTimeout(countTimer);
  countTimer = setTimeout(count, within);
  countAt = at;
}

/** For what concerns everybody: a hundred pages learn of it in the same moment, so each waits its own while. */
export const countLater = () => countSoon(500 + Math.random() * 1_500);

async function count() {
  clearTimeout(countTimer);
  countAt = Infinity;
  try {
    known = await get("/inbox/counts/");
  } catch {
    return; // offline is said elsewhere; the next change counts again
  }
  showCounts();
}

function showCounts() {
  const sums = { mine: known.mine, unassigned: known.queue + known.unassigned, bot: known.bot, all: known.all };
  for (const node of folder.querySelectorAll("[data-count]")) node.textContent = sums[node.dataset.count] || "";
  for (const node of folder.querySelectorAll("[data-count-inner]")) node.textContent = known[node.dataset.countInner] || "";
  const bar = document.getElementById("queue-bar");
  bar.hidden = known.limit === null || known.load < known.limit || !known.in_queue || folderName() === "queue";
  bar.firstElementChild.textContent = `${known.in_queue} ${known.in_queue === 1 ? "person" : "people"} in queue`;
  document.title = document.title.replace(/^(\(\d+\) )?/, known.unread_mine ? `(${known.unread_mine}) ` : "");
  document.dispatchEvent(new CustomEvent("list:counts", { detail: known }));
}

folder.addEventListener("pointermove", (event) => { if (event.pointerType === "mouse") movedAt = Date.now(); }, { passive: true });
folder.addEventListener("pointerleave", () => { movedAt = 0; flushWhenCalm(); });
folder.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-folder]");
  if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    showFolder(new URL(link.href).search);
  }
  if (!event.target.closest("#newer")) return;
  if ("filtered" in list().dataset) refreshRows();
  flush();
  scroller().scrollTop = 0;
  rows()[0]?.querySelector(".row-link").focus({ preventScroll: true });
});

settle();
count();
// Windows close and waiting turns into missed without a change that would tell.
setInterval(() => document.visibilityState === "visible" && count(), 60_000);
