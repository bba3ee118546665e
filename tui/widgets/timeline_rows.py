"""What the timeline has rows for: the checkpoints as a tree, and folded under each those of the subgraphs it ran."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from graphdeck.graphs.branches import TreeLine
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.ran_tasks import subgraphs_of
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
    lanes: str = ""
    """What the tree draws beside a fold, or a checkpoint inside a subgraph: the lanes that pass by."""
    is_tip: bool = False
    """No checkpoint follows it."""
    depth: int = 0
    """Levels of subgraphs that it is in."""
    fold: Fold = ("", "")
    """What a fold row opens."""
    node: str = ""
    """Node that runs the subgraph of a fold."""
    opened: bool = False
    """The fold is open."""


class _Known(NamedTuple):
    """The only row of a checkpoint, and what it follows from."""

    row: HistoryRow
    checkpoint: CheckpointRow
    line: TreeLine
    after: TreeLine | None


class HistoryRows:
    """Makes the rows; those of checkpoints without folds once, as long as nothing of them changes."""

    def __init__(self) -> None:
        self._known: Mapping[str, _Known] = {}

    def of(
        self,
        checkpoints: Sequence[CheckpointRow],
        lines: Sequence[TreeLine],
        opened: Collection[Fold],
        inner: Mapping[str, Sequence[CheckpointRow]],
    ) -> Sequence[HistoryRow]:
        """The rows: `opened` folds show the checkpoints of their subgraph, as far as `inner` has them by namespace."""
        rows: list[HistoryRow] = []
        known: dict[str, _Known] = {}
        for row, line, after in zip(checkpoints, lines, [*lines[1:], None][: len(lines)], strict=True):
            before = self._known.get(row.checkpoint)
            if before and before.checkpoint is row and before.line is line and before.after is after:
                known[row.checkpoint] = before
                rows.append(before.row)
                continue
            lanes = passing(line, own=False), passing(after, own=not after.is_tip) if after else ""
            made = list(_with_folds(row, line, 0, _Tree(opened, inner, *lanes), is_tip=line.is_tip))
            if len(made) == 1:
                known[row.checkpoint] = _Known(made[0], row, line, after)
            rows += made
        self._known = known
        return rows


def passing(line: TreeLine, *, own: bool) -> str:
    """The lanes that lead down to a line: a bar for each, for that of its glyph only where it is its `own`."""
    drawn = f"{line.before}{'│' if own else ' '}{line.after}"
    return "".join("│" if index % 2 == 0 and sign in "│├┼┴╯" else " " for index, sign in enumerate(drawn)).rstrip()


class _Tree(NamedTuple):
    """What holds for all rows of a checkpoint."""

    opened: Collection[Fold]
    inner: Mapping[str, Sequence[CheckpointRow]]
    above: str
    """Lanes that pass above it."""
    below: str
    """Lanes that pass below it."""


def _with_folds(
    row: CheckpointRow, line: TreeLine | None, depth: int, tree: _Tree, *, is_tip: bool
) -> Iterator[HistoryRow]:
    """A checkpoint, above it what runs after it and has made none yet, below it what ran on the way to it."""

    def folds(tasks: Sequence[RanTask], lanes: str) -> Iterator[HistoryRow]:
        for task in tasks if subgraphs_of(tasks) else ():  # one step may have hundreds of tasks without any
            for ns in task.inner:
                key = (row.checkpoint, ns)
                is_open = key in tree.opened
                yield HistoryRow(depth=depth + 1, fold=key, node=task.node, opened=is_open, lanes=lanes)
                for index, each in enumerate(tree.inner.get(ns, ()) if is_open else ()):
                    inside = tree._replace(above=lanes, below=lanes)
                    yield from _with_folds(each, None, depth + 1, inside, is_tip=index == 0)

    if is_tip:
        yield from folds(row.after, tree.above)
    yield HistoryRow(checkpoint=row, line=line, is_tip=is_tip, depth=depth, lanes=tree.below)
    yield from folds(row.made_by, tree.below)
