"""News for the screens: rendered once, sent after commit."""


def publish(thread, conversation, before, version):
    """Tell every screen that may see it what changed in `thread` at `version`, after this transaction commits."""
