// What the composer is at this moment: where the agent stands (the server's word) and whether the window is open (time's).
import { fragment } from "../live.js";
import { get } from "../request.js";
import { conversationOf, form, isNote } from "./field.js";

const CHECK_MS = 10_000;
const WRITES = ["write", "claim", "help"];
let closesAt = 0;

export const stanceOf = () => document.getElementById("composer-state")?.dataset.stance || "";
const windowUntil = () => document.getElementById("thread")?.dataset.windowUntil || "";
export const isWindowOpen = () => Boolean(windowUntil()) && new Date(windowUntil()) > new Date();
export const mayWrite = () => WRITES.includes(stanceOf());

/** Why free-form words cannot be sent, "" while the window is open. */
export function whyTemplate() {
  if (isWindowOpen()) return "";
  if (!windowUntil()) return "The customer has not written yet. Start with a message template.";
  return "More than 24 hours have passed since the customer last wrote. Send a message template instead.";
}

/** data-look: write, template (the composer is the picker), or none (something else is to be done first). */
export function showState() {
  if (!form()) return;
  const look = isNote() ? "write" : !mayWrite() ? "none" : isWindowOpen() ? "write" : "template";
  form().dataset.look = look;
  document.dispatchEvent(new CustomEvent("composer:look", { detail: { look } }));
  clearTimeout(closesAt);
  const left = new Date(windowUntil()) - Date.now();
  if (left > 0 && left < 2 ** 31) closesAt = setTimeout(showState, left + 50);
}

async function refresh() {
  const conversation = conversationOf();
  if (!conversation) return;
  try {
    const html = await get(`/inbox/c/${conversation}/composer/`);
    if (conversation !== conversationOf()) return;
    document.getElementById("composer-state").replaceWith(fragment(html));
    showState();
  } catch {
    // The page's own request for the head says what is wrong; the next change asks again.
  }
}

export function watchState() {
  document.addEventListener("thread:state", refresh);
  document.addEventListener("visibilitychange", showState);
  setInterval(() => form() && form().dataset.look === "write" && !isNote() && !isWindowOpen() && showState(), CHECK_MS);
}
