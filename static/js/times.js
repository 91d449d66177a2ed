// Fragments carry UTC moments; here they become the viewer's clock. `data-format`:
//   clock 14:02 · day "today", "yesterday", "12 November", with the year when it differs · list: clock today, else a short day
//   full "12 November 2025, 14:02" · relative "3 min ago" · until "3 h", "40 min" (empty when past) · window: see sayWindow
//   countdown "in 3 h", "in 1 h 20 min", "in 8 s", then "any moment": ticks by itself

const zone = document.body.dataset.timeZone || undefined;
const words = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options });
const clock = words({ hour: "2-digit", minute: "2-digit" });
const dayKey = words({ year: "numeric", month: "2-digit", day: "2-digit" });
const day = words({ day: "numeric", month: "long", weekday: "long" });
const dayWithYear = words({ day: "numeric", month: "long", year: "numeric" });
const short = words({ day: "numeric", month: "short" });
const shortWithYear = words({ day: "numeric", month: "short", year: "2-digit" });
const weekday = words({ weekday: "short" });
const year = words({ year: "numeric" });
const full = words({ weekday: "short", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" });
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const keyOf = (date) => dayKey.format(date);
const daysAgo = (date, now) => [0, 1].find((days) => keyOf(new Date(now - days * DAY)) === keyOf(date));

export function sayDay(date, now = new Date()) {
  const ago = daysAgo(date, now);
  if (ago !== undefined) return ["today", "yesterday"][ago];
  return year.format(date) === year.format(now) ? day.format(date) : dayWithYear.format(date);
}

function sayShort(date, now) {
  const ago = daysAgo(date, now);
  if (ago === 0) return clock.format(date);
  if (ago === 1) return "yesterday";
  if (Math.abs(now - date) < 6 * DAY) return weekday.format(date);
  return (year.format(date) === year.format(now) ? short : shortWithYear).format(date);
}

export function saySpan(milliseconds) {
  const span = Math.abs(milliseconds);
  if (span < MINUTE) return "under 1 min";
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`;
  if (span < 2 * DAY) return `${Math.floor(span / HOUR)} h`;
  return `${Math.floor(span / DAY)} days`;
}

function sayRelative(date, now) {
  const span = now - date;
  if (Math.abs(span) < MINUTE) return "just now";
  if (Math.abs(span) > DAY) return sayShort(date, now);
  return span > 0 ? `${saySpan(span)} ago` : `in ${saySpan(span)}`;
}

// How long until a deadline, as exact as one needs it that far ahead.
function sayCountdown(date, now) {
  const seconds = Math.ceil((date - now) / 1000);
  if (seconds <= 0) return "any moment";
  if (seconds < 60) return `in ${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `in ${minutes} min`;
  if (minutes >= 180) return minutes < 48 * 60 ? `in ${Math.round(minutes / 60)} h` : `in ${Math.round(minutes / 1440)} days`;
  const rest = minutes % 60;
  return rest ? `in ${Math.floor(minutes / 60)} h ${rest} min` : `in ${minutes / 60} h`;
}

// The window in the list: silent above 4 hours, the time below, "template only" once it has closed.
function sayWindow(date, now, node) {
  const left = date - now;
  node.dataset.state = left <= 0 ? "closed" : left < HOUR ? "soon" : left < 4 * HOUR ? "near" : "open";
  if (node.dataset.format === "clock-left") return left > 0 ? saySpan(left) : "a moment";
  if (left <= 0) return "template only";
  return left < 4 * HOUR ? saySpan(left) : "";
}

const FORMATS = {
  clock: (date) => clock.format(date),
  day: sayDay,
  list: sayShort,
  full: (date) => full.format(date),
  relative: sayRelative,
  span: (date, now) => saySpan(now - date),
  countdown: sayCountdown,
  until: (date, now) => (date > now ? saySpan(date - now) : ""),
  window: sayWindow,
  "clock-left": sayWindow,
};

const MOVING = "time[data-format=relative], time[data-format=until], time[data-format=span], time[data-format=window], time[data-format=clock-left]";

function fill(node, now) {
  const date = new Date(node.dateTime);
  if (Number.isNaN(date.getTime())) return;
  const said = (FORMATS[node.dataset.format] || FORMATS.full)(date, now, node);
  if (node.textContent !== said) node.textContent = said;
  if (!node.title && node.dataset.format !== "full") node.title = full.format(date);
}

export function fillTimes(root = document) {
  const now = new Date();
  if (root.matches?.("time[data-format]")) fill(root, now);
  for (const node of root.querySelectorAll?.("time[data-format]") || []) fill(node, now);
}

/** The local clock of another zone, for a customer's place. */
export function clockIn(zoneName) {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zoneName, hour: "2-digit", minute: "2-digit" }).format(new Date());
}

function refresh() {
  const now = new Date();
  for (const node of document.querySelectorAll(MOVING)) fill(node, now);
  for (const node of document.querySelectorAll("[data-zone-clock]")) node.textContent = clockIn(node.dataset.zoneClock);
}

// Whatever brings a time to the page (page load, htmx, a frame): it is filled before the next paint.
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) fillAll(node);
}).observe(document.body, { childList: true, subtree: true });

function fillAll(root) {
  fillTimes(root);
  for (const node of root.querySelectorAll("[data-zone-clock]")) node.textContent = clockIn(node.dataset.zoneClock);
}

function tick() {
  const now = new Date();
  for (const node of document.querySelectorAll("time[data-format=countdown]")) fill(node, now);
}

fillAll(document);
setInterval(refresh, 20_000);
setInterval(tick, 1_000);
