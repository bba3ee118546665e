"""A list of named configs, each with what it holds."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content
from textual.message import Message

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.run_configs import RunConfig
from graphdeck.tui import text
from graphdeck.tui.config_words import holds
from graphdeck.tui.theme import ACCENT, MUTED, WARNING, glyphs
from graphdeck.tui.widgets.rows import Rows

_NAME_CELLS: Final = 24


class ConfigRow(Frozen):
    """A version of a config."""

    config: RunConfig
    """What it is."""
    label: str
    """What it is called: `large`, or `large@2` for an older version; raw."""
    age: str = ""
    """How long ago it was kept."""
    is_taken: bool = False
    """The form was filled from it, or kept as it."""


class ConfigList(Rows):
    """Shows them; posts `Chosen` for the one to take, `Moved` for the one of the cursor."""

    class Chosen(Message):
        """Enter was pressed on a row, or it was clicked twice."""

    class Moved(Message):
        """The cursor came to a row."""

    clicks = 2

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[ConfigRow] = ()

    @property
    def current(self) -> ConfigRow | None:
        """The row of the cursor."""
        return self._rows[self.cursor] if 0 <= self.cursor < len(self._rows) else None

    def show(self, rows: Sequence[ConfigRow]) -> None:
        """Show these; the cursor stays with its own."""
        before, self._rows = self._rows, rows
        self.rows_replaced([row.label for row in before], [row.label for row in rows])

    def go_to(self, label: str) -> None:
        """Go to the row of a label, if there is one."""
        self.move_to(next((index for index, row in enumerate(self._rows) if row.label == label), self.cursor))

    def row_count(self) -> int:
        """Number of rows."""
        return len(self._rows)

    def row(self, index: int, width: int) -> Content:
        """Sign, name, age, and what it holds."""
        row, signs = self._rows[index], glyphs()
        names = [text.one_line(each.label, _NAME_CELLS, identifier=True) for each in self._rows]
        name = text.fit(names[index], max(map(text.width, names)))
        head = f" {signs.cursor if row.is_taken else ' '} {name}  {row.age:>4}  "
        room = max(0, width - text.width(head) - 1)
        return Content.assemble(
            (head, ACCENT if row.is_taken else ""),
            (text.one_line(holds(row.config), room), WARNING if row.config.gone else MUTED),
        )

    def cursor_moved(self, index: int) -> None:
        """Say so."""
        self.post_message(self.Moved())

    def chosen(self, index: int) -> None:
        """It is to be taken."""
        self.post_message(self.Chosen())
