// The agent's own switch. Going away or logging out with open conversations asks first what becomes of them.
import { ask } from "./dialogs.js";
import { get, post } from "./request.js";
import { toast } from "./toasts.js";

const group = document.getElementById("availability");
const dialog = document.getElementById("leaving");

/** Show what this agent is now: {availability, load, limit}; parts may be missing. */
export function showAvailability({ availability, load, limit }) {
  if (availability) {
    document.querySelector(".rail-agent").dataset.availability = availability;
    document.getElementById("agent-availability").textContent = availability === "away" ? "Away" : "Available";
    for (const item of group.querySelectorAll("[data-availability][role=radio]")) {
      item.setAttribute("aria-checked", String(item.dataset.availability === availability));
    }
  }
  if (load !== undefined) {
    const words = limit === null ? `${load} open` : `${load} of ${limit}`;
    document.getElementById("agent-load").textContent = `${words} conversation${load === 1 && limit === null ? "" : "s"}`;
  }
}

// "" when the agent thought better of it; else keep, give_back, or a colleague's id.
async function whatBecomesOfThem(title, leave) {
  const place = document.getElementById("leaving-choices");
  place.innerHTML = await get("/inbox/leaving/", { "HX-Request": "true" });
  if (!Number(place.firstElementChild.dataset.open)) return "keep";
  document.getElementById("leaving-title").textContent = title;
  dialog.querySelector("[value=away]").textContent = leave;
  if ((await ask(dialog)) !== "away") return "";
  return place.querySelector("input:checked").value;
}

async function choose(availability) {
  try {
    const conversations = availability === "away" ? await whatBecomesOfThem("Going away", "Set me away") : "keep";
    if (!conversations) return;
    await post(group.dataset.url, { availability, conversations });
    showAvailability({ availability });
  } catch (refused) {
    toast(refused.message, { bad: true });
  }
}

group?.addEventListener("click", (event) => {
  const item = event.target.closest("[data-availability]");
  if (item) choose(item.dataset.availability);
});

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("[data-logout]");
  if (!form || form.elements.conversations) return;
  event.preventDefault();
  let conversations = "keep";
  try {
    conversations = await whatBecomesOfThem("Logging out", "Log out");
  } catch (refused) {
    if (refused.status === 0) return toast(refused.message, { bad: true });
  }
  if (!conversations) return;
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "conversations", value: conversations }));
  form.submit();
});
