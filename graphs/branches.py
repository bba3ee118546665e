"""A thread's history as a tree: which branch each checkpoint belongs to, and the lines to draw left of it.

Rows come newest first, as `Engine.history` gives them. The branch of the newest checkpoint is the left-most lane, and
an older page that joins them changes nothing above it. As long as a run appends to that branch, all lines below stay
as they are.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, Protocol

from graphdeck.graphs.frozen import Frozen

_TWINS: Final = str.maketrans("│─├┼┴╯…", "|-+|^'~")


class HasParent(Protocol):
    """What the tree needs of a checkpoint: `CheckpointRow` has it."""

    @property
    def checkpoint(self) -> str:
        """Checkpoint id."""
        ...

    @property
    def parent(self) -> str | None:
        """Checkpoint id of its parent; None of the first one."""
        ...


class TreeLine(Frozen):
    """The line of a checkpoint in the tree."""

    checkpoint: str
    """Checkpoint id."""
    lane: int
    """Lane that its glyph stands in, from 0 at the left; a lane is two cells wide."""
    before: str
    """Lines left of its glyph, two cells for each lane: `├─`."""
    after: str
    """Lines right of its glyph, without blanks at the end: `─╯`, ` │`; empty where there are none."""
    below: str
    """The lanes that lead on below its line, for what is said of it there: `│ │`."""
    branch: int
    """Number of its branch: 0 for the one of the newest checkpoint, 1 for the next older one, and so on."""
    is_tip: bool
    """Nothing follows it: its branch ends here."""
    is_fork: bool
    """Several checkpoints follow it."""
    begins_branch: bool
    """Several checkpoints follow its parent, and it is one of them."""


class Branch(Frozen):
    """A way that a thread went, from where it left another one to its last checkpoint."""

    tip: str
    """Id of its last checkpoint."""
    first: str
    """Id of its first checkpoint that no newer branch has too, as far as rows are known."""
    parent: str | None
    """Checkpoint, of another branch, that it left from; None for the branch that the thread began with."""
    size: int
    """Checkpoints of its own."""


class Tree(Frozen):
    """A thread's checkpoints as lines, and its branches."""

    lines: tuple[TreeLine, ...]
    """One for each row, in their order."""
    branches: tuple[Branch, ...]
    """By their number; the first one is that of the newest checkpoint."""


def ancestors(rows: Iterable[HasParent], checkpoint: str) -> frozenset[str]:
    """Ids of a checkpoint and of all that came before it, as far as the rows tell."""
    parents = {row.checkpoint: row.parent for row in rows}
    found: set[str] = set()
    here: str | None = checkpoint
    while here is not None and here not in found:  # a checkpoint that was put twice can make a circle
        found.add(here)
        here = parents.get(here)
    return frozenset(found)


def tree(rows: Sequence[HasParent]) -> Tree:
    """The tree of a thread's checkpoints, which are of one namespace and newest first.

    A checkpoint joins its parent at the parent's line, or, where a lane to the left leads to that parent already, at
    its own. A line whose parent is not among the rows goes on to the bottom.
    """
    return _Drawing(rows).tree()


def grown(before: Tree, rows: Sequence[HasParent]) -> Tree | None:
    """The tree of rows to which a run has appended since, made from the one before; None where it has to be made anew.

    Of thousands of rows only the new ones are looked at, as long as the thread has one branch; old ones may be gone.
    """
    if len(before.branches) != 1 or not rows:
        return None
    head = before.branches[0].tip
    new = next((index for index, row in enumerate(rows) if row.checkpoint == head), None)
    known = before.lines[: len(rows) - (new or 0)]
    if new is None or len(known) + new != len(rows):
        return None
    chain = all(row.parent == following.checkpoint for row, following in pairwise(rows[: new + 1]))
    if not chain or any(line.checkpoint != row.checkpoint for line, row in zip(known, rows[new:], strict=True)):
        return None
    lines = tuple(_chained(row.checkpoint, is_tip=index == 0) for index, row in enumerate(rows[:new]))
    if new:
        lines += (dataclasses.replace(known[0], is_tip=False),)
    branch = Branch(tip=rows[0].checkpoint, first=rows[-1].checkpoint, parent=rows[-1].parent, size=len(rows))
    return Tree(lines=lines + known[len(lines) - new :], branches=(branch,))


