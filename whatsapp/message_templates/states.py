"""Why a template cannot be sent now (Meta: templates/overview, template-pausing)."""

PROBLEMS = {
    "PENDING": "Meta is still reviewing this template. That can take up to 24 hours.",
    "IN_APPEAL": "Meta is looking at this template again after an appeal.",
    "REJECTED": "Meta rejected this template. An administrator can correct it and submit it again.",
    "PAUSED": "Meta has paused this template because of complaints. It comes back by itself after some hours.",
    "DISABLED": "Meta has disabled this template for good. Choose another one.",
    "LIMIT_EXCEEDED": "This account has more templates than Meta allows. Choose another one.",
    "LOCKED": "Meta has locked this template. Choose another one.",
    "ARCHIVED": "This template is archived, because it was not used for long. An administrator can bring it back.",
    "PENDING_DELETION": "This template is being deleted. Choose another one.",
    "DELETED": "This template was deleted. Choose another one.",
}
USABLE = ("APPROVED", "FLAGGED")


def problem(template_status: str) -> str:
    """One sentence, "" where the template can be sent."""
    status = template_status.upper()
    if status in USABLE:
        return ""
    return PROBLEMS.get(status, "This template is not approved by Meta.")
