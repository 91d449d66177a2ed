"""How many programs a worker process calls at a time."""

import pytest

from inbox.programs import room


@pytest.fixture
def places(monkeypatch):
    """A process with two places."""
    monkeypatch.setattr(room, "_room", room.Room(2))


def test_whoever_finds_no_room_is_woken_once_when_somebody_leaves(places):
    woken = []
    with room.place(woken.append, 1) as first:
        with room.place(woken.append, 2) as second:
            for _ in range(2):
                with room.place(woken.append, 3) as third:
                    assert (first, second, third) == (True, True, False)
            assert woken == []
        assert woken == [3]
    assert woken == [3]


def test_the_longest_waiting_comes_first_and_each_gets_a_turn(places):
    woken = []
    with room.place(woken.append, 1), room.place(woken.append, 2):
        for name in (3, 4):
            with room.place(woken.append, name) as is_in:
                assert not is_in
    assert woken == [3, 4]


def test_a_place_is_given_back_when_a_call_breaks(places):
    for _ in range(5):
        with room.place(print) as is_in, pytest.raises(RuntimeError):
            raise RuntimeError
        assert is_in
