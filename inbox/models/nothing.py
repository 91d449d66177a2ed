"""Rows that are known not to be there."""


def nothing(model):
    """A queryset that has been asked, and found nothing."""
    rows = model.objects.none()
    rows._result_cache = []
    return rows
