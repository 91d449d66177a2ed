// New conversation: number, customer, message template (S4-12 to S4-16).
import { openDialog } from "../dialogs.js";
import { fragment } from "../live.js";
import { get, post } from "../request.js";
import { toast } from "../toasts.js";
import { openPicker } from "./picker.js";

const PAUSE = 150;
let chosen = null; // {contact} or {phone}, with a name
let asked = 0;
let timer = 0;

const part = (id) => document.getElementById(id);
const options = () => [...part("new-found").querySelectorAll("[role=option]")];

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-new-conversation]");
  if (button) await open(button.dataset.url);
});

// A contact's page leads here with ?new=<contact>.
const wanted = new URLSearchParams(location.search).get("new");
if (wanted) {
  history.replaceState({}, "", location.pathname);
  const button = document.querySelector("[data-new-conversation]");
  if (button) open(`${button.dataset.url}?contact=${encodeURIComponent(wanted)}`);
}

async function open(url) {
  try {
    part("new-conversation")?.remove();
    part("dialog-place").append(fragment(await get(url)));
    chosen = null;
    wire();
    openDialog(part("new-conversation"));
  } catch (refused) {
    toast(refused.message, { bad: true });
  }
}

function wire() {
  const input = part("new-customer");
  if (!input) return;
  input.addEventListener("input", () => {
    choose(null);
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE);
  });
  input.addEventListener("keydown", keyed);
  part("new-number").addEventListener("change", () => input.value && search());
  part("new-found").addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose(option);
  });
  if ("chosen" in input.dataset) choose(options()[0]);
  part("new-go").addEventListener("click", goOn);
  part("new-back").addEventListener("click", () => step("who"));
}

async function search() {
  const input = part("new-customer");
  const mine = ++asked;
  try {
    const query = new URLSearchParams({ q: input.value, number: part("new-number").value });
    const html = await get(`${input.dataset.url}?${query}`);
    if (mine !== asked || !input.isConnected) return;
    part("new-found").replaceChildren(fragment(html));
    input.setAttribute("aria-expanded", String(options().length > 0));
    mark(0);
    say("");
  } catch (refused) {
    say(refused.message);
  }
}

function say(words) {
  part("new-trouble").textContent = words;
  part("new-trouble").hidden = !words;
}

function mark(at) {
  options().forEach((option, index) => option.classList.toggle("is-marked", index === at));
  part("new-customer").setAttribute("aria-activedescendant", options()[at]?.id || "");
  options()[at]?.scrollIntoView({ block: "nearest" });
}

function choose(option) {
  chosen = option && { contact: option.dataset.contact, phone: option.dataset.phone, name: option.dataset.name };
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  part("new-go").disabled = !chosen;
  if (option) mark(options().indexOf(option));
}

// Enter takes the marked one, and goes on when it is taken already.
async function keyed(event) {
  const at = options().findIndex((option) => option.classList.contains("is-marked"));
  if (event.key === "ArrowDown") mark(Math.min(at + 1, options().length - 1));
  else if (event.key === "ArrowUp") mark(Math.max(at - 1, 0));
  else if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  if (event.key !== "Enter") return;
  if (chosen) return goOn();
  clearTimeout(timer);
  if (at < 0) await search();
  const found = options()[Math.max(at, 0)];
  if (found) choose(found);
  else say(part("new-found").textContent.trim() || "Type a name or a phone number.");
}

function step(name) {
  for (const box of part("new-conversation").querySelectorAll("[data-step]")) box.hidden = box.dataset.step !== name;
  if (name === "who") part("new-customer").focus();
}

function goOn() {
  if (!chosen) return;
  const number = part("new-number").selectedOptions[0];
  part("new-name").textContent = chosen.name;
  part("new-initial").textContent = chosen.contact ? chosen.name.slice(0, 1) : "#";
  part("new-from").textContent = `from ${number.textContent.trim()}`;
  step("template");
  const customer = chosen.contact ? chosen.name : "";
  openPicker(part("new-picker"), { url: number.dataset.templates, focus: true, customer: () => customer, send });
}

async function send({ template, values, clientId }) {
  const { contact, phone } = chosen;
  const answer = await post("/inbox/new/", { number: part("new-number").value, contact, phone, content: { template, values }, client_id: clientId });
  part("new-conversation").close();
  part("new-conversation").remove();
  document.dispatchEvent(new CustomEvent("thread:open", { detail: { conversation: answer.conversation } }));
}
