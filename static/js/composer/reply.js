// Quoting: which message the next one answers.
import { writeDraft } from "./drafts.js";
import { conversationOf, focusField } from "./field.js";

let current = null;

export const quoted = () => current;

/** Quote {id, who, words}, or nothing (null). */
export function quote(message) {
  current = message;
  const box = document.getElementById("quoting");
  box.hidden = !message;
  box.querySelector("strong").textContent = message?.who || "";
  box.querySelector("span span").textContent = message?.words || "";
  writeDraft(conversationOf(), { quoted: message });
}

/** What a bubble is called when it is quoted; null for one that cannot be (a note, one that is not on WhatsApp). */
export function describe(bubble) {
  const { side, id, status } = bubble.dataset;
  if (!id || side === "note" || "deleted" in bubble.dataset || ["queued", "sending", "held", "failed"].includes(status)) return null;
  const who = side === "in" ? document.getElementById("thread").dataset.contact : bubble.querySelector(".author")?.textContent.trim() || "We";
  const words = bubble.querySelector(".words, .document b, .header")?.textContent || KINDS[bubble.dataset.kind] || "Message";
  return { id: Number(id), who, words: words.trim().slice(0, 200) };
}

const KINDS = { image: "Photo", video: "Video", audio: "Audio", sticker: "Sticker", document: "Document", location: "Location", contacts: "Contact card" };

/** The message that has the focus is quoted; without one nothing is. */
export function quoteFocused() {
  const bubble = document.activeElement?.closest?.("#items .message");
  const message = bubble && describe(bubble);
  if (message) quote(message);
  focusField();
}
