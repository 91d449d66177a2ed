// The tray above the field: files chosen, pasted or dropped, each with its picture, progress, and a way back.
import { writeDraft } from "./drafts.js";
import { conversationOf, count, focusField, form, isNote, say } from "./field.js";
import { kindOf, sayBytes, upload, whyNotFile } from "./files.js";
import { make } from "./names.js";
import { mayWrite, isWindowOpen } from "./state.js";

const MOST = 30; // inbox.actions.sending.files
const trays = new Map(); // conversation -> [{file?, done?, name, size, kind, url, share, words, abort}]

const tray = () => document.getElementById("tray");
const here = () => trays.get(conversationOf()) || [];

/** What hangs over from before: files on their way stay as they are, finished ones come from the draft. */
export function restore(conversation, files) {
  const known = trays.get(conversation) || [];
  const back = files.filter(({ id }) => !known.some(({ done }) => done?.id === id));
  trays.set(conversation, [...known, ...back.map((done) => ({ done, name: done.name, size: done.size, kind: done.kind, url: pictureOf(done) }))]);
  draw();
}

const pictureOf = ({ kind, url }) => (["image", "sticker"].includes(kind) ? `${url}?thumb` : "");

/** The uploaded ones, as the server described them. */
export const ready = () => here().filter(({ done }) => done).map(({ done }) => done);

/** Why the tray cannot be sent as it is, "" where it can. */
export function whyNot(isForNote) {
  if (isForNote) return here().length ? "A note holds words only. Send the files to the customer, or take them out." : "";
  if (here().some(({ words }) => words)) return "One of the files cannot be sent. Try it again, or take it out.";
  return "";
}

/** True while a file is on its way; "tray:settled" is told when none is any more. */
export const isBusy = () => here().some(({ done, words }) => !done && !words);

export function clear() {
  trays.delete(conversationOf());
  draw();
}

export function add(files) {
  const conversation = conversationOf();
  const room = MOST - here().length;
  if (files.length > room) say(`Up to ${MOST} files go at once.`);
  const entries = [...files].slice(0, room).map((file) => ({ file, name: file.name || "file", size: file.size, kind: kindOf(file), url: previewOf(file), share: 0, words: whyNotFile(file) }));
  trays.set(conversation, [...here(), ...entries]);
  draw();
  for (const entry of entries) if (!entry.words) begin(conversation, entry);
  focusField();
}

const previewOf = (file) => (file.type.startsWith("image/") ? URL.createObjectURL(file) : "");

async function begin(conversation, entry) {
  Object.assign(entry, { words: "", isBroken: false, share: 0 });
  const way = upload(entry.file, (share) => {
    entry.share = share;
    showProgress(entry);
  });
  entry.abort = way.abort;
  draw();
  try {
    entry.done = await way.promise;
    Object.assign(entry, { size: entry.done.size, kind: entry.done.kind });
  } catch ({ words, isBroken, isAborted }) {
    if (isAborted) return;
    Object.assign(entry, { words, isBroken });
  }
  keep(conversation);
  draw();
  if (!isBusy()) document.dispatchEvent(new CustomEvent("tray:settled"));
}

function keep(conversation) {
  const files = (trays.get(conversation) || []).filter(({ done }) => done).map(({ done }) => done);
  writeDraft(conversation, { files });
}

function remove(entry) {
  entry.abort?.();
  if (entry.url.startsWith("blob:")) URL.revokeObjectURL(entry.url);
  trays.set(conversationOf(), here().filter((other) => other !== entry));
  keep(conversationOf());
  say("");
  draw();
  focusField();
}

// --- Drawing ---------------------------------------------------------------------------------------------------------

function draw() {
  if (!tray()) return;
  tray().replaceChildren(...here().map(line));
  tray().hidden = !here().length;
  count();
}

function line(entry) {
  const state = entry.words ? "bad" : entry.done ? "done" : "going";
  const item = make("li", { className: "tray-item", dataset: { state } });
  item.append(thumbnail(entry), words(entry));
  if (entry.isBroken) item.append(button("Retry", `Upload ${entry.name} again`, () => begin(conversationOf(), entry), "button small"));
  item.append(button("×", `Take ${entry.name} out`, () => remove(entry), "icon-button"));
  item.entry = entry;
  return item;
}

function thumbnail({ url, name, kind }) {
  if (url) return make("img", { className: "tray-picture", src: url, alt: "" });
  const ending = name.includes(".") ? name.split(".").pop().slice(0, 4) : kind;
  return make("span", { className: "tray-picture", textContent: ending.toUpperCase(), ariaHidden: "true" });
}

function words(entry) {
  const box = make("span", { className: "tray-words" }, make("b", { textContent: entry.name, dir: "auto" }));
  box.append(make("small", { textContent: entry.words || sayBytes(entry.size), role: entry.words ? "alert" : null }));
  if (!entry.done && !entry.words) box.append(make("progress", { max: 1, value: entry.share, ariaLabel: `Uploading ${entry.name}` }));
  return box;
}

function showProgress(entry) {
  const item = [...(tray()?.children || [])].find((other) => other.entry === entry);
  const bar = item?.querySelector("progress");
  if (bar) bar.value = entry.share;
}

function button(textContent, label, run, className) {
  const made = make("button", { type: "button", className, textContent, ariaLabel: label });
  made.addEventListener("click", run);
  return made;
}

// --- Ways in: button, paste, drag ------------------------------------------------------------------------------------

export const takesFiles = () => Boolean(form()) && mayWrite() && isWindowOpen() && !isNote();

document.addEventListener("change", (event) => {
  if (event.target.id !== "file-input") return;
  add(event.target.files);
  event.target.value = "";
});

document.addEventListener("paste", (event) => {
  const files = event.clipboardData?.files;
  if (!files?.length || !event.target.closest?.("#composer") || !takesFiles()) return;
  // A table or a page copied beside its picture is meant as words.
  if (event.clipboardData.types.includes("text/plain")) return;
  event.preventDefault();
  add(files);
});

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
let leaving = 0;

function showZone(isShown) {
  const thread = document.getElementById("thread");
  if (!thread) return;
  let zone = document.getElementById("drop-zone");
  if (!zone && isShown) {
    zone = make("div", { id: "drop-zone", className: "drop-zone" }, make("strong", { textContent: "Drop to attach" }));
    zone.append(make("span", { textContent: takesFiles() ? "Pictures, videos, sound, documents" : "Files cannot be sent here at the moment" }));
    thread.append(zone);
  }
  if (zone && !isShown) zone.remove();
}

document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault(); // a file dropped beside the thread must not replace the page
  const isOver = Boolean(event.target.closest?.("#thread"));
  event.dataTransfer.dropEffect = isOver && takesFiles() ? "copy" : "none";
  clearTimeout(leaving);
  showZone(isOver);
  leaving = setTimeout(() => showZone(false), 250);
});

document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  showZone(false);
  if (event.target.closest?.("#thread") && takesFiles()) add(event.dataTransfer.files);
});
