"""Who plays: agents with a browser each, customers with a phone each."""

import itertools
import re

from django.test import Client

from inbox.models import Agent, Conversation, Message, Reception
from tests.factories import make_agent
from whatsapp.models import Number

WIDE = {"width": 1280, "height": 800}
NARROW = {"width": 390, "height": 844}
_serial = itertools.count(1)
# What Chromium says when a test takes the server or the network away.
OUTAGE = re.compile(
    r"Failed to load resource|WebSocket connection|ERR_|net::|htmx:(?:afterRequest|send(?:Error|Abort))"
)


class Stage:
    def __init__(self, installation, sandbox, chromium):
        self.installation, self.sandbox, self.chromium = installation, sandbox, chromium
        self.trouble = []
        self.contexts = []

    @property
    def url(self):
        return self.installation.url

    @property
    def numbers(self):
        """Berlin first, as in the sandbox."""
        return list(Number.objects.order_by("phone_number_id"))

    def agent(self, name, *, see=WIDE, at="/", **more):
        """Somebody new who serves both numbers and is at the inbox; their page."""
        page = self.browser(see)
        page.agent = self.make_agent(name, **more)
        self.log_in(page)
        page.goto(f"{self.url}{at}")
        return page

    def make_agent(self, name, **more):
        serial = next(_serial)
        agent = make_agent(name, **{"numbers": self.numbers, "available": False, "availability": "available", **more})
        Agent.objects.filter(pk=agent.pk).update(email=f"agent{serial}-{agent.pk}@hafen.example")
        return agent

    def log_in(self, page):
        """Give the browser a session, as if the password had been typed."""
        client = Client()
        client.force_login(page.agent, "django.contrib.auth.backends.ModelBackend")
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": self.url}
        page.context.add_cookies([cookie])

    def browser(self, see=WIDE, **more):
        """A browser of its own; what its console complains of is trouble."""
        context = self.chromium.new_context(viewport=see, **more)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", self._hear)
        return page

    def _hear(self, line):
        if line.type == "error" and not OUTAGE.search(line.text):
            self.trouble.append(line.text)

    def customer(self, name, **more):
        """Somebody new with a phone."""
        serial = next(_serial)
        return self.sandbox.new_customer(f"{name} {serial}", phone=f"49151777{serial:05}", **more)

    def conversation_of(self, phone):
        """Their newest conversation, once there is one."""
        found = Conversation.objects.filter(thread__contact__phone=f"+{phone.phone}").order_by("-pk")
        self.installation.until(found.exists, f"{phone.name}'s word did not arrive")
        return found.first()

    def messages_of(self, phone):
        """In the order of arrival: WhatsApp's times are whole seconds."""
        return list(Message.objects.filter(thread__contact__phone=f"+{phone.phone}").order_by("pk"))

    def hand_out(self, picking):
        """automatic or manual, on both numbers."""
        Reception.objects.update(picking=picking)

    def leave(self):
        for context in self.contexts:
            context.close()
        Reception.objects.update(picking="automatic")


def row(page, phone):
    """The customer's row in the list."""
    return page.get_by_role("region", name="Conversations").get_by_role("link", name=re.compile(re.escape(phone.name)))


def thread(page):
    return page.get_by_role("region", name="Messages")


def bubble(page, text):
    return thread(page).locator("article").filter(has_text=text)


def reply(page):
    return page.get_by_role("textbox", name="Reply")


def folder(page, name):
    return page.get_by_role("navigation", name="Folders").get_by_role("link", name=re.compile(f"^{name}"))


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)
