// A message stands in the thread before the server has it: built from text only, replaced by the server's own bubble.
import { arrange, itemsBox, toNewest } from "../thread.js";
import { make } from "./names.js";

const SVG = "http://www.w3.org/2000/svg";

/** Show an entry of the outbox ({clientId, conversation, isNote, text, files, quoted}). */
export function showEcho(entry) {
  const items = itemsBox();
  if (Number(items?.dataset.conversation) !== entry.conversation) return;
  if (items.querySelector(`[data-client-id="${CSS.escape(entry.clientId)}"]`)) return;
  items.append(bubbleOf(entry));
  arrange();
  toNewest();
}

export function dropEcho(clientId) {
  const echo = document.getElementById(`echo-${clientId}`);
  if (!echo) return;
  echo.remove();
  if (itemsBox()) arrange();
}

function bubbleOf({ clientId, isNote, text, files, quoted }) {
  const side = isNote ? "note" : "out";
  const dataset = { item: "", side, at: new Date().toISOString(), rank: "0", authorKind: "agent", status: "queued", kind: files.length ? "document" : "text" };
  const node = make("article", { id: `echo-${clientId}`, className: "message is-echo", ariaLabel: "You, being sent", dataset });
  Object.assign(node.dataset, { clientId, authorId: document.body.dataset.agentId });
  const bubble = make("div", { className: "bubble" });
  if (quoted) bubble.append(quoteOf(quoted));
  for (const file of files) bubble.append(make("p", { className: "context", textContent: file.name, dir: "auto" }));
  if (text) bubble.append(make("span", { className: "words", dir: "auto", textContent: text }));
  bubble.append(foot(isNote));
  node.append(bubble);
  return node;
}

function quoteOf({ who, words }) {
  return make("p", { className: "quote" }, make("strong", { textContent: who }), make("span", { dir: "auto", textContent: words }));
}

function foot(isNote) {
  const now = new Date().toISOString();
  const time = make("time", { dateTime: now, dataset: { format: "clock" } });
  const line = make("p", { className: "foot" }, time);
  if (!isNote) line.append(make("span", { className: "ticks", title: "Being sent", dataset: { status: "queued" } }, clock()));
  return line;
}

function clock() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("width", "14");
  svg.setAttribute("height", "14");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", "M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0ZM8 5v3.2l2 1.3");
  svg.append(path);
  return svg;
}
