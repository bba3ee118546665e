"""Who called each task of a run, and with what: a task of the functional API starts by a call in another one's code.

The stream names the task and not its caller. Its id is made of its caller's path and of the place of the call, so
that the running task is found whose call makes just this id; see task_ids.py.
"""

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from graphdeck.graphs.task_ids import Caller, StepStart, send_path
from graphdeck.graphs.values import Json, to_json

MOST_GIVEN: Final = 4_000
"""Characters and parts of a call's arguments that are told: nothing keeps them, and an event carries no state."""
_AHEAD: Final = 16
"""Tasks of a step, or calls of a caller, that may be missing in the stream one after the other."""
_PUSH: Final = "__pregel_push"


class Call(NamedTuple):
    """How a task was called."""

    caller: str = ""
    """Id of the task that called it; empty where that is not known."""
    number: int = 0
    """Which of its caller's calls it was, from 1; 0 where no task called it."""
    given: Json = None
    """What it was called with: its one argument, or a list of them, those with names in a dict at its end."""


class Callers:
    """The running tasks of a run that may call others."""

    def __init__(self) -> None:
        self._steps: dict[tuple[str, ...], StepStart] = {}
        self._running: dict[tuple[str, ...], dict[str, Caller]] = {}
        self._sent: dict[tuple[str, ...], int] = {}
        self._calls: dict[str, int] = {}

    def at(self, ns: tuple[str, ...], checkpoint: str, step: int) -> None:
        """A graph has come to a checkpoint: its next tasks are those of the step after that."""
        self._steps[ns] = StepStart(checkpoint=checkpoint, step=step + 1, ns="|".join(ns))
        self._running[ns] = {}
        self._sent[ns] = 0

    def started(self, ns: tuple[str, ...], data: Mapping[str, Any]) -> Call:
        """Take in that a task runs, by the part of the stream that tells it; how it was called, if it was."""
        if _PUSH not in (data.get("triggers") or ()):
            if ns in self._steps:
                self._running[ns][data["id"]] = self._steps[ns].pulled(data["name"], data["id"])
            return Call()
        match data["input"]:
            case (tuple(args), dict(named)):
                caller, number = self._called(ns, data["id"], data["name"])
                return Call(caller, number, _shown(args, named))
            case _:
                self._was_sent(ns, data["id"], data["name"])
                return Call()

    def ended(self, ns: tuple[str, ...], task: str) -> None:
        """A task has ended, and calls no more."""
        self._running.get(ns, {}).pop(task, None)
        self._calls.pop(task, None)

    def left(self, ns: tuple[str, ...]) -> None:
        """A graph that a task ran is over, and so are the others that this task ran: a number counts those."""
        number = 0
        while (inner := (*ns, str(number)) if number else ns) in self._steps or number < 1:
            for known in (self._steps, self._running, self._sent):
                known.pop(inner, None)
            number += 1

    def _was_sent(self, ns: tuple[str, ...], task: str, node: str) -> None:
        step = self._steps.get(ns)
        if step is None:  # nothing tells of checkpoints where the graph refuses saving
            return
        first = self._sent[ns]
        place = next((at for at in range(first, first + _AHEAD) if step.sent(node, at) == task), None)
        if place is not None:
            self._sent[ns] = place + 1
            self._running[ns][task] = step.at_path(send_path(place), node, task)

    def _called(self, ns: tuple[str, ...], task: str, name: str) -> tuple[str, int]:
        """Id of the caller, and the number of the call; without an id the number among those without one."""
        step, running = self._steps.get(ns), self._running.get(ns, {})
        for caller, place in self._guesses(running):
            if step is not None and step.called(name, caller, place) == task:
                self._calls[caller.id] = max(place + 1, self._calls.get(caller.id, 0))
                running[task] = caller.calls(name, task, place)
                return caller.id, place + 1
        self._calls[""] = self._calls.get("", 0) + 1
        return "", self._calls[""]

    def _guesses(self, running: Mapping[str, Caller]) -> Iterator[tuple[Caller, int]]:
        """Callers with the place of a call: first the next call of each, newest callers first, then other calls."""
        callers = list(running.values())[::-1]
        yield from ((caller, self._calls.get(caller.id, 0)) for caller in callers)
        for caller in callers:
            following = self._calls.get(caller.id, 0)
            yield from ((caller, place) for place in range(following + _AHEAD) if place != following)


def _shown(args: tuple[Any, ...], named: Mapping[str, Any]) -> Json:
    given = [*args, dict(named)] if named else list(args)
    if _is_small(given):
        form = to_json(given[0] if len(given) == 1 else given)
        if _is_small(form):
            return form
    return f"more than {MOST_GIVEN:,} characters"


def _is_small(value: Any) -> bool:
    """Whether a value has few parts and characters; looks at no more of it, and not into objects."""
    left, parts = MOST_GIVEN, [value]
    while parts and left > 0:
        part = parts.pop()
        left -= len(part) if isinstance(part, (str, bytes)) else 1
        if isinstance(part, dict):
            parts += islice(chain.from_iterable(part.items()), MOST_GIVEN)
        elif isinstance(part, (list, tuple, set, frozenset)):
            parts += islice(part, MOST_GIVEN)
    return left > 0
