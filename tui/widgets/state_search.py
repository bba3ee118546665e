"""Looking for a text in a state, and for a value by its path; both look only as far as they must."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from graphdeck.graphs.values import Json
from graphdeck.tui.widgets.tree_rows import Path, is_tagged, parts_of, value_at

_REST: Final = 500
"""Values between two rests."""
_LARGE: Final = 200_000
"""Characters of a text that are worth a rest."""


def search(values: Mapping[str, Json], wanted: str) -> Iterator[Path | None]:
    """Where a key or a plain value has the wanted text, in the order of the tree; None is a rest for the screen.

    Small and capital letters are the same.
    """
    needle = wanted.casefold()
    above: list[Path] = [()]
    waits: list[Iterator[tuple[Path, str, Json]]] = [iter([((key,), key, value) for key, value in values.items()])]
    looked = 0
    while waits and needle:
        part = next(waits[-1], None)
        if part is None:
            waits.pop()
            above.pop()
            continue
        steps, label, value = part
        path = (*above[-1], *steps)
        if needle in label.casefold() or _has(value, needle):
            yield path
        looked += 1
        if looked % _REST == 0 or (isinstance(value, str) and len(value) > _LARGE):
            yield None
        if isinstance(value, (dict, list)):
            waits.append(parts_of(value))
            above.append(path)


def _has(value: Json, needle: str) -> bool:
    """Whether a value that has no parts, or its type's name, has the text."""
    if isinstance(value, str):
        return needle in value.casefold()
    if is_tagged(value):
        return needle in str(value["$type"]).casefold() or _has(value["value"], needle)
    if value is None or isinstance(value, bool):
        return needle in {True: "true", False: "false", None: "null"}[value]
    return not isinstance(value, (dict, list)) and needle in str(value)


def path_to(values: Mapping[str, Json], asked: str) -> Path | None:
    """The path in the tree of what was asked for, dotted or as a JSON Pointer; None where there is no such value."""
    if asked.startswith("/"):
        names = [name.replace("~1", "/").replace("~0", "~") for name in asked[1:].split("/")]
    else:
        names = asked.split(".")
    path: Path = ()
    here: Json = dict(values)
    for name in names:
        found = next((part for part in parts_of(here) if name == part[1] or f'"{name}"' == part[1]), None)
        if found is None:
            return None
        path, here = (*path, *found[0]), found[2]
    return path


def completions(values: Mapping[str, Json], typed: str, limit: int = 100) -> list[str]:
    """How a dotted path that is being typed may go on by one level."""
    head, dot, start = typed.rpartition(".")
    path = path_to(values, head) if dot else ()
    if path is None:
        return []
    labels = (label for _, label, _ in parts_of(value_at(values, path)) if label.startswith(start))
    return [f"{head}{dot}{label}" for label in islice(labels, limit)]
