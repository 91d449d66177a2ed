// The command palette: type a few letters of a command or of a customer in the list, Enter does it.
import { rows } from "./list.js";

const dialog = document.getElementById("palette");
const input = document.getElementById("palette-words");
const box = document.getElementById("palette-list");
const MOST = 12;
let all = [];
let at = 0;

export function openPalette(commands) {
  all = [
    ...commands.map(([keys, words, run]) => ({ words, keys, run })),
    ...rows().map((row) => ({ words: row.querySelector(".row-name").textContent, keys: "", run: () => row.querySelector(".row-link").click() })),
  ];
  input.value = "";
  fill();
  if (!dialog.open) dialog.showModal();
  input.focus();
}

function fits(words, typed) {
  const text = words.toLowerCase();
  return typed.toLowerCase().split(/\s+/).every((part) => text.includes(part));
}

function fill() {
  at = 0;
  box.replaceChildren(...all.filter(({ words }) => fits(words, input.value.trim())).slice(0, MOST).map(line));
  mark();
}

function line(command, index) {
  const item = Object.assign(document.createElement("li"), { id: `palette-${index}`, role: "option" });
  const name = Object.assign(document.createElement("span"), { textContent: command.words, dir: "auto" });
  item.append(name);
  if (command.keys) item.append(Object.assign(document.createElement("kbd"), { textContent: command.keys }));
  item.addEventListener("click", () => run(command));
  item.command = command;
  return item;
}

function mark() {
  [...box.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === at)));
  input.setAttribute("aria-activedescendant", box.children[at]?.id || "");
  box.children[at]?.scrollIntoView({ block: "nearest" });
}

function run(command) {
  dialog.close();
  command.run();
}

input.addEventListener("input", fill);
dialog.addEventListener("keydown", (event) => {
  const count = box.children.length;
  if (event.key === "ArrowDown") at = (at + 1) % count || 0;
  else if (event.key === "ArrowUp") at = (at - 1 + count) % count || 0;
  else if (event.key === "Enter" && box.children[at]) {
    event.preventDefault();
    return run(box.children[at].command);
  } else return;
  event.preventDefault();
  mark();
});
