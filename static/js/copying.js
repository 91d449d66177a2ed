// Buttons that copy: <button data-copies="id-of-a-field">. What cannot be copied is selected instead.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  try {
    await navigator.clipboard.writeText(field.value);
    const words = button.dataset.words ?? button.lastElementChild.textContent;
    button.dataset.words = words;
    button.lastElementChild.textContent = "Copied";
    setTimeout(() => (button.lastElementChild.textContent = words), 2000);
  } catch {
    field.select();
  }
});
