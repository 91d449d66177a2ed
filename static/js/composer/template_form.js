// The form of one message template: its values, and the bubble that shows them as they are typed.
import { sayBytes, upload } from "./files.js";
import { make } from "./names.js";

const NAMES = /^(first_?name|name|customer_?name|full_?name)$/i;

/** Begin: suggest the customer's name where the template asks for one, and show what stands there. */
export function wireForm(root, customer) {
  for (const input of root.querySelectorAll("input[data-name]")) {
    if (NAMES.test(input.dataset.name) && customer) input.value = /first/i.test(input.dataset.name) ? customer.split(" ")[0] : customer;
    show(input);
  }
  root.addEventListener("input", (event) => event.target.matches("input[data-name]") && show(event.target));
  root.addEventListener("change", (event) => event.target.matches("input[type=file]") && choose(event.target, root));
}

function show(input) {
  const root = input.closest("[data-template-form]");
  for (const place of root.querySelectorAll(`[data-place="${CSS.escape(input.dataset.value)}"]`)) {
    place.textContent = input.value || place.dataset.empty;
    place.classList.toggle("is-filled", Boolean(input.value));
  }
}

async function choose(input, root) {
  const [file] = input.files;
  if (!file) return;
  const bar = input.closest(".field").querySelector("progress");
  const said = input.parentElement.querySelector("[data-file-name]");
  input.upload = null;
  said.textContent = `${file.name}, ${sayBytes(file.size)}`;
  bar.hidden = false;
  try {
    input.upload = await upload(file, (share) => (bar.value = share)).promise;
    showFile(root, input.dataset.value, input.upload);
    if (input.upload.kind !== input.dataset.kind) said.textContent = `This place takes a file of the kind ${input.dataset.kind}. Choose another one.`;
  } catch ({ words }) {
    said.textContent = `${words} Choose the file again.`;
  }
  bar.hidden = true;
}

function showFile(root, key, { url, kind, name }) {
  const box = root.querySelector(`[data-place-file="${key}"]`);
  if (!box) return;
  box.replaceChildren(kind === "image" ? make("img", { src: `${url}?thumb`, alt: name }) : make("span", { textContent: name, dir: "auto" }));
}

/** {values, missing: {node, words} | null} of the form inside `box`. */
export function valuesOf(box) {
  const values = {};
  for (const node of box.querySelectorAll("[data-value]")) {
    const value = valueOf(node);
    if (!value) return { values, missing: { node: node.matches("fieldset") ? node.querySelector("input") : node, words: `${labelOf(node)} is missing.` } };
    values[node.dataset.value] = value;
  }
  return { values, missing: null };
}

function valueOf(node) {
  if (node.type === "file") return node.upload ? { attachment: node.upload.id } : null;
  if (!node.matches("fieldset")) return node.value.trim();
  const parts = [...node.querySelectorAll("[data-part]")].map((input) => [input.dataset.part, input.value.trim()]);
  const place = Object.fromEntries(parts.filter(([, value]) => value));
  return place.latitude && place.longitude ? place : null;
}

function labelOf(node) {
  const label = node.closest(".field").querySelector(".label, legend");
  return label ? label.textContent.trim() : "A value";
}
