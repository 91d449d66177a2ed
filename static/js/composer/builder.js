// Buttons, a list, a link, a place, a contact card: a small form each, sent as it is or refused with the field named.
import { openDialog } from "../dialogs.js";
import { fragment } from "../live.js";
import { get, post } from "../request.js";
import { placeItems, toNewest } from "../thread.js";
import { toast } from "../toasts.js";
import { writeDraft } from "./drafts.js";
import { conversationOf, field, focusField, show } from "./field.js";
import { newName } from "./names.js";
import { quote, quoted } from "./reply.js";
import { stanceOf } from "./state.js";

const MOST_ROWS = 10;
const dialog = () => document.getElementById("builder");
let clientId = "";

document.addEventListener("click", (event) => {
  const kind = event.target.closest("#composer [data-build]")?.dataset.build;
  if (kind) open(kind);
  if (event.target.closest("[data-row-more]")) addRow();
  if (event.target.closest("[data-row-out]")) takeRow(event.target.closest(".builder-row"));
});

async function open(kind) {
  try {
    const content = fragment(await get(`/inbox/builder/${kind}/`));
    dialog()?.remove();
    document.getElementById("dialog-place").append(content);
  } catch (refused) {
    return toast(refused.message, { bad: true });
  }
  clientId = newName();
  const words = dialog().querySelector("textarea");
  if (words && field().value) words.value = field().value;
  openDialog(dialog());
  dialog().addEventListener("input", changed);
  dialog().addEventListener("close", focusField, { once: true });
  dialog().querySelector("form").addEventListener("submit", submit);
}

function changed(event) {
  clientId = newName();
  const pair = event.target.name === "latitude" && event.target.value.match(/^\s*(-?[\d.]+)\s*[,;]\s*(-?[\d.]+)\s*$/);
  if (!pair) return;
  event.target.value = pair[1];
  event.target.form.longitude.value = pair[2];
}

function addRow() {
  const rows = dialog().querySelector("[data-rows]");
  if (rows.children.length >= MOST_ROWS) return say("A list holds up to ten choices.");
  const row = rows.lastElementChild.cloneNode(true);
  for (const input of row.querySelectorAll("input")) input.value = "";
  rows.append(row);
  row.querySelector("input").focus();
}

function takeRow(row) {
  if (row.parentElement.children.length > 1) row.remove();
}

function say(words, name = "") {
  const box = dialog().querySelector("[data-builder-trouble]");
  box.textContent = words;
  box.hidden = !words;
  const wrong = name && dialog().querySelector(`[data-field="${CSS.escape(name)}"], [name="${CSS.escape(name)}"]`);
  wrong?.focus();
}

async function submit(event) {
  event.preventDefault();
  const form = event.target;
  const button = form.querySelector("[type=submit]");
  if (button.disabled) return;
  const [kind, content] = BUILD[dialog().dataset.kind](new FormData(form));
  const conversation = conversationOf();
  button.disabled = true;
  try {
    const answer = await post(`/inbox/c/${conversation}/send/`, { client_id: clientId, kind, content, quoted_id: quoted()?.id || null, as_helper: stanceOf() === "help" });
    done(conversation, form, answer);
  } catch (refused) {
    say(refused.message, refused.field);
  }
  button.disabled = false;
}

function done(conversation, form, answer) {
  const usedDraft = form.text && form.text.value === field().value;
  dialog().close();
  if (conversation !== conversationOf()) return;
  placeItems(answer.html);
  toNewest();
  quote(null);
  if (!usedDraft) return;
  show("");
  writeDraft(conversation, { text: "", clientId: "" });
}

// --- From a form to stored content (whatsapp.content) -----------------------------------------------------------------

const said = (data, name) => String(data.get(name) || "").trim();
const without = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== ""));

function frame(data) {
  const header = said(data, "header");
  return { text: said(data, "text"), ...(header ? { header: { type: "text", text: header } } : {}), ...without({ footer: said(data, "footer") }) };
}

const titles = (data, name) => data.getAll(name).map((title) => title.trim()).filter(Boolean);

function rowsOf(data) {
  const descriptions = data.getAll("description");
  return data.getAll("row").map((title, place) => without({ id: `row-${place + 1}`, title: title.trim(), description: descriptions[place].trim() })).filter(({ title }) => title);
}

function cardOf(data) {
  const [first_name, last_name, phone, email, company] = ["first_name", "last_name", "phone", "email", "company"].map((name) => said(data, name));
  const name = without({ formatted_name: [first_name, last_name].filter(Boolean).join(" "), first_name, last_name });
  return {
    name,
    ...(phone ? { phones: [{ phone, type: "WORK", ...without({ wa_id: phone.startsWith("+") ? phone.replaceAll(/\D/g, "") : "" }) }] } : {}),
    ...(email ? { emails: [{ email, type: "WORK" }] } : {}),
    ...(company ? { org: { company } } : {}),
  };
}

const BUILD = {
  buttons: (data) => ["buttons", { ...frame(data), buttons: titles(data, "button").map((title, place) => ({ id: `button-${place + 1}`, title })) }],
  list: (data) => ["list", { ...frame(data), button: said(data, "opener"), sections: [{ title: "", rows: rowsOf(data) }] }],
  link: (data) => ["link", { ...frame(data), label: said(data, "label"), url: said(data, "url") }],
  location: (data) => ["location", without(Object.fromEntries(["latitude", "longitude", "name", "address"].map((name) => [name, said(data, name)])))],
  "location-request": (data) => ["location_request", { text: said(data, "text") }],
  contacts: (data) => ["contacts", { contacts: [cardOf(data)] }],
};
