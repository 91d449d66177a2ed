// The list of customers: whose phone is it? And the sheet that adds one.

import { post } from "./api.js";
import { avatar, el, icon, sheet, toast } from "./dom.js";
import { go, state } from "./app.js";
import { short } from "./times.js";

const TRAITS = {
  receipts_off: "Sends no read receipts",
  no_whatsapp: "Has no WhatsApp (131026)",
  blocks_us: "Blocks the business (131026)",
  opted_out: "Wants no marketing (131050)",
  marketing_cap: "Got too much marketing (131049)",
  never_delivered: "Phone is off: nothing is delivered",
};

export function showPeople() {
  const list = document.getElementById("people-list");
  const wanted = document.getElementById("people-search").value.trim().toLowerCase();
  const people = [...state.customers.values()].filter((c) => matches(c, wanted)).sort(byNewest);
  const held = document.activeElement?.dataset?.customer;
  list.replaceChildren(...people.map(row));
  if (!people.length) list.append(el("li", { class: "people-empty" }, "Nobody is called that. Add them with +."));
  if (held) list.querySelector(`[data-customer="${CSS.escape(held)}"]`)?.focus();
}

function matches(customer, wanted) {
  const text = `${customer.name} ${customer.phone} ${customer.username}`.toLowerCase();
  return !wanted || text.includes(wanted);
}

function newest(customer) {
  const heads = [...state.chats.values()].filter((c) => c.customer === customer.id && c.newest);
  return heads.sort((a, b) => b.newest.at - a.newest.at)[0];
}

function byNewest(a, b) {
  return (newest(b)?.newest.at ?? 0) - (newest(a)?.newest.at ?? 0);
}

function row(customer) {
  const head = newest(customer);
  const unread = [...state.chats.values()].filter((c) => c.customer === customer.id).reduce((sum, c) => sum + c.unread, 0);
  return el(
    "li",
    {},
    el(
      "button",
      {
        type: "button",
        class: "person",
        data: { customer: customer.id },
        "aria-current": state.me === customer.id ? "true" : null,
        onclick: () => go(customer.id, head && matchMedia("(min-width: 768px)").matches ? head.number : null),
      },
      avatar(customer.name),
      el("span", { class: "person-name", dir: "auto" }, customer.name),
      el("span", { class: "person-time" }, head ? short(head.newest.at) : ""),
      el("span", { class: "person-line", dir: "auto" }, head ? head.words : address(customer)),
      unread ? el("span", { class: "badge", "aria-label": `${unread} unread` }, String(unread)) : null,
    ),
  );
}

export function address(customer) {
  return customer.shares_phone ? `+${customer.phone}` : `@${customer.username || "hidden"}, no phone number shown`;
}

export function watchPeople() {
  const add = document.getElementById("people-add");
  add.append(icon("plus"));
  add.addEventListener("click", addCustomer);
  document.getElementById("people-search").addEventListener("input", showPeople);
  document.getElementById("people-list").addEventListener("keydown", moveByArrow);
}

function moveByArrow(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const rows = [...document.querySelectorAll(".person")];
  rows[rows.indexOf(document.activeElement) + step]?.focus();
}

function addCustomer() {
  const name = el("input", { id: "new-name", required: true, maxlength: 60, autocomplete: "off", dir: "auto" });
  const phone = el("input", { id: "new-phone", inputmode: "tel", autocomplete: "off", placeholder: "made up if empty" });
  const hides = el("input", { type: "checkbox", id: "new-hides" });
  const trait = el("select", { id: "new-trait" }, el("option", { value: "" }, "Nothing special"));
  for (const [key, words] of Object.entries(TRAITS)) trait.append(el("option", { value: key }, words));
  const form = el(
    "form",
    { class: "form" },
    el("label", { for: "new-name" }, "Name", name),
    el("label", { for: "new-phone" }, "Phone number", phone),
    el("label", { for: "new-trait" }, "What is special", trait),
    el("label", { class: "check", for: "new-hides" }, hides, "Hides the phone number behind a username"),
    el("button", { class: "primary" }, "Add customer"),
  );
  const dialog = sheet("New customer", form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = { name: name.value, phone: phone.value, traits: trait.value ? [trait.value] : [], shares_phone: !hides.checked };
    if (hides.checked) given.username = name.value.toLowerCase().replace(/[^a-z0-9]+/g, ".");
    try {
      const customer = await post("customers", given);
      state.customers.set(customer.id, customer);
      dialog.close();
      go(customer.id);
    } catch (error) {
      toast(error.message);
    }
  });
}
