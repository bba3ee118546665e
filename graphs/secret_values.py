"""Which values may be secrets: by what their schema says, by what their keys are called, by what they look like.

Rather too many are found than too few: what is taken for a secret is asked for once more, what is not is written.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from graphdeck.graphs.schema import MAX_DEPTH, follow
from graphdeck.graphs.values import Json

ValuePath: TypeAlias = tuple[str, ...]
"""Keys and indexes that lead to a value; empty for the whole."""

_NAME: Final = re.compile(
    r"key(?!word|board|frame|note|point)|token|secret|pass(?![a-z])|pass[\W_]?(?:w|phrase|code)|pwd|credential"
    r"|bearer|auth(?!or)|authori[sz]ation|cookie",
    re.IGNORECASE,
)
_COUNT: Final = re.compile(r"tokens|token[\W_]?(?:limit|count|budget)", re.IGNORECASE)
"""Names of numbers that are no secrets: `max_tokens`."""
_TEXT: Final = re.compile(
    r"://[^/\s:@]*:[^/\s@]+@|-----BEGIN [A-Z ]*PRIVATE KEY|^\s*(?:Bearer|Basic)\s+\S"
    r"|\b(?:sk-|gh[pousr]_|github_pat_|xox[abprs]-|AKIA|eyJ[\w-]+\.[\w-]+\.)[\w-]{8,}",
    re.IGNORECASE,
)
"""Texts that give themselves away: an address with a password in it, a private key, usual kinds of tokens."""
_ALTERNATIVES: Final = ("anyOf", "oneOf", "allOf")
_HIDDEN: Final = object()
"""Stands for a value that is left out, since None is one."""


def is_given(value: Json, path: ValuePath) -> bool:
    """Whether there is a value at a path that says more than an empty text does."""
    return value_at(value, path) not in (None, "")


def value_at(value: Json, path: ValuePath) -> Json:
    """The value at a path; None where there is none."""
    for key in path:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def is_secret_name(name: str) -> bool:
    """Whether a key of this name may hold a secret."""
    return bool(_NAME.search(name))


def without_secrets(value: Json, schema: Json = None) -> tuple[Json, tuple[ValuePath, ...]]:
    """A value without what may be secret in it, and where that was; None where it is the whole value.

    Its JSON schema may say so (`format: password`, `writeOnly`), or a key's name, or a text itself. A list is left out
    as a whole where one of its items is secret: the others would have another place.
    """
    looking = _Looking(schema if isinstance(schema, Mapping) else {})
    kept = looking.kept(value, "", [looking.root], ())
    return (None, ((),)) if kept is _HIDDEN else (kept, tuple(looking.found))


class _Looking:
    """One value beside its schema."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self.found: list[ValuePath] = []

    def kept(self, value: Json, name: str, parts: Iterable[object], path: ValuePath) -> Any:
        """What is left of a value, or `_HIDDEN`; `parts` are those of the schema that are about it."""
        about = list(self._all_parts(parts))
        if _may_be_secret(name, value) or any(map(_is_called_secret, about)) or len(path) > MAX_DEPTH:
            return _HIDDEN
        if isinstance(value, dict):
            return self._object(value, about, path)
        if isinstance(value, list):
            return self._list(value, about, path)
        return value

    def _object(self, value: dict[str, Json], parts: list[Mapping[str, Any]], path: ValuePath) -> Json:
        left: dict[str, Json] = {}
        for key, item in value.items():
            kept = self.kept(item, key, _of_property(parts, key), (*path, key))
            if kept is not _HIDDEN:
                left[key] = kept
            elif item != "":  # nothing was there: the graph's own default holds
                self.found.append((*path, key))
        return left

    def _list(self, value: list[Json], parts: list[Mapping[str, Any]], path: ValuePath) -> Any:
        before = len(self.found)
        left = [self.kept(item, "", _of_item(parts, index), (*path, str(index))) for index, item in enumerate(value)]
        if any(item is _HIDDEN for item in left):
            del self.found[before:]
            return _HIDDEN
        return left

    def _all_parts(self, parts: Iterable[object]) -> Iterator[Mapping[str, Any]]:
        """The parts, what they refer to, and their alternatives, each once."""
        seen: set[int] = set()
        left = list(parts)
        while left:
            part = left.pop()
            if not isinstance(part, Mapping) or id(part) in seen:
                continue
            seen.add(id(part))
            yield part
            if isinstance(part.get("$ref"), str):
                left.append(follow(part, self.root))
            for name in _ALTERNATIVES:
                options = part.get(name)
                left += options if isinstance(options, list) else []


def _may_be_secret(name: str, value: Json) -> bool:
    """Whether a value may be secret by its name or by itself; yes, no and null tell nothing."""
    if value is None or isinstance(value, bool):
        return False
    if isinstance(value, str) and _TEXT.search(value):
        return True
    is_count = isinstance(value, int | float) and bool(_COUNT.search(name))
    return is_secret_name(name) and not is_count


def _is_called_secret(part: Mapping[str, Any]) -> bool:
    return part.get("format") == "password" or part.get("writeOnly") is True


def _of_property(parts: Iterable[Mapping[str, Any]], key: str) -> Iterator[object]:
    """What the parts of a schema say about one property of an object."""
    for part in parts:
        named, rest = part.get("properties"), part.get("patternProperties")
        if isinstance(named, Mapping) and key in named:
            yield named[key]
        else:
            yield part.get("additionalProperties")
        if isinstance(rest, Mapping):  # whichever pattern its name fits
            yield from rest.values()


def _of_item(parts: Iterable[Mapping[str, Any]], index: int) -> Iterator[object]:
    """What the parts of a schema say about one item of a list."""
    for part in parts:
        first = part.get("prefixItems")
        if isinstance(first, list) and index < len(first):
            yield first[index]
        else:
            yield part.get("items")
