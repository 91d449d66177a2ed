"""A plug-in for pytest with two workers: each has a database and a cache of its own, and only one of them starts a
whole installation."""

import os
import re

import pytest


def of_worker(redis_url: str, worker: str) -> str:
    """The same Redis, another of its databases: gw0 has 0, gw1 has 1."""
    return re.sub(r"db=\d+$", f"db={worker.removeprefix('gw')}", redis_url)


if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ["REDIS_URL"] = of_worker(os.environ["REDIS_URL"], os.environ["PYTEST_XDIST_WORKER"])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "installation" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("installation"))
        elif "launcher" in item.nodeid.partition("::")[0]:
            item.add_marker(pytest.mark.xdist_group("launcher"))
