"""What can go wrong when a program is called. The text of each is a sentence for whoever set the address."""


class CallFailed(Exception):
    """The call brought no answer that can be used."""


class NotAllowed(CallFailed):
    """The address must not be called; calling again will not help."""


class Unreachable(CallFailed):
    """Nobody answered there, or not in HTTP."""


class TooSlow(CallFailed):
    """There was no whole answer in time."""


class Redirected(CallFailed):
    """It pointed elsewhere; nobody follows."""
