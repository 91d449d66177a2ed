// What leaves this browser: one message after the other per conversation, each named once, kept until the server has it.
//
// An entry: {clientId, conversation, isNote, text, files: [{id, ...}], quoted: {id, ...} | null, asHelper,
//            kind?, content?} (kind and content only for what is not plain text).
import { fragment } from "../live.js";
import { post } from "../request.js";
import { placeItems, itemsBox } from "../thread.js";
import { readDraft, writeDraft } from "./drafts.js";
import { dropEcho, showEcho } from "./echo.js";

const lanes = new Map(); // conversation -> the promise that ends when what waits there is sent
let onRefused = () => {};

/** `refused(entries, error)` gets back what could not be sent, oldest first. */
export function whenRefused(refused) {
  onRefused = refused;
}

/** Show it and send it after what already waits. Resolves to true when the server has it. */
export function send(entry) {
  const waiting = [...readDraft(entry.conversation).waiting, entry];
  writeDraft(entry.conversation, { waiting });
  showEcho(entry);
  const before = lanes.get(entry.conversation) || Promise.resolve();
  const mine = before.then(() => deliver(entry));
  lanes.set(entry.conversation, mine.catch(() => false));
  return mine;
}

/** Resolves once nothing of the conversation is on its way: false when something came back to the composer just now. */
export const left = (conversation) => lanes.get(conversation) || Promise.resolve(true);

const isWaiting = (entry) => readDraft(entry.conversation).waiting.some(({ clientId }) => clientId === entry.clientId);

async function deliver(entry) {
  if (!isWaiting(entry)) return false; // one before it failed, and all came back to the composer
  try {
    const answer = await posted(entry);
    settle(entry);
    if (Number(itemsBox()?.dataset.conversation) === entry.conversation) place(entry, answer.html);
    return true;
  } catch (refused) {
    giveBack(entry.conversation, refused);
    return false;
  }
}

function posted(entry) {
  const { clientId: client_id, conversation, isNote, text, files, quoted } = entry;
  if (isNote) return post(`/inbox/c/${conversation}/note/`, { client_id, text });
  return post(`/inbox/c/${conversation}/send/`, {
    client_id,
    kind: entry.kind || "text",
    content: entry.content || (text ? { text, preview_url: /https?:\/\//.test(text) } : {}),
    quoted_id: quoted?.id || null,
    attachments: files.map(({ id }) => id),
    as_helper: Boolean(entry.asHelper),
  });
}

// Several files are several bubbles under names of their own; the echo has only the first one's.
function place(entry, html) {
  dropEcho(entry.clientId);
  const missing = [...fragment(html).children].filter((node) => !document.getElementById(node.id));
  placeItems(missing.map((node) => node.outerHTML).join(""));
}

function settle(entry) {
  const waiting = readDraft(entry.conversation).waiting.filter(({ clientId }) => clientId !== entry.clientId);
  writeDraft(entry.conversation, { waiting });
}

function giveBack(conversation, refused) {
  const { waiting } = readDraft(conversation);
  writeDraft(conversation, { waiting: [] });
  for (const { clientId } of waiting) dropEcho(clientId);
  lanes.set(conversation, Promise.resolve(true));
  onRefused(waiting, refused);
}

/** What an earlier life of this page left unsent, unless its bubble shows that the server has it. */
export function takeLeftBehind(conversation) {
  if (lanes.has(conversation)) {
    for (const entry of readDraft(conversation).waiting) showEcho(entry);
    return [];
  }
  const { waiting } = readDraft(conversation);
  if (waiting.length) writeDraft(conversation, { waiting: [] });
  return waiting.filter(({ clientId }) => !itemsBox()?.querySelector(`[data-client-id="${CSS.escape(clientId)}"]`));
}
