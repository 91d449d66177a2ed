// The socket that tells this page what changed. The database is the truth and the socket a hint: whatever was missed is
// fetched again. One socket a page; imported by the page's own module:
//
//   live.start({
//     onState(state) {},            // "connecting" at first, then "online" and "offline" (said after 1 s without a socket)
//     onRow(conversation, html, frame) {}, // a list row as it is now (never an older one after a newer one)
//     onItems(thread, html, frame) {},     // messages and lines of the watched thread, in order and without a gap
//     async onCatchUp(thread, since) {},   // fetch /inbox/c/<id>/items/?since=<since>, place them, return the new version
//     onMoved(frame) {},            // status, assignee, team or participants changed: fetch the counts (debounce it)
//     onGone(conversation) {},      // may not be seen any more: take away the row; leave the thread if it is open
//     onRefresh(why) {},            // fetch list and counts again: "start", "online" (was away), "lost" (frames), "visible"
//     onChange(frame) {},           // every change frame, for sounds and notifications
//     onAgent(frame) {},            // {agent, availability, load, limit} of this agent, or of colleagues for supervisors
//     onRead(frame) {},             // {conversation, message}: this agent read so far (0: marked unread) in another tab
//     onBye(why) {},                // the server ended it for good: "logged_out", "deactivated"; or "changed": reload
//   });
//   live.watch(thread, version);    // this thread is open and shows this version; live.unwatch() when it is left
//   live.seen(conversation);        // open, visible and in focus: marks it read
//   live.typing(conversation);      // throttled here: call it on every key
//   live.placeItems(container, html) -> [{node, isNew}]   // swap by id, else insert by data-at (UTC, ISO) and id
//   live.fragment(html) -> DocumentFragment               // of a fragment that the server rendered
//
// A change frame: {type: "change", thread, conversation (null where only the thread is seen), version, row, row_version,
// items, moved, assignee (id or null), last_inbound (id of the newest word that is not silent)}.

const PATH = "/ws/inbox/";
const SILENCE = 40_000; // the server's pulse comes every 15 s
const NAP = 20_000; // longer without a frame while hidden: the tab slept
const OFFLINE_AFTER = 1_000;
const REFRESH_REST = 3_000;
const GAP_PATIENCE = 150; // frames of two processes may overtake each other
const TYPING_EVERY = 15_000;
const FATAL = { 4401: "logged_out", 4403: "deactivated" };

const nothing = () => {};
const on = {};
const HOOKS = ["State", "Row", "Items", "Moved", "Gone", "Refresh", "Change", "Agent", "Read", "Bye"];

let socket = null;
let state = "";
let attempts = 0;
let hasBeenOnline = false;
let isOver = false;
let lastFrameAt = 0;
let retryTimer = 0;
let offlineTimer = 0;
let answerTimer = 0;
const rowVersions = new Map();
const toldVersions = new Map(); // thread -> the newest version that a frame told of
const typedAt = new Map();

export function start(hooks = {}) {
  for (const name of HOOKS) on[name] = hooks[`on${name}`] || nothing;
  on.CatchUp = hooks.onCatchUp || (async (thread, since) => since);
  say("connecting");
  connect();
  setInterval(watchSilence, 5_000);
  document.addEventListener("visibilitychange", wakeUp);
  addEventListener("online", connectNow);
  addEventListener("offline", () => socket?.close());
  addEventListener("pageshow", (event) => event.persisted && connectNow());
}

export const seen = (conversation) => send({ type: "seen", conversation: Number(conversation) });

export function typing(conversation) {
  const now = Date.now();
  if (now - (typedAt.get(conversation) || 0) < TYPING_EVERY) return;
  if (send({ type: "typing", conversation: Number(conversation) })) typedAt.set(conversation, now);
}

function send(frame) {
  if (socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(frame));
  return true;
}

// --- Connection ------------------------------------------------------------------------------------------------------

