"""A state as rows of a tree: only what is open is looked at, so that a state of many megabytes costs no more."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import field
from itertools import islice
from typing import Final, Literal, NamedTuple, TypeAlias

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.values import Json
from graphdeck.tui.message_text import is_message
from graphdeck.tui.paragraphs import fold
from graphdeck.tui.text import clip, safe, short_json, size, width

Path: TypeAlias = tuple[str, ...]
"""Keys and indices from the state down to a value."""

PAGE: Final = 100
"""Children that a branch shows before it is asked for more."""
TEXT_LIMIT: Final = 8_000
"""Characters of a long text that are shown when it is opened."""
LABEL_CELLS: Final = 18
"""Room for the longest key."""
LONG_TEXT: Final = 60
"""Characters from which on a text can be opened."""


class TreeRow(Frozen):
    """One row of the tree."""

    path: Path
    """Where its value is."""
    depth: int
    """Levels above it."""
    kind: Literal["value", "text", "more"] = "value"
    """`text` is a piece of an opened text, `more` asks for the next page."""
    label: str = ""
    """Key or index; raw text."""
    label_cells: int = 0
    """Room for the labels of its siblings."""
    value: Json = None
    """Its value."""
    text: str = ""
    """Safe text of a `text` or `more` row."""
    branch: bool = False
    """It can be opened."""
    opened: bool = False
    """It is open."""
    count: int | None = None
    """Number of its children; None where it has no children."""
    mark: str = ""
    """`changed`, `new`, `+3`: what the last step did to it; empty for nothing."""


class Change(Frozen):
    """What the last step did to a state."""

    keys: Collection[str] = ()
    """State keys that differ from the checkpoint before."""
    lengths: Mapping[str, int] = field(default_factory=dict)
    """How many items the lists of the checkpoint before had, by state key."""


def tree_rows(
    values: Mapping[str, Json], opened: Collection[Path], pages: Mapping[Path, int], change: Change, cells: int
) -> Iterator[TreeRow]:
    """The rows of a state: `opened` are the open branches, `pages` how many pages of children each shows."""
    label_cells = _label_cells(values)
    for key, value in values.items():
        mark = _mark(key, value, change)
        yield from _rows((key,), 0, key, label_cells, value, mark, _Open(opened, pages, change, cells))


class _Open(NamedTuple):
    """What holds for the whole tree."""

    paths: Collection[Path]
    pages: Mapping[Path, int]
    change: Change
    cells: int


def _rows(
    path: Path, depth: int, label: str, label_cells: int, value: Json, mark: str, tree: _Open
) -> Iterator[TreeRow]:
    children = children_of(value)
    branch = bool(children) if children is not None else isinstance(value, str) and _is_long(value)
    opened = branch and path in tree.paths
    yield TreeRow(
        path=path, depth=depth, label=label, label_cells=label_cells, value=value,
        branch=branch, opened=opened, count=None if children is None else len(children), mark=mark,
    )  # fmt: skip
    if not opened:
        return
    if children is None:
        yield from _text_rows(path, depth + 1, str(value), tree.cells)
        return
    steps = _prefix(value)
    shown = tree.pages.get(path, 1) * PAGE
    below = _label_cells(islice(_labels(children), shown))
    for step, name, child in islice(_children(children), shown):
        yield from _rows(
            (*path, *steps, step), depth + 1, name, below, child, _child_mark(path, step, tree.change), tree
        )
    if len(children) > shown:
        text = f"{len(children) - shown:,} more: Enter shows the next {min(PAGE, len(children) - shown)}"
        yield TreeRow(path=path, depth=depth + 1, kind="more", text=text)


def children_of(value: Json) -> list[Json] | dict[str, Json] | None:
    """The children of a value; None where it is one whole. A value of another type has those of its JSON form."""
    if isinstance(value, dict) and set(value) == {"$type", "value"}:
        inner = value["value"]
        return inner if isinstance(inner, (list, dict)) else None
    return value if isinstance(value, (list, dict)) else None


def _prefix(value: Json) -> Path:
    return ("value",) if isinstance(value, dict) and set(value) == {"$type", "value"} else ()


def _children(children: list[Json] | dict[str, Json]) -> Iterator[tuple[str, str, Json]]:
    """Step of the path, label and value of each child."""
    if isinstance(children, dict):
        yield from ((key, key, value) for key, value in children.items())
    else:
        yield from ((str(index), str(index), value) for index, value in enumerate(children))


def _labels(children: list[Json] | dict[str, Json]) -> Iterator[str]:
    return (name for _, name, _ in _children(children))


def _label_cells(labels: Collection[str] | Iterator[str]) -> int:
    shown = (safe(label[:LABEL_CELLS], identifier=True) for label in islice(labels, PAGE))
    return min(LABEL_CELLS, max(map(width, shown), default=0))


def _is_long(text: str) -> bool:
    return len(text) > LONG_TEXT or "\n" in text


def _text_rows(path: Path, depth: int, text: str, cells: int) -> Iterator[TreeRow]:
    shown, rest = clip(text, TEXT_LIMIT)
    room = max(10, cells - 2 * depth - 2)
    for line in safe(shown, lines=True).split("\n"):
        for part in fold(line, room):
            yield TreeRow(path=path, depth=depth, kind="text", text=part)
    if rest:
        yield TreeRow(path=path, depth=depth, kind="more", text=f"{rest}; c copies all")


def _mark(key: str, value: Json, change: Change) -> str:
    if key not in change.keys:
        return ""
    before = change.lengths.get(key)
    if isinstance(value, list) and before is not None and len(value) > before:
        return f"+{len(value) - before}"
    return "changed"


def _child_mark(path: Path, step: str, change: Change) -> str:
    """`new` for the items that a list got in the last step."""
    key = path[0]
    if len(path) > 1 or key not in change.keys or key not in change.lengths or not step.isdecimal():
        return ""
    return "new" if int(step) >= change.lengths[key] else ""


def preview(row: TreeRow, cells: int) -> str:
    """A value as one safe line: messages as role and text, long texts with their length."""
    value = row.value
    if isinstance(value, str) and len(value) > max(cells, LONG_TEXT) * 4:
        length = f" {size(len(value))}"
        return short_json(value, max(0, cells - len(length))) + length
    if is_message(value):
        role, _, text = short_json(value, cells + 6).partition(" ")
        return f"{role:<6} {text}"
    return short_json(value, cells)
