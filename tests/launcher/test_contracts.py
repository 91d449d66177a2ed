"""The import contracts name every module that they are about."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_THE_PRODUCT = {"__init__", "management", "migrations", "sandbox"}


def test_the_sandbox_is_kept_from_every_module_of_the_gateway():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    [stranger] = [
        contract
        for contract in project["tool"]["importlinter"]["contracts"]
        if contract.get("source_modules") == ["whatsapp.sandbox"]
    ]
    modules = {
        path.stem
        for path in (ROOT / "whatsapp").iterdir()
        if path.suffix == ".py" or path.joinpath("__init__.py").exists()
    }
    assert {f"whatsapp.{name}" for name in modules - NOT_THE_PRODUCT} <= set(stranger["forbidden_modules"])
