// The field one writes in: grows, counts, inserts, says what is wrong beside it.
const LIMIT = 4096; // Meta: messages/text-messages
const CAPTION_LIMIT = 1024;
const NEAR = 200;
const LINES = 8;

export const form = () => document.getElementById("composer");
export const field = () => document.getElementById("composer-text");
export const conversationOf = () => Number(form()?.dataset.conversation) || 0;
export const isNote = () => form()?.dataset.note === "true";
const hasFiles = () => Boolean(document.querySelector("#tray li"));

export function grow() {
  const area = field();
  const line = parseFloat(getComputedStyle(area).lineHeight) || 22;
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight + 2, line * LINES + 14)}px`;
  area.style.overflowY = area.scrollHeight > line * LINES + 14 ? "auto" : "hidden";
}

/** How many characters are left, said only when it begins to matter. */
export function count() {
  const limit = hasFiles() && !isNote() ? CAPTION_LIMIT : LIMIT;
  const left = limit - field().value.length;
  const said = document.getElementById("composer-count");
  said.textContent = left > NEAR ? "" : left >= 0 ? `${left} left` : `${-left} too many`;
  said.dataset.state = left < 0 ? "over" : "near";
  field().setAttribute("aria-invalid", String(left < 0));
  return left;
}

/** Say beside the composer what went wrong; "" takes it away. */
export function say(words) {
  const trouble = document.getElementById("trouble");
  if (!trouble) return;
  trouble.textContent = words;
  trouble.hidden = !words;
}

/** Put words where the cursor is, as if they were typed (so that Undo knows them). */
export function insert(words) {
  const area = field();
  area.focus();
  if (!document.execCommand("insertText", false, words)) {
    area.setRangeText(words, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

export function replaceAll(words) {
  field().focus();
  field().select();
  insert(words);
}

/** Show words without making them an edit. */
export function show(words) {
  field().value = words;
  grow();
  count();
}

/** Where there is a keyboard, writing goes on at once. */
export function focusField() {
  field()?.focus({ preventScroll: true });
}
