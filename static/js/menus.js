// Popovers stand beside their button, arrows move inside them, and focus goes to the first thing in them.

const GAP = 4;
const MARGIN = 8;
let opener = null;

function place(menu, button) {
  const box = button.getBoundingClientRect();
  const wanted = menu.dataset.place || "bottom-start";
  const { offsetWidth: width, offsetHeight: height } = menu;
  let left = wanted.endsWith("end") ? box.right - width : box.left;
  let top = wanted.startsWith("top") ? box.top - height - GAP : box.bottom + GAP;
  if (wanted.startsWith("right") && innerWidth > 700) {
    left = box.right + GAP;
    top = wanted.endsWith("end") ? box.bottom - height : box.top;
  }
  if (top + height > innerHeight - MARGIN) top = Math.max(MARGIN, box.top - height - GAP);
  if (top < MARGIN) top = Math.min(box.bottom + GAP, innerHeight - height - MARGIN);
  menu.style.left = `${Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN))}px`;
  menu.style.top = `${Math.max(MARGIN, top)}px`;
}

function buttonOf(menu) {
  return opener?.isConnected ? opener : document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
}

// Called once it is shown and whenever it grows: filled after it opened, or by a module that came late.
const grown = new ResizeObserver((entries) => {
  for (const { target: menu } of entries) if (buttonOf(menu)) place(menu, buttonOf(menu));
});

export function openMenu(menu, button) {
  opener = button;
  menu.showPopover();
}

export function itemsOf(menu) {
  return [...menu.querySelectorAll("a, button, input, select, textarea")].filter((item) => !item.disabled && item.offsetParent);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[popovertarget]");
  if (button) opener = button;
}, true);

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!menu.matches?.(".menu[popover]")) return;
  const button = buttonOf(menu);
  if (button) button.setAttribute("aria-expanded", String(event.newState === "open"));
  if (event.newState !== "open") return grown.unobserve(menu);
  grown.observe(menu);
  (menu.querySelector("[autofocus]") || menu.querySelector("[aria-checked=true]") || itemsOf(menu)[0])?.focus({ focusVisible: button?.matches(":focus-visible") });
}, true);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.(".menu:popover-open");
  if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  if (event.target.matches("textarea, select")) return;
  if (event.target.matches("input") && ["Home", "End"].includes(event.key)) return;
  const items = itemsOf(menu);
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 }[event.key];
  items.at(to >= items.length ? 0 : to)?.focus({ focusVisible: true });
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const item = event.target.closest(".menu-item");
  if (!item || item.hasAttribute("data-stays") || item.matches("label, [popovertarget]")) return;
  const menu = item.closest(".menu:popover-open");
  if (menu) queueMicrotask(() => menu.isConnected && menu.hidePopover());
});

// The browser opens menus without us: one that was opened before this module had come still has to find its place.
for (const menu of document.querySelectorAll(".menu:popover-open")) grown.observe(menu);
