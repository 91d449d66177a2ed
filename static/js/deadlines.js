// A deadline passes by itself: what came of it is asked for, in case nothing that the head shows changed with it.
import { refreshHead } from "./actions.js";

const EVERY_MS = 3_000;

setInterval(() => {
  const due = document.querySelector("#thread-head .deadline time[data-format=countdown]");
  if (due && document.visibilityState === "visible" && new Date(due.dateTime) <= new Date()) refreshHead();
}, EVERY_MS);
