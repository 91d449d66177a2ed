// The phone's first screen: the chats of the chosen customer, one per business number.

import { avatar, el, iconButton } from "./dom.js";
import { chatKey, go, state } from "./app.js";
import { address } from "./people.js";
import { short } from "./times.js";
import { ticks } from "./bubbles.js";

export function showHome() {
  const phone = document.getElementById("phone");
  const me = state.customers.get(state.me);
  if (!me) {
    phone.replaceChildren(el("p", { class: "empty" }, "Choose a customer to hold their phone."));
    return;
  }
  document.title = `${me.name}'s phone`;
  phone.replaceChildren(
    el(
      "header",
      { class: "bar" },
      iconButton("back", "Customers", () => go(null), { class: "icon-button only-narrow" }),
      avatar(me.name),
      el("div", { class: "bar-words" }, el("h2", { dir: "auto" }, me.name), el("p", {}, address(me))),
    ),
    el("ul", { class: "chats" }, [...state.numbers.values()].map((number) => row(me, number))),
    el("p", { class: "hint" }, "Open a chat and write: an agent in the inbox sees it at once."),
  );
}

function row(me, number) {
  const chat = state.chats.get(chatKey(number.id, me.id));
  const newest = chat?.newest;
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", class: "chat", onclick: () => go(me.id, number.id) },
      avatar(number.name, 6),
      el("span", { class: "chat-name", dir: "auto" }, number.name),
      el("span", { class: "chat-time" }, newest ? short(newest.at) : ""),
      el(
        "span",
        { class: "chat-line" },
        newest?.direction === "in" ? ticks(newest) : null,
        el("bdi", {}, newest ? chat.words : number.about || "Not written yet"),
      ),
      chat?.unread ? el("span", { class: "badge", "aria-label": `${chat.unread} unread` }, String(chat.unread)) : null,
    ),
  );
}
