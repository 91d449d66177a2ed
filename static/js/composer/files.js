// Files on their way to the server: checked against WhatsApp's types and sizes before they leave, with their progress.
const TYPES_BY_ENDING = {
  amr: "audio/amr", aac: "audio/aac", m4a: "audio/mp4", mp3: "audio/mpeg", ogg: "audio/ogg", opus: "audio/ogg",
  "3gp": "video/3gpp", mp4: "video/mp4", pdf: "application/pdf", txt: "text/plain", csv: "text/plain",
  doc: "application/msword", xls: "application/vnd.ms-excel", ppt: "application/vnd.ms-powerpoint",
};
const MIB = 1024 * 1024;
// The server makes JPEG or PNG of these, and of pictures that are too large; text of any kind goes as plain text.
const CONVERTED = /^image\/(webp|gif|bmp|tiff|heic|heif|avif|x-icon)$/;
const MOST_CONVERTED_BYTES = 60 * MIB;

const rules = () => JSON.parse(document.getElementById("file-rules").textContent);

function typeOf(file) {
  const bare = file.type.split(";")[0].toLowerCase();
  return bare || TYPES_BY_ENDING[file.name.split(".").pop().toLowerCase()] || "";
}

/** What a file would be sent as (image, video, ...), "" where WhatsApp does not carry it. */
export function kindOf(file) {
  const type = typeOf(file);
  if (CONVERTED.test(type)) return "image";
  const found = Object.entries(rules()).find(([, { types }]) => types.includes(type));
  if (found) return found[0];
  return type.startsWith("text/") || type === "application/json" ? "document" : "";
}

/** Why it cannot be sent, "" where it can. Types that the browser does not know are left to the server. */
export function whyNotFile(file) {
  if (!file.size) return "This file is empty.";
  const kind = kindOf(file);
  if (!kind && typeOf(file)) return "WhatsApp does not carry this type of file. It takes pictures, MP4 and 3GP videos, sound, PDF, text and Office documents.";
  const rule = rules()[kind || "document"];
  const limit = kind === "image" ? MOST_CONVERTED_BYTES : rule.limit;
  return file.size > limit ? `${rule.plural} may have up to ${sayBytes(limit)} on WhatsApp, this one has ${sayBytes(file.size)}.` : "";
}

export function sayBytes(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const [unit, name] = bytes < MIB ? [1024, "KB"] : [MIB, "MB"];
  const tenths = Math.ceil((bytes * 10) / unit);
  return `${tenths % 10 && tenths < 1000 ? (tenths / 10).toFixed(1) : Math.ceil(tenths / 10)} ${name}`;
}

/** Upload one file: {promise, abort}. Progress is told as a share from 0 to 1; fetch cannot tell it. */
export function upload(file, onProgress) {
  const request = new XMLHttpRequest();
  const promise = new Promise((resolve, reject) => {
    request.open("POST", "/inbox/uploads/");
    request.setRequestHeader("X-CSRFToken", document.body.dataset.csrf);
    request.setRequestHeader("Accept", "application/json");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    request.addEventListener("load", () => (request.status === 201 ? resolve(request.response) : reject(refusal(request))));
    request.addEventListener("error", () => reject({ words: "The connection broke.", isBroken: true }));
    request.addEventListener("abort", () => reject({ words: "", isAborted: true }));
    const body = new FormData();
    body.append("file", file);
    request.send(body);
  });
  return { promise, abort: () => request.abort() };
}

function refusal(request) {
  if (request.response?.words) return { words: request.response.words };
  if (request.status === 413) return { words: "This file is too large to be sent." };
  return { words: "The server could not take this file.", isBroken: true };
}
