// The page of a broadcast: what was pressed is answered in words, and the page shows at once what came of it.
import { toast } from "../toasts.js";

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { xhr, successful } = detail;
  if (!successful || !(xhr.getResponseHeader("content-type") || "").includes("json")) return;
  const answer = JSON.parse(xhr.responseText);
  if (answer.go) return void location.assign(answer.go);
  toast(answer.words);
  const progress = document.getElementById("progress");
  window.htmx.ajax("GET", progress.dataset.url, { target: progress, swap: "outerHTML" });
});
