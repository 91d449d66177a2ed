"""Tables to take away: CSV that spreadsheets open, streamed piece by piece."""

import csv
import io

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import StreamingHttpResponse

# In front of a table it tells spreadsheets that it is UTF-8.
MARK = "\ufeff"
# Spreadsheets read these as the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def download(request, name, pieces):
    """The answer: a file called `name` of pieces of text (see `written`), each made when the one before was taken."""
    lines = _in_turn(pieces) if isinstance(request, ASGIRequest) else pieces
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def written(rows):
    """Rows of cells as CSV. What people wrote is never a formula: an apostrophe in front makes it text."""
    text = io.StringIO()
    csv.writer(text).writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def _harmless(cell):
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


async def _in_turn(pieces):
    """For the event loop: each piece is read in a thread when the browser has taken the one before."""
    following = sync_to_async(next)
    while (piece := await following(pieces, None)) is not None:
        yield piece
