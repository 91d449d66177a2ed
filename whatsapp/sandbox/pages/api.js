// The sandbox's own endpoints. Every refusal comes back as an Error with the sandbox's words.

export const viewer = crypto.randomUUID();

export async function get(path, query = {}) {
  return answer(await fetch(`${path}?${new URLSearchParams(query)}`));
}

export async function post(path, body) {
  return answer(
    await fetch(`/control/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
}

export async function postFile(fields, file) {
  const form = new FormData();
  for (const [key, value] of Object.entries(fields)) if (value) form.append(key, value);
  form.append("file", file, file.name);
  return answer(await fetch("/control/media", { method: "POST", body: form }));
}

async function answer(response) {
  const body = await response.json();
  if (!response.ok) throw new Error(body.error ?? `The sandbox answered ${response.status}.`);
  return body;
}

// Live news. `handlers` by event name; `connected` is called after every (re)connection, `lost` when it breaks.
export function listen(handlers, connected, lost) {
  const source = new EventSource(`/phone/stream?viewer=${viewer}`);
  source.addEventListener("hello", connected);
  source.addEventListener("error", lost);
  for (const [name, handler] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handler(JSON.parse(event.data)));
  }
}
