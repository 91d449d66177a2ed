// Canned replies: "/" at the start lists them, typing narrows, arrows choose, Enter or Tab inserts.
import { get } from "../request.js";
import { field, form, insert, replaceAll, say } from "./field.js";
import { make } from "./names.js";

const MOST = 8;
let replies = null;
let at = 0;

const box = () => document.getElementById("canned");
const isOpen = () => Boolean(box()) && !box().hidden;

async function load() {
  if (replies) return replies;
  try {
    replies = (await get("/inbox/canned/")).replies;
    setTimeout(() => (replies = null), 60_000);
  } catch (refused) {
    say(refused.message);
  }
  return replies || [];
}

/** After every key: is this the beginning of a shortcut? */
export async function follow() {
  const typed = field().value.match(/^\/([\p{L}\p{N}_-]*)$/u);
  if (!typed) return close();
  await load();
  const now = field().value.match(/^\/([\p{L}\p{N}_-]*)$/u);
  if (now) list(now[1].toLowerCase());
}

function fitting(typed) {
  const begins = (replies || []).filter(({ shortcut }) => shortcut.toLowerCase().startsWith(typed));
  const holds = (replies || []).filter((reply) => !begins.includes(reply) && reply.text.toLowerCase().includes(typed));
  return [...begins, ...(typed.length > 1 ? holds : [])].slice(0, MOST);
}

function list(typed) {
  const found = fitting(typed);
  at = 0;
  box().replaceChildren(...found.map(option));
  if (!found.length) box().append(make("li", { className: "canned-none", textContent: replies?.length ? "No canned reply of that name." : "No canned replies yet. They are made in Settings › Canned replies." }));
  box().hidden = false;
  mark();
}

function option(reply, index) {
  const name = make("b", { textContent: `/${reply.shortcut}` });
  const words = make("span", { textContent: filled(reply.text), dir: "auto" });
  const item = make("li", { id: `canned-${index}`, role: "option" }, name, words);
  item.reply = reply;
  item.addEventListener("mousedown", (event) => event.preventDefault());
  item.addEventListener("click", () => insertReply(reply));
  return item;
}

function mark() {
  const options = [...box().querySelectorAll("[role=option]")];
  options.forEach((item, index) => item.setAttribute("aria-selected", String(index === at)));
  const chosen = options[at];
  if (chosen) field().setAttribute("aria-activedescendant", chosen.id);
  else field().removeAttribute("aria-activedescendant");
  chosen?.scrollIntoView({ block: "nearest" });
}

/** Without a name the place for it goes, with the blank or comma before it. */
function filled(text) {
  const name = form().dataset.customer;
  return name ? text.replaceAll(/\{\{\s*name\s*\}\}/g, name) : text.replaceAll(/[ ,]*\{\{\s*name\s*\}\}/g, "");
}

function insertReply(reply) {
  close();
  if (/^\/\S*$/.test(field().value)) replaceAll(filled(reply.text));
  else insert(filled(reply.text));
}

/** True when the key was for the list. */
export function takesKey(event) {
  if (!isOpen()) return false;
  const options = box().querySelectorAll("[role=option]");
  if (event.key === "Escape") close();
  else if (event.key === "ArrowDown" && options.length) at = (at + 1) % options.length;
  else if (event.key === "ArrowUp" && options.length) at = (at - 1 + options.length) % options.length;
  else if ((event.key === "Enter" || event.key === "Tab") && options[at] && !event.shiftKey) insertReply(options[at].reply);
  else return false;
  if (isOpen()) mark();
  return true;
}

export function close() {
  if (!box() || box().hidden) return;
  box().hidden = true;
  field().removeAttribute("aria-activedescendant");
}

export async function openFromButton() {
  if (isOpen()) return close();
  await load();
  field().focus();
  list("");
}

document.addEventListener("focusout", (event) => event.target.id === "composer-text" && setTimeout(() => document.activeElement !== field() && close(), 150));
