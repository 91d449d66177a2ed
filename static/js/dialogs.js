// Dialogs open from [data-dialog], close from [data-close], the backdrop and Esc, and give focus back (the browser does).

export function openDialog(dialog) {
  if (dialog && !dialog.open) dialog.showModal();
  return dialog;
}

/** Ask before something is done: resolves to the pressed button's value, "" when dismissed. */
export function ask(dialog) {
  openDialog(dialog);
  dialog.returnValue = "";
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dialog]");
  if (button) return void openDialog(document.getElementById(button.dataset.dialog));
  const closing = event.target.closest("[data-close]");
  if (closing) return void closing.closest("dialog")?.close(closing.value || "");
  if (event.target.matches("dialog.dialog[open], dialog.lightbox[open]")) closeOutside(event);
});

function closeOutside(event) {
  const box = event.target.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside || event.target.matches(".lightbox")) event.target.close("");
}
