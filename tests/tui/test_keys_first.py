"""A key is answered before a flood of events is: those come in pieces, and wait a moment while it is on its way."""

import asyncio
from collections.abc import Sequence

from textual.message import Message
from textual.widget import Widget

from graphdeck.graphs.events import Event, Output
from graphdeck.tui.background import PAUSE, Background
from graphdeck.tui.batch import PIECE, Batch
from graphdeck.tui.bridge import Failed
from graphdeck.tui.keys_first import HOLD, LONGEST, KeysFirst

EVENTS = [Output(task="", node="", stream="stdout", text=str(number)) for number in range(3 * PIECE + 1)]


class Taker:
    """Takes pieces."""

    def __init__(self) -> None:
        self.given: list[Event] = []
        self.sizes: list[int] = []
        self.all_given = asyncio.Event()
        self.between: list[int] = []
        """Pieces that had come at each turn of others."""

    def __call__(self, events: Sequence[Event], *, more: bool) -> None:
        self.given += events
        self.sizes.append(len(events))
        asyncio.get_running_loop().call_soon(lambda: self.between.append(len(self.sizes)))
        if not more:
            self.all_given.set()


async def test_between_two_pieces_of_a_flood_others_have_their_turn() -> None:
    taker = Taker()
    batch = Batch(taker, KeysFirst())
    for event in EVENTS:
        batch.add(event)
    await taker.all_given.wait()
    assert taker.given == EVENTS
    assert taker.sizes == [PIECE, PIECE, PIECE, 1]
    assert taker.between[:3] == [1, 2, 3]


async def test_what_is_left_at_the_end_of_a_run_is_given_at_once() -> None:
    taker, keys = Taker(), KeysFirst()
    batch = Batch(taker, keys)
    for event in EVENTS:
        batch.add(event)
    keys.pressed()
    batch.flush()
    assert taker.given == EVENTS
    assert taker.all_given.is_set()


async def test_a_flood_waits_for_a_key_and_goes_on_behind_it() -> None:
    taker, keys, now = Taker(), KeysFirst(), asyncio.get_running_loop().time
    batch = Batch(taker, keys)
    batch.add(EVENTS[0])
    pressed = now()
    asyncio.get_running_loop().call_later(HOLD / 2, keys.pressed)
    await taker.all_given.wait()
    assert now() - pressed >= HOLD * 1.4
    assert taker.given == EVENTS[:1]


async def test_keys_that_never_end_hold_nothing_up_for_long() -> None:
    keys, now = KeysFirst(), asyncio.get_running_loop().time()
    keys.pressed()
    assert 0 < keys.rest(now) <= HOLD
    assert keys.rest(now - LONGEST) == 0
    await keys.turn()
    assert keys.rest(asyncio.get_running_loop().time()) == 0


class Receiver(Widget):
    """Does work in tasks of its own, and keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Message] = []

    def post_message(self, message: Message) -> bool:
        self.told.append(message)
        return True


async def test_what_was_read_is_told_at_once_and_only_reads_that_follow_wait_for_a_key() -> None:
    receiver, now = Receiver(), asyncio.get_running_loop().time
    background, begun = Background(receiver, Failed), list[float]()

    async def read() -> Message:
        begun.append(now())
        background.keys.pressed()  # while it reads: an old state must not come behind what the key does
        return Message()

    background._following["history"] = lambda: background._tell("history", "t", read)
    background.keys.pressed()
    asked = asyncio.create_task(background._read_on("history", lambda: background._tell("history", "t", read)))
    await asyncio.sleep(0)
    assert len(begun) == len(receiver.told) == 1
    asyncio.get_running_loop().call_later(PAUSE - HOLD / 5, background.keys.pressed)
    await asked
    assert len(receiver.told) == 2
    assert begun[1] - begun[0] >= PAUSE + HOLD / 2
