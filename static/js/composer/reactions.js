// The small menu on a bubble: answer it, react to it. One toolbar for all bubbles, beside the one under the pointer or
// with the focus.
import { post } from "../request.js";
import { placeItems } from "../thread.js";
import { toast } from "../toasts.js";
import { openPalette, remember } from "./emoji.js";
import { focusField, form, isNote } from "./field.js";
import { make, newName } from "./names.js";
import { describe, quote } from "./reply.js";
import { isWindowOpen, mayWrite, stanceOf } from "./state.js";

const QUICK = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
const pane = document.getElementById("pane");
const bar = build();
let target = null;

function build() {
  const made = make("div", { id: "bubble-bar", className: "bubble-bar", role: "toolbar", ariaLabel: "Answer or react", hidden: true });
  for (const emoji of QUICK) made.append(tool(emoji, `React with ${emoji}`, () => react(emoji)));
  made.append(tool("+", "React with another emoji", (event) => openPalette(event.currentTarget, react), "more"));
  made.append(tool("↩\uFE0E", "Answer this message", answer, "answer"));
  for (const button of [...made.children].slice(1)) button.tabIndex = -1;
  made.addEventListener("keydown", walk);
  return made;
}

function tool(textContent, label, run, kind = "emoji") {
  const button = make("button", { type: "button", textContent, ariaLabel: label, title: label, dataset: { kind } });
  button.addEventListener("click", run);
  return button;
}

// One stop for Tab, the arrows move inside.
function walk(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const buttons = [...bar.children];
  buttons.at((buttons.indexOf(document.activeElement) + step) % buttons.length).focus();
  event.preventDefault();
}

const canBeUsed = () => Boolean(form()) && mayWrite() && isWindowOpen();

function show(bubble) {
  if (!bubble || !canBeUsed() || !describe(bubble)) return hide();
  if (bubble === target && bar.isConnected) return;
  target = bubble;
  const ours = bubble.querySelector(".reactions .of-us")?.textContent.trim();
  for (const button of bar.querySelectorAll("[data-kind=emoji]")) button.setAttribute("aria-pressed", String(button.textContent === ours));
  bar.hidden = false;
  bar.dataset.side = bubble.dataset.side;
  bubble.querySelector(".bubble").after(bar);
}

function hide() {
  if (document.querySelector("#emoji-menu:popover-open")) return;
  bar.hidden = true;
  bar.remove();
  target = null;
}

/** The same emoji again takes the reaction back. */
async function react(emoji) {
  const bubble = target;
  if (!bubble) return;
  const ours = bubble.querySelector(".reactions .of-us")?.textContent.trim();
  if (ours !== emoji) remember(emoji);
  hide();
  try {
    const answer = await post(`/inbox/m/${bubble.dataset.id}/react/`, { emoji: ours === emoji ? "" : emoji, client_id: newName(), as_helper: stanceOf() === "help" });
    placeItems(answer.html);
  } catch (refused) {
    toast(refused.message, { bad: true });
  }
  focusField();
}

function answer() {
  const message = target && describe(target);
  if (!message) return;
  if (isNote()) document.querySelector("[data-tool=note]").click();
  quote(message);
  hide();
  focusField();
}

pane.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch" || document.querySelector(".menu:popover-open")) return;
  const bubble = event.target.closest("#items .message");
  if (bubble) show(bubble);
});
// (A finger leaves whenever it lifts, before its click.)
pane.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && !bar.contains(document.activeElement) && hide());
// A finger: a tap on the bubble shows the bar, another one takes it away. (The tap's own focus has shown it by then.)
let shownBefore = null;
pane.addEventListener("pointerdown", () => (shownBefore = target));
pane.addEventListener("click", (event) => {
  if (event.pointerType !== "touch" || event.target.closest("a, button, video, audio, summary, .bubble-bar")) return;
  const bubble = event.target.closest("#items .message");
  if (bubble && bubble !== shownBefore) show(bubble);
  else hide();
});

// By keyboard: arrows go from bubble to bubble while the messages have the focus; Tab then reaches the bar.
pane.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("#scroll, #items .message") || !["ArrowUp", "ArrowDown"].includes(event.key) || event.altKey || event.ctrlKey || event.metaKey) return;
  const bubbles = [...document.querySelectorAll("#items .message[id^=message-]")];
  const at = bubbles.indexOf(event.target);
  const to = at < 0 ? bubbles.length - 1 : at + (event.key === "ArrowUp" ? -1 : 1);
  if (!bubbles[to] || (at < 0 && event.key === "ArrowDown")) return;
  event.preventDefault();
  bubbles[to].focus({ focusVisible: true });
  bubbles[to].scrollIntoView({ block: "nearest" });
});
pane.addEventListener("focusin", (event) => {
  const bubble = event.target.closest("#items .message");
  if (bubble) show(bubble);
});
pane.addEventListener("focusout", (event) => {
  if (!event.relatedTarget?.closest?.("#items .message, #emoji-menu")) setTimeout(() => !bar.contains(document.activeElement) && !bar.matches(":hover") && hide(), 100);
});
document.addEventListener("thread:leaving", hide);
