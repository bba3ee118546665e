"""The state as a tree, with what the last step changed marked."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from graphdeck.graphs.values import Json, json_line
from graphdeck.tui.actions import bindings_for
from graphdeck.tui.message_text import is_message
from graphdeck.tui.text import cut, fit, one_line
from graphdeck.tui.theme import ACCENT, MUTED, glyphs
from graphdeck.tui.widgets.rows import Rows
from graphdeck.tui.widgets.tree_rows import (
    FIRST_PAGE,
    PAGE,
    Change,
    Path,
    TreeRow,
    has_value,
    parts_of,
    preview,
    tree_rows,
    type_of,
    value_at,
)


class StateTree(Rows):
    """Values in JSON form; Enter or a click opens and closes, right opens, left closes or goes up.

    Posts `ValueHighlighted` when the cursor comes to a value.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "open", "open"),
        Binding("left", "close", "close"),
        *bindings_for("state"),
    ]

    hits: reactive[Sequence[Path]] = reactive((), init=False)
    """Where a text was found that is looked for, in the order of the tree."""
    raw: reactive[bool] = reactive(False, init=False)
    """Values are shown in their JSON form as it is."""

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
        self._conversations: set[Path] = set()
        self._windows: dict[Path, range] = {}
        self._rows: list[TreeRow] = []
        self._found: frozenset[Path] = frozenset()
        self._hit = 0
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
        `open_at_first` the branches that are open until a person closes them, as conversations are.
        """
        self._values, self._change = values, Change(keys=changed, lengths=lengths_before or {})
        conversations = {(key,) for key, value in values.items() if _is_conversation(value)}
        self._opened |= (set(open_at_first) - self._open_at_first) | (conversations - self._conversations)
        self._open_at_first = set(open_at_first)
        self._conversations |= conversations
        self._flatten()

    @property
    def values(self) -> Mapping[str, Json]:
        """The state that is shown."""
        return self._values

    @property
    def highlighted(self) -> TreeRow | None:
        """The row that the cursor is on."""
        return self._rows[self.cursor] if 0 <= self.cursor < len(self._rows) else None

    @property
    def selected_text(self) -> str:
        """What copying gives: the whole value, text as it is and all else as JSON."""
        return copy_text(self.selected_value) if self.highlighted else ""

    @property
    def selected_value(self) -> Json:
        """The value that the cursor is on; None where there is none."""
        return value_at(self._values, self.highlighted.path) if self.highlighted else None

    @property
    def selected_whole(self) -> tuple[str, Json] | None:
        """The path and value that the cursor is on."""
        return (".".join(self.highlighted.path), self.selected_value) if self.highlighted else None

    def open_path(self, path: Path) -> None:
        """Open all branches down to a value and put the cursor on it."""
        self._opened.update(path[:end] for end in range(1, len(path)))
        for end in range(1, len(path)):
            self._bring_in(path[:end], path)
        self._flatten()
        for index, row in enumerate(self._rows):
            if row.path == path:
                self.move_to(index)
                return

    def _bring_in(self, branch: Path, path: Path) -> None:
        """Let a branch show the page that has the way to a path in it, however far down that is."""
        value = value_at(self._values, branch)
        if not isinstance(value, (list, dict)):
            return
        steps = (
            index
            for index, (part, _, _) in enumerate(parts_of(value))
            if (*branch, *part) == path[: len(branch) + len(part)]
        )
        place = next(steps, None)
        if place is not None and place not in self._windows.get(branch, FIRST_PAGE):
            start = place // PAGE * PAGE
            self._windows[branch] = range(start, start + PAGE)

    # -- what is looked for --------------------------------------------------------------------------------------

    def watch_hits(self) -> None:
        """Mark what is found."""
        self._found = frozenset(self.hits)
        self.refresh()

    def watch_raw(self) -> None:
        """Show the rows in the other form."""
        self._flatten()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The keys that go from hit to hit mean that only where there are some; else what they mean to the screen."""
        return bool(self.hits) if action.endswith("_hit") else super().check_action(action, parameters)

    def action_next_hit(self) -> None:
        """Go to the next place that has what is looked for, after the last one to the first."""
        self.go_to_hit(1)

    def action_previous_hit(self) -> None:
        """Go to the one before."""
        self.go_to_hit(-1)

    def go_to_hit(self, step: int) -> None:
        """Go so many hits on from the one that the cursor was put on last; 0 goes to that one."""
        if not all(has_value(self._values, path) for path in self.hits):  # the state is another one meanwhile
            self.hits = tuple(path for path in self.hits if has_value(self._values, path))
        if self.hits:
            self._hit = (self._hit + step) % len(self.hits)
            self.open_path(self.hits[self._hit])

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
        as_message = is_message(row.value) and not self.raw
        count = f"{row.count:,} " if row.count and not as_message else ""
        mark = f"  {row.mark} " if row.mark else " "
        room = max(0, width - len(indent) - 3 - row.label_cells - 2 - len(count) - len(mark))
        if row.opened and not as_message:
            value = type_of(row.value) if not self.raw else ""
        else:
            value = preview(row, room, raw=self.raw)
        found = "bold underline" if row.path in self._found else ""
        return Content.assemble(
            (f" {indent}{sign} ", MUTED),
            (label, found or ("bold" if row.mark else "")),
            ("  ", ""),
            (count, MUTED),
            (fit(value, room), "" if row.count is None or as_message else MUTED),
            (mark, ACCENT),
        )

    def cursor_moved(self, index: int) -> None:
        """Tell which value it is."""
        row = self._rows[index]
        self.post_message(self.ValueHighlighted(self, row.path, row.value))

    def chosen(self, index: int) -> None:
        """Open or close the branch, or show the next page."""
        row = self._rows[index]
        window = self._windows.get(row.path, FIRST_PAGE)
        if row.kind == "more":
            self._windows[row.path] = range(window.start, window.stop + PAGE)
            self._flatten(turns=True)
        elif row.kind == "earlier":
            self._windows[row.path] = range(max(0, window.start - PAGE), window.stop)
            self._flatten(turns=True)
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

    def _flatten(self, *, turns: bool = False) -> None:
        """Make the rows; where a person `turns` to another page, the cursor comes to the first of it."""
        before, width = self._rows, self.size.width
        self._rows = list(tree_rows(self._values, self._opened, self._windows, self._change, width, raw=self.raw))
        if turns:
            self.rows_changed()
            return
        self.rows_replaced([(row.path, row.kind) for row in before], [(row.path, row.kind) for row in self._rows])


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
