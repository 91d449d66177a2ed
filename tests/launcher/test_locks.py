"""The locks of the packages: complete, consistent with each other, free of anything of one machine."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted(ROOT.glob("requirements*.txt"))
PIN = re.compile(r"^([a-z0-9-]+)(?:\[[^]]*\])?==(\S+)([^\\\n]*)", re.MULTILINE)


def pins(name):
    return {(package, version, marker.strip()) for package, version, marker in PIN.findall((ROOT / name).read_text())}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_held_by_hashes_and_nothing_names_a_machine(lock):
    text = lock.read_text()
    entries = [entry for entry in re.split(r"\n(?=[a-z])", text) if PIN.match(entry)]
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"file:|--index-url|--find-links|(?<![a-z.])/(opt|root|home|tmp|work)/", text)


@pytest.mark.parametrize("source", sorted(ROOT.glob("requirements*.in")), ids=lambda source: source.name)
def test_every_pin_is_in_its_lock(source):
    wanted = {(package, version) for package, version, _ in PIN.findall(source.read_text())}
    assert wanted <= {(package, version) for package, version, _ in pins(source.with_suffix(".txt").name)}


def test_a_larger_lock_holds_the_smaller_ones_unchanged():
    assert pins("requirements.txt") <= pins("requirements-local.txt") <= pins("requirements-test.txt")


def test_the_stores_ask_for_no_other_versions_than_the_tests():
    known = {package: version for package, version, _ in pins("requirements-test.txt")}
    for package, version, _ in pins("requirements-stores.txt"):
        assert known.get(package, version) == version
