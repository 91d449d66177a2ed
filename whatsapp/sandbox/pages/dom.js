// Builds elements. Text is always text: nothing here takes HTML.

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  back: "M15 5l-7 7 7 7",
  plus: "M12 5v14M5 12h14",
  send: "M4 12l16-8-6 16-3-6z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  close: "M6 6l12 12M18 6L6 18",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9h.01",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  mic: "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4",
  pin: "M12 21s7-6.5 7-11a7 7 0 0 0-14 0c0 4.500 7 11 7 11zM12 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 4-6 8-6s8 2 8 6",
  reply: "M10 8L5 12l5 4M5 12h8a6 6 0 0 1 6 6",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  link: "M14 5h5v5M19 5l-8 8M10 6H6v12h12v-4",
  phone: "M6 4h4l1 5-2 1a11 11 0 0 0 5 5l1-2 5 1v4c0 1-1 2-2 2A15 15 0 0 1 4 6c0-1 1-2 2-2z",
  edit: "M5 19l1-4L16 5l3 3L9 18z",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  form: "M6 4h12v16H6zM9 8h6M9 12h6M9 16h3",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4l3 2",
  tick: "M5 13l4 4L19 7",
  copy: "M8 8h11v12H8zM5 16V4h11",
  play: "M8 5l11 7-11 7z",
};

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "class") node.className = value;
    else if (key === "data") Object.assign(node.dataset, value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name, label, onclick, props = {}) {
  return el("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...props }, icon(name));
}

export function avatar(name, hue) {
  const letters = [...name.replace(/[^\p{L}\p{N} ]/gu, "").trim()];
  const words = name.replace(/[^\p{L}\p{N} ]/gu, "").trim().split(/\s+/);
  const initials = words.length > 1 ? [...words[0]][0] + [...words.at(-1)][0] : letters.slice(0, 1).join("");
  return el("span", { class: "avatar", "aria-hidden": "true", data: { hue: String(hue ?? hueOf(name)) } }, initials || "+");
}

function hueOf(name) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 997;
  return sum % 6;
}

// Opens a sheet inside the phone. Escape and the shade close it; focus goes in and comes back.
export function sheet(title, ...content) {
  const before = document.activeElement;
  const dialog = el(
    "dialog",
    { class: "sheet", "aria-label": title },
    el("header", { class: "sheet-head" }, el("h2", {}, title), iconButton("close", "Close", () => dialog.close())),
    el("div", { class: "sheet-body" }, ...content),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before?.isConnected) before.focus();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.getElementById("phone").append(dialog);
  dialog.showModal();
  return dialog;
}

let toastTimer;

export function toast(words) {
  const box = document.getElementById("toast");
  box.textContent = words;
  box.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (box.hidden = true), 5000);
}
