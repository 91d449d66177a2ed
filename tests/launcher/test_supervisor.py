"""The supervisor with small real programs."""

import json
import os
import select
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from stack.console import Stop, Stopped
from stack.interrupt import Interrupt
from stack.processes import command_line
from stack.supervisor import Child, Supervisor, end_leftovers, last_words, shorten

FOR_EVER = "import time\nprint('up')\nwhile True: time.sleep(60)"
STUBBORN = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + FOR_EVER
FALLS = "print('my last word')\nraise SystemExit(3)"


def has_said(overseer, name, words):
    log = overseer.log / f"{name}.log"
    return lambda: log.exists() and words in log.read_text()


def test_a_killed_program_is_started_again_with_its_log_continued(overseer, python_program):
    overseer.start(python_program("web", FOR_EVER))
    overseer.wait_until(has_said(overseer, "web", "up\n"), "not up", 10)
    first = overseer.children[0].process.pid
    os.kill(first, signal.SIGKILL)
    overseer.wait_until(has_said(overseer, "web", "up\nup\n"), "not up again", 10)
    assert overseer.children[0].process.pid != first


def test_the_pauses_before_a_new_start_grow_and_begin_small_again_after_half_a_minute(python_program):
    child = Child(python_program("web", FOR_EVER), process=None, log_start=0)
    assert [child.pause_after(now) for now in (100.0, 101.0, 102.0)] == [0.5, 1.0, 2.0]
    assert child.pause_after(140.0) == 0.5


def test_three_deaths_in_a_row_end_everything_with_the_last_words(overseer, python_program):
    overseer.start(python_program("beat", FOR_EVER))
    overseer.start(python_program("worker", FALLS))
    with pytest.raises(Stop, match=r"(?s)worker ended 3 times within 30 s \(exit code 3\).*my last word"):
        overseer.watch()


def test_programs_stop_stage_by_stage(overseer, python_program, where):
    order = where.root / "order"
    code = "import signal, sys\ndef end(*_):\n open({path!r}, 'a').write({name!r})\n sys.exit()\n"
    code += "signal.signal(signal.SIGTERM, end)\n" + FOR_EVER
    for name, stage in (("store", 9), ("worker", 1), ("web", 0)):
        program = python_program(name, code.format(path=str(order), name=f"{name} "), stage=stage)
        overseer.start(program)
        overseer.wait_until(has_said(overseer, name, "up"), "not up", 10)
    overseer.stop()
    assert order.read_text() == "web worker store "


def test_a_program_that_does_not_stop_is_killed_after_its_time(overseer, python_program):
    overseer.start(python_program("web", STUBBORN, stop_seconds=0.2))
    overseer.wait_until(has_said(overseer, "web", "up"), "not up", 10)
    process = overseer.children[0].process
    overseer.stop()
    assert process.returncode == -signal.SIGKILL


def test_a_second_request_to_stop_waits_for_nobody(overseer, python_program):
    overseer.start(python_program("web", STUBBORN, stop_seconds=3600))
    overseer.wait_until(has_said(overseer, "web", "up"), "not up", 10)
    overseer.interrupt.requests = 2
    overseer.stop()
    assert overseer.children == []


def test_a_request_to_stop_ends_every_wait(overseer, python_program):
    overseer.start(python_program("web", FOR_EVER))
    overseer.interrupt.requests = 1
    with pytest.raises(Stopped):
        overseer.watch()


def test_what_a_command_prints_is_the_answer_and_its_complaints_go_to_the_log(overseer, python_program):
    said = overseer.call(python_program("demo", "import sys\nprint('{}')\nprint('hm', file=sys.stderr)"))
    assert said == "{}\n"
    assert (overseer.log / "demo.log").read_text() == "hm\n"


def test_a_command_that_fails_says_why(overseer, python_program):
    with pytest.raises(Stop, match=r"(?s)migrate failed \(exit code 1.*no such table"):
        overseer.call(python_program("migrate", "raise SystemExit('no such table')"))


def test_the_log_of_the_last_run_is_kept_beside_the_new_one(overseer, python_program):
    (overseer.log / "web.log").write_text("yesterday")
    overseer.start(python_program("web", FOR_EVER))
    assert (overseer.log / "web.log.1").read_text() == "yesterday"


def test_a_log_that_grew_too_long_is_moved_while_its_writer_goes_on(where):
    log = where.log / "web.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"x" * (20 * 1024 * 1024 + 1))
        shorten(log)
        writer.write(b"next line")
    assert log.read_text() == "next line"
    assert log.with_suffix(".log.1").stat().st_size == 20 * 1024 * 1024 + 1


def test_the_last_words_are_those_since_the_last_start(where):
    log = where.log / "web.log"
    log.write_text("old\n" + "".join(f"line {number}\n" for number in range(30)))
    assert last_words(log, 4).splitlines() == [f"line {number}" for number in range(10, 30)]


def test_nothing_outlives_a_supervisor_that_was_killed(where):
    """A supervisor in a process of its own is killed by SIGKILL: Linux ends what it had started."""
    code = f"""
        import os, sys
        from pathlib import Path
        sys.path.insert(0, {str(Path(__file__).parents[2] / "bin")!r})
        from stack.interrupt import Interrupt
        from stack.supervisor import Program, Supervisor
        with Supervisor(Path({str(where.log)!r}), Interrupt()) as overseer:
            overseer.start(Program("web", [sys.executable, "-u", "-c", {FOR_EVER!r}], dict(os.environ)))
            print(overseer.children[0].process.pid, flush=True)
            overseer.watch()
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    assert command_line(child)
    watcher = os.pidfd_open(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    with open(watcher):
        assert select.select([watcher], [], [], 10)[0], "it still runs"


def somebody():
    """A process that is there: it has said so, hence it is its own program and no longer a copy of us."""
    process = subprocess.Popen([sys.executable, "-u", "-c", FOR_EVER], stdout=subprocess.PIPE)
    with process.stdout as said:
        assert said.readline() == b"up\n"
    return process


def test_what_an_earlier_supervisor_left_behind_is_ended(overseer, python_program, where):
    left = somebody()
    roll = where.var / "children.json"
    roll.write_text(json.dumps([{"pid": left.pid, "command": list(left.args), "signal": 15}]))
    end_leftovers(roll)
    assert left.wait(timeout=10) == -signal.SIGTERM
    assert not roll.exists()


def test_a_stranger_with_a_recorded_pid_is_left_alone(where):
    stranger = somebody()
    roll = where.var / "children.json"
    roll.write_text(json.dumps([{"pid": stranger.pid, "command": ["/checkout/valkey", "--port", "0"], "signal": 15}]))
    end_leftovers(roll)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_a_supervisor_knows_its_children_for_the_next_start(overseer, python_program):
    overseer.start(python_program("web", FOR_EVER))
    [entry] = json.loads((overseer.log.parent / "children.json").read_text())
    assert entry["pid"] == overseer.children[0].process.pid
    overseer.stop()
    assert not (overseer.log.parent / "children.json").exists()


def test_waiting_in_vain_names_the_logs(where):
    with (
        Supervisor(where.log, Interrupt()) as overseer,
        pytest.raises(Stop, match="The inbox was not ready within 0 s"),
    ):
        overseer.wait_until(lambda: False, "The inbox was not ready", 0)
