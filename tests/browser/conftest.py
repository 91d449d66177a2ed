"""Agents in a real Chromium, customers on the sandbox's phones, and between them a running installation."""

import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from automation.models import Automation, BusinessHours, MetaCopy
from tests.browser.stage import Stage, bubble, row
from tests.installation import send_everybody_home

PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def stage(installation, chromium, monkeypatch, django_db_blocker):
    """An empty office: nobody at work, no conversation open, no fault set."""
    # Playwright's loop runs in this thread; nothing here is awaited while rows are read.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with django_db_blocker.unblock(), installation.rows(), installation.sandbox() as sandbox:
        installation.restore()
        send_everybody_home()
        opened = Stage(installation, sandbox, chromium)
        yield opened
        opened.leave()
    assert opened.trouble == []


@pytest.fixture
def number(stage):
    """Berlin, without any automation before and after."""

    def empty():
        for model in (Automation, BusinessHours, MetaCopy):
            model.objects.all().delete()

    empty()
    yield stage.numbers[0]
    empty()


@pytest.fixture
def ada(stage, number):
    """An admin at the page."""
    return stage.agent("Ada", role="admin", at=f"/admin/whatsapp/number/{number.pk}/automation/")


@pytest.fixture
def nia(stage):
    return stage.customer("Nia")


@pytest.fixture
def mira(stage, nia):
    """Mira with Nia's conversation open."""
    page = stage.agent("Mira")
    nia.writes("Where is my parcel?")
    row(page, nia).click()
    expect(bubble(page, "Where is my parcel?")).to_be_visible()
    return page
