// An open chat: its messages in order, live, with date lines, menus and the composer.

import { get, post } from "./api.js";
import { avatar, el, icon, iconButton, sheet, toast } from "./dom.js";
import { bubble } from "./bubbles.js";
import { composer } from "./composer.js";
import { go } from "./app.js";
import { day, dayKey } from "./times.js";

const FACES = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
const NEAR_END = 80;

export function openThread(me, number) {
  const messages = new Map();
  let present = true;
  let typingTimer;

  const list = el("ol", { class: "messages", role: "log", "aria-label": "Messages", tabindex: "0" });
  const subtitle = el("p", {}, "");
  const title = el("h2", { dir: "auto" }, number.name);
  const writer = composer(me, number, { sent: () => scrollToEnd() });
  const newer = el("button", { type: "button", class: "newer", hidden: true, onclick: () => scrollToEnd() }, "New messages");
  document.title = `${me.name} with ${number.name}`;
  document.getElementById("phone").replaceChildren(
    el(
      "header",
      { class: "bar" },
      iconButton("back", "Chats", () => go(me.id)),
      avatar(number.name, 6),
      el("div", { class: "bar-words" }, title, subtitle),
    ),
    el("div", { class: "thread" }, list, newer),
    writer.element,
  );
  list.addEventListener("scroll", () => isAtEnd() && (newer.hidden = true));
  quietSubtitle();
  fill();
  if (matchMedia("(min-width: 768px)").matches) writer.focus();

  async function fill() {
    const found = await get("/phone/chat", { customer: me.id, number: number.id });
    if (!present) return;
    for (const message of found.messages) messages.set(message.id, message);
    draw();
    headChanged(found.chat);
    scrollToEnd();
  }

  function draw() {
    const rows = [];
    let last = null;
    for (const message of [...messages.values()].sort((a, b) => a.at - b.at)) {
      if (!last || dayKey(last.at) !== dayKey(message.at)) rows.push(el("li", { class: "day" }, el("span", {}, day(message.at))));
      const line = bubble(message, acts);
      if (last && last.direction === message.direction && message.at - last.at < 180) line.classList.add("follows");
      rows.push(line);
      last = message;
    }
    const isNew = ![...messages.values()].some((message) => message.direction === "in");
    if (rows.length && isNew && number.prompts.length) rows.push(el("li", { class: "asking" }, questions()));
    list.replaceChildren(...(rows.length ? rows : [opening()]));
  }

  /** The ice breakers: shown until the customer wrote, also under a welcome. */
  function questions() {
    const prompts = number.prompts.map((text) =>
      el("button", { type: "button", class: "prompt", dir: "auto", onclick: () => write(text) }, text),
    );
    return el("div", { class: "prompts", "aria-label": "Questions to begin with" }, prompts);
  }

  function opening() {
    return el(
      "li",
      { class: "opening" },
      avatar(number.name, 6),
      el("h3", { dir: "auto" }, number.name),
      el("p", { dir: "auto" }, number.about),
      el("p", { class: "quiet" }, `Business account · ${number.display}`),
      number.prompts.length ? questions() : el("p", {}, "Say hello."),
    );
  }

  function upsert(message) {
    const old = messages.get(message.id);
    const follow = isAtEnd() || (!old && message.direction === "in");
    messages.set(message.id, message);
    const line = old && list.querySelector(`[data-line="${CSS.escape(message.id)}"]`);
    if (line) {
      const fresh = bubble(message, acts);
      if (line.classList.contains("follows")) fresh.classList.add("follows");
      const focused = line.contains(document.activeElement);
      line.replaceWith(fresh);
      if (focused) fresh.querySelector(".bubble-menu")?.focus();
    } else draw();
    if (follow) scrollToEnd();
    else if (!old) newer.hidden = false;
  }

  function isAtEnd() {
    return list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END;
  }

  function scrollToEnd() {
    list.scrollTop = list.scrollHeight;
    newer.hidden = true;
    for (const picture of list.querySelectorAll("img")) {
      if (!picture.complete) picture.addEventListener("load", () => isNearlyAtEnd() && (list.scrollTop = list.scrollHeight), { once: true });
    }
  }

  function isNearlyAtEnd() {
    return list.scrollHeight - list.scrollTop - list.clientHeight < 420;
  }

  function quietSubtitle() {
    subtitle.textContent = `Business account · ${number.display}`;
    subtitle.classList.remove("typing");
  }

  function headChanged(chat) {
    clearTimeout(typingTimer);
    const left = chat.typing_until * 1000 - Date.now();
    if (left <= 0) return quietSubtitle();
    subtitle.textContent = "typing …";
    subtitle.classList.add("typing");
    typingTimer = setTimeout(quietSubtitle, left);
  }

  const attempt = (work) => work.catch((error) => toast(error.message));
  const write = (text) => attempt(post("say", { customer: me.id, number: number.id, text }));

  const acts = {
    menu: openMenu,
    tap: (message, choice) => attempt(post("tap", { customer: me.id, message: message.id, choice })),
    list: openList,
    flow: openFlow,
    location: (message) => writer.location(message.id),
    jump: (id) => {
      const target = list.querySelector(`[data-id="${CSS.escape(id)}"]`);
      target?.scrollIntoView({ block: "center" });
      target?.focus();
    },
  };

  function openMenu(message) {
    const own = message.direction === "in";
    const faces = FACES.map((face) => {
      const on = message.reactions.customer === face;
      const act = () => done(post("react", { message: message.id, emoji: on ? "" : face }));
      return el("button", { type: "button", class: "face", "aria-pressed": String(on), onclick: act }, face);
    });
    const rows = [item("reply", "Reply", () => dialog.close() || writer.quote(message))];
    if (own && message.type === "text") rows.push(item("edit", "Edit", () => dialog.close() || edit(message)));
    if (own) rows.push(item("trash", "Delete for everyone", () => done(post("delete", { message: message.id }))));
    const note = own && !number.announces_edits ? el("p", { class: "quiet" }, "This business's number is not told of edits and deletions in full, as on most of Meta's numbers.") : null;
    const dialog = sheet("Message", el("div", { class: "faces" }, faces), ...rows, note ?? "");
    const done = (work) => attempt(work) && dialog.close();
  }

  function item(symbol, words, onclick) {
    return el("button", { type: "button", class: "item", onclick }, icon(symbol), words);
  }

  function edit(message) {
    const text = el("textarea", { rows: 4, dir: "auto", "aria-label": "Text" });
    text.value = message.body.body;
    const save = () => attempt(post("edit", { message: message.id, text: text.value })).then(() => dialog.close());
    const dialog = sheet("Edit message", el("div", { class: "form" }, text, el("button", { type: "button", class: "primary", onclick: save }, "Save")));
  }

  function openList(message) {
    const { action } = message.body;
    const choose = (row) => acts.tap(message, row.id) && dialog.close();
    const sections = action.sections.map((section) =>
      el(
        "section",
        { class: "options" },
        section.title ? el("h3", { dir: "auto" }, section.title) : null,
        section.rows.map((row) =>
          el(
            "button",
            { type: "button", class: "option", onclick: () => choose(row) },
            el("strong", { dir: "auto" }, row.title),
            row.description ? el("small", { dir: "auto" }, row.description) : null,
          ),
        ),
      ),
    );
    const dialog = sheet(action.button, ...sections);
  }

  function openFlow(message) {
    const text = el("textarea", { rows: 6, "aria-label": "Answers as JSON", spellcheck: "false" });
    text.value = '{\n  "rating": "5"\n}';
    const send = () => {
      try {
        const answers = JSON.parse(text.value);
        attempt(post("flow", { message: message.id, answers })).then(() => dialog.close());
      } catch {
        toast("The answers are no valid JSON.");
      }
    };
    const words = "The sandbox does not draw flows. Give the answers that completing it would send.";
    const dialog = sheet("Form", el("div", { class: "form" }, el("p", {}, words), text, el("button", { type: "button", class: "primary", onclick: send }, "Send answers")));
  }

  return {
    is: (thing) => thing.number === number.id && thing.customer === me.id,
    upsert,
    headChanged,
    numberChanged: (news) => {
      number = news;
      if (!messages.size) draw();
    },
    leave: () => {
      present = false;
      clearTimeout(typingTimer);
    },
  };
}
