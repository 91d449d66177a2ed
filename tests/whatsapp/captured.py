"""Webhook payloads as Meta sends them, kept as files in tests/payloads."""

from pathlib import Path

from whatsapp.inbound import decode, parse

FOLDER = Path(__file__).parent.parent / "payloads"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
NOT_JSON = "broken_cut_off"
WABA = "208000000000042"
NUMBER = "109000000000017"


def body(name: str) -> bytes:
    return (FOLDER / f"{name}.json").read_bytes()


def events(name: str) -> list:
    return parse(decode(body(name)))


def event(name: str):
    (only,) = events(name)
    return only
