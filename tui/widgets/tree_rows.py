"""A state as rows of a tree: only what is open is looked at, so that a state of many megabytes costs no more."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import field
from itertools import islice
from typing import Final, Literal, NamedTuple, TypeAlias, TypeGuard, cast

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.values import Json
from graphdeck.tui.message_text import is_message
from graphdeck.tui.paragraphs import fold
from graphdeck.tui.text import clip, one_line, raw_json, safe, short_json, size, width

Path: TypeAlias = tuple[str, ...]
"""Keys and indices from the state down to a value."""

PAGE: Final = 100
"""Children that a branch shows before it is asked for more."""
FIRST_PAGE: Final = range(PAGE)
"""The first of them."""
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
    kind: Literal["value", "text", "rest", "more", "earlier"] = "value"
    """`text` is a piece of an opened text and `rest` what is not shown of it; `more` and `earlier` ask for a page."""
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
    values: Mapping[str, Json],
    opened: Collection[Path],
    windows: Mapping[Path, range],
    change: Change,
    cells: int,
    *,
    raw: bool = False,
) -> Iterator[TreeRow]:
    """The rows of a state: `opened` are the open branches, `windows` which of its children each shows, else the first.

    `raw` rows show the JSON form as it is, with the type marks of values that JSON does not have.
    """
    label_cells = _label_cells(map(_label, values))
    for key, value in values.items():
        mark, tree = _mark(key, value, change), _Open(opened, windows, change, cells, raw)
        yield from _rows((key,), 0, _label(key), label_cells, value, mark, tree)


class _Open(NamedTuple):
    """What holds for the whole tree."""

    paths: Collection[Path]
    windows: Mapping[Path, range]
    change: Change
    cells: int
    raw: bool


def _rows(
    path: Path, depth: int, label: str, label_cells: int, value: Json, mark: str, tree: _Open
) -> Iterator[TreeRow]:
    children = children_of(value, raw=tree.raw)
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
    window = tree.windows.get(path, FIRST_PAGE)
    if window.start >= len(children):  # it has become shorter
        window = FIRST_PAGE
    below = _label_cells(label for _, label, _ in islice(parts_of(value, raw=tree.raw), window.start, window.stop))
    if window.start:
        text = f"{window.start:,} earlier: Enter shows {min(PAGE, window.start)} of them"
        yield TreeRow(path=path, depth=depth + 1, kind="earlier", text=text)
    for steps, name, child in islice(parts_of(value, raw=tree.raw), window.start, window.stop):
        yield from _rows((*path, *steps), depth + 1, name, below, child, _child_mark(path, name, tree.change), tree)
    if (rest := len(children) - window.stop) > 0:
        text = f"{rest:,} more: Enter shows the next {min(PAGE, rest)}"
        yield TreeRow(path=path, depth=depth + 1, kind="more", text=text)


def children_of(value: Json, *, raw: bool = False) -> list[Json] | dict[str, Json] | None:
    """The children of a value; None where it is one whole. A value of another type has those of its JSON form."""
    if not raw and is_tagged(value):
        inner = value["value"]
        return inner if isinstance(inner, (list, dict)) else None
    return value if isinstance(value, (list, dict)) else None


def is_tagged(value: Json) -> TypeGuard[dict[str, Json]]:
    """Whether it is the JSON form of a value of a type that JSON does not have."""
    return isinstance(value, dict) and value.keys() == {"$type", "value"}


def parts_of(value: Json, *, raw: bool = False) -> Iterator[tuple[Path, str, Json]]:
    """The children of a value as the tree has them: the steps that lead to each, its label, and itself."""
    children, above = children_of(value, raw=raw), () if raw or not is_tagged(value) else ("value",)
    if isinstance(children, dict):
        yield from (((*above, key), _label(key), child) for key, child in children.items())
    elif above and isinstance(value, dict) and value["$type"] == "dict" and children and _are_pairs(children):
        for index, pair in enumerate(children):  # its keys are no texts, or not all: as JSON they are told apart
            key, child = cast("list[Json]", pair)
            yield (*above, str(index), "1"), short_json(key, LABEL_CELLS), child
    else:
        yield from (((*above, str(index)), str(index), child) for index, child in enumerate(children or ()))


def _label(key: str) -> str:
    """A key as its row is called: one that would not be seen in quotes."""
    return key if key.strip() else short_json(key, LABEL_CELLS)


def value_at(values: Mapping[str, Json], path: Path) -> Json:
    """The value at a path of the tree."""
    value: Json = dict(values)
    for step in path:
        value = value[int(step)] if isinstance(value, list) else value[step]  # type: ignore[index] # its own path
    return value


def has_value(values: Mapping[str, Json], path: Path) -> bool:
    """Whether there is a value at a path that another state had."""
    value: Json = dict(values)
    for step in path:
        if isinstance(value, dict) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return False
    return True


def type_of(value: Json) -> str:
    """The type of a value that JSON does not have, in safe words; empty for others."""
    return one_line(str(value["$type"]), 60, identifier=True) if is_tagged(value) else ""


def _are_pairs(items: list[Json]) -> bool:
    return all(isinstance(item, list) and len(item) == 2 for item in items)


def _label_cells(labels: Iterable[str]) -> int:
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
        yield TreeRow(path=path, depth=depth, kind="rest", text=f"{rest}: v shows all")


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


def preview(row: TreeRow, cells: int, *, raw: bool = False) -> str:
    """A value as one safe line: messages as role and text, long texts with their length; `raw` as it is in JSON."""
    value = row.value
    if raw:
        return raw_json(value, cells)
    if isinstance(value, str) and len(value) > max(cells, LONG_TEXT) * 4:
        length = f" {size(len(value))}"
        return short_json(value, max(0, cells - len(length))) + length
    if is_message(value):
        role, _, text = short_json(value, cells + 6).partition(" ")
        return f"{role:<6} {text}"
    return short_json(value, cells)
