// The open conversation: its items in order, its place while one reads, and what arrives.
import * as live from "./live.js";
import { get, post } from "./request.js";
import { fillTimes, sayDay } from "./times.js";
import { toast } from "./toasts.js";

const GROUP_MS = 3 * 60_000;
const NEAR_BOTTOM = 90;
const JUMP_PAGES = 12;
const me = document.body.dataset.agentId;
const pane = document.getElementById("pane");
let isPinned = true;
let unseen = 0;
let isLoadingOlder = false;
let sentinel = null;
let sizes = null;

export const itemsBox = () => document.getElementById("items");
export const scrollBox = () => document.getElementById("scroll");
export const openConversation = () => Number(document.getElementById("thread")?.dataset.conversation) || 0;
const addressOf = (conversation, part = "") => `/inbox/c/${conversation}/${part}`;

// --- Opening ---------------------------------------------------------------------------------------------------------

/** Make the pane's new content the open thread: order it, go to its end, listen to it. */
export function adopt() {
  const items = itemsBox();
  sentinel?.disconnect();
  sizes?.disconnect();
  document.body.classList.toggle("has-conversation", Boolean(items));
  if (!items) return live.unwatch();
  unseen = 0;
  arrange();
  items.classList.remove("is-settling");
  toNewest();
  scrollBox().addEventListener("scroll", scrolled, { passive: true });
  watchSizes();
  watchOlder();
  live.watch(items.dataset.thread, items.dataset.version);
  sawIt();
}

function watchSizes() {
  sizes = new ResizeObserver(() => {
    document.getElementById("thread")?.style.setProperty("--composer-height", `${document.getElementById("composer-place").offsetHeight}px`);
    if (isPinned) toNewest();
  });
  sizes.observe(scrollBox());
  sizes.observe(itemsBox());
  sizes.observe(document.getElementById("composer-place"));
}

function scrolled() {
  const box = scrollBox();
  isPinned = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_BOTTOM;
  if (isPinned) unseen = 0;
  showPill();
}

export function toNewest() {
  const box = scrollBox();
  if (!box) return;
  box.scrollTop = box.scrollHeight;
  isPinned = true;
  unseen = 0;
  showPill();
}

function showPill() {
  const pill = document.getElementById("to-newest");
  if (!pill) return;
  pill.hidden = isPinned;
  pill.lastElementChild.textContent = unseen ? `${unseen} new message${unseen === 1 ? "" : "s"}` : "Newest";
}

/** Tell the server that what stands here was seen, if somebody is looking. */
export function sawIt() {
  const conversation = openConversation();
  if (!conversation || document.visibilityState !== "visible" || !document.hasFocus()) return;
  document.dispatchEvent(new CustomEvent("thread:seen", { detail: { conversation } }));
  if (!live.seen(conversation)) post(addressOf(conversation, "read/")).catch(() => {});
}

// --- Items -----------------------------------------------------------------------------------------------------------

/** Put rendered messages and lines where they belong. A message's own echo (same client id) gives way to it. */
export function placeItems(html) {
  const items = itemsBox();
  if (!items) return;
  const fresh = [];
  for (const node of [...live.fragment(html).children]) {
    dropEcho(items, node);
    const shown = node.id && document.getElementById(node.id);
    if (shown && shown.dataset.at === node.dataset.at) patch(shown, node);
    else fresh.push(node.outerHTML);
  }
  const placed = live.placeItems(items, fresh.join(""));
  arrange();
  noticeNew(placed.filter(({ isNew }) => isNew).map(({ node }) => node));
}

function dropEcho(items, node) {
  const name = node.dataset.clientId;
  const echo = name && items.querySelector(`[data-client-id="${CSS.escape(name)}"]:not([id^="message-"])`);
  echo?.remove();
}

function noticeNew(nodes) {
  const own = nodes.some((node) => node.dataset.authorId === me && node.dataset.side === "out");
  const inbound = nodes.filter((node) => node.dataset.side === "in");
  for (const node of nodes) if (node.classList.contains("message")) arrive(node);
  if (isPinned || own) toNewest();
  else unseen += inbound.length;
  showPill();
  if (!inbound.length) return;
  announce(inbound);
  sawIt();
}

function arrive(node) {
  node.classList.add("is-arriving");
  node.addEventListener("animationend", () => node.classList.remove("is-arriving"), { once: true });
}

function announce(nodes) {
  const name = document.getElementById("thread").dataset.contact;
  const words = nodes.map((node) => node.querySelector(".words")?.textContent || node.dataset.kind).join(". ");
  document.getElementById("announcer").textContent = `${name}: ${words.slice(0, 300)}`;
}

// Only what differs is changed: a playing sound plays on, a focused button keeps its focus.
function patch(shown, node) {
  fillTimes(node);
  for (const { name, value } of [...node.attributes]) {
    if (name !== "class" && shown.getAttribute(name) !== value) shown.setAttribute(name, value);
  }
  for (const name of ["author", "bubble", "reactions", "failure"]) patchPart(shown, node, name);
}

function patchPart(shown, node, name) {
  const [old, now] = [shown, node].map((root) => root.querySelector(`:scope > [data-part="${name}"]`));
  if (!old || !now || old.outerHTML === now.outerHTML) return;
  const [oldFoot, newFoot] = [old, now].map((root) => root.querySelector(":scope > .foot"));
  if (oldFoot && newFoot && withoutFoot(old) === withoutFoot(now)) return oldFoot.replaceWith(newFoot);
  const hadFocus = old.contains(document.activeElement);
  old.replaceWith(now);
  if (hadFocus) shown.focus({ preventScroll: true });
}

