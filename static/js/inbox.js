// The inbox page: opens conversations in place, and brings what the socket tells to list, thread and head.
import { followRow, refreshHead } from "./actions.js";
import { showAvailability } from "./availability.js";
import * as list from "./list.js";
import * as live from "./live.js";
import { heed } from "./notifications.js";
import "./panels.js";
import { get } from "./request.js";
import "./search.js";
import "./shortcuts.js";
import * as thread from "./thread.js";
import { toast } from "./toasts.js";

const pane = document.getElementById("pane");
const nothingOpen = document.getElementById("nothing-open").content;
const title = () => document.title.match(/^\(\d+\) /)?.[0] || "";
let asked = 0;

// --- Opening and leaving -----------------------------------------------------------------------------------------------

const pathOf = (conversation) => (conversation ? `/inbox/c/${conversation}/` : "/inbox/");
const queryNow = () => `?${document.getElementById("conversations").dataset.query}`;

async function open(conversation, { push = true, focus = true } = {}) {
  const mine = ++asked;
  pane.classList.add("is-loading");
  try {
    const html = await get(pathOf(conversation), { "HX-Request": "true" });
    if (mine !== asked) return;
    if (push) history.pushState({}, "", pathOf(conversation) + queryNow());
    show(live.fragment(html));
    if (focus) document.getElementById("scroll").focus({ preventScroll: true });
  } catch (refused) {
    if (mine === asked) toast(refused.message, { bad: true });
  } finally {
    if (mine === asked) pane.classList.remove("is-loading");
  }
}

function show(content) {
  document.body.classList.remove("shows-details");
  document.dispatchEvent(new CustomEvent("thread:leaving"));
  pane.replaceChildren(content);
  htmx.process(pane);
  const name = document.getElementById("thread")?.dataset.contact;
  document.title = `${title()}${name ? `${name} · ` : ""}Inbox · Switchboard`;
  list.markOpen(thread.openConversation());
  thread.adopt();
  document.dispatchEvent(new CustomEvent("thread:opened", { detail: { conversation: thread.openConversation() } }));
}

function leave({ push = true } = {}) {
  const left = thread.openConversation();
  if (!left) return;
  asked += 1;
  if (push) history.pushState({}, "", `/inbox/${queryNow()}`);
  show(nothingOpen.cloneNode(true));
  (list.rowOf(left)?.querySelector(".row-link") || list.rows()[0]?.querySelector(".row-link") || document.getElementById("main")).focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  const link = event.target.closest("[data-open]");
  if (link) {
    event.preventDefault();
    open(link.dataset.open);
  }
  if (event.target.closest("[data-back]")) {
    event.preventDefault();
    leave();
  }
});
document.addEventListener("thread:open", (event) => open(event.detail.conversation));
document.addEventListener("thread:leave", () => leave());
document.addEventListener("thread:reload", () => open(thread.openConversation(), { push: false, focus: false }));
document.addEventListener("thread:seen", (event) => list.markSeen(event.detail.conversation));
document.addEventListener("thread:gone", () => {
  leave();
  toast("This conversation is no longer yours to see.");
});
document.addEventListener("list:folder", ({ detail }) => {
  if (detail.push) history.pushState({}, "", pathOf(thread.openConversation()) + detail.search);
});
document.addEventListener("list:counts", ({ detail }) => showAvailability({ load: detail.load, limit: detail.limit }));
addEventListener("popstate", () => {
  const conversation = Number(location.pathname.match(/^\/inbox\/c\/(\d+)\//)?.[1]) || 0;
  const query = new URLSearchParams(location.search);
  if (conversation !== thread.openConversation()) conversation ? open(conversation, { push: false }) : leave({ push: false });
  if ((query.get("folder") || "mine") !== list.folderName()) list.showFolder(location.search, { push: false });
});

// --- What the socket tells -----------------------------------------------------------------------------------------------

const banner = document.getElementById("connection");

function say(state) {
  banner.hidden = state !== "offline";
  banner.textContent = "No connection. What you write is kept; new messages appear when it is back.";
}

const BYE = {
  logged_out: "You are logged out. Log in again to go on.",
  deactivated: "Your account may no longer log in.",
  changed: "Your rights have changed. Reload the page to go on.",
};

const WAITING = ["unassigned", "queued"];
const isMine = (frame) => String(frame.assignee) === document.body.dataset.agentId;

live.start({
  onState: say,
  onRow(conversation, html) {
    list.receiveRow(conversation, html);
    if (conversation === thread.openConversation()) followRow(live.fragment(html).firstElementChild);
  },
  onItems: (_, html) => thread.placeItems(html),
  onCatchUp: thread.catchUp,
  onMoved: (frame) => (isMine(frame) ? list.countSoon() : list.countLater()),
  onGone(conversation) {
    list.takeAway(conversation);
    list.countSoon();
    if (conversation === thread.openConversation()) document.dispatchEvent(new CustomEvent("thread:gone", { detail: { conversation } }));
  },
  onRefresh() {
    list.refreshRows();
    refreshHead();
  },
  onChange(frame) {
    heed(frame, thread.openConversation());
    if (String(frame.thread) === thread.itemsBox()?.dataset.thread) document.dispatchEvent(new CustomEvent("thread:changed"));
    if (!frame.items) return;
    if (isMine(frame)) list.countSoon();
    else if (WAITING.includes(frame.status)) list.countLater(); // its window may be open again
  },
  onAgent(frame) {
    if (String(frame.agent) === document.body.dataset.agentId) {
      showAvailability(frame);
      list.countSoon();
    }
  },
  onBye(why) {
    banner.hidden = false;
    banner.textContent = BYE[why] || BYE.logged_out;
    if (why === "changed") location.reload();
  },
});

if (thread.itemsBox()) {
  list.markOpen(thread.openConversation());
  thread.adopt();
}
