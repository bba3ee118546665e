"""What the timeline has rows for: the checkpoints as a tree, and folded under each those of the subgraphs it ran."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TypeAlias

from graphdeck.graphs.branches import TreeLine
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.records import CheckpointRow
from graphdeck.graphs.tasks import RanTask

Fold: TypeAlias = tuple[str, str]
"""A checkpoint, and the `checkpoint_ns` of a subgraph that ran on the way to it or runs after it."""


class HistoryRow(Frozen):
    """One row of the timeline."""

    checkpoint: CheckpointRow | None = None
    """The checkpoint; None for a fold."""
    line: TreeLine | None = None
    """Its line in the tree; None inside a subgraph, and of a fold."""
    depth: int = 0
    """Levels of subgraphs that it is in."""
    fold: Fold = ("", "")
    """What a fold row opens."""
    node: str = ""
    """Node that runs the subgraph of a fold."""
    opened: bool = False
    """The fold is open."""


def history_rows(
    checkpoints: Sequence[CheckpointRow],
    lines: Sequence[TreeLine],
    opened: Collection[Fold],
    inner: Mapping[str, Sequence[CheckpointRow]],
) -> Iterator[HistoryRow]:
    """The rows: `opened` folds show the checkpoints of their subgraph, as far as `inner` has them by namespace."""
    for row, line in zip(checkpoints, lines, strict=True):
        yield from _with_folds(row, line, 0, opened, inner, is_tip=line.is_tip)


def _with_folds(
    row: CheckpointRow,
    line: TreeLine | None,
    depth: int,
    opened: Collection[Fold],
    inner: Mapping[str, Sequence[CheckpointRow]],
    *,
    is_tip: bool,
) -> Iterator[HistoryRow]:
    """A checkpoint, above it what runs after it and has made none yet, below it what ran on the way to it."""

    def folds(tasks: Sequence[RanTask]) -> Iterator[HistoryRow]:
        for task in tasks:
            for ns in task.inner:
                key = (row.checkpoint, ns)
                yield HistoryRow(depth=depth + 1, fold=key, node=task.node, opened=key in opened)
                if key in opened:
                    below = inner.get(ns, ())
                    for index, each in enumerate(below):
                        yield from _with_folds(each, None, depth + 1, opened, inner, is_tip=index == 0)

    if is_tip:
        yield from folds(row.after)
    yield HistoryRow(checkpoint=row, line=line, depth=depth)
    yield from folds(row.made_by)
