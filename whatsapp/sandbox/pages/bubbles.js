// One message as a bubble. Customer and business text only ever becomes a text node.

import { el, icon } from "./dom.js";
import { time } from "./times.js";

// The customer's own ticks: on its way, taken by the business's side, read there.
export function ticks(message) {
  const words = { pending: "On its way", delivered: "Delivered", read: "Read" }[message.status] ?? "Sent";
  if (message.status === "pending") return el("span", { class: "ticks", title: words, "aria-label": words }, icon("clock"));
  const box = el("span", { class: `ticks ${message.status}`, title: words, "aria-label": words, role: "img" }, icon("tick"));
  if (message.status !== "sent") box.append(icon("tick"));
  return box;
}

// acts: {menu, tap, list, flow, location, jump}
export function bubble(message, acts) {
  const own = message.direction === "in";
  const box = el("article", {
    class: `bubble ${own ? "own" : "theirs"} ${message.type}${message.deleted ? " gone" : ""}`,
    data: { id: message.id },
    tabindex: "-1",
    "aria-label": own ? "You" : "The business",
  });
  if (message.deleted) box.append(el("p", { class: "words" }, "You deleted this message"));
  else box.append(...quote(message, acts), ...content(message, acts));
  box.append(foot(message, own));
  const wrap = el("li", { class: `line ${own ? "own" : "theirs"}`, data: { line: message.id } }, box);
  if (!message.deleted) box.append(menuButton(message, acts));
  const buttons = message.deleted ? [] : below(message, acts);
  if (buttons.length) wrap.append(el("div", { class: "taps" }, buttons));
  if (Object.keys(message.reactions).length) box.append(reactions(message));
  return wrap;
}

function menuButton(message, acts) {
  const label = "Reply, react and more";
  const props = { type: "button", class: "bubble-menu", "aria-label": label, title: label, "aria-haspopup": "menu" };
  return el("button", { ...props, onclick: (event) => acts.menu(message, event.currentTarget) }, icon("more"));
}

function reactions(message) {
  const faces = [...new Set(Object.values(message.reactions))].join("");
  return el("span", { class: "reactions", "aria-label": `Reactions: ${faces}` }, faces);
}

function foot(message, own) {
  return el(
    "footer",
    { class: "foot" },
    message.edited ? el("span", {}, "edited") : null,
    el("time", { datetime: new Date(message.at * 1000).toISOString() }, time(message.at)),
    own ? ticks(message) : null,
  );
}

function quote(message, acts) {
  if (!message.quoted) return [];
  const who = message.quoted.direction === "in" ? "You" : "Business";
  const props = { type: "button", class: "quote", onclick: () => acts.jump(message.quoted.id) };
  return [el("button", props, el("strong", {}, who), el("span", { dir: "auto" }, message.quoted.words))];
}

const RENDER = {
  text: (message) => [words(message.body.body)],
  image: media,
  video: media,
  audio: media,
  document: media,
  sticker: media,
  location: place,
  contacts: cards,
  interactive,
  template,
  button: (message) => [words(message.body.text)],
};

function content(message, acts) {
  const render = RENDER[message.type];
  if (render && message.body) return render(message, acts);
  return [el("p", { class: "words quiet" }, `A message of kind "${message.type}"`)];
}

// *bold*, _italic_, ~struck~, `code` and links, as the app draws them; everything else stays as written.
const MARKS = /(https?:\/\/[^\s]+)|\*(\S(?:[^*\n]*\S)?)\*|_(\S(?:[^_\n]*\S)?)_|~(\S(?:[^~\n]*\S)?)~|`([^`\n]+)`/gu;

export function words(text, name = "words") {
  const line = el("p", { class: name, dir: "auto" });
  let at = 0;
  for (const found of text.matchAll(MARKS)) {
    line.append(text.slice(at, found.index), marked(found));
    at = found.index + found[0].length;
  }
  line.append(text.slice(at));
  if (/^\p{Extended_Pictographic}[\p{Extended_Pictographic}\uFE0F\u200D\p{Emoji_Modifier}]{0,6}$/u.test(text)) line.classList.add("large");
  return line;
}

function marked([whole, link, bold, italic, struck, code]) {
  if (link) return anchor(link, link);
  if (bold) return el("strong", {}, bold);
  if (italic) return el("em", {}, italic);
  if (struck) return el("s", {}, struck);
  return code ? el("code", {}, code) : whole;
}

function anchor(url, label) {
  const safe = /^https?:\/\//i.test(url);
  return safe ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label) : el("span", {}, label);
}

function media(message) {
  const caption = message.body.caption ? [words(message.body.caption)] : [];
  return [file(message.type, message.file, message.body), ...caption];
}

function file(kind, stored, body = {}) {
  if (!stored) return el("p", { class: "words quiet" }, "This file is no longer there");
  const src = `/phone/media/${encodeURIComponent(stored.id)}`;
  if (kind === "image" || kind === "sticker") {
    const picture = el("img", { class: kind, src, alt: body.caption || (kind === "image" ? "Photo" : "Sticker"), loading: "lazy" });
    return kind === "sticker" ? picture : el("a", { href: src, target: "_blank", class: "picture" }, picture);
  }
  if (kind === "video") return el("video", { src, controls: true, preload: "metadata" });
  if (kind === "audio") return el("audio", { src, controls: true, preload: "metadata", "aria-label": "Voice message" });
  const name = body.filename || stored.filename || "File";
  return el(
    "a",
    { class: "stored", href: src, download: name },
    icon("file"),
    el("span", { dir: "auto" }, name),
    el("small", {}, size(stored.size)),
  );
}

function size(bytes) {
  return bytes > 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} kB`;
}

