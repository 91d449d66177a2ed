import pytest

from tests.whatsapp import far_end as far_ends


@pytest.fixture
def far_end(monkeypatch):
    """Meta, as the test writes it. Loopback is never reached by way of a proxy."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = far_ends.started()
    yield server
    far_ends.stopped(server)
