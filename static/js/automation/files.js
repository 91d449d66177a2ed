// Files are uploaded as they are chosen, so that Save has nothing to lose; what fails leaves the draft as it is.
const typed = (element) => element.dispatchEvent(new CustomEvent("typed", { bubbles: true }));

async function upload(box, file) {
  const body = new FormData();
  body.append("file", file);
  body.append("csrfmiddlewaretoken", document.querySelector("#automation [name=csrfmiddlewaretoken]").value);
  box.classList.add("is-busy");
  try {
    const answer = await fetch(box.dataset.upload, { method: "POST", body });
    const told = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok) box.querySelector(".au-file-place").replaceChildren(...told.body.childNodes);
    else say(box, told.querySelector(".au-error")?.textContent || "The file was not taken. Try again.");
  } catch {
    say(box, "The connection broke. What you typed is still here: choose the file again.");
  }
  box.classList.remove("is-busy");
  typed(box);
}

function say(box, words) {
  const place = box.querySelector(".au-file-place");
  place.querySelector(".au-error")?.remove();
  const line = Object.assign(document.createElement("p"), { className: "au-error", textContent: words });
  line.setAttribute("role", "alert");
  place.append(line);
}

document.addEventListener("change", (event) => {
  const box = event.target.closest(".au-file");
  if (event.target.type !== "file" || !box || !event.target.files.length) return;
  upload(box, event.target.files[0]);
  event.target.value = "";
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-remove-file]")) return;
  const place = event.target.closest(".au-file-place");
  place.querySelector("[type=hidden]").value = "";
  place.querySelector(".au-kept").remove();
  typed(place);
});

document.addEventListener("dragover", (event) => {
  const box = event.target.closest?.(".au-file");
  if (!box) return;
  event.preventDefault();
  box.classList.add("is-over");
});
document.addEventListener("dragleave", (event) => event.target.closest?.(".au-file")?.classList.remove("is-over"));
document.addEventListener("drop", (event) => {
  const box = event.target.closest?.(".au-file");
  if (!box) return;
  event.preventDefault();
  box.classList.remove("is-over");
  if (event.dataTransfer.files.length) upload(box, event.dataTransfer.files[0]);
});
