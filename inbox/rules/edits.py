"""An edited message: what it says now and what it said before, in whatever order the edits arrive."""


def edited(text: str, revisions: list[dict], new_text: str, at: str) -> tuple[bool, list[dict]]:
    """(is the edit what the message says now?, the revisions afterwards). `text` is what it says before this edit.

    `at` and `until` are ISO times in UTC, which sort as text. A late edit goes between the revisions it belongs to.
    """
    for position, revision in enumerate(revisions):
        if revision["until"] == at:
            return False, revisions
        if revision["until"] > at:
            earlier = {"text": revision["text"], "until": at}
            return False, [*revisions[:position], earlier, revision | {"text": new_text}, *revisions[position + 1 :]]
    return True, [*revisions, {"text": text, "until": at}]
