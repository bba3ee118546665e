"""What differs between two values, path by path; and between two texts, word by word."""

import json
import re
from collections.abc import Hashable, Iterator, Sequence
from typing import Final, Literal, TypeAlias

from graphdeck.graphs.alignment import alignment, common
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.values import Json
from graphdeck.graphs.values import same as same

ChangeKind: TypeAlias = Literal["added", "removed", "changed"]
WordKind: TypeAlias = Literal["same", "added", "removed"]

_WORDS: Final = re.compile(r"\w+|\s+|[^\w\s]")
_LONGEST_TEXT: Final = 100_000
"""Characters that differ from which on a text is not compared by words: 50 ms."""

_LONGEST_WORD: Final = 200


class Change(Frozen):
    """One difference between two values."""

    path: str
    """Where, as a JSON Pointer: `/messages/7/content`; the empty text is the whole value.

    It leads through the second value. What was removed from a list has, as the last part, its index in the first one.
    """
    kind: ChangeKind
    """Whether it is new, gone, or another value."""
    before: Json = None
    """The value on the first side; None where it was added."""
    after: Json = None
    """The value on the second side; None where it was removed."""


# -- values ----------------------------------------------------------------------------------------------------


def differences(before: Json, after: Json, path: str = "") -> tuple[Change, ...]:
    """All that differs, in the order of the values; empty only where they are the same in every part and type.

    1, 1.0 and True differ, so do 0.0 and -0.0; NaN is the same as NaN, and the order of a dict's keys does not count.
    In lists, an insertion is one: items belong together by their `id` where they have one (a pair of a dict with
    other keys than texts by its key), else where they are equal; what is left is compared place by place.
    """
    return tuple(_differences(before, after, path))


def list_differences(
    before: Sequence[Json], after: Sequence[Json], path: str = "", *, at: tuple[int, int] = (0, 0)
) -> tuple[Change, ...]:
    """What differs between two lists, or parts of lists that begin `at` these places of theirs."""
    return tuple(_in_list(before, after, path, at))


def pointer(path: str, part: str | int) -> str:
    """The JSON Pointer of a part of what a path leads to."""
    return f"{path}/{part}" if isinstance(part, int) else f"{path}/{part.replace('~', '~0').replace('/', '~1')}"


def _differences(before: Json, after: Json, path: str) -> Iterator[Change]:
    if isinstance(before, list) and isinstance(after, list):
        yield from _in_list(before, after, path)
    elif isinstance(before, dict) and isinstance(after, dict) and same(before.get("$type"), after.get("$type")):
        yield from _in_dict(before, after, path)
    elif not same(before, after):
        yield Change(path=path, kind="changed", before=before, after=after)


def _in_dict(before: dict[str, Json], after: dict[str, Json], path: str) -> Iterator[Change]:
    for key, value in before.items():
        where = pointer(path, key)
        if key not in after:
            yield Change(path=where, kind="removed", before=value)
        elif before.get("$type") == "dict" and isinstance(value, list) and isinstance(there := after[key], list):
            yield from _in_list(value, there, where, by_key=True)
        else:
            yield from _differences(value, after[key], where)
    for key, value in after.items():
        if key not in before:
            yield Change(path=pointer(path, key), kind="added", after=value)


def _in_list(
    before: Sequence[Json], after: Sequence[Json], path: str, at: tuple[int, int] = (0, 0), by_key: bool = False
) -> Iterator[Change]:
    start, end, to = 0, len(before), len(after)
    while start < min(end, to) and same(before[start], after[start]):
        start += 1
    while start < min(end, to) and same(before[end - 1], after[to - 1]):
        end, to = end - 1, to - 1
    for i, j in _belonging(before[start:end], after[start:to], by_key):
        if j is None and i is not None:
            yield Change(path=pointer(path, at[0] + start + i), kind="removed", before=before[start + i])
        elif i is None and j is not None:
            yield Change(path=pointer(path, at[1] + start + j), kind="added", after=after[start + j])
        elif i is not None and j is not None:
            yield from _differences(before[start + i], after[start + j], pointer(path, at[1] + start + j))


