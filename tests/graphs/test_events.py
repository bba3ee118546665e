"""Events as JSON objects, and back."""

import json

import ormsgpack
import pytest

from graphdeck.graphs import events
from graphdeck.graphs.events import Event, event_from_dict, event_to_dict
from graphdeck.graphs.stopping import Stop
from graphdeck.graphs.values import json_line

NS = ("team:1f", "desk:2e")
EXAMPLES: list[Event] = [
    events.RunStarted(seq=1, time="2026-05-01T12:00:00+00:00", run="r", thread="t", graph="a.py:graph", file="/x"),
    events.Checkpoint(
        id="c2", parent="c1", step=1, source="loop", next=("a", "b"), changed={"n": (12, "0f")}, values={"n": [1]},
        routed={"a": ("b",), "b": ()},
    ),
    events.Checkpoint(id="c1", parent=None, step=-1, source="input", next=(), changed={}),
    events.NodeStarted(task="1", node="a", ns=NS, triggers=("branch:to:a",), caller="0", call=2, given=[1, "two"]),
    events.NodeKept(task="1", node="a", given={"n": 1}),
    events.NodeCached(task="", node="a", keys=("n",)),
    events.NodeFinished(task="1", node="a", ms=1.5, keys=("n", "m")),
    events.NodeFailed(task="1", node="a", error="ValueError", message="\ud800 alone", traceback="line\nline"),
    events.NodeStopped(task="1", node="a"),
    events.NodeRetry(task="1", node="a", attempt=2, error="OSError: gone"),
    events.Interrupt(
        id="i", task="1", node="a", ns=NS, value={"ask": True}, schema={"type": "string"},
        frames=(events.Frame(file="/a.py", line=3, function="a"), events.Frame(file="/b.py", line=4, function="b")),
    ),
    events.Token(task="1", node="a", message="m", text="日本"),
    events.Message(task="1", node="a", role="ai", data={"type": "ai", "content": "yes"}),
    events.Custom(task="1", node="a", data=[{"$type": "set", "value": [1]}]),
    events.Output(task="", node="", stream="stdout", text="x\n"),
    events.TypeBlocked(type="their.Type"),
    events.Decided(interrupt="i", node="a", action="book", decision="approve", rule="yours 2"),
    events.RunEnded(
        status="breakpoint", next=("b",), error={"type": "E", "message": "m", "hint": "h"}, paths=("team:b",),
        stops=(Stop(kind="before", node="b", condition="n > 1"),),
    ),
]  # fmt: skip


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event.name)
def test_an_event_comes_back_from_json_and_over_the_channel(event: Event) -> None:
    told = event_to_dict(event)
    assert list(told) == ["event", *vars(event)]
    assert event_from_dict(json.loads(json_line(told))) == event
    assert event_from_dict({**told, "of a later version": 1}) == event
    if not isinstance(event, events.NodeFailed):  # whose lone surrogate goes as JSON text
        assert event_from_dict(ormsgpack.unpackb(ormsgpack.packb(told))) == event


def test_there_is_an_example_of_each_kind() -> None:
    assert {type(event) for event in EXAMPLES} == set(Event.__subclasses__())
