// New words in Mine, said outside the page: a notification and a soft sound, each only where the agent switched it on.
const me = Number(document.body.dataset.agentId);
const menu = document.getElementById("agent-menu");
const newest = new Map();
let sound = null;

const isOn = (name) => localStorage.getItem(`switchboard.${name}`) === "on";

function show() {
  for (const item of menu.querySelectorAll("[data-switch]")) {
    const blocked = item.dataset.switch === "notify" && (!("Notification" in window) || Notification.permission === "denied");
    item.hidden = false;
    item.disabled = blocked;
    item.setAttribute("aria-checked", String(!blocked && isOn(item.dataset.switch)));
  }
}

menu.addEventListener("click", async (event) => {
  const item = event.target.closest("[data-switch]");
  if (!item) return;
  const name = item.dataset.switch;
  const wanted = !isOn(name);
  if (wanted && name === "notify" && (await Notification.requestPermission()) !== "granted") return show();
  localStorage.setItem(`switchboard.${name}`, wanted ? "on" : "off");
  if (wanted && name === "sound") chime();
  show();
});

/** A change frame came: is it a new word of a customer of mine that nobody looks at? */
export function heed(frame, openId) {
  const isNewer = frame.last_inbound > (newest.get(frame.conversation) ?? -1);
  const wasKnown = newest.has(frame.conversation);
  if (!frame.conversation) return;
  newest.set(frame.conversation, Math.max(frame.last_inbound, newest.get(frame.conversation) ?? 0));
  if (frame.assignee !== me || !isNewer || (!wasKnown && !frame.items.includes('data-side="in"'))) return;
  if (document.hasFocus() && openId === frame.conversation) return;
  if (isOn("sound")) chime();
  if (isOn("notify") && !document.hasFocus()) notify(frame);
}

function notify(frame) {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const row = document.createElement("template");
  row.innerHTML = frame.row;
  const words = (selector) => row.content.querySelector(selector)?.textContent.trim() || "";
  const note = new Notification(words(".row-name"), { body: words(".row-words"), tag: `conversation-${frame.conversation}` });
  note.onclick = () => {
    window.focus();
    document.dispatchEvent(new CustomEvent("thread:open", { detail: { conversation: frame.conversation } }));
    note.close();
  };
}

// Two soft sines; made here because a sound file would only be these two sines.
function chime() {
  sound ??= new AudioContext();
  [660, 880].forEach((pitch, step) => {
    const [tone, volume] = [sound.createOscillator(), sound.createGain()];
    const at = sound.currentTime + step * 0.09;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.06, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.35);
    tone.connect(volume).connect(sound.destination);
    tone.start(at);
    tone.stop(at + 0.4);
  });
}

show();
