"""The runs on record, newest first, one a line."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content
from textual.message import Message

from graphdeck.graphs.kept_runs import RunRecord
from graphdeck.tui.clock import Clock, age, duration, elapsed
from graphdeck.tui.stop_words import stop_words
from graphdeck.tui.text import fit, one_line
from graphdeck.tui.theme import MUTED, colour, glyphs, word
from graphdeck.tui.widgets.rows import Rows

_FIXED: Final = 35
"""Cells of glyph, age, duration, steps and tokens."""


class RunList(Rows):
    """Runs; posts `RunHighlighted` for the one that the cursor comes to."""

    class RunHighlighted(Message):
        """The cursor came to a run."""

        def __init__(self, run_list: "RunList", run: RunRecord) -> None:
            super().__init__()
            self.run_list = run_list
            """The widget."""
            self.run = run
            """The run."""

        @property
        def control(self) -> "RunList":
            """The widget."""
            return self.run_list

    def __init__(self, clock: Clock, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._clock = clock
        self._runs: Sequence[RunRecord] = ()

    def show(self, runs: Sequence[RunRecord], *, nothing: str) -> None:
        """Show these runs, the cursor on the first one; `nothing` is said where there are none."""
        self._runs, self.empty_text = runs, nothing
        self.set_reactive(Rows.cursor, 0)
        self.rows_changed()
        if runs:
            self.cursor_moved(0)

    @property
    def highlighted(self) -> RunRecord | None:
        """The run that the cursor is on."""
        return self._runs[self.cursor] if 0 <= self.cursor < len(self._runs) else None

    def row_count(self) -> int:
        """Number of runs."""
        return len(self._runs)

    def row(self, index: int, width: int) -> Content:
        """Glyph, age, duration, steps, tokens, how it ended and why."""
        run = self._runs[index]
        left_out = f"{run.left_out:,} events left out" if run.left_out else ""
        why = ", ".join(filter(None, (stop_words(run.stops) or one_line(run.why, 200), left_out)))
        steps = f"{run.steps:,} step{'' if run.steps == 1 else 's'}"
        took = duration(elapsed(run.started, run.ended)) if run.ended else ""
        tokens = f"{run.tokens:,} tok" if run.tokens else ""
        return Content.assemble(
            (f" {glyphs().of(run.status)} ", colour(run.status)),
            (fit(age(run.started, self._clock.now()), 4, right=True), MUTED),
            fit(took, 8, right=True),
            (fit(steps, 10, right=True), MUTED),
            (fit(tokens, 10, right=True), MUTED),
            ("  ", ""),
            (word(run.status), colour(run.status)),
            (one_line(f": {why}", max(0, width - _FIXED - len(word(run.status)) - 3)) if why else "", MUTED),
        )

    def cursor_moved(self, index: int) -> None:
        """Tell which run it is."""
        self.post_message(self.RunHighlighted(self, self._runs[index]))