function connect() {
  clearTimeout(retryTimer);
  if (isOver || (socket && socket.readyState <= WebSocket.OPEN)) return;
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  const mine = new WebSocket(`${scheme}//${location.host}${PATH}`);
  socket = mine;
  lastFrameAt = Date.now();
  mine.addEventListener("message", (event) => mine === socket && receive(event.data));
  mine.addEventListener("close", (event) => mine === socket && lost(event.code));
}

function connectNow() {
  attempts = 0;
  connect();
}

function lost(code) {
  socket = null;
  clearTimeout(answerTimer);
  if (code in FATAL) return end(FATAL[code]);
  if (isOver) return;
  if (!offlineTimer && state !== "offline") offlineTimer = setTimeout(() => say("offline"), OFFLINE_AFTER);
  // A restart is over in seconds: agents are back within three of it. A long outage is asked less often.
  const longest = attempts < 40 ? 2_500 : 15_000;
  const pause = Math.min(longest, 300 * 2 ** attempts) * (0.5 + Math.random() / 2);
  attempts += 1;
  retryTimer = setTimeout(connect, pause);
}

function end(why) {
  isOver = true;
  clearTimeout(retryTimer);
  socket?.close();
  say("offline");
  on.Bye(why);
}

function say(now) {
  clearTimeout(offlineTimer);
  offlineTimer = 0;
  if (state === now) return;
  state = now;
  on.State(now);
}

// A socket can be dead without knowing it (sleep, another network).
function watchSilence() {
  if (socket?.readyState === WebSocket.OPEN && Date.now() - lastFrameAt > SILENCE) drop();
  else if (!socket && !isOver && !retryTimer) connect();
}

function drop() {
  const dead = socket;
  lost(1006);
  dead?.close();
}

function wakeUp() {
  if (document.visibilityState !== "visible" || isOver) return;
  if (!socket) return connectNow();
  if (Date.now() - lastFrameAt < NAP) return;
  refresh("visible");
  if (!send({ type: "ping" })) return;
  const asked = socket;
  clearTimeout(answerTimer);
  answerTimer = setTimeout(() => asked === socket && drop(), 4_000);
}

// --- Frames ----------------------------------------------------------------------------------------------------------

const RECEIVE = {
  hello: greeted,
  change: changed,
  gone: (frame) => on.Gone(frame.conversation),
  refresh: missed,
  agent: (frame) => on.Agent(frame),
  read: (frame) => on.Read(frame),
  mark: (frame) => send({ type: "ack", sent: frame.sent }), // a reader who does not answer is cut
  bye: (frame) => end(frame.why),
};

function receive(text) {
  lastFrameAt = Date.now();
  clearTimeout(answerTimer);
  const frame = JSON.parse(text);
  RECEIVE[frame.type]?.(frame);
}

function greeted() {
  attempts = 0;
  say("online");
  // What changed between rendering the page and this hello is as lost as during an outage.
  refresh(hasBeenOnline ? "online" : "start");
  hasBeenOnline = true;
}

function refresh(why) {
  on.Refresh(why);
  catchUp();
}

// A thousand pages learn of it in the same moment: each waits its own while. Where much changes for long (a hundred
// closings a second), they look again now and then and not each time.
let missedTimer = 0;
let lookedAgainAt = 0;
let concernsWatched = false;

function missed(frame) {
  concernsWatched ||= !frame.threads || frame.threads.includes(watched?.thread);
  if (missedTimer) return;
  const rest = Math.max(0, lookedAgainAt + REFRESH_REST - Date.now());
  missedTimer = setTimeout(lookAgain, rest + Math.random() * 1_500);
}

function lookAgain() {
  missedTimer = 0;
  lookedAgainAt = Date.now();
  on.Refresh("lost");
  if (concernsWatched) catchUp();
  concernsWatched = false;
}

