"""The state as a tree, with what the last step changed marked."""

import json
from collections.abc import Collection, Mapping

from textual import events
from textual.content import Content
from textual.message import Message

from graphdeck.graphs.values import Json, json_line
from graphdeck.tui.message_text import is_message
from graphdeck.tui.text import cut, fit, one_line
from graphdeck.tui.theme import ACCENT, MUTED, glyphs
from graphdeck.tui.widgets.rows import Rows
from graphdeck.tui.widgets.tree_rows import Change, Path, TreeRow, preview, tree_rows


class StateTree(Rows):
    """Values in JSON form; Enter or a click opens and closes, right opens, left closes or goes up.

    Posts `ValueHighlighted` when the cursor comes to a value.
    """

    BINDINGS = [  # noqa: RUF012 - Textual's own convention
        ("right", "open", "open"),
        ("left", "close", "close"),
    ]

    class ValueHighlighted(Message):
        """The cursor came to a value."""

        def __init__(self, state_tree: "StateTree", path: Path, value: Json) -> None:
            super().__init__()
            self.state_tree = state_tree
            """The widget."""
            self.path = path
            """Keys and indices from the state down to the value, in its JSON form."""
            self.value = value
            """The value."""

        @property
        def control(self) -> "StateTree":
            """The widget."""
            return self.state_tree

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._values: Mapping[str, Json] = {}
        self._change = Change()
        self._opened: set[Path] = set()
        self._open_at_first: set[Path] = set()
        self._pages: dict[Path, int] = {}
        self._rows: list[TreeRow] = []
        self.empty_text = "no state yet"

    # -- attributes down -----------------------------------------------------------------------------------------

    def show(
        self,
        values: Mapping[str, Json],
        changed: Collection[str] = (),
        lengths_before: Mapping[str, int] | None = None,
        open_at_first: Collection[Path] = (),
    ) -> None:
        """Show a state; what is open stays open, and the cursor stays on its value.

        `changed` are the keys that the last step changed; `lengths_before` the lengths of the lists before it, by key;
        `open_at_first` the branches that are open until a person closes them.
        """
        first = not self._values
        self._values, self._change = values, Change(keys=changed, lengths=lengths_before or {})
        if first:
            self._opened = {(key,) for key, value in values.items() if _is_conversation(value)}
        self._opened |= set(open_at_first) - self._open_at_first
        self._open_at_first = set(open_at_first)
        self._flatten()

    @property
    def highlighted(self) -> TreeRow | None:
        """The row that the cursor is on."""
        return self._rows[self.cursor] if 0 <= self.cursor < len(self._rows) else None

    @property
    def selected_text(self) -> str:
        """What copying gives: the whole value, text as it is and all else as JSON."""
        return copy_text(self._value_at(self.highlighted.path)) if self.highlighted else ""

    def open_path(self, path: Path) -> None:
        """Open all branches down to a value and put the cursor on it."""
        self._opened.update(path[:end] for end in range(1, len(path)))
        self._flatten()
        for index, row in enumerate(self._rows):
            if row.path == path:
                self.move_to(index)
                return

    # -- rows ----------------------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """Number of rows that are open."""
        return len(self._rows)

    def row(self, index: int, width: int) -> Content:
        """Sign, key, value, and what the last step did to it."""
        row = self._rows[index]
        indent = " " * (2 * row.depth)
        if row.kind != "value":
            style = "" if row.kind == "text" else MUTED
            return Content.assemble((f"{indent}   ", ""), (cut(row.text, max(0, width - len(indent) - 3)), style))
        sign = glyphs().opened if row.opened else glyphs().closed if row.branch else " "
        label = fit(one_line(row.label, 60, identifier=True), max(1, row.label_cells))
        count = f"{row.count:,} " if row.count and not is_message(row.value) else ""
        mark = f"  {row.mark} " if row.mark else " "
        room = max(0, width - len(indent) - 3 - row.label_cells - 2 - len(count) - len(mark))
        value = "" if row.opened and not is_message(row.value) else preview(row, room)
        return Content.assemble(
            (f" {indent}{sign} ", MUTED),
            (label, "bold" if row.mark else ""),
            ("  ", ""),
            (count, MUTED),
            (fit(value, room), "" if row.count is None or is_message(row.value) else MUTED),
            (mark, ACCENT),
        )

    def cursor_moved(self, index: int) -> None:
        """Tell which value it is."""
        row = self._rows[index]
        self.post_message(self.ValueHighlighted(self, row.path, row.value))

    def chosen(self, index: int) -> None:
        """Open or close the branch, or show the next page."""
        row = self._rows[index]
        if row.kind == "more" and "Enter" in row.text:
            self._pages[row.path] = self._pages.get(row.path, 1) + 1
            self._flatten(stay=index)
        elif row.branch:
            self._opened.symmetric_difference_update({row.path})
            self._flatten()

    def action_open(self) -> None:
        """Open the branch of the cursor, or go down into it."""
        row = self.highlighted
        if row and row.branch and not row.opened:
            self.chosen(self.cursor)
        elif row and row.opened:
            self.action_move(1)

    def action_close(self) -> None:
        """Close the branch of the cursor, or go up to the one that it is in."""
        row = self.highlighted
        if row and row.opened and row.kind == "value":
            self.chosen(self.cursor)
        elif row:
            above = (index for index in range(self.cursor - 1, -1, -1) if self._rows[index].depth < row.depth)
            self.move_to(next(above, 0))

    def on_resize(self, event: events.Resize) -> None:
        """Fold opened texts again."""
        if any(row.kind == "text" for row in self._rows):
            self._flatten()

    def _flatten(self, stay: int | None = None) -> None:
        kept = self.highlighted
        width = self.size.width
        self._rows = list(tree_rows(self._values, self._opened, self._pages, self._change, width))
        cursor = stay if stay is not None else self.cursor
        if kept and stay is None:
            at = next((i for i, row in enumerate(self._rows) if (row.path, row.kind) == (kept.path, kept.kind)), None)
            cursor = cursor if at is None else at
        self.set_reactive(Rows.cursor, cursor)
        self.rows_changed()

    def _value_at(self, path: Path) -> Json:
        value: Json = dict(self._values)
        for step in path:
            value = value[int(step)] if isinstance(value, list) else value[step]  # type: ignore[index] # its own path
        return value


def _is_conversation(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and is_message(value[-1])


def copy_text(value: Json) -> str:
    """A value for the clipboard: text as it is, all else as JSON; lone surrogates, which it cannot take, as escapes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    try:
        text = json.dumps(value, ensure_ascii=False, indent=2)
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json_line(value)
    return text
