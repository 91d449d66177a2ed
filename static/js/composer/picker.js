// Message templates: choose one of the list, fill in its values beside a live picture of the bubble, send it.
import { fragment } from "../live.js";
import { post, get } from "../request.js";
import { placeItems, toNewest } from "../thread.js";
import { conversationOf, focusField, form } from "./field.js";
import { newName } from "./names.js";
import { stanceOf, whyTemplate } from "./state.js";
import { valuesOf, wireForm } from "./template_form.js";

const lists = new WeakMap(); // a place -> {url, arrived}: the list that is there or on its way
const jobs = new WeakMap(); // a place -> {send, why, url}

// Asked for twice at once it is fetched once: a second answer would take away what was chosen meanwhile.
function listIn(place, url) {
  if (lists.get(place)?.url === url) return lists.get(place).arrived;
  const arrived = get(url).then((html) => place.replaceChildren(fragment(html)));
  lists.set(place, { url, arrived });
  arrived.catch(() => lists.delete(place));
  return arrived;
}

/** Fill `place` with the templates of `url`. `send({template, values, client_id})` posts the chosen one. */
export async function openPicker(place, job) {
  jobs.set(place, job);
  place.hidden = false;
  try {
    await listIn(place, job.url);
  } catch (refused) {
    place.textContent = refused.message;
    return;
  }
  const why = place.querySelector("[data-picker-why]");
  why.textContent = job.why || "";
  why.hidden = !job.why;
  const close = place.querySelector("[data-picker-close]");
  if (close) close.hidden = !job.close;
  if (job.focus) place.querySelector("[data-picker-search], [data-value]")?.focus({ preventScroll: true });
}

const placeOf = (node) => node.closest?.(".picker-place");

function narrow(place) {
  const words = place.querySelector("[data-picker-search]").value.trim().toLowerCase();
  const language = place.querySelector("[data-picker-language]")?.value || "";
  let found = 0;
  for (const item of place.querySelectorAll("[data-picker-list] > li")) {
    const fits = item.dataset.words.toLowerCase().includes(words) && (!language || item.dataset.language === language);
    item.hidden = !fits;
    found += fits;
  }
  place.querySelector("[data-picker-none]").hidden = found > 0;
}

function showForm(place, isShown) {
  for (const part of [".picker-search", "[data-picker-list]"]) place.querySelector(part).hidden = isShown;
  place.querySelector("[data-picker-form]").hidden = !isShown;
}

async function choose(place, item) {
  if (item.getAttribute("aria-disabled") === "true") return;
  const box = place.querySelector("[data-picker-form]");
  try {
    box.replaceChildren(fragment(await get(`/inbox/templates/${item.dataset.template}/`)));
  } catch (refused) {
    return tell(place, refused.message);
  }
  box.dataset.clientId = newName();
  showForm(place, true);
  wireForm(box.firstElementChild, jobs.get(place).customer?.() || "");
  (box.querySelector("input") || box.querySelector("[data-picker-send]")).focus({ preventScroll: true });
  box.scrollIntoView({ block: "nearest" });
}

function back(place) {
  const template = place.querySelector("[data-template-form]")?.dataset.templateForm;
  place.querySelector("[data-picker-form]").replaceChildren();
  showForm(place, false);
  place.querySelector(`[data-template="${template}"]`)?.focus({ preventScroll: true });
}

function tell(place, words) {
  const box = place.querySelector("[data-picker-trouble]") || place.querySelector("[data-picker-none]");
  box.textContent = words;
  box.hidden = !words;
}

async function submit(place) {
  const box = place.querySelector("[data-picker-form]");
  const { values, missing } = valuesOf(box);
  if (missing) {
    tell(place, missing.words);
    return missing.node.focus();
  }
  tell(place, "");
  const button = box.querySelector("[data-picker-send]");
  if (button.disabled) return;
  button.disabled = true;
  try {
    await jobs.get(place).send({ template: box.firstElementChild.dataset.templateForm, values, clientId: box.dataset.clientId });
    if (box.isConnected && box.firstElementChild) back(place);
  } catch (refused) {
    tell(place, refused.message);
    box.querySelector(`[data-value="${CSS.escape(refused.field || "")}"]`)?.focus();
  }
  button.disabled = false;
}

document.addEventListener("click", (event) => {
  const place = placeOf(event.target);
  if (!place) return;
  const item = event.target.closest("[data-template]");
  if (item) choose(place, item);
  if (event.target.closest("[data-picker-back]")) back(place);
  if (event.target.closest("[data-picker-send]")) submit(place);
  if (event.target.closest("[data-picker-close]")) jobs.get(place)?.close?.();
});
document.addEventListener("input", (event) => {
  if (event.target.matches?.("[data-picker-search], [data-picker-language]")) narrow(placeOf(event.target));
  // Values changed after a refusal make another message.
  const box = event.target.closest?.("[data-picker-form]");
  if (box) box.dataset.clientId = newName();
});
document.addEventListener("keydown", (event) => {
  const place = placeOf(event.target);
  if (!place) return;
  if (event.key === "Escape" && !place.querySelector("[data-picker-form]")?.hidden) {
    event.preventDefault();
    event.stopPropagation();
    return back(place);
  }
  if (event.key === "Escape" && jobs.get(place)?.close) {
    event.preventDefault();
    event.stopPropagation();
    return jobs.get(place).close();
  }
  if (event.key === "Enter" && event.target.matches("input:not([type=file])") && !event.isComposing) {
    event.preventDefault();
    if (event.target.matches("[data-picker-search]")) place.querySelector("[data-picker-list] > li:not([hidden]) button:not([aria-disabled])")?.click();
    else submit(place);
  }
  if (["ArrowDown", "ArrowUp"].includes(event.key) && event.target.matches("[data-picker-search], [data-template]")) walk(event, place);
}, true);

function walk(event, place) {
  const items = [...place.querySelectorAll("[data-picker-search], [data-picker-list] > li:not([hidden]) > button")];
  items[items.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1)]?.focus({ focusVisible: true });
  event.preventDefault();
}

// --- In the composer -------------------------------------------------------------------------------------------------

const place = () => document.getElementById("picker");
const tool = () => document.querySelector("#composer [data-tool=template]");
let isByHand = false;

function open() {
  const isForced = form().dataset.look === "template";
  tool().setAttribute("aria-expanded", "true");
  return openPicker(place(), {
    url: place().dataset.url,
    why: isForced ? whyTemplate() : "",
    focus: isByHand,
    close: isForced ? null : closeByHand,
    customer: () => form().dataset.customer,
    send,
  });
}

function close() {
  if (!place()) return;
  place().hidden = true;
  tool().setAttribute("aria-expanded", "false");
  isByHand = false;
}

function closeByHand() {
  close();
  focusField();
}

async function send({ template, values, clientId }) {
  const conversation = conversationOf();
  const answer = await post(`/inbox/c/${conversation}/send/`, { client_id: clientId, kind: "template", content: { template, values }, as_helper: stanceOf() === "help" });
  if (conversation !== conversationOf()) return;
  placeItems(answer.html);
  toNewest();
  if (form().dataset.look !== "template") closeByHand();
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("#composer [data-tool=template]")) return;
  isByHand = true;
  if (place().hidden) open();
  else if (form().dataset.look !== "template") closeByHand();
});
document.addEventListener("composer:look", ({ detail }) => {
  if (detail.look === "template") open();
  else if (!isByHand || detail.look === "none") close();
});
document.addEventListener("thread:leaving", () => (isByHand = false));
