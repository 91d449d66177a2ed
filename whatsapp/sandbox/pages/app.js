// The page: who is chosen, which chat is open, and the news that keeps both current.

import { get, listen, post, viewer } from "./api.js";
import { showHome } from "./home.js";
import { showPeople, watchPeople } from "./people.js";
import { openThread } from "./thread.js";
import { toast } from "./dom.js";

export const state = { customers: new Map(), numbers: new Map(), chats: new Map(), me: null, number: null };
let thread = null;

export const chatKey = (number, customer) => `${number}:${customer}`;

export async function load() {
  const all = await get("/phone/state");
  state.customers = new Map(all.customers.map((c) => [c.id, c]));
  state.numbers = new Map(all.numbers.map((n) => [n.id, n]));
  state.chats = new Map(all.chats.map((c) => [chatKey(c.number, c.customer), c]));
}

// The address names customer and chat, so that reload and the back button work.
export function go(me, number = null) {
  const hash = me ? `#${encodeURIComponent(me)}${number ? `/${number}` : ""}` : "#";
  if (location.hash === hash) show();
  else location.hash = hash;
}

function read() {
  const [me, number] = location.hash.slice(1).split("/").map(decodeURIComponent);
  state.me = state.customers.has(me) ? me : null;
  state.number = state.me && state.numbers.has(number) ? number : null;
  const narrow = matchMedia("(max-width: 767px)").matches;
  if (!state.me && !narrow) state.me = state.customers.keys().next().value ?? null;
}

export function show() {
  read();
  document.body.dataset.level = state.number ? "chat" : state.me && location.hash.length > 1 ? "home" : "people";
  thread?.leave();
  thread = null;
  showPeople();
  document.querySelector(".person[aria-current]")?.scrollIntoView({ block: "nearest" });
  if (state.number) thread = openThread(state.customers.get(state.me), state.numbers.get(state.number));
  else showHome();
  look();
}

// Tell the sandbox what is on the screen: an open, visible chat reads what arrives.
function look() {
  const visible = document.visibilityState === "visible";
  const act = state.number && visible ? "open" : "close";
  post(act, { customer: state.me ?? "", number: state.number ?? "", viewer }).catch((error) => toast(error.message));
}

function chatChanged(chat) {
  state.chats.set(chatKey(chat.number, chat.customer), chat);
  showPeople();
  if (thread?.is(chat)) thread.headChanged(chat);
  else if (!state.number) showHome();
}

const handlers = {
  message: (message) => thread?.is(message) && thread.upsert(message),
  chat: chatChanged,
  typing: chatChanged,
  customer: (customer) => {
    state.customers.set(customer.id, customer);
    showPeople();
  },
  number: (number) => {
    state.numbers.set(number.id, number);
    if (state.number === number.id) thread?.numberChanged(number);
  },
  reset: () => location.reload(),
};

async function connected() {
  document.getElementById("offline").hidden = true;
  await load();
  show();
}

window.addEventListener("hashchange", show);
document.addEventListener("visibilitychange", look);
watchPeople();
listen(handlers, connected, () => (document.getElementById("offline").hidden = false));
