// The composer of the open conversation. Entry of the page beside inbox.js: wires the parts, keeps the draft, sends.
import * as live from "../live.js";
import { readDraft, writeDraft } from "./drafts.js";
import { conversationOf, count, field, focusField, form, grow, isNote, say, show } from "./field.js";
import { newName } from "./names.js";
import { send, takeLeftBehind, whenRefused } from "./outbox.js";
import { stanceOf, showState, watchState } from "./state.js";
import * as reply from "./reply.js";
import * as uploads from "./uploads.js";
import * as canned from "./canned.js";
import "./emoji.js";
import "./picker.js";
import "./builder.js";
import "./reactions.js";
import "./starting.js";

const NOT_REACHED = "No answer from the server. Your words are kept: send them again, they arrive only once.";
let waitsForFiles = false;
const enterSends = document.body.dataset.enterSends !== "false";

// --- Opening ---------------------------------------------------------------------------------------------------------

function mount() {
  waitsForFiles = false;
  if (!form()) return;
  const conversation = conversationOf();
  const behind = takeLeftBehind(conversation);
  if (behind.length) writeDraft(conversation, joined(behind, readDraft(conversation)));
  restore();
  showState();
}

function restore() {
  const draft = readDraft(conversationOf());
  setNote(draft.isNote);
  reply.quote(draft.quoted);
  uploads.restore(conversationOf(), draft.files);
  show(draft.text);
}

/** Unsent entries and what was written since, as one draft; a single entry keeps its name, so that a repeat is safe. */
function joined(entries, draft) {
  const texts = [...entries.map(({ text }) => text), draft.text].filter(Boolean);
  const files = [...entries.flatMap((entry) => entry.files), ...draft.files];
  const isAlone = entries.length === 1 && !draft.text && !draft.files.length && !entries[0].kind;
  const { isNote: wasNote, quoted, clientId } = entries[0];
  return { text: texts.join("\n"), files, isNote: wasNote, quoted: draft.quoted || quoted, clientId: isAlone ? clientId : "" };
}

whenRefused((entries, refused) => {
  const conversation = entries[0].conversation;
  writeDraft(conversation, joined(entries, readDraft(conversation)));
  if (conversation !== conversationOf()) return;
  restore();
  say(refused.status ? refused.message : NOT_REACHED);
  if (refused.status === 409) showState();
  focusField();
});

// --- Writing ---------------------------------------------------------------------------------------------------------

document.addEventListener("input", (event) => {
  if (event.target.id !== "composer-text") return;
  keep();
  grow();
  count();
  say("");
  waitsForFiles = false;
  canned.follow();
  if (!isNote() && field().value) live.typing(conversationOf());
});

function keep() {
  writeDraft(conversationOf(), { text: field().value, isNote: isNote(), clientId: "" });
}

// Before the page's shortcuts: what the list of replies or the field takes is not theirs.
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "composer-text" || event.isComposing || event.keyCode === 229) return;
  if (!canned.takesKey(event) && !leaves(event) && !sends(event)) return;
  event.preventDefault();
  event.stopPropagation();
}, true);

function sends(event) {
  const wanted = enterSends ? !event.shiftKey && !event.altKey : event.ctrlKey || event.metaKey;
  if (event.key !== "Enter" || !wanted) return false;
  submit();
  return true;
}

/** Escape gives up the quote, then the empty note, before it leaves the field. */
function leaves(event) {
  if (event.key !== "Escape") return false;
  if (reply.quoted()) reply.quote(null);
  else if (isNote() && !field().value) setNote(false);
  else return false;
  return true;
}

// Enter sends files too when nothing was written beside them (S4-30), wherever the focus is in the tray.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.closest?.("#tray") || event.target.closest("button, input")) return;
  event.preventDefault();
  submit();
});

// --- Sending ---------------------------------------------------------------------------------------------------------

document.addEventListener("submit", (event) => {
  if (event.target.id !== "composer") return;
  event.preventDefault();
  submit();
});

document.addEventListener("tray:settled", () => waitsForFiles && submit());

function submit() {
  const text = field().value.trim();
  const files = isNote() ? [] : uploads.ready();
  const words = uploads.whyNot(isNote()) || (count() < 0 ? "This is too long for one message. Shorten it, or send it in two." : "");
  if (words) return say(words);
  waitsForFiles = !isNote() && uploads.isBusy();
  if (waitsForFiles) return say("Goes out as soon as the files have arrived.");
  if (!text && !files.length) return focusField();
  const conversation = conversationOf();
  const { clientId } = readDraft(conversation);
  const quoted = isNote() ? null : reply.quoted();
  const entry = { clientId: clientId || newName(), conversation, isNote: isNote(), text, files, quoted, asHelper: stanceOf() === "help" };
  clear();
  send(entry);
}

function clear() {
  const conversation = conversationOf();
  const { waiting } = readDraft(conversation);
  if (!isNote()) {
    uploads.clear();
    reply.quote(null);
  }
  writeDraft(conversation, { text: "", clientId: "", waiting, ...(isNote() ? {} : { files: [], quoted: null }), isNote: false });
  setNote(false);
  show("");
  say("");
  canned.close();
  focusField();
}

// --- Notes -----------------------------------------------------------------------------------------------------------

function setNote(isOn) {
  form().dataset.note = String(isOn);
  document.querySelector("[data-tool=note]").setAttribute("aria-pressed", String(isOn));
  const area = field();
  area.placeholder = isOn ? "Write a note: only your team sees it" : "Write a reply, or / for a canned one";
  area.setAttribute("aria-label", isOn ? "Note for the team" : "Reply");
  document.querySelector("#send-button span").textContent = isOn ? "Add note" : "Send";
  showState();
  count();
}

document.addEventListener("click", (event) => {
  const tool = event.target.closest("#composer [data-tool]")?.dataset.tool;
  if (tool === "note") switchNote();
  if (tool === "attach") document.getElementById("file-input").click();
  if (tool === "canned") canned.openFromButton();
  if (event.target.closest("[data-unquote]")) {
    reply.quote(null);
    focusField();
  }
});

function switchNote() {
  setNote(!isNote());
  writeDraft(conversationOf(), { isNote: isNote() });
  focusField();
}

document.addEventListener("compose", ({ detail }) => {
  if (!form()) return;
  if (detail.what === "note" && !isNote()) return switchNote();
  if (detail.what === "reply") {
    if (isNote()) switchNote();
    reply.quoteFocused();
  }
  focusField();
});

document.addEventListener("thread:opened", mount);
watchState();
mount();
