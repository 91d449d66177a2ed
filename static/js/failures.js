// What htmx could not load is said in words; the page stays as it was.
import { wordsFor } from "./request.js";
import { toast } from "./toasts.js";

function wordsOf(xhr) {
  if (!(xhr.getResponseHeader("content-type") || "").includes("json")) return wordsFor(xhr.status);
  try {
    return JSON.parse(xhr.responseText).words || wordsFor(xhr.status);
  } catch {
    return wordsFor(xhr.status);
  }
}

document.addEventListener("htmx:responseError", (event) => toast(wordsOf(event.detail.xhr), { bad: true }));
document.addEventListener("htmx:sendError", () => toast(wordsFor(0), { bad: true }));
document.addEventListener("htmx:timeout", () => toast(wordsFor(0), { bad: true }));
// A login that expired comes back as the login page: go there instead of showing it inside the inbox.
document.addEventListener("htmx:beforeSwap", (event) => {
  const url = event.detail.xhr.responseURL;
  if (url && new URL(url).pathname.startsWith("/login")) {
    event.detail.shouldSwap = false;
    location.assign("/login/?next=" + encodeURIComponent(location.pathname + location.search));
  }
});
