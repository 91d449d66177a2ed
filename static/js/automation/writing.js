// Writing: WhatsApp's marks around a selection, emoji at the cursor, how many characters are left.
const menu = document.getElementById("emoji-menu");
let target = null;

function put(area, words, selectFrom = words.length, selectTo = words.length) {
  const start = area.selectionStart;
  area.focus();
  if (!document.execCommand("insertText", false, words)) {
    area.setRangeText(words, area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  area.setSelectionRange(start + selectFrom, start + selectTo);
}

function mark(area, sign) {
  const chosen = area.value.slice(area.selectionStart, area.selectionEnd);
  put(area, `${sign}${chosen}${sign}`, 1, 1 + chosen.length);
}

async function openEmoji(button) {
  target = document.getElementById(button.dataset.emojiFor);
  const box = button.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - 332))}px`;
  menu.style.top = `${Math.max(8, Math.min(box.bottom + 4, innerHeight - 332))}px`;
  menu.showPopover();
  if (menu.firstElementChild) return;
  const answer = await fetch(document.getElementById("automation").dataset.emoji);
  const told = new DOMParser().parseFromString(await answer.text(), "text/html");
  menu.replaceChildren(...told.body.childNodes);
}

menu.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-emoji]");
  if (!chosen || !target) return;
  menu.hidePopover();
  put(target, chosen.dataset.emoji);
});

menu.addEventListener("input", (event) => {
  const words = event.target.value.trim().toLowerCase();
  for (const section of menu.querySelectorAll("section:not(.emoji-recent)")) {
    for (const button of section.querySelectorAll("button")) button.hidden = Boolean(words) && !button.dataset.words.includes(words);
    section.hidden = !section.querySelector("button:not([hidden])");
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-mark], [data-emoji-for]");
  if (!button) return;
  if (button.dataset.mark) mark(button.closest(".au-words").querySelector("textarea"), button.dataset.mark);
  else openEmoji(button);
});

/** How many characters, said once it begins to matter. */
function count(field) {
  const limit = Number(field.dataset.limit);
  const left = limit - field.value.length;
  const label = field.labels?.[0] || field.closest(".au-line, .au-row");
  let said = label?.querySelector(":scope > .au-count");
  const matters = field.value.length && left <= Math.min(200, Math.max(10, limit / 4));
  if (!matters) return void said?.remove();
  if (!said) {
    said = Object.assign(document.createElement("span"), { className: "au-count" });
    label?.append(said);
  }
  said.textContent = left < 0 ? `${-left} too many` : `${left} left`;
  said.toggleAttribute("data-over", left < 0);
}

document.addEventListener("input", (event) => {
  if (event.target.dataset?.limit) count(event.target);
});
