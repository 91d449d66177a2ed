"""Tests of what sets up and runs: on real processes, in directories that another user can reach."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from stack import interrupt, places, supervisor


@pytest.fixture(autouse=True)
def quick_passwords():
    """No Django here."""


@pytest.fixture
def where():
    """Places like a checkout's, in a short temporary directory."""
    root = Path(tempfile.mkdtemp(prefix="switchboard-test-", dir="/tmp"))
    root.chmod(0o755)
    found = places.Places(root=root, var=root / "var", sockets=root / "s")
    found.make()
    yield found
    shutil.rmtree(root)


@pytest.fixture
def overseer(where):
    with supervisor.Supervisor(where.log, interrupt.Interrupt()) as started:
        yield started


@pytest.fixture
def python_program(where):
    """Make a program of a few lines of Python: `python_program("name", "code", stage=1)`."""

    def make(name, code, **details):
        command = [sys.executable, "-u", "-c", code]
        return supervisor.Program(name, command, dict(os.environ), directory=where.root, **details)

    return make
