"""The checkpoints of a thread that the deck has read so far: pages of them, their tree, and its branches."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from graphdeck.graphs.records import CheckpointRow

if TYPE_CHECKING:
    from graphdeck.graphs.branches import Tree
    from graphdeck.tui.screens.look import Look

PAGE: Final = 100
"""Checkpoints that are read at a time."""
MOST: Final = 200
"""Checkpoints that stay of a run that goes on and on, unless a person has gone back further."""


class Checkpoints(tuple[CheckpointRow, ...]):
    """Checkpoints, newest first, without a gap from the newest on."""

    more: bool
    """There are older ones."""
    _tree_before: "Tree | None" = None

    def __new__(cls, rows: Iterable[CheckpointRow] = (), *, more: bool = False) -> "Checkpoints":
        """Checkpoints, and whether there are older ones."""
        made = super().__new__(cls, rows)
        made.more = more
        return made

    @cached_property
    def tree(self) -> "Tree":
        """Their tree."""
        from graphdeck.graphs.branches import grown, tree

        before, self._tree_before = self._tree_before, None
        return (grown(before, self) if before else None) or tree(self)

    def after(self, known: Sequence[CheckpointRow]) -> "Checkpoints":
        """The same, as they follow on others that were read before: their tree, where there is one, only grows."""
        self._tree_before = vars(known).get("tree") if isinstance(known, Checkpoints) else None
        return self

    @cached_property
    def _branch_numbers(self) -> dict[str, int]:
        return {line.checkpoint: line.branch for line in self.tree.lines}

    def branch(self, checkpoint: str) -> int:
        """Number of the branch that a checkpoint belongs to; 0, that of the newest one, where it is not known."""
        return self._branch_numbers.get(checkpoint, 0)


def refreshed(known: Sequence[CheckpointRow], page: Sequence[CheckpointRow]) -> Checkpoints:
    """The checkpoints after their first page was read again; older ones that were read before stay.

    What a run leaves behind is let go beyond `MOST`, and read again once somebody scrolls there.
    """
    if len(page) < PAGE:
        return Checkpoints(page).after(known)
    last = page[-1].checkpoint
    place = next((index for index, row in enumerate(known) if row.checkpoint == last), None)
    if place is None or not isinstance(known, Checkpoints):
        return Checkpoints(page, more=True)
    rows = [*page, *known[place + 1 :]]
    kept = rows[: max(MOST, len(known))]
    return Checkpoints(kept, more=known.more or len(kept) < len(rows)).after(known)


def followed(known: Sequence[CheckpointRow], page: Sequence[CheckpointRow], before: str) -> Checkpoints:
    """The checkpoints with the page that follows `before`; as they were where that is not the oldest any more."""
    if not known or known[-1].checkpoint != before:
        return known if isinstance(known, Checkpoints) else Checkpoints(known)
    return Checkpoints([*known, *page], more=len(page) >= PAGE)


def branch_words(known: Sequence[CheckpointRow], checkpoint: str) -> str:
    """Which branch a checkpoint belongs to, in words; empty where the thread has only one."""
    if not isinstance(known, Checkpoints) or len(known.tree.branches) < 2:
        return ""
    return f"branch {known.branch(checkpoint) + 1} of {len(known.tree.branches)}"


def why_not_read(look: "Look", action: str) -> str:
    """Why an action that only reads what is saved is off now; empty where it is on."""
    match action:
        case "compare":
            return "" if len(look.history) > 1 else "there are no two checkpoints to compare"
        case "other_branch":
            return "" if branch_words(look.history, "") else "this thread has one branch"
        case "go_to_path" | "raw" | "next_hit" | "previous_hit":
            return "" if look.values else "no state is shown"
        case _:
            return ""
