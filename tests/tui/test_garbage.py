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


@pytest.mark.parametrize(("ago", "oldest"), [(IDLE / 2, 1), (IDLE * 2, 2)])
def test_all_is_searched_where_a_person_rests(searched: list[int], ago: float, oldest: int) -> None:
    garbage = Garbage(Typist(ago), Time())
    for _ in range(OLDER):
        cycles = painted()
        garbage.look()
        assert not any(each() for each in cycles)
    assert searched == [*[0] * (OLDER - 1), oldest]


def test_a_long_search_is_not_soon_made_again_and_comes_at_last_though_a_person_types(searched: list[int]) -> None:
    time = Time()
    typist = Typist(IDLE)
    garbage = Garbage(typist, time)

    def look() -> int:
        for _ in range(OLDER):
            cycles = painted()
            garbage.look()
        assert not any(each() for each in cycles)
        return searched[-1]

    assert look() == 2
    assert look() == 1  # the one before took a second of this time
    time.now += 1 / SHARE
    assert look() == 2
    typist.ago = 0.1
    time.now += 1 / SHARE
    assert look() == 1
    time.now += AT_LAST
    assert look() == 2
