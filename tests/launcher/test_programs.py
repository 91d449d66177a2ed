"""Which settings the product's processes get."""

import re
from pathlib import Path

import pytest
from stack import launcher, places, testing
from stack.console import Stop
from stack.interrupt import Interrupt
from stack.programs import SETTINGS, Installation, static_fingerprint

KEYS = {"SECRET_KEY": "kept", "FIELD_ENCRYPTION_KEY": "kept too", "name": "n"}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch):
    for name in ("SITE_URL", "ALLOWED_HOSTS", "SECRET_KEY", "FIELD_ENCRYPTION_KEY", "WHATSAPP_API_URL", "DEBUG"):
        monkeypatch.delenv(name, raising=False)


def installation(where, has_sandbox):
    return Installation(where, Path("/venv/bin/python"), KEYS, 8000, "postgres://x/y", "unix:///v", has_sandbox)


def test_with_a_database_of_its_own_the_product_talks_to_the_sandbox(where, monkeypatch):
    monkeypatch.setenv("WHATSAPP_API_URL", "https://graph.facebook.com")
    monkeypatch.setenv("PGHOST", "elsewhere")
    settings = installation(where, has_sandbox=True).environment()
    assert settings["WHATSAPP_API_URL"] == "http://127.0.0.1:8001"
    assert settings["ALLOWED_HOSTS"] == "127.0.0.1,localhost"
    assert settings["DEBUG"] == "0"
    assert settings["SECRET_KEY"] == "kept"
    assert "PGHOST" not in settings


def test_on_a_given_database_it_talks_to_meta_and_takes_the_operators_word(where, monkeypatch):
    monkeypatch.setenv("SITE_URL", "https://inbox.example.com")
    monkeypatch.setenv("SECRET_KEY", "theirs")
    monkeypatch.setenv("PGSSLROOTCERT", "/etc/ca.pem")
    settings = installation(where, has_sandbox=False).environment()
    assert "WHATSAPP_API_URL" not in settings
    assert settings["SITE_URL"] == "https://inbox.example.com"
    assert settings["ALLOWED_HOSTS"] == "inbox.example.com,127.0.0.1,localhost"
    assert settings["SECRET_KEY"] == "theirs"
    assert settings["PGSSLROOTCERT"] == "/etc/ca.pem"


def test_who_asks_is_taken_from_headers_only_behind_a_proxy(where, monkeypatch):
    """Else a browser that guesses passwords gives itself another address for each, and is never paused."""
    assert "--proxy-headers" not in installation(where, has_sandbox=True).web().command
    monkeypatch.setenv("SITE_URL", "https://inbox.example.com")
    assert "--proxy-headers" in installation(where, has_sandbox=False).web().command


def test_every_setting_is_known_to_the_launcher_and_explained_to_operators():
    """A command in another terminal gets the settings of the running installation from var/run.json: all of them."""
    text = (places.ROOT / "config" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', text)) - {"TEST_DATABASE_NAME"}
    assert read <= set(SETTINGS)
    manual = (places.ROOT / "docs" / "deploy.md").read_text()
    assert {name for name in read if f"`{name}`" not in manual} == set()


def test_a_given_database_gets_neither_sandbox_nor_demo(where, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example/switchboard")
    start = launcher.Launcher(where, 8000, Interrupt())
    assert not start.has_sandbox
    assert start._begin_demo(None, installation(where, has_sandbox=False))() == {"logins": [], "numbers": []}


def test_the_addresses_carry_what_a_tool_needs(where):
    demo = {"logins": [{"email": "a@b"}], "numbers": [{"phone_number_id": "1"}]}
    addresses = launcher.addresses(installation(where, has_sandbox=True), demo)
    assert addresses["web_url"] == "http://127.0.0.1:8000"
    assert addresses["sandbox_url"] == "http://127.0.0.1:8001"
    assert addresses["database_url"] == "postgres://x/y"
    assert addresses["redis_url"] == "unix:///v"
    assert addresses["logins"] == demo["logins"]
    assert addresses["numbers"] == demo["numbers"]
    assert addresses["settings"]["SECRET_KEY"] == "kept"


def test_the_welcome_shows_addresses_and_logins(where):
    logins = [{"role": "agent", "email": "mira@example.com", "password": "known"}]
    text = launcher.welcome(installation(where, has_sandbox=True), {"logins": logins, "numbers": []}, 7.2)
    for words in ("http://127.0.0.1:8000/", "http://127.0.0.1:8001/", "mira@example.com", "known", "Ctrl-C"):
        assert words in text


def test_static_files_are_gathered_again_when_one_of_them_changed(tmp_path):
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "a.css").write_text("a")
    lock = tmp_path / "lock.txt"
    lock.write_text("one")
    first = static_fingerprint(tmp_path, lock)
    assert static_fingerprint(tmp_path, lock) == first
    (tmp_path / "static" / "a.css").write_text("ab")
    assert static_fingerprint(tmp_path, lock) != first


def test_a_command_without_a_running_installation_says_so(where):
    with pytest.raises(Stop, match="does not run from this checkout"):
        launcher.run_command(where, ["check"])


def test_without_a_browser_the_tests_say_so_and_where_it_is_required_they_fail(where, monkeypatch):
    monkeypatch.setattr(testing, "BROWSERS", ("no-such-browser",))
    assert testing.find_browser() is None
    monkeypatch.setenv("REQUIRE_BROWSER", "1")
    with pytest.raises(Stop, match="No Chromium is on PATH"):
        testing.Run(where, Interrupt())._insist_on_browser()
