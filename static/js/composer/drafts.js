// What was begun and not sent, per agent and conversation: it survives a reload, a switch, a crash of the tab.
// {text, isNote, quoted: {id, who, words}, files: [{id, name, size, kind, url}], clientId, waiting: [entries of outbox.js]}

const PREFIX = `switchboard.draft.${document.body.dataset.agentId}.`;
const KEPT_MS = 30 * 24 * 3600_000;
const EMPTY = { text: "", isNote: false, quoted: null, files: [], clientId: "", waiting: [] };
const memory = new Map(); // where the browser keeps nothing (private windows, a full store)

export function readDraft(conversation) {
  try {
    const stored = localStorage.getItem(PREFIX + conversation) ?? memory.get(Number(conversation));
    return { ...EMPTY, ...JSON.parse(stored || "{}") };
  } catch {
    return { ...EMPTY };
  }
}

export function writeDraft(conversation, changes) {
  const draft = { ...readDraft(conversation), ...changes };
  const isEmpty = !draft.text && !draft.quoted && !draft.files.length && !draft.waiting.length;
  const stored = JSON.stringify({ ...draft, at: Date.now() });
  try {
    if (isEmpty) localStorage.removeItem(PREFIX + conversation);
    else localStorage.setItem(PREFIX + conversation, stored);
    memory.delete(Number(conversation));
  } catch {
    memory.set(Number(conversation), stored);
  }
  return draft;
}

function forgetOld() {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(PREFIX)) continue;
    const { at = 0 } = readDraft(key.slice(PREFIX.length));
    if (Date.now() - at > KEPT_MS) localStorage.removeItem(key);
  }
}

try {
  forgetOld();
} catch {
  // A browser that keeps nothing has nothing to forget.
}
