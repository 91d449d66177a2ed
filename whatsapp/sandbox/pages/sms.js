// The list of all SMS, asked anew every two seconds, and a line by which a customer writes one.

import { get, post } from "/phone/files/api.js";
import { el, toast } from "/phone/files/dom.js";

const EVERY_MS = 2000;
const list = document.getElementById("sms-list");
const who = document.getElementById("sms-who");
const to = document.getElementById("sms-to");
const text = document.getElementById("sms-text");

function row(one) {
  const names = one.inbound ? `${one.name} to ${one.ours}` : `${one.ours} to ${one.name}`;
  const fate = one.inbound ? "" : ` · ${one.status}${one.error ? ` (${one.error})` : ""}`;
  const time = new Date(one.at * 1000).toLocaleTimeString();
  return el(
    "li",
    { class: one.inbound ? "is-answer" : "" },
    el("strong", { dir: "auto" }, names),
    el("p", { dir: "auto" }, one.body),
    el("small", {}, `${time}${fate}`),
  );
}

function choose(select, options) {
  if (select.children.length === options.length) return;
  const before = select.value;
  select.replaceChildren(...options.map(([value, label]) => el("option", { value }, label)));
  if (before) select.value = before;
}

async function show() {
  const told = await get("/phone/sms");
  list.replaceChildren(...told.texts.map(row));
  document.getElementById("sms-empty").hidden = told.texts.length > 0;
  choose(who, told.people.map((one) => [one.phone, one.name]));
  choose(to, told.numbers.map((number) => [number, number]));
}

async function keepShowing() {
  try {
    await show();
  } catch (error) {
    toast(error.message);
  }
  setTimeout(keepShowing, EVERY_MS);
}

document.getElementById("sms-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    await post("sms/say", { from: who.value, to: to.value, text: text.value });
    text.value = "";
    await show();
  } catch (error) {
    toast(error.message);
  }
});

keepShowing();
