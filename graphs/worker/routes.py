"""Where the tasks of a step send the run: told by what they write, kept until the checkpoint that ends the step."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from graphdeck.graphs.channels import SENDS, target_of
from graphdeck.graphs.records import START

Writes: TypeAlias = Iterable[tuple[str, Any]]
"""Channels with what is written to them."""


class Routes:
    """The routing of one run: of its edges, routers, `goto`s and `Send`s alike."""

    def __init__(self) -> None:
        self._targets: dict[str, dict[str, tuple[str, ...]]] = {}  # by checkpoint and task
        self._nodes: dict[str, str] = {}

    def runs(self, task: str, node: str) -> None:
        """A task of this node has started, or finished in an earlier run of its step."""
        self._nodes[task] = node

    def wrote(self, checkpoint: str, task: str, writes: Writes, path: str = "") -> None:
        """A task of the step that began at a checkpoint wrote this; START is told of by its path alone."""
        if path.endswith(START):
            self._nodes[task] = START
        if targets := tuple(dict.fromkeys(_targets(writes))):
            self._targets.setdefault(checkpoint, {})[task] = targets

    def forget(self, task: str) -> None:
        """The step of a task is over, and where that has led is told."""
        self._nodes.pop(task, None)

    def after(self, checkpoint: str | None) -> dict[str, tuple[str, ...]]:
        """By node, where the step that began at a checkpoint has led; it is forgotten."""
        found: dict[str, tuple[str, ...]] = {}
        for task, targets in self._targets.pop(checkpoint or "", {}).items():
            if node := self._nodes.pop(task, ""):
                found[node] = tuple(dict.fromkeys((*found.get(node, ()), *targets)))
        return found


def _targets(writes: Writes) -> Iterator[str]:
    for channel, value in writes:
        if target := target_of(channel):
            yield target
        elif channel == SENDS and isinstance(getattr(value, "node", None), str):
            yield value.node
