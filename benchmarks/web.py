"""A web server of our own on the scratch database, and browsers without a screen that are logged in there."""

import subprocess
import sys
import time
from contextlib import contextmanager

import requests

from benchmarks import installation, staff
from benchmarks.scratch import SETTINGS

PORT = 18599
START_SECONDS = 60


class Web:
    """`with Web() as web`: Daphne with the product, on a port of its own."""

    url = f"http://127.0.0.1:{PORT}"

    def __enter__(self):
        serve = [sys.executable, "-m", "daphne", "-b", "127.0.0.1", "-p", str(PORT), "config.asgi:application"]
        environment = {**installation.surroundings(), **SETTINGS, "SITE_URL": self.url}
        self.process = subprocess.Popen(
            serve, cwd=installation.ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._wait()
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(timeout=20)

    def _wait(self):
        for _ in range(START_SECONDS * 5):
            try:
                requests.get(f"{self.url}/login/", timeout=2)
            except requests.ConnectionError:
                time.sleep(0.2)
            else:
                return
        raise SystemExit(f"The web server did not start on port {PORT}.")

    @contextmanager
    def browser(self, agent):
        with requests.Session() as session:
            session.cookies.set("sessionid", staff.session_of(agent))
            yield Browser(session, self.url)


class Browser:
    def __init__(self, session, url):
        self._session, self._url = session, url

    def get(self, address):
        """(seconds, body) of a page or fragment; an answer other than 200 ends the benchmark."""
        started = time.perf_counter()
        answer = self._session.get(f"{self._url}{address}", timeout=60)
        if answer.status_code != 200:
            raise SystemExit(f"{address}: {answer.status_code}")
        return time.perf_counter() - started, answer.content
