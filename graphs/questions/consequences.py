"""What follows from an answer, and from going on without one: in sentences, from what is saved. Names are raw text."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from graphdeck.graphs.questions.model import Action, Shape
from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.records import Snapshot
from graphdeck.graphs.values import Json

Instead: TypeAlias = Literal["input", "end"]
"""What is done with a thread that waits instead of answering it: new input, or its end."""

_MOST_NAMES: Final = 6
_CALLED_BY: Final = "a task of "
"""What stands before a node's name where a task that it called is meant."""
_AI: Final = ("ai", "AIMessageChunk")
_TOOL: Final = ("tool", "ToolMessageChunk")


def consequences(snapshot: Snapshot) -> tuple[str, ...]:
    """What an answer to a thread's questions has to do with what is around them; empty where nothing is."""
    return tuple(sentence for level in _levels(snapshot) for sentence in _around(level, _asked(snapshot, level)))


def dropped(snapshot: Snapshot, instead: Instead) -> tuple[str, ...]:
    """What is lost where a thread that waits gets new input, or is ended, and nobody answers it."""
    actions = sheet(snapshot.interrupts).actions
    sentences: list[str] = []
    if actions:
        many = len(actions) > 1
        sentences.append(
            f"the question{'s' if many else ''} of {_names(action.name for action in actions)} "
            f"{'are' if many else 'is'} dropped: nobody can answer {'them' if many else 'it'} any more"
        )
    inner = [part.ns.rpartition("|")[2].partition(":")[0] for part in snapshot.subgraphs]
    if inner:
        sentences.append(f"what {_names(inner)} did up to there is dropped with it")
    batch = _batch(snapshot)
    if instead == "input":  # what a step has not yet made part of the state goes with it; an end takes it in
        lost = [call.name for call in batch.over if call.id in _results(snapshot)]
        lost += _finished(snapshot)
        if lost:
            sentences.append(f"what {_names(lost)} did in the same step is dropped, although it ran")
        batch = _batch(dataclasses.replace(snapshot, finished=()))
    if batch.open:
        stay = "1 tool call stays" if len(batch.open) == 1 else f"{len(batch.open)} tool calls stay"
        sentences.append(
            f"{stay} without a result: {_names(call.name for call in batch.open)};"
            " most models refuse a conversation that goes on so"
        )
    return tuple(sentences)


def _levels(snapshot: Snapshot) -> Iterator[Snapshot]:
    """The state and those of its subgraphs, outermost first."""
    yield snapshot
    for inner in snapshot.subgraphs:
        yield from _levels(inner)


def _asked(snapshot: Snapshot, level: Snapshot) -> tuple[Action, ...]:
    """The actions that are asked about in one level."""
    ns = tuple(part for part in level.ns.split("|") if part and not part.isdigit())
    return sheet(interrupt for interrupt in snapshot.interrupts if interrupt.ns == ns).actions


def _around(level: Snapshot, asked: Sequence[Action]) -> Iterator[str]:
    batch = _batch(level)
    if batch.over:
        names = [call.name for call in batch.over]
        yield f"{_names(names)} {_ran(names)} already, and {'do' if len(names) > 1 else 'does'} not run again"
    alone = _unasked(batch.open, asked)
    if alone:
        runs = "run" if len(alone) > 1 else "runs"
        yield f"{_names(call.name for call in alone)} {runs} without being asked about, as soon as it goes on"
    kept = _finished(level)
    if kept:
        have = "have" if len(kept) > 1 else "has"
        yield f"{_names(kept)} {have} finished beside it, and {'do' if len(kept) > 1 else 'does'} not run again"
    asking = {action.path[-1] for action in asked}  # a node that did not take its answer has failed, and asks again
    failed = [task.node for task in level.failed if task.node not in asking]
    if failed and asked:
        yield f"{_names(failed)} failed beside it, and {'run' if len(failed) > 1 else 'runs'} again, too"


def _finished(level: Snapshot) -> list[str]:
    """What has finished in the step besides tool calls: nodes, and tasks that they called."""
    return [_CALLED_BY + task.node if task.called else task.node for task in level.finished if not task.results]


def _ran(names: Sequence[str]) -> str:
    return "have run" if len(names) > 1 else "has run"


def _names(names: Iterable[str]) -> str:
    """Names as a person counts them: `book, mail (2) and 3 more`; `2 tasks of flow`."""
    counts = Counter(names)
    told = [_counted(name, count) for name, count in list(counts.items())[:_MOST_NAMES]]
    left = len(counts) - len(told)
    return ", ".join(told) + (f" and {left} more" if left else "")


def _counted(name: str, count: int) -> str:
    if count > 1 and name.startswith(_CALLED_BY):
        return f"{count} tasks of {name.removeprefix(_CALLED_BY)}"
    return name if count == 1 else f"{name} ({count})"


# -- the tool calls of the last turn -----------------------------------------------------------------------------------


class _Call(NamedTuple):
    """A tool call of the model."""

    id: str
    name: str
    args: Json


class _Batch(NamedTuple):
    """The tool calls of the model's last turn."""

    over: Sequence[_Call] = ()
    """Those that have a result."""
    open: Sequence[_Call] = ()
    """The others."""


def _batch(level: Snapshot) -> _Batch:
    """The tool calls that a level's conversation ends with; none where anything but their results follows them."""
    for messages in level.values.values():
        results = _results(level)
        for message in reversed(messages) if isinstance(messages, list) else ():
            kind = message.get("type") if isinstance(message, dict) else None
            if isinstance(message, dict) and kind in _TOOL:
                results.add(str(message.get("tool_call_id")))
                continue
            calls = list(_calls(message)) if isinstance(message, dict) and kind in _AI else []
            if calls:
                over = [call for call in calls if call.id in results]
                return _Batch(over, [call for call in calls if call.id not in results])
            break
    return _Batch()


def _results(level: Snapshot) -> set[str]:
    """Ids of the tool calls whose results were written in this step."""
    return {result for task in level.finished for result in task.results}


def _calls(message: Mapping[str, Json]) -> Iterator[_Call]:
    calls = message.get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        if isinstance(call, dict) and isinstance(call.get("name"), str):
            yield _Call(str(call.get("id")), str(call["name"]), call.get("args"))


def _unasked(calls: Sequence[_Call], asked: Sequence[Action]) -> Sequence[_Call]:
    """The calls that no batch of the middleware asks about; what other questions are about cannot be known."""
    batched = [action for action in asked if action.shape is Shape.BATCHED]
    if not batched or len(batched) < len(asked):
        return ()
    left = list(calls)
    for action in batched:
        found = next((call for call in left if (call.name, call.args) == (action.name, action.payload)), None)
        if found is not None:
            left.remove(found)
    return left
