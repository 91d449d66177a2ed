"""The virtual environment, made for real from a lock with one tiny wheel in it."""

import base64
import hashlib
import json
import subprocess
import zipfile

import pytest
from stack.environment import Environment, Refused
from stack.interrupt import Interrupt


def make_wheel(folder, version):
    """The smallest wheel there is; its path and its hash."""
    path = folder / f"tiny-{version}-py3-none-any.whl"
    files = {
        # Of another length each time: Python tells a module from its compiled one by the second and by the size.
        "tiny.py": f"version = {version!r}\n" + "#" * int(float(version)),
        f"tiny-{version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n",
        f"tiny-{version}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},sha256={digest(text)},{len(text)}\n" for name, text in files.items())
    files[f"tiny-{version}.dist-info/RECORD"] = record + f"tiny-{version}.dist-info/RECORD,,\n"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def digest(text):
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def write_lock(where, version, sha256=None):
    path, right = make_wheel(where.root, version)
    (where.root / "lock.txt").write_text(f"tiny @ file://{path} --hash=sha256:{sha256 or right}\n")


def installed(environment):
    asked = [environment.python, "-c", "import tiny; print(tiny.version)"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def test_packages_are_installed_when_their_lock_changed_and_only_with_the_right_hash(where, capsys):
    environment = Environment(where, Interrupt())
    write_lock(where, "1.0")
    environment.prepare("lock.txt")
    assert installed(environment) == "1.0"
    assert "Installing" in capsys.readouterr().out

    environment.prepare("lock.txt")
    assert capsys.readouterr().out == ""

    write_lock(where, "2.0")
    environment.prepare("lock.txt")
    assert installed(environment) == "2.0"

    write_lock(where, "3.0", sha256="0" * 64)
    with pytest.raises(Refused, match="(?i)hash"):
        environment.prepare("lock.txt")
    assert installed(environment) == "2.0"
    assert not environment.holds("lock.txt")


def test_an_environment_whose_installation_was_cut_off_is_made_again(where, capsys):
    environment = Environment(where, Interrupt())
    write_lock(where, "1.0")
    environment.directory.mkdir()
    (environment.directory / "half-written").touch()
    environment.note.write_text(json.dumps({"unfinished": True}))
    environment.prepare("lock.txt")
    assert installed(environment) == "1.0"
    assert "not whole" in capsys.readouterr().out
    assert not (environment.directory / "half-written").exists()
