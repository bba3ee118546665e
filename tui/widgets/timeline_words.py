"""What the timeline says of a checkpoint.

A step may have run hundreds of tasks: they are gone through once, and not whenever its row is painted.
"""

from typing import Final, NamedTuple

from graphdeck.graphs.ran_tasks import alike
from graphdeck.graphs.records import CheckpointRow
from graphdeck.tui.step_lines import failures, node_names, nodes_of, row_status
from graphdeck.tui.text import one_line
from graphdeck.tui.theme import ERROR, MUTED, WARNING, NodeStatus, glyphs

_KEPT: Final = 100
"""Checkpoints whose words, and which themselves, are kept; more than are in sight."""


class RowWords(NamedTuple):
    """What stands in the row of a checkpoint; safe text."""

    status: NodeStatus
    """How it stands there."""
    way: str
    """What ran, and what follows."""
    said: str
    """What went wrong, waits or changed."""
    style: str
    """Of what is said."""


class TimelineWords:
    """Finds the words, and keeps them."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bool], tuple[CheckpointRow, RowWords]] = {}

    def of(self, row: CheckpointRow, *, is_tip: bool) -> RowWords:
        """The words for a checkpoint; `is_tip` where none follows it."""
        key = (row.checkpoint, is_tip)
        known = self._known.get(key)
        if known is None or known[0] is not row:  # of the newest one more may be told at each reading
            if len(self._known) >= _KEPT:
                self._known.clear()
            known = self._known[key] = (row, RowWords(row_status(row, is_tip=is_tip), _way(row), *_detail(row)))
        return known[1]


def _way(row: CheckpointRow) -> str:
    """What ran, and what follows: `assistant → tools`."""
    ran = node_names(nodes_of(row.made_by))
    following = "?" if row.next is None else node_names(row.next) or "END"
    return one_line(f"{ran} {glyphs().arrow} {following}".strip(), 200)


def _detail(row: CheckpointRow) -> tuple[str, str]:
    """What went wrong after a checkpoint, or waits; else the keys that changed on the way to it."""
    if row.error:
        return f"{glyphs().failed} {one_line(row.error, 200)}", ERROR
    if failed := failures(row.after):
        others, first = sum(kind.times for kind in failed) - 1, failed[0].task
        more = f" and {others} more" if others else ""
        name = one_line(first.node, 40, identifier=True)
        return f"{glyphs().failed} {name}{more}: {one_line(first.error, 200)}", ERROR
    if waiting := [task.node for task, _ in alike(row.after) if task.waits]:
        return f"{glyphs().waiting} {one_line(', '.join(dict.fromkeys(waiting)), 200)} asks", WARNING
    return ", ".join(one_line(key, 40, identifier=True) for key in row.changed[:20]), MUTED
