// Where the customer writes: text, quote, files, location, contact card.

import { post, postFile } from "./api.js";
import { el, icon, iconButton, sheet, toast } from "./dom.js";

const drafts = new Map();
const PLACES = [
  { name: "Hauptbahnhof", address: "Europaplatz 1, 10557 Berlin", latitude: 52.52508, longitude: 13.3694 },
  { name: "Praça do Comércio", address: "1100-148 Lisboa", latitude: 38.70775, longitude: -9.13659 },
];

export function composer(me, number, on) {
  const key = `${me.id}:${number.id}`;
  let quoted = null;

  const text = el("textarea", { rows: 1, placeholder: "Message", "aria-label": "Message", dir: "auto", enterkeyhint: "send" });
  const quoteBar = el("div", { class: "quote-bar", hidden: true });
  const send = iconButton("send", "Send", sendText, { class: "icon-button send" });
  const pick = el("input", { type: "file", hidden: true, multiple: true });
  const element = el(
    "footer",
    { class: "composer" },
    quoteBar,
    el("div", { class: "composer-row" }, iconButton("plus", "Attach", openAttach), text, send, pick),
  );
  text.value = drafts.get(key) ?? "";
  text.addEventListener("input", grow);
  text.addEventListener("keydown", pressed);
  text.addEventListener("paste", pasted);
  pick.addEventListener("change", () => sendFiles([...pick.files], { voice: pick.dataset.voice }));
  element.addEventListener("dragover", (event) => event.preventDefault());
  element.addEventListener("drop", dropped);
  grow();

  function grow() {
    drafts.set(key, text.value);
    text.style.height = "auto";
    text.style.height = `${Math.min(text.scrollHeight, 120)}px`;
    send.disabled = !text.value.trim();
  }

  function pressed(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      sendText();
    } else if (event.key === "Escape") quote(null);
  }

  function pasted(event) {
    const files = [...event.clipboardData.files];
    if (!files.length) return;
    event.preventDefault();
    sendFiles(files);
  }

  function dropped(event) {
    event.preventDefault();
    sendFiles([...event.dataTransfer.files]);
  }

  async function attempt(work, after = () => {}) {
    try {
      await work;
      after();
      quote(null);
      on.sent();
    } catch (error) {
      toast(error.message);
    }
  }

  function sendText() {
    const words = text.value;
    if (!words.trim()) return;
    const body = { customer: me.id, number: number.id, text: words, quote: quoted?.id };
    text.value = "";
    grow();
    attempt(post("say", body)).then(() => text.focus());
  }

  async function sendFiles(files, more = {}) {
    for (const file of files) {
      const caption = text.value.trim();
      text.value = "";
      grow();
      await attempt(postFile({ customer: me.id, number: number.id, quote: quoted?.id, caption, ...more }, file));
    }
    pick.value = "";
  }

  function choose(accept, voice = false) {
    pick.accept = accept;
    pick.dataset.voice = voice ? "true" : "";
    pick.click();
  }

  function say(type, content) {
    const context = quoted ? { from: number.display.replace(/\D/g, ""), id: quoted.id } : undefined;
    attempt(post("say", { customer: me.id, number: number.id, type, [type]: content, context }));
  }

  function openAttach() {
    const close = (act) => () => {
      dialog.close();
      act();
    };
    const rows = [
      ["image", "Photo or video", () => choose("image/*,video/*")],
      ["mic", "Voice or audio", () => choose("audio/*", true)],
      ["file", "Document", () => choose("")],
      ["pin", "Location", () => location()],
      ["person", "Contact card", contactCard],
    ].map(([symbol, words, act]) => el("button", { type: "button", class: "item", onclick: close(act) }, icon(symbol), words));
    const dialog = sheet("Attach", ...rows);
  }

  // `request`: the id of the message that asked for the location.
  function location(request) {
    const rows = PLACES.map((place) =>
      el(
        "button",
        {
          type: "button",
          class: "option",
          onclick: () => {
            dialog.close();
            if (request) quoted = { id: request };
            say("location", place);
          },
        },
        el("strong", {}, place.name),
        el("small", {}, place.address),
      ),
    );
    const dialog = sheet("Send a location", el("div", { class: "options" }, rows));
  }

  function contactCard() {
    const name = el("input", { id: "card-name", required: true, dir: "auto" });
    const phone = el("input", { id: "card-phone", inputmode: "tel", required: true });
    const form = el(
      "form",
      { class: "form" },
      el("label", { for: "card-name" }, "Name", name),
      el("label", { for: "card-phone" }, "Phone number", phone),
      el("button", { class: "primary" }, "Send contact"),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      dialog.close();
      const [first, ...rest] = name.value.trim().split(/\s+/);
      const names = { formatted_name: name.value.trim(), first_name: first, ...(rest.length ? { last_name: rest.join(" ") } : {}) };
      say("contacts", [{ name: names, phones: [{ phone: phone.value, type: "CELL", wa_id: phone.value.replace(/\D/g, "") }] }]);
    });
    const dialog = sheet("Send a contact", form);
  }

  function quote(message) {
    quoted = message;
    quoteBar.hidden = !message;
    if (!message) return;
    const who = message.direction === "in" ? "You" : number.name;
    const line = message.body?.body ?? message.body?.text ?? message.body?.caption ?? message.shown?.body ?? message.body?.body?.text ?? message.type;
    quoteBar.replaceChildren(
      el("div", { class: "quote" }, el("strong", {}, who), el("span", { dir: "auto" }, typeof line === "string" ? line : line.text ?? message.type)),
      iconButton("close", "Don't quote", () => quote(null)),
    );
    text.focus();
  }

  return { element, quote, location, focus: () => text.focus() };
}