function place(message) {
  const { name, address, latitude, longitude } = message.body;
  const url = `https://www.openstreetmap.org/?mlat=${Number(latitude)}&mlon=${Number(longitude)}#map=16/${Number(latitude)}/${Number(longitude)}`;
  return [
    el(
      "a",
      { class: "place", href: url, target: "_blank", rel: "noopener noreferrer" },
      el("span", { class: "map", "aria-hidden": "true" }, icon("pin")),
      el("strong", { dir: "auto" }, name || "Location"),
      el("small", { dir: "auto" }, address || `${Number(latitude).toFixed(4)}, ${Number(longitude).toFixed(4)}`),
    ),
  ];
}

function cards(message) {
  return message.body.map((card) =>
    el(
      "div",
      { class: "card" },
      icon("person"),
      el("strong", { dir: "auto" }, card.name?.formatted_name ?? "Contact"),
      el("small", {}, (card.phones ?? []).map((p) => p.phone).join(", ") || "No phone number"),
    ),
  );
}

function interactive(message, acts) {
  const body = message.body;
  const reply = body[body.type];
  if (message.direction === "in") {
    if (body.type === "nfm_reply") return [el("p", { class: "words" }, icon("form"), " ", reply?.body || "Sent")];
    const more = reply?.description ? [el("p", { class: "words quiet", dir: "auto" }, reply.description)] : [];
    return [words(reply?.title ?? "Answer"), ...more];
  }
  return [...header(body.header, message), words(body.body?.text ?? ""), ...footer(body.footer?.text)];
}

function header(head, message) {
  if (!head) return [];
  if (head.type === "text") return [words(head.text, "title")];
  return [file(head.type, message.header_file, head[head.type])];
}

function footer(text) {
  return text ? [el("p", { class: "small-print", dir: "auto" }, text)] : [];
}

function template(message) {
  const shown = message.shown;
  if (!shown) return [el("p", { class: "words quiet" }, "A message template")];
  const head = shown.header;
  const top = !head ? [] : head.type === "location" ? place({ body: head.media }) : header({ ...head, [head.type]: head.media }, message);
  return [...top, words(shown.body), ...footer(shown.footer)];
}

// What can be tapped below a bubble.
function below(message, acts) {
  if (message.direction === "in") return [];
  if (message.type === "template") return (message.shown?.buttons ?? []).map((button) => templateButton(message, button, acts));
  if (message.type !== "interactive") return [];
  const { type, action } = message.body;
  const parameters = action?.parameters ?? {};
  if (type === "button") return message.options.map((o) => tap("reply", o.title, () => acts.tap(message, o.id)));
  if (type === "list") return [tap("list", action.button, () => acts.list(message))];
  if (type === "cta_url") return [linkTap("link", parameters.display_text, parameters.url)];
  if (type === "location_request_message") return [tap("pin", "Send location", () => acts.location(message))];
  if (type === "flow") return [tap("form", parameters.flow_cta, () => acts.flow(message))];
  return [];
}

function templateButton(message, button, acts) {
  if (button.type === "quick_reply") return tap("reply", button.text, () => acts.tap(message, button.payload));
  if (button.type === "url") return linkTap("link", button.text, button.url);
  if (button.type === "phone_number") return el("a", { class: "tap", href: `tel:${button.phone_number.replace(/[^+\d]/g, "")}` }, icon("phone"), label(button.text));
  if (button.type === "copy_code") return tap("copy", button.text, () => navigator.clipboard.writeText(button.code));
  if (button.type === "flow") return tap("form", button.text, () => acts.flow(message));
  return el("span", { class: "tap" }, label(button.text));
}

function label(text) {
  return el("bdi", {}, text);
}

function tap(symbol, text, onclick) {
  return el("button", { type: "button", class: "tap", onclick }, icon(symbol), label(text));
}

function linkTap(symbol, text, url) {
  if (!/^https?:\/\//i.test(url)) return el("span", { class: "tap" }, label(text));
  return el("a", { class: "tap", href: url, target: "_blank", rel: "noopener noreferrer" }, icon(symbol), label(text));
}