function changed(frame) {
  on.Change(frame);
  toldVersions.set(frame.thread, Math.max(frame.version, toldVersions.get(frame.thread) || 0));
  if (frame.row && (rowVersions.get(frame.conversation) || 0) <= frame.row_version) {
    rowVersions.set(frame.conversation, frame.row_version);
    on.Row(frame.conversation, frame.row, frame);
  }
  if (frame.moved) on.Moved(frame);
  if (watched?.thread === frame.thread) follow(frame);
}

// --- The open thread -------------------------------------------------------------------------------------------------

let watched = null;

export function watch(thread, version) {
  unwatch();
  watched = { thread: Number(thread), version: Number(version), held: new Map(), timer: 0, isAsking: false, isStale: false };
  // What was told while the thread was on its way here came to nobody who watched.
  if ((toldVersions.get(watched.thread) || 0) > watched.version) catchUp();
}

export function unwatch() {
  clearTimeout(watched?.timer);
  watched = null;
}

function follow(frame) {
  if (frame.version <= watched.version) return;
  watched.held.set(frame.version, frame);
  placeHeld();
  if (watched.held.size && !watched.timer) watched.timer = setTimeout(catchUp, GAP_PATIENCE);
}

function placeHeld() {
  for (let frame; (frame = watched.held.get(watched.version + 1)); ) {
    watched.held.delete(frame.version);
    watched.version = frame.version;
    if (frame.items) on.Items(frame.thread, frame.items, frame);
  }
  if (!watched.held.size) stopWaiting(watched);
}

function stopWaiting(thread) {
  clearTimeout(thread.timer);
  thread.timer = 0;
}

async function catchUp() {
  const asked = watched;
  if (!asked) return;
  stopWaiting(asked);
  if (asked.isAsking) {
    asked.isStale = true; // what is under way may have been answered before this change
    return;
  }
  asked.isAsking = true;
  try {
    const version = await on.CatchUp(asked.thread, asked.version);
    asked.version = Math.max(asked.version, Number(version) || 0);
  } catch {
    // No answer: the next attempt, unless the socket's return asks first.
    if (asked === watched) asked.timer = setTimeout(catchUp, 3_000 + Math.random() * 3_000);
  }
  asked.isAsking = false;
  if (asked !== watched) return;
  for (const version of asked.held.keys()) if (version <= asked.version) asked.held.delete(version);
  if (!asked.timer) placeHeld();
  if (asked.isStale || (asked.held.size && !asked.timer)) {
    asked.isStale = false;
    asked.timer = setTimeout(catchUp, GAP_PATIENCE);
  }
}

// --- Fragments -------------------------------------------------------------------------------------------------------

/** Nodes of HTML that the server rendered and escaped. Scripts in a template element never run. */
export function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** Put rendered items where they belong: over the same id, else by time. What is older than the oldest shown stays away
 *  while the container says (data-earlier) that there is more to load before it. */
export function placeItems(container, html) {
  const placed = [];
  for (const node of [...fragment(html).children]) {
    const shown = node.id && document.getElementById(node.id);
    if (shown) shown.replaceWith(node);
    else if (!insertByTime(container, node)) continue;
    placed.push({ node, isNew: !shown });
  }
  return placed;
}

// The thread's order: time, then messages before lines, then id.
const place = (node) => [node.dataset.at, node.id.startsWith("event-") ? 1 : 0, Number(node.id.split("-").pop())];

function isAfter(node, other) {
  const [mine, theirs] = [place(node), place(other)];
  const differs = mine.findIndex((value, index) => value !== theirs[index]);
  return differs === -1 || mine[differs] > theirs[differs];
}

function insertByTime(container, node) {
  const items = [...container.querySelectorAll("[data-at]")];
  const before = items.findLast((other) => isAfter(node, other));
  if (before) before.after(node);
  else if (items.length && container.dataset.earlier) return false;
  else if (items.length) items[0].before(node);
  else container.append(node);
  return true;
}