def _chained(checkpoint: str, *, is_tip: bool) -> TreeLine:
    """The line of a checkpoint of the only branch, and not of its first one."""
    return TreeLine(
        checkpoint=checkpoint,
        lane=0,
        before="",
        after="",
        below="│",
        branch=0,
        is_tip=is_tip,
        is_fork=False,
        begins_branch=False,
    )


def narrowed(line: TreeLine, most: int) -> tuple[str, str]:
    """Its `before` and `after` in the room of some lanes, at least 2; a `…` stands for those that are left out."""
    if line.lane < most:
        room = 2 * (most - 1 - line.lane)
        return line.before, line.after if len(line.after) <= room else f"{line.after[:room][:-1]}…"
    return f"{line.before[: 2 * (most - 2)]}…{line.before[-1:]}", ""


def ascii_twin(lines: str) -> str:
    """The lines left or right of a glyph in ASCII."""
    return lines.translate(_TWINS)


class _Drawing:
    def __init__(self, rows: Sequence[HasParent]) -> None:
        self._rows = rows
        self._children: dict[str, int] = {}
        for row in rows:
            if row.parent is not None:
                self._children[row.parent] = self._children.get(row.parent, 0) + 1
        self._lanes: list[str | None] = []
        """The checkpoint that each lane leads down to; None where it is free."""
        self._branch_of_lane: list[int] = []
        self._branches: list[list[HasParent]] = []

    def tree(self) -> Tree:
        lines = tuple(map(self._line, self._rows))
        numbers = {line.checkpoint: line.branch for line in lines}
        branches = tuple(
            Branch(
                tip=own[0].checkpoint,
                first=own[-1].checkpoint,
                parent=own[-1].parent if numbers.get(own[-1].parent or "") != number else None,
                size=len(own),
            )
            for number, own in enumerate(self._branches)
        )
        return Tree(lines=lines, branches=branches)

    def _line(self, row: HasParent) -> TreeLine:
        joining = [lane for lane, awaited in enumerate(self._lanes) if awaited == row.checkpoint]
        lane = joining[0] if joining else self._open()
        for each in joining[1:]:
            self._lanes[each] = None
        branch = self._branch_of_lane[lane]
        self._branches[branch].append(row)
        parent = row.parent
        onto = self._lanes[:lane].index(parent) if parent is not None and parent in self._lanes[:lane] else None
        passing = {each for each, awaited in enumerate(self._lanes) if awaited is not None and each != lane}
        self._lanes[lane] = parent if onto is None else None
        return TreeLine(
            checkpoint=row.checkpoint,
            lane=lane,
            before=_before(lane, passing, onto),
            after=_after(lane, passing, joining[1:]),
            below="".join("  " if awaited is None else "│ " for awaited in self._lanes).rstrip(),
            branch=branch,
            is_tip=not joining and row.checkpoint not in self._children,
            is_fork=self._children.get(row.checkpoint, 0) > 1,
            begins_branch=parent is not None and self._children[parent] > 1,
        )

    def _open(self) -> int:
        """A free lane, for a branch that no newer one leads to."""
        free = next((lane for lane, awaited in enumerate(self._lanes) if awaited is None), len(self._lanes))
        if free == len(self._lanes):
            self._lanes.append(None)
            self._branch_of_lane.append(0)
        self._branch_of_lane[free] = len(self._branches)
        self._branches.append([])
        return free


def _before(lane: int, passing: set[int], onto: int | None) -> str:
    """Two cells for each lane left of a glyph that joins, or does not, the lane `onto`."""
    cells = []
    for each in range(lane):
        if onto is None or each < onto:
            cells.append("│ " if each in passing else "  ")
        else:
            cells.append("├─" if each == onto else "┼─" if each in passing else "──")
    return "".join(cells)


def _after(lane: int, passing: set[int], joining: Sequence[int]) -> str:
    """The cells right of a glyph that the lanes `joining` end at; each lane has a cell of space before it."""
    last = joining[-1] if joining else lane
    cells = []
    for each in range(lane + 1, max([last, *passing]) + 1):
        line = "─" if each <= last else " "
        if each in joining:
            cells.append(line + ("╯" if each == last else "┴"))
        elif each in passing:
            cells.append(line + ("┼" if each < last else "│"))
        else:
            cells.append(line * 2)
    return "".join(cells)
