"""Finding a value in a state, or putting one there, by PATH: dotted (`messages.0.content`), or a JSON Pointer (`/`)."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from graphdeck.graphs.errors import PathNotFound
from graphdeck.graphs.values import Json

_SHOWN: Final = 20
"""Keys that an error names."""

_INDEX: Final = re.compile(r"-?[0-9]{1,18}")
"""An index of a list; a negative one counts from its end."""


def find_value(values: Mapping[str, Json], path: str) -> Json:
    """The value at a path; an empty path is the whole state. Raises `PathNotFound`, which names the keys there are.

    A tagged value (`{"$type", "value"}`) is stepped through, so that `profile.name` finds a field of a dataclass.
    """
    here: Json = dict(values)
    walked: list[str] = []
    for part in split_path(path):
        found, inner = _step(here, part)
        if not found:
            raise _not_found(part, walked, here)
        here = inner
        walked.append(part)
    return here


def split_path(path: str) -> list[str]:
    """The keys and indexes of a path."""
    if path.startswith("/"):
        return [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]
    return path.split(".") if path else []


def with_value(whole: Json, parts: Sequence[str], value: Json) -> Json:
    """A value with another one put at a path inside it: a new key, too, but only an index that is there.

    Raises PathNotFound.
    """
    if not parts:
        return value
    part, rest = parts[0], parts[1:]
    if isinstance(whole, dict):
        if whole.keys() == {"$type", "value"} and part not in whole:  # the path goes on in what is marked by its type
            if whole["$type"] == "dict":
                raise PathNotFound(
                    f'"{part}" is in a dict whose keys are not all text.', "Give the whole dict instead."
                )
            return {**whole, "value": with_value(whole["value"], parts, value)}
        if rest and part not in whole:
            raise PathNotFound(f'There is no "{part}" to put a value into.', f"There are: {', '.join(whole)}.")
        return {**whole, part: with_value(whole.get(part), rest, value)}
    if isinstance(whole, list):
        index = _index(whole, part)
        if index is None:
            raise PathNotFound(f'There is no "{part}" in a list of {len(whole)}.', "Give the whole list instead.")
        return [*whole[:index], with_value(whole[index], rest, value), *whole[index + 1 :]]
    raise PathNotFound(f'There is no "{part}" to put a value at.', "The value there has no parts.")


def _step(here: Json, part: str) -> tuple[bool, Json]:
    if isinstance(here, dict) and part in here:
        return True, here[part]
    here = untagged(here)
    if isinstance(here, dict):
        return part in here, here.get(part)
    index = _index(here, part) if isinstance(here, list) else None
    if isinstance(here, list) and index is not None:
        return True, here[index]
    return False, None


def _index(items: Sequence[Json], part: str) -> int | None:
    """The index that a part of a path names in a list; None where there is no such item."""
    if _INDEX.fullmatch(part) and -len(items) <= int(part) < len(items):
        return int(part) % len(items)
    return None


def untagged(here: Json) -> Json:
    """What a tagged value holds, any other value itself; of a dict with other keys, a dict by the text of its keys."""
    if not isinstance(here, dict) or here.keys() != {"$type", "value"}:
        return here
    inner = here["value"]
    if here["$type"] == "dict" and isinstance(inner, list):
        return {_key_text(pair[0]): pair[1] for pair in inner if isinstance(pair, list) and len(pair) == 2}
    return inner


def _key_text(key: Json) -> str:
    inner = untagged(key)
    return ",".join(map(_key_text, inner)) if isinstance(inner, list) else str(inner)


def _not_found(part: str, walked: list[str], here: Json) -> PathNotFound:
    where = f"at {'.'.join(walked)}" if walked else "in the state"
    here = untagged(here)
    if isinstance(here, dict):
        names = [f'"{name}"' for name in list(here)[:_SHOWN]]
        more = f" and {len(here) - _SHOWN} more" if len(here) > _SHOWN else ""
        hint = f"There are: {', '.join(names)}{more}." if names else "It is empty."
        if any("." in name for name in here):
            hint += " A key with a dot is reached by a path that starts with / and is divided by /."
        return PathNotFound(f'There is no "{part}" {where}.', hint)
    if isinstance(here, list):
        hint = f"It is a list with indexes 0 to {len(here) - 1}." if here else "It is an empty list."
        return PathNotFound(f'There is no "{part}" {where}.', hint)
    return PathNotFound(f'There is no "{part}" {where}.', "The value there has no parts.")
