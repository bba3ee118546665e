"""Tasks of a step, hundreds of them where a node fans out, in little memory: what tasks have in common is kept once.

A record of its own for each would be a kilobyte: of a long run of big steps that would be hundreds of megabytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple, overload

from graphdeck.graphs.frozen import with_fields
from graphdeck.graphs.tasks import RanTask

_EACH: Final = 1 << 8
"""Kinds of tasks in one step whose numbers fit into a byte each."""


class Alike(NamedTuple):
    """Tasks that tell the same but for their ids, how they were called, and which subgraphs they ran."""

    task: RanTask
    """The first of them."""
    times: int
    """How many they are."""


class RanTasks(Sequence[RanTask]):
    """Tasks as a sequence of records, each of which is made when it is asked for; equal to a tuple of them."""

    __slots__ = ("_ids", "_inner", "_joined", "_kind_of", "_kinds", "_length", "_paths")

    def __init__(self, tasks: Iterable[RanTask] = ()) -> None:
        found = tuple(tasks)
        numbers: dict[tuple[Any, ...], int] = {}
        firsts: list[RanTask] = []
        times: list[int] = []
        kind_of: list[int] = []
        for task in found:
            kind = (task.node, bool(task.path), task.wrote, task.routed, task.error, task.waits, task.finished)
            number = numbers.setdefault(kind, len(firsts))
            if number == len(firsts):
                firsts.append(task)
                times.append(0)
            times[number] += 1
            kind_of.append(number)
        self._kinds = tuple(map(Alike, firsts, times))
        self._kind_of: Sequence[int] = bytes(kind_of) if len(firsts) <= _EACH else tuple(kind_of)
        ids = tuple(task.id for task in found)
        lengths = set(map(len, ids))
        self._length = lengths.pop() if len(lengths) == 1 else 0  # LangGraph's ids have one length
        self._joined = "".join(ids) if self._length else ""
        self._ids = () if self._length else ids
        self._paths = tuple(task.path for task in found) if any(task.path for task in firsts) else ()
        inner = tuple(task.inner for task in found)
        self._inner = inner if any(inner) else ()

    @property
    def alike(self) -> Sequence[Alike]:
        """The kinds of tasks, in the order of their first ones."""
        return self._kinds

    @property
    def ids(self) -> Iterator[str]:
        """The tasks' ids."""
        return map(self._id, range(len(self)))

    @property
    def subgraphs(self) -> Sequence[tuple[str, ...]]:
        """`checkpoint_ns` of the subgraphs that each of them ran; nothing where none ran any."""
        return self._inner

    @property
    def weight(self) -> int:
        """About how many small objects need as much memory."""
        return 1 + len(self._kinds) + len(self) // (1 if self._paths or self._inner else 8)

    def __len__(self) -> int:
        return len(self._kind_of)

    @overload
    def __getitem__(self, index: int) -> RanTask: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[RanTask]: ...
    def __getitem__(self, index: int | slice) -> RanTask | Sequence[RanTask]:
        if isinstance(index, slice):
            return tuple(map(self._task, range(*index.indices(len(self)))))
        return self._task(range(len(self))[index])

    def __iter__(self) -> Iterator[RanTask]:
        return map(self._task, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, RanTasks | tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"RanTasks({list(self)!r})"

    def _id(self, index: int) -> str:
        length = self._length
        return self._joined[index * length : (index + 1) * length] if length else self._ids[index]

    def _task(self, index: int) -> RanTask:
        own = {
            "id": self._id(index),
            "path": self._paths[index] if self._paths else "",
            "inner": self._inner[index] if self._inner else (),
        }
        return with_fields(self._kinds[self._kind_of[index]].task, **own)


def alike(tasks: Sequence[RanTask]) -> Sequence[Alike]:
    """The kinds of some tasks, in the order of their first ones."""
    return (tasks if isinstance(tasks, RanTasks) else RanTasks(tasks)).alike


def subgraphs_of(tasks: Sequence[RanTask]) -> dict[str, None]:
    """`checkpoint_ns` of the subgraphs that tasks ran, each once, in their order."""
    found = tasks.subgraphs if isinstance(tasks, RanTasks) else [task.inner for task in tasks]
    return dict.fromkeys(ns for inner in found for ns in inner)


def ids_of(tasks: Sequence[RanTask]) -> Iterator[str]:
    """The ids of some tasks."""
    return tasks.ids if isinstance(tasks, RanTasks) else (task.id for task in tasks)
