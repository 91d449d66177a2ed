"""What the Graph API can say against us, as one tree: what to do next is the class, what happened is the sentence.

    GraphError
        Refused       permanent for this message
        TryLater      worth the same request again, later
        NumberFault   the number or its account needs a person first; its messages are held
        Unreachable   nothing was carried out: the request never left, or it only wanted to read
        Unclear       the request left and no answer of Meta's came back: it may have been carried out

Codes: Meta, Cloud API, support/error-codes.
"""

from whatsapp.error_words import SENTENCES, WITH_DETAILS

TRY_LATER = frozenset({1, 2, 4, 80007, 130429, 131000, 131016, 131056, 131057, 133004})
NUMBER_FAULTS = frozenset(
    {0, 3, 10, 190, 368, 131005, 131031, 131037, 131042, 131045, 133006, 133010, *range(200, 300)}
)
# The number's own node is gone or hidden from the token: answers to calls on the number only.
NODE_GONE = 33
INVALID_PARAMETER = 100
SOMETHING_WENT_WRONG = 131000
DETAILS_LIMIT = 500
CODE_LIMIT = 2**31


class GraphError(Exception):
    """`code` is Meta's (None where no answer came), `http_status` 0 where no answer came."""

    retry_after_seconds: float | None = None

    def __init__(
        self,
        code: int | None = None,
        title: str = "",
        details: str = "",
        subcode: int = 0,
        http_status: int = 0,
        trace_id: str = "",
    ):
        super().__init__(code, title, details)
        self.code = code
        self.title = title
        self.details = details
        self.subcode = subcode
        self.http_status = http_status
        self.trace_id = trace_id

    def __str__(self) -> str:
        words = ": ".join(part for part in (self.title, self.details) if part)
        return f"{type(self).__name__} {self.code}, HTTP {self.http_status}, {words}"

    @property
    def sentence(self) -> str:
        return sentence(self.code, self.details)


class Refused(GraphError):
    """This message will never be taken as it is."""


class TryLater(GraphError):
    """`retry_after_seconds` is what Meta asked for, None where it named no time."""

    def __init__(self, *args, retry_after_seconds: float | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.retry_after_seconds = retry_after_seconds


class NumberFault(GraphError):
    """Token, permission, payment or registration: nothing leaves by this number until a person acts."""

    @property
    def sentence(self) -> str:
        is_gone = self.code == INVALID_PARAMETER and self.subcode == NODE_GONE
        return sentence(NODE_GONE if is_gone else self.code, self.details)


class Unreachable(GraphError):
    """No connection, or no answer to a read: certainly nothing happened, so repeating is safe."""

    @property
    def sentence(self) -> str:
        return "WhatsApp could not be reached. Nothing was sent. Try again in a few minutes."


class Unclear(GraphError):
    """Sent off, but no answer. Meta has no idempotency key, so sending again may send twice."""

    @property
    def sentence(self) -> str:
        return "WhatsApp did not answer, so this may or may not have been sent. Check before sending it again."


def sentence(code: int | None, details: str = "") -> str:
    """What happened and what to do, for a person, for every code that Meta lists and any other."""
    words = SENTENCES.get(group(code), "")
    shown = f" WhatsApp says: {details.strip()[:DETAILS_LIMIT]}" if details.strip() else ""
    if not words:
        number = "" if code is None else f" (error {code})"
        return f"WhatsApp did not take this{number}. Try again, or ask an administrator to look at it.{shown}"
    return words + shown if code in WITH_DETAILS else words


def group(code: int | None) -> int | None:
    """200 to 299 are one code to a person: a permission is missing."""
    return 200 if code in range(200, 300) else code


def from_answer(
    http_status: int, body: object, *, retry_after_seconds: float | None = None, of_number: bool = False
) -> GraphError:
    """The error in an answer. `body` is the parsed JSON, None where it was none; `of_number`: the call's node was the
    number itself, so "does not exist" is the number's fault and not that of a file or a template."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return from_bare_status(http_status, retry_after_seconds)
    code, subcode = number(error.get("code"), SOMETHING_WENT_WRONG), number(error.get("error_subcode"), 0)
    told = {
        "code": code,
        "title": words(error.get("message")),
        "details": details_of(error),
        "subcode": subcode,
        "http_status": http_status,
        "trace_id": words(error.get("fbtrace_id")),
    }
    if of_number and (code == NODE_GONE or (code == INVALID_PARAMETER and subcode == NODE_GONE)):
        return NumberFault(**told)
    if code in NUMBER_FAULTS:
        return NumberFault(**told)
    if code in TRY_LATER or (code not in SENTENCES and is_passing(http_status)):
        return TryLater(**told, retry_after_seconds=retry_after_seconds)
    return Refused(**told)


def from_bare_status(http_status: int, retry_after_seconds: float | None = None) -> GraphError:
    """Not Graph's own words: something between us and Meta answered."""
    told = {"title": f"HTTP {http_status} without a message of WhatsApp's", "http_status": http_status}
    if http_status == 429:
        return TryLater(**told, code=4, retry_after_seconds=retry_after_seconds)
    if http_status == 401:
        return NumberFault(**told, code=0)
    if 300 <= http_status < 500:
        return Refused(**told, code=SOMETHING_WENT_WRONG)
    return Unclear(**told)


def is_passing(http_status: int) -> bool:
    return http_status == 429 or http_status >= 500


def number(value: object, default: int) -> int:
    is_usable = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < CODE_LIMIT
    return value if is_usable else default


def words(value: object) -> str:
    """Text that can be stored, whatever came."""
    text = value if isinstance(value, str) else ""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")[:DETAILS_LIMIT]


def details_of(error: dict) -> str:
    """Messaging errors carry `error_data.details`; template errors carry words for a person instead."""
    data = error.get("error_data")
    told = data.get("details") if isinstance(data, dict) else None
    return words(told) or words(error.get("error_user_msg")) or words(error.get("error_user_title"))
