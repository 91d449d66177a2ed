// Panels of the details that other parts of the product fill. Each is a fragment with an address of its own; what it
// last said stands until the fresh one is here, so that nothing flickers when the details are drawn anew.
import * as live from "./live.js";
import { get } from "./request.js";

const SOON_MS = 150;
const said = new Map();
let timer = 0;

const panels = () => document.querySelectorAll("#details [data-panel]");

function fill(panel, html) {
  const body = panel.querySelector(".panel-body");
  if (body.contains(document.activeElement)) return;
  body.replaceChildren(live.fragment(html));
  panel.hidden = !html.trim();
}

async function load(panel) {
  const address = panel.dataset.panel;
  try {
    const html = await get(address, { "HX-Request": "true" });
    said.set(address, html);
    if (panel.isConnected) fill(panel, html);
  } catch {
    // The panel is an extra: without it the conversation can be served. The next change asks again.
  }
}

function show() {
  const addresses = [...panels()].map((panel) => panel.dataset.panel);
  for (const address of said.keys()) if (!addresses.includes(address)) said.delete(address);
  for (const panel of panels()) {
    const before = said.get(panel.dataset.panel);
    if (before !== undefined) fill(panel, before);
  }
  loadSoon();
}

function loadSoon() {
  clearTimeout(timer);
  timer = setTimeout(() => panels().forEach(load), SOON_MS);
}

document.addEventListener("thread:opened", show);
document.addEventListener("thread:state", show);
document.addEventListener("thread:changed", loadSoon);
show();
