// The one way this page talks to the server outside htmx. A refusal carries the server's words.

export class Refused extends Error {
  constructor(status, answer) {
    super(answer.words || wordsFor(status));
    Object.assign(this, { status, code: answer.code || "", field: answer.field || "", answer });
  }
}

export function wordsFor(status) {
  if (status === 0) return "No connection to the server. Nothing was changed; try again when you are back online.";
  if (status === 403) return "You are not allowed to do this, or your login has expired. Reload the page and try again.";
  if (status === 404) return "This conversation is no longer yours to see.";
  if (status === 413) return "This is too large to be sent.";
  if (status === 429) return "Too many requests at once. Wait a moment and try again.";
  return "The server could not do this. Nothing was lost; try again in a moment.";
}

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...options });
  } catch {
    throw new Refused(0, {});
  }
  const type = response.headers.get("content-type") || "";
  const answer = type.includes("json") ? await response.json().catch(() => ({})) : await response.text();
  if (response.redirected && new URL(response.url).pathname.startsWith("/login")) location.assign(response.url);
  if (!response.ok) throw new Refused(response.status, typeof answer === "string" ? {} : answer);
  return answer;
}

export function get(url, headers = {}) {
  return ask(url, { headers: { Accept: "application/json, text/html", "X-Requested-With": "fetch", ...headers } });
}

/** Post an object as JSON, or FormData as it is. Answers parsed JSON, or text. Throws Refused. */
export function post(url, body = {}, options = {}) {
  const isForm = body instanceof FormData;
  const headers = { Accept: "application/json", "X-CSRFToken": document.body.dataset.csrf };
  if (!isForm) headers["Content-Type"] = "application/json";
  return ask(url, { method: "POST", body: isForm ? body : JSON.stringify(body), headers, ...options });
}
