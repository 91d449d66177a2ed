"""The API's description in a browser: drawn without the internet, under the strict content security policy."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def look(installation, chromium):
    """Open the description at a width and in a scheme; afterwards nothing was refused or broken."""
    trouble, contexts = [], []

    def elsewhere(url):
        if not url.startswith((installation.url, "data:")):
            trouble.append(url)

    def open_at(width, scheme):
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on(
            "request",
            lambda asked: None if asked.url.startswith((installation.url, "data:")) else trouble.append(asked.url),
        )
        page.goto(f"{installation.url}/api/docs/")
        expect(page.get_by_text("/api/v1/conversations/", exact=True).first).to_be_visible()
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert trouble == []


@pytest.mark.parametrize("width, scheme", [(1280, "light"), (390, "dark")])
def test_anybody_reads_what_the_api_can_do(look, width, scheme):
    page = look(width, scheme)
    page.get_by_text("Send a message template", exact=True).click()
    expect(page.get_by_text("Scope: messages:templates").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
