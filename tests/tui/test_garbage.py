"""Garbage is searched for between keys: what is new often, what is old where a person rests."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from graphdeck.tui.garbage import AT_LAST, IDLE, OLDER, SHARE, YOUNG, Garbage
from graphdeck.tui.keys_first import KeysFirst


class Cycle:
    """What Textual leaves behind of whatever it painted: only a search finds that nobody needs it."""

    def __init__(self) -> None:
        self.own = self


class Typist(KeysFirst):
    """Pressed a key so many seconds ago."""

    def __init__(self, ago: float) -> None:
        super().__init__()
        self.ago = ago

    @property
    def idle(self) -> float:
        return self.ago


class Time:
    """Goes on by a second with each look at it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture(autouse=True)
def only_ours() -> Iterator[None]:
    """Python itself does not search."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def searched() -> Iterator[list[int]]:
    """The generations that were searched."""
    found: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            found.append(info["generation"])

    gc.callbacks.append(note)
    yield found
    gc.callbacks.remove(note)


def painted() -> list[weakref.ref[Cycle]]:
    return [weakref.ref(Cycle()) for _ in range(YOUNG)]


def test_what_is_new_is_let_go_behind_a_key_and_not_under_it() -> None:
    keys = KeysFirst()
    garbage, cycles = Garbage(keys), painted()
    keys.pressed()
    garbage.look()
    assert all(each() for each in cycles)
    Garbage(Typist(0.1)).look()
    assert not any(each() for each in cycles)


def test_little_is_not_searched(searched: list[int]) -> None:
    Garbage(Typist(10)).look()
    assert searched == []


def test_new_objects_are_searched_often_and_some_of_them_again(searched: list[int]) -> None:
    garbage = Garbage(Typist(IDLE / 2), Time())
    for _ in range(OLDER):
        cycles = painted()
        garbage.look()
        assert not any(each() for each in cycles)
    assert searched == [*[0] * (OLDER - 1), 1]


def test_all_is_searched_where_a_person_rests_not_soon_again_and_at_last_though_one_types(searched: list[int]) -> None:
    time, typist = Time(), Typist(IDLE)
    garbage = Garbage(typist, time)

    def looked() -> int:
        cycles = painted()
        garbage.look()
        assert not any(each() for each in cycles)
        return searched[-1]

    assert looked() == 2
    assert looked() == 0  # the one before took a second of this time
    time.now += 1 / SHARE
    assert looked() == 2
    typist.ago = IDLE / 2
    time.now += 0.1 / SHARE
    assert looked() == 0
    time.now += AT_LAST + 1 / SHARE
    assert looked() == 2
