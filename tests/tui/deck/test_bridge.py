"""Between engine and screen: batches, one read of a kind at a time, the ladder, errors that are told."""

import asyncio
from typing import Any

import pytest
from textual.app import App
from textual.message import Message

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import FileError, GraphdeckError, WorkerLost
from graphdeck.graphs.events import Output, RunEnded, RunStarted
from graphdeck.graphs.records import RunRequest, Snapshot
from graphdeck.graphs.thread_key import ThreadKey
from graphdeck.tui import bridge
from graphdeck.tui.bridge import Bridge
from graphdeck.tui.live_run import LADDER

REQUEST = RunRequest(graph="travel", thread="t")
T = ThreadKey(thread="t")


class Receiver(App[None]):
    """Keeps what the bridge posts."""

    def __init__(self) -> None:
        super().__init__()
        self.got: asyncio.Queue[Message] = asyncio.Queue()

    def post_message(self, message: Message) -> bool:
        if type(message).__module__ == bridge.__name__:
            self.got.put_nowait(message)
        return super().post_message(message)


async def followed(receiver: Receiver) -> list[bridge.RunEvents]:
    """The batches of a run, up to its end."""
    batches: list[bridge.RunEvents] = []
    while not batches or not isinstance(batches[-1].events[-1], RunEnded):
        message = await receiver.got.get()
        assert isinstance(message, bridge.RunEvents)
        batches.append(message)
    return batches


async def test_thousands_of_events_come_whole_in_order_and_in_few_messages(recorded: Any) -> None:
    receiver = Receiver()
    async with receiver.run_test():
        flow = Bridge(recorded, receiver)
        flow.run(REQUEST)
        while not recorded.runs:
            await asyncio.sleep(0)
        given = [RunStarted(thread="t", graph="travel")]
        given += [Output(task="", node="", stream="stdout", text=str(number)) for number in range(3000)]  # type: ignore[misc] # events
        given.append(RunEnded(status="done"))  # type: ignore[arg-type] # an event
        for event in given:
            recorded.runs[0].given.put_nowait(event)
        batches = await followed(receiver)
    assert [event for batch in batches for event in batch.events] == given
    assert len(batches) < 100
    assert not flow.running


async def test_each_press_climbs_the_ladder_and_says_which_rung(recorded: Any) -> None:
    receiver = Receiver()
    async with receiver.run_test():
        flow = Bridge(recorded, receiver)
        assert flow.stop(T) == ""
        flow.run(REQUEST)
        said = [flow.stop(T)]  # before the engine has given the run
        while not recorded.runs or recorded.runs[0].stops != ["drain"]:
            await asyncio.sleep(0)
        said += [flow.pause(T), flow.stop(T), flow.stop(T), flow.stop(T)]
        while len(recorded.runs[0].stops) < 3:
            await asyncio.sleep(0)
        recorded.runs[0].given.put_nowait(RunEnded(status="lost"))
        await followed(receiver)
    assert said == [LADDER[0], LADDER[0], LADDER[1], LADDER[2], LADDER[2]]
    assert recorded.runs[0].stops == ["drain", "cancel", "kill"]


async def test_one_run_of_a_thread_at_a_time(recorded: Any) -> None:
    receiver = Receiver()
    async with receiver.run_test():
        flow = Bridge(recorded, receiver)
        flow.run(REQUEST)
        with pytest.raises(ValueError, match="one run"):
            flow.run(REQUEST)
        flow.run(RunRequest(graph="travel", thread="other"))
        assert set(flow.running) == {T, ThreadKey(thread="other")}


async def test_an_error_in_the_middle_of_a_run_ends_it_and_is_told(recorded: Any) -> None:
    receiver = Receiver()
    async with receiver.run_test():
        flow = Bridge(recorded, receiver)
        flow.run(REQUEST)
        while not recorded.runs:
            await asyncio.sleep(0)
        recorded.runs[0].given.put_nowait(RunStarted(thread="t", graph="travel"))
        recorded.runs[0].given.put_nowait(WorkerLost("gone"))
        events, failed = await receiver.got.get(), await receiver.got.get()
    assert isinstance(events, bridge.RunEvents)
    assert isinstance(failed, bridge.Failed)
    assert (failed.kind, failed.about, failed.error.message) == ("run", "t", "gone")
    assert not flow.running


async def test_of_many_reads_asked_meanwhile_only_the_newest_is_done(recorded: Any, monkeypatch: Any) -> None:
    began, goes_on = asyncio.Event(), asyncio.Event()
    asked: list[str] = []

    async def state(thread: str, checkpoint: str | None = None, **how: Any) -> Snapshot:
        asked.append(thread)
        began.set()
        await goes_on.wait()
        return Snapshot(thread=thread, checkpoint="c", step=0, status="done", next=(), values={})

    monkeypatch.setattr(recorded, "state", state)
    receiver = Receiver()
    async with receiver.run_test():
        flow = Bridge(recorded, receiver)
        for thread in ("a", "b", "c", "d"):
            flow.read_state(thread)
        await began.wait()
        goes_on.set()
        got = [await receiver.got.get(), await receiver.got.get()]
    assert asked == ["a", "d"]
    assert [message.snapshot.thread for message in got if isinstance(message, bridge.StateRead)] == ["a", "d"]


async def test_every_refusal_of_the_engine_is_told(recorded: Any, monkeypatch: Any) -> None:
    async def refuse(*_: Any, **__: Any) -> Any:
        raise FileError("not a checkpoint file", "name another")

    receiver = Receiver()
    async with receiver.run_test():
        engine: Engine = recorded
        flow = Bridge(engine, receiver)
        for name in ("graphs", "describe", "state", "history", "changed", "assign", "run"):
            monkeypatch.setattr(recorded, name, refuse)
        flow.find_graphs()
        flow.describe("g")
        flow.read_state("t")
        flow.read_history("t")
        flow.look()
        flow.assign("t", "f", "g")
        flow.run(REQUEST)
        kinds = set()
        for _ in range(7):
            message = await receiver.got.get()
            assert isinstance(message, bridge.Failed)
            assert isinstance(message.error, GraphdeckError)
            kinds.add(message.kind)
    assert kinds == {"graphs", "describe", "state", "history", "changed", "change", "run"}