function withoutFoot(part) {
  const copy = part.cloneNode(true);
  copy.querySelector(":scope > .foot")?.remove();
  return copy.outerHTML.replaceAll(/ (open|controlslist)=""/g, "");
}

// --- Order: days, groups, dividers --------------------------------------------------------------------------------------

/** Date lines, groups of one sender within 3 minutes, own messages, dividers between conversations. */
export function arrange() {
  const items = itemsBox();
  const rows = [...items.querySelectorAll(":scope > [data-item]")];
  const dayLines = new Map([...items.querySelectorAll(":scope > .date-line")].map((line) => [line.dataset.day, line]));
  const now = new Date();
  let before = null;
  let day = "";
  for (const row of rows) {
    const said = sayDay(new Date(row.dataset.at), now);
    const isNewDay = said !== day;
    if (isNewDay) putDayLine(row, said, dayLines);
    day = said;
    const continues = !isNewDay && before && isSameGroup(before, row);
    row.toggleAttribute("data-first", !continues);
    if (before) before.toggleAttribute("data-last", !continues);
    row.classList.toggle("is-own", row.dataset.authorId === me);
    row.classList.toggle("is-divider", row.dataset.kind === "closed" && row.classList.contains("event"));
    before = row;
  }
  before?.toggleAttribute("data-last", true);
  for (const line of dayLines.values()) line.remove();
}

function putDayLine(row, said, dayLines) {
  const line = dayLines.get(said) || Object.assign(document.createElement("p"), { className: "date-line", textContent: said });
  line.dataset.day = said;
  dayLines.delete(said);
  if (row.previousElementSibling !== line) row.before(line);
}

function isSameGroup(before, row) {
  return (
    before.classList.contains("message") &&
    row.classList.contains("message") &&
    before.dataset.side === row.dataset.side &&
    before.dataset.authorKind === row.dataset.authorKind &&
    before.dataset.authorId === row.dataset.authorId &&
    new Date(row.dataset.at) - new Date(before.dataset.at) < GROUP_MS
  );
}

// --- Earlier and missed --------------------------------------------------------------------------------------------------

function watchOlder() {
  sentinel = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && loadOlder(), {
    root: scrollBox(),
    rootMargin: "600px 0px 0px 0px",
  });
  sentinel.observe(document.getElementById("older"));
}

/** Load the page before the oldest item shown, and keep the place. True when there was one. */
export async function loadOlder() {
  const items = itemsBox();
  if (isLoadingOlder || !items?.dataset.earlier) return false;
  isLoadingOlder = true;
  try {
    const cursor = encodeURIComponent(items.dataset.earlier);
    const answer = await get(addressOf(items.dataset.conversation, `items/?before=${cursor}`));
    if (items !== itemsBox()) return false;
    keepingPlace(() => {
      document.getElementById("older").after(live.fragment(answer.html));
      items.dataset.earlier = answer.earlier;
      document.getElementById("older").hidden = !answer.earlier;
      arrange();
    });
    return true;
  } catch (refused) {
    toast(refused.message, { bad: true });
    return false;
  } finally {
    isLoadingOlder = false;
    if (items === itemsBox()) again();
  }
}

// The observer tells only of changes: when the sentinel is still in sight it has to be asked again.
function again() {
  const older = document.getElementById("older");
  sentinel.unobserve(older);
  if (!older.hidden) setTimeout(() => older.isConnected && sentinel.observe(older), 120);
}

function keepingPlace(change) {
  const box = scrollBox();
  const fromBottom = box.scrollHeight - box.scrollTop;
  change();
  box.scrollTop = box.scrollHeight - fromBottom;
}

/** What changed since a version; too much: the whole thread afresh. */
export async function catchUp(thread, since) {
  const conversation = openConversation();
  const answer = await get(addressOf(conversation, `items/?since=${since}`));
  if (conversation !== openConversation()) return since;
  if (!answer.is_complete) document.dispatchEvent(new CustomEvent("thread:reload"));
  else placeItems(answer.html);
  return answer.version;
}

// --- Clicks ----------------------------------------------------------------------------------------------------------

async function jumpTo(id) {
  for (let page = 0; page < JUMP_PAGES && !document.getElementById(`message-${id}`); page += 1) {
    if (!(await loadOlder())) break;
  }
  const target = document.getElementById(`message-${id}`);
  if (!target) return toast("That message is further up than can be loaded.");
  target.scrollIntoView({ block: "center" });
  target.classList.add("is-found");
  target.focus({ preventScroll: true });
  setTimeout(() => target.classList.remove("is-found"), 1600);
}

function openPicture(link) {
  const dialog = document.getElementById("lightbox");
  const picture = document.getElementById("lightbox-picture");
  picture.src = link.href;
  picture.alt = link.querySelector("img")?.alt || "";
  document.getElementById("lightbox-download").href = link.href;
  dialog.showModal();
}

pane.addEventListener("click", (event) => {
  const quote = event.target.closest("[data-quote]");
  const picture = event.target.closest("[data-lightbox]");
  if (event.target.closest("#to-newest")) toNewest();
  if (quote) jumpTo(quote.dataset.quote);
  if (picture && !event.metaKey && !event.ctrlKey) openPicture(picture);
  if (quote || (picture && !event.metaKey && !event.ctrlKey)) event.preventDefault();
});

// Pictures reserve their size; one of unknown size must not push the end out of sight.
pane.addEventListener("load", (event) => event.target.matches("img, video") && isPinned && toNewest(), true);
document.addEventListener("visibilitychange", sawIt);
addEventListener("focus", sawIt);
