"""A message template to begin with, for who has none: created and submitted when a number is connected (S3-13)."""

import logging

from whatsapp import template_sync
from whatsapp.client import GraphClient
from whatsapp.errors import GraphError
from whatsapp.models import Account, MessageTemplate

logger = logging.getLogger(__name__)
SUBMIT = "whatsapp.tasks.submit_reengagement"
NAME = "reengagement"
# Utility, because it speaks of the customer's own question (Meta: templates/utility-templates).
TEMPLATE = {
    "name": NAME,
    "language": "en",
    "category": "UTILITY",
    "components": [
        {
            "type": "BODY",
            "text": "Hello {{1}}, we have news about your question. Shall we go on here?",
            "example": {"body_text": [["Ida"]]},
        },
        {
            "type": "BUTTONS",
            "buttons": [{"type": "QUICK_REPLY", "text": "Yes, please"}, {"type": "QUICK_REPLY", "text": "Not now"}],
        },
    ],
}


def submit(account_id):
    """Create it in this account and hand it to Meta for review, unless there is one of its name, or was."""
    account = Account.objects.get(pk=account_id)
    if MessageTemplate.objects.filter(account=account, name=NAME).exists():
        return
    try:
        GraphClient(account.access_token).create_template(account.waba_id, TEMPLATE)
    except GraphError as error:
        # Meta has one already, or wants to be asked later: the sync tells which.
        logger.info("Account %s: no %s was created (%s %s)", account_id, NAME, type(error).__name__, error.code)
    template_sync.sync_quietly(account_id)
