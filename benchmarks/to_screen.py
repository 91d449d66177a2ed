"""From the webhook's POST to the bubble painted in a real Chromium, while other agents are connected.

    .venv/bin/python -m benchmarks.to_screen [--agents 50] [--messages 100] [--every 0.5] [--others 5] [--rounds 3]

Against a running bin/run, through all its processes. A customer who waits in line writes; every agent of the number
sees it, one of them in a browser with the thread open. The clock runs from before the POST leaves to the second
animation frame after the bubble was put in, by when it has been painted; "last socket" is when the slowest of the
others had the frame. All read the machine's clock. `--others` messages a second come beside. Agents and customers go
afterwards.
"""

import argparse
import asyncio
import re
import shutil
import time

import aiohttp
from playwright.async_api import async_playwright

from benchmarks import attached, figures, guests
from benchmarks.crowd import Crowd
from benchmarks.customers import text_from
from benchmarks.webhook import post

HEAD = ["round", "messages", "lost", "painted p50 ms", "p95 ms", "p99 ms", "max ms", "last socket p50 ms", "p95 ms"]
WORD = re.compile(r"benchmark word (\d+)\.")
PATIENCE_SECONDS = 20
WATCH = """() => {
  window.painted = {};
  const note = (number) => (window.painted[number] ??= Date.now() / 1000);
  new MutationObserver((changes) => {
    for (const node of changes.flatMap((change) => [...change.addedNodes])) {
      const word = node.matches?.("[data-item]") && /benchmark word (\\d+)\\./.exec(node.textContent);
      if (word) requestAnimationFrame(() => requestAnimationFrame(() => note(word[1])));
    }
  }).observe(document.getElementById("items"), { childList: true, subtree: true });
}"""


def main():
    asked, run = arguments(), attached.RUN
    with guests.agents(asked.agents, run["numbers"][0]) as keys:
        conversation_id = guests.conversation_of(0, run)
        rows = asyncio.run(Screen(run, keys, conversation_id, asked).rounds())
    figures.table(f"POST to painted bubble, {asked.agents} agents, {asked.others:g}/s beside", HEAD, rows)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--agents", type=int, default=50, help="connected, the browser's one included")
    parser.add_argument("--messages", type=int, default=100, help="a round")
    parser.add_argument("--every", type=float, default=0.5, help="seconds between two of them")
    parser.add_argument("--others", type=float, default=5, help="messages a second of other customers")
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


class Screen:
    """One browser that looks at one thread, and a crowd of sockets that are told the same."""

    def __init__(self, run, keys, conversation_id, asked):
        self.run, self.keys, self.asked = run, keys, asked
        self.address = f"{run['web_url']}/inbox/c/{conversation_id}/"
        self.number = run["numbers"][0]
        self.sent, self.last_socket = {}, {}
        self.count = 0

    async def rounds(self):
        own_key, *others = self.keys
        async with (
            Crowd(self.run["web_url"], others, self.heard).connected(),
            aiohttp.ClientSession(self.run["web_url"]) as self.http,
            async_playwright() as playwright,
        ):
            browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"))
            page = await self.open_page(browser, own_key)
            rows = [await self.round_row(page, count) for count in range(self.asked.rounds + 1)]
            await browser.close()
        return rows[1:]

    async def open_page(self, browser, key):
        context = await browser.new_context(viewport={"width": 1280, "height": 800})
        await context.add_cookies([{"name": "sessionid", "value": key, "url": self.run["web_url"]}])
        page = await context.new_page()
        await page.goto(self.address)
        await page.wait_for_selector("#items [data-item]")
        await page.evaluate(WATCH)
        return page

    async def round_row(self, page, count):
        """Round 0 warms up."""
        first = self.count
        beside = asyncio.create_task(self.write_beside())
        for _ in range(self.asked.messages if count else 10):
            await asyncio.gather(self.write(), asyncio.sleep(self.asked.every))
        beside.cancel()
        painted = await self.painted(page, first)
        delays = [painted[number] - self.sent[number] for number in painted]
        sockets = [self.last_socket[number] - self.sent[number] for number in painted if number in self.last_socket]
        sent = self.count - first
        return [count, sent, sent - len(delays), *figures.spread(delays), *figures.spread(sockets)[:2]]

    async def write(self):
        number, self.count = self.count, self.count + 1
        body, headers = text_from(0, self.number, f"benchmark word {number}.")
        self.sent[number] = time.time()
        await post(self.http, body, headers)

    async def write_beside(self):
        customer = 0
        while self.asked.others:
            customer = customer % 100 + 1
            posting = post(self.http, *text_from(customer, self.number))
            await asyncio.gather(posting, asyncio.sleep(1 / self.asked.others))

    async def painted(self, page, first):
        """{number of the word: when it was painted} of a round; waits for the last ones."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            seen = {int(number): at for number, at in (await page.evaluate("window.painted")).items()}
            found = {number: at for number, at in seen.items() if number >= first}
            if len(found) == self.count - first or time.monotonic() > deadline:
                return found
            await asyncio.sleep(0.2)

    def heard(self, frame, at, place):
        word = WORD.search(frame.get("items", ""))
        if word:
            self.last_socket[int(word[1])] = at


if __name__ == "__main__":
    main()
