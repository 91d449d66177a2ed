"""Which program is at work, as long as its request lasts or what it answered is done: lines written meanwhile name it.

People are named by the actions that they call (`by`). A program calls the same actions and is nobody there: what it may
do was asked of its key at the door.
"""

from contextlib import contextmanager
from contextvars import ContextVar

_program = ContextVar("program", default="")


@contextmanager
def as_program(name=""):
    """Inside of this block the program of this name is at work; "": none is, or `name_program` will say which."""
    token = _program.set(name)
    try:
        yield
    finally:
        _program.reset(token)


def name_program(name):
    """The same, until the surrounding block ends: who asks is known after a request has begun."""
    _program.set(name)


def program_named():
    """{"program": its name} for the data of a line; {} while people or rules are at work."""
    name = _program.get()
    return {"program": name} if name else {}
