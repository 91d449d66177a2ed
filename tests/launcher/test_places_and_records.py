"""Directories, the lock of a running installation, its keys and addresses, and ports."""

import os
import socket
import stat

import pytest
from stack import places, record, web
from stack.console import Stop


def test_a_second_start_beside_a_running_one_says_who_runs(where):
    with record.only_one(where, "http://127.0.0.1:8000"):
        words = rf"already runs from .*127.0.0.1:8000, process {os.getpid()}"
        with pytest.raises(Stop, match=words), record.only_one(where, "http://127.0.0.1:9000"):
            raise AssertionError("both run")
        assert record.is_running(where)
    assert not record.is_running(where)


def test_the_lock_ends_with_its_holder(where):
    with record.only_one(where, "first"):
        pass
    with record.only_one(where, "second"):
        assert (where.var / "run.lock").read_text() == f"{os.getpid()} second\n"


def test_keys_are_made_once_and_only_we_may_read_them(where):
    keys = record.keys(where)
    assert record.keys(where) == keys
    assert stat.S_IMODE((where.var / "secrets.json").stat().st_mode) == 0o600
    assert len(keys["SECRET_KEY"]) >= 50


def test_the_addresses_are_private_and_gone_when_forgotten(where):
    assert record.read_addresses(where) is None
    record.write_addresses(where, {"port": 8000})
    assert stat.S_IMODE((where.var / "run.json").stat().st_mode) == 0o600
    assert record.read_addresses(where) == {"port": 8000}
    record.forget_addresses(where)
    assert record.read_addresses(where) is None


def test_a_taken_port_is_named_with_the_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Stop, match=rf"Port {port} is taken by another program.*bin/run --port \d+"):
            web.insist_on_free([port])


def test_a_port_that_cannot_be_is_refused():
    with pytest.raises(Stop, match="There is no port 65536"):
        web.insist_on_free([65536])


def test_a_directory_that_somebody_else_put_in_our_place_is_not_used(where):
    where.sockets.rmdir()
    where.sockets.symlink_to("/tmp")
    with pytest.raises(Stop, match="is in the way"):
        where.make()


def test_socket_paths_stay_short_however_long_the_temporary_directory_is(monkeypatch, tmp_path):
    deep = tmp_path / ("d" * 80)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    assert len(str(places.of_checkout().sockets / "pg" / ".s.PGSQL.5432")) < 103


def test_two_checkouts_use_different_sockets(tmp_path):
    assert places.of_checkout(tmp_path / "a").sockets != places.of_checkout(tmp_path / "b").sockets
