"""Meta's decisions about templates, told by webhook: review after creation and edit, pauses, quality, category."""

import asyncio

from whatsapp.sandbox.records import Template
from whatsapp.sandbox.webhooks import Outbox
from whatsapp.sandbox.world import World

REFUSED_NAME = "reject"
DECISIONS = ("APPROVED", "REJECTED", "PAUSED", "DISABLED", "PENDING", "FLAGGED", "ARCHIVED", "DELETED")
PAUSE_TITLES = {"PAUSED": "FIRST_PAUSE", "DISABLED": "DISABLED"}


class Reviews:
    def __init__(self, world: World, outbox: Outbox):
        self.world, self.outbox = world, outbox

    def begin(self, template: Template) -> None:
        """PENDING now; after `review_after` seconds APPROVED, or REJECTED where the name says so (`..._reject...`)."""
        template.status, template.rejected_reason = "PENDING", "NONE"
        self.world.changed()
        asyncio.get_running_loop().call_later(self.world.settings["review_after"], self._end, template)

    def resume(self) -> None:
        """After a restart: reviews that were under way (the seeded PENDING one stays as it is)."""
        for template in self.world.templates.values():
            if template.status == "PENDING" and template.edited_at:
                self.begin(template)

    def _end(self, template: Template) -> None:
        if template.status != "PENDING" or template.id not in self.world.templates:
            return
        if REFUSED_NAME in template.name:
            self.decide(template, status="REJECTED", reason="INVALID_FORMAT")
        else:
            self.decide(template, status="APPROVED")

    def decide(
        self, template: Template, status: str = "", quality: str = "", category: str = "", reason: str = ""
    ) -> None:
        """Change what is given and send the webhook of each change. Raises ValueError for an unknown status."""
        if status:
            self._status(template, status.upper(), reason or "NONE")
        if quality:
            change = {"previous_quality_score": template.quality, "new_quality_score": quality.upper()}
            template.quality = quality.upper()
            self._tell(template, "message_template_quality_update", change)
        if category:
            change = {"previous_category": template.category, "new_category": category.upper()}
            template.category = category.upper()
            self._tell(template, "template_category_update", change)
        self.world.changed()

    def _status(self, template: Template, status: str, reason: str) -> None:
        if status not in DECISIONS:
            raise ValueError(f"A template's status is one of {', '.join(DECISIONS)}.")
        template.status, template.rejected_reason = status, reason
        value = {"event": status, "message_template_category": template.category, "reason": reason}
        if status == "REJECTED":
            recommendation = "Look at the format of the variables and samples."
            value["rejection_info"] = {"reason": "The format is not valid.", "recommendation": recommendation}
        if status in PAUSE_TITLES:
            words = "This message template received too much negative feedback."
            value["other_info"] = {"title": PAUSE_TITLES[status], "description": words}
        self._tell(template, "message_template_status_update", value)

    def components_changed(self, template: Template) -> None:
        rows = {c["type"].upper(): c for c in template.components}
        value = {"message_template_element": rows.get("BODY", {}).get("text", "")}
        if "FOOTER" in rows:
            value["message_template_footer"] = rows["FOOTER"].get("text", "")
        self._tell(template, "message_template_components_update", value)

    def _tell(self, template: Template, field: str, value: dict) -> None:
        about = {
            "message_template_id": int(template.id),
            "message_template_name": template.name,
            "message_template_language": template.language,
        }
        self.outbox.put(template.account_id, field, {**value, **about}, lane=f"template:{template.id}")
