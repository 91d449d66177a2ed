"""All SMS on one page: they appear by themselves, and a customer answers."""

import pytest
from playwright.sync_api import expect

from tests.sandbox.test_page import browser
from tests.sandbox.test_sms import business, texting

pytestmark = pytest.mark.browser

__all__ = ["browser", "business", "texting"]


@pytest.mark.parametrize("width", [1280, 390])
def test_texts_appear_and_are_answered(browser, handle, business, texting, product, width):
    opened = browser.new_page(viewport={"width": width, "height": 844})
    trouble = []
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.goto(f"{handle.url}/sms")
    expect(opened.get_by_text("Nothing yet.")).to_be_visible()
    business.send(body="<b>Your parcel</b> is here.")
    expect(opened.get_by_text("<b>Your parcel</b> is here.")).to_be_visible()
    opened.get_by_label("Who writes").select_option(label="Amira Haddad")
    opened.get_by_label("Text").fill("STOP")
    opened.get_by_role("button", name="Send").click()
    expect(opened.get_by_role("listitem").filter(has_text="STOP")).to_be_visible()
    product.waits(lambda: any(b"Body=STOP" in body for _, body in list(product.calls)))
    assert business.send().json()["code"] == 21610
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert trouble == []
    opened.close()