def _belonging(
    before: Sequence[Json], after: Sequence[Json], by_key: bool
) -> Iterator[tuple[int, int] | tuple[int, None] | tuple[None, int]]:
    """Places of the items that belong together, and of those that are on one side only, in order."""
    if not before or not after:  # to know what each is takes longer than all else
        yield from ((gone, None) for gone in range(len(before)))
        yield from ((None, new) for new in range(len(after)))
        return
    ours, theirs = [[_identity(item, by_key) for item in side] for side in (before, after)]
    i = j = 0
    for next_i, next_j in [*alignment(ours, theirs), (len(before), len(after))]:
        while i < next_i and j < next_j and _alike(before[i], after[j], ours[i], theirs[j]):
            yield i, j
            i, j = i + 1, j + 1
        yield from ((gone, None) for gone in range(i, next_i))
        yield from ((None, new) for new in range(j, next_j))
        if next_i < len(before):
            yield next_i, next_j
        i, j = next_i + 1, next_j + 1


def _identity(item: Json, by_key: bool) -> Hashable:
    """What an item of a list is known by: its `id` or key, else all of it."""
    if by_key and isinstance(item, list) and item:
        return "key", json.dumps(item[0], sort_keys=True)
    fields = item.get("value") if isinstance(item, dict) and "$type" in item else item
    if isinstance(fields, dict) and isinstance(identity := fields.get("id"), (str, int)) and identity != "":
        return "id", type(identity), identity
    return "value", json.dumps(item, sort_keys=True)


def _alike(before: Json, after: Json, ours: Hashable, theirs: Hashable) -> bool:
    """Whether an item may be another one, changed: of the same kind, and neither has an identity of its own."""
    if type(before) is not type(after) or not (_is_value(ours) and _is_value(theirs)):
        return False
    if isinstance(before, dict) and isinstance(after, dict):
        return all(before.get(key) == after.get(key) for key in ("$type", "type"))
    return True


def _is_value(identity: Hashable) -> bool:
    return isinstance(identity, tuple) and identity[0] == "value"


# -- texts -----------------------------------------------------------------------------------------------------


def word_changes(before: str, after: str) -> tuple[tuple[WordKind, str], ...]:
    """A text as runs that stayed, were removed or were added, by words; what differs much is told as a whole.

    The runs that stayed and those that were removed make up the text before, the others the one after.
    """
    start = common(before, after)
    end = common(before[start:][::-1], after[start:][::-1])
    ours, theirs = before[start : len(before) - end], after[start : len(after) - end]
    # Words that differ within are told whole: both ends go back to where a word begins or ends.
    start -= _word_at_end(before[:start]) if _begins_within_word(ours, theirs) else 0
    tail = before[len(before) - end :]
    end -= _word_at_end(tail[::-1]) if _begins_within_word(ours[::-1], theirs[::-1]) else 0
    ours, theirs = before[start : len(before) - end], after[start : len(after) - end]
    runs: list[tuple[WordKind, str]] = [("same", before[:start])]
    runs += _by_words(ours, theirs)
    runs.append(("same", before[len(before) - end :]))
    return tuple(_joined(runs))


def _begins_within_word(*texts: str) -> bool:
    return any(text[:1].isalnum() or text[:1] == "_" for text in texts)


def _word_at_end(text: str) -> int:
    """Characters of the word that a text ends with, of a very long one some; 0 where it ends with none."""
    length = 0
    while length < min(len(text), _LONGEST_WORD) and (text[-1 - length].isalnum() or text[-1 - length] == "_"):
        length += 1
    return length


def _by_words(before: str, after: str) -> Iterator[tuple[WordKind, str]]:
    ours: list[str] = [before] if len(before) > _LONGEST_TEXT else _WORDS.findall(before)
    theirs: list[str] = [after] if len(after) > _LONGEST_TEXT else _WORDS.findall(after)
    i = j = 0
    for next_i, next_j in [*alignment(ours, theirs), (len(ours), len(theirs))]:
        yield "removed", "".join(ours[i:next_i])
        yield "added", "".join(theirs[j:next_j])
        yield "same", "".join(ours[next_i : next_i + 1])
        i, j = next_i + 1, next_j + 1


def _joined(runs: Sequence[tuple[WordKind, str]]) -> Iterator[tuple[WordKind, str]]:
    """Without empty runs, and with those of a kind in one: what was removed, then what was added in its place."""
    held: dict[WordKind, str] = {}
    for kind, text in runs:
        if not text:
            continue
        if held and (kind == "same") != ("same" in held):
            yield from sorted(held.items(), key=lambda run: run[0] == "added")
            held = {}
        held[kind] = held.get(kind, "") + text
    yield from sorted(held.items(), key=lambda run: run[0] == "added")
