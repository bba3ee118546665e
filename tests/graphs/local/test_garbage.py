"""Reading keeps the search for garbage away from what is read, and from nothing else."""

import asyncio
import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphdeck.graphs.local import garbage
from graphdeck.graphs.local.engine import LocalEngine

EVERY = 500
"""New objects after which garbage is looked for here."""


@pytest.fixture(autouse=True)
def often() -> Iterator[None]:
    """Look for garbage often, and at the end as before."""
    before = gc.get_threshold()
    gc.set_threshold(EVERY)
    yield
    gc.set_threshold(*before)


class Cycle:
    """What Textual leaves behind of whatever it painted: only a search finds that nobody needs it."""

    def __init__(self) -> None:
        self.own = self


async def test_what_is_painted_beside_many_reads_is_let_go(tmp_path: Path) -> None:
    engine = LocalEngine(tmp_path)
    painted: list[weakref.ref[Cycle]] = []
    for _ in range(30):
        for _ in range(EVERY // 5):
            painted.append(weakref.ref(Cycle()))
            await asyncio.sleep(0)
        await engine.changed()
    await engine.close()
    assert sum(each() is not None for each in painted) < 2 * EVERY, f"of {len(painted):,}"


def test_a_long_read_is_not_looked_through_and_what_was_painted_meanwhile_is_let_go_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(garbage, "LONG", 10 * EVERY)
    monkeypatch.setattr(garbage, "MOVED", 10 * EVERY)
    reader = garbage.Uncollected()
    painted: list[weakref.ref[Cycle]] = []
    looks: list[int] = []
    gc.collect()
    gc.callbacks.append(lambda phase, info: looks.append(info["generation"]) if phase == "start" else None)
    try:
        for _ in range(100):
            painted += [weakref.ref(Cycle()) for _ in range(EVERY // 5)]
            assert len(reader.read(lambda: [[number] for number in range(11 * EVERY)])) == 11 * EVERY
    finally:
        gc.callbacks.pop()
    assert gc.isenabled()
    assert looks.count(2) == len(looks) < 10
    assert sum(each() is not None for each in painted) < 10 * EVERY < len(painted)
