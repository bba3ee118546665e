"""Forms: fields, what is typed into them, and the value that this stands for.

A field keeps the type of what it holds: a number stays a number, the text `3` stays a text, and every value comes out
as it went in. `form_schema.form` makes the form of a JSON schema.
"""

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.questions.typed import typed
from graphdeck.graphs.schema import problems
from graphdeck.graphs.values import Json
from graphdeck.tools.invisible import ALWAYS

Mode: TypeAlias = Literal["text", "number", "choice", "json", "null", "absent"]
"""How what is typed is taken: as it stands, as a number, one of the choices, JSON; or nothing is typed."""

MODE_NAMES: Final[Mapping[Mode, str]] = {
    "text": "text",
    "number": "number",
    "choice": "choice",
    "json": "JSON",
    "null": "null",
    "absent": "left out",
}
WHOLE: Final = -1
"""Place of what is wrong with the value as a whole."""

_ONE_LINE: Final = 60
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)


class Nothing:
    """Stands for a value that is not there, since None is one."""


NOTHING: Final = Nothing()


class Entry(NamedTuple):
    """What is typed into a field."""

    mode: Mode
    """How it is taken."""
    text: str = ""
    """What is typed; the JSON of what is chosen; kept, and not looked at, for `null` and `absent`."""


class Field(Frozen):
    """One field of a form."""

    name: str
    """Key of its value; empty where it holds the whole value."""
    modes: tuple[Mode, ...]
    """What it can be taken as, the most natural one first."""
    kind: str
    """What it takes, in a word or two."""
    choices: tuple[Json, ...] = ()
    """The values to choose from."""
    required: bool = False
    """It cannot be left out."""
    help: str = ""
    """What the schema says of it; outside text."""

    def entry(self, value: "Json | Nothing") -> Entry:
        """What would have to be typed for this value; JSON where nothing else says it exactly."""
        for mode in (*self.modes, "json"):
            text = _text(value, mode, self.choices)
            if text is not None:
                return Entry(mode, text)
        raise AssertionError("everything but nothing has a JSON text")

    def value(self, entry: Entry) -> "Json | Nothing":
        """What an entry stands for; ValueError says why it stands for nothing."""
        match entry.mode:
            case "text":
                return entry.text
            case "null":
                return None
            case "absent":
                return NOTHING
            case "number" if not _NUMBER.fullmatch(entry.text.strip()):
                raise ValueError("not a number" if entry.text.strip() else "nothing is typed: a number is asked for")
            case "choice" if not entry.text:
                raise ValueError("nothing is chosen")
        return typed(entry.text.strip(), as_json=True)


class Form(Frozen):
    """Fields with what is typed into them."""

    schema: Json
    """JSON schema of the value; None where nothing is known of it."""
    fields: tuple[Field, ...]
    """The fields, in the schema's order."""
    entries: tuple[Entry, ...]
    """What is typed into each."""

    def put(self, index: int, text: str) -> "Form":
        """Type a text into a field; what was left out or null is so no more."""
        mode = self.entries[index].mode
        if mode in ("null", "absent"):
            mode = self.fields[index].modes[0]
        return self._with(index, Entry(mode, text))

    def turn_mode(self, index: int) -> "Form":
        """Take what is typed into a field as the next thing that it can be taken as."""
        modes, mode = self.fields[index].modes, self.entries[index].mode
        following = modes[(modes.index(mode) + 1) % len(modes)] if mode in modes else modes[0]
        return self._with(index, Entry(following, self.entries[index].text))

    def turn_choice(self, index: int, step: int) -> "Form":
        """Choose the next one, or the one before."""
        texts = [json.dumps(choice) for choice in self.fields[index].choices]
        entry = self.entries[index]
        chosen = texts.index(entry.text) if entry.mode == "choice" and entry.text in texts else None
        first = 0 if step > 0 else len(texts) - 1
        return self._with(index, Entry("choice", texts[first if chosen is None else (chosen + step) % len(texts)]))

    def _with(self, index: int, entry: Entry) -> "Form":
        return dataclasses.replace(self, entries=(*self.entries[:index], entry, *self.entries[index + 1 :]))

    @property
    def is_whole(self) -> bool:
        """Whether its only field holds the whole value."""
        return len(self.fields) == 1 and not self.fields[0].name

    def value(self) -> Json:
        """The value that the form stands for; ValueError names what is wrong first."""
        value, wrong = self._value()
        for index, text in (wrong or self._misfits(value)).items():
            raise ValueError(text if index == WHOLE or self.is_whole else f"{self.fields[index].name}: {text}")
        return value

    def wrong(self) -> dict[int, str]:
        """What is wrong with each field, by its place; `WHOLE` for what concerns no single field."""
        value, unread = self._value()
        return self._misfits(value) | unread

    def _value(self) -> tuple[Json, dict[int, str]]:
        """The value as far as its fields can be read, and why the others cannot."""
        found: dict[str, Json] = {}
        wrong: dict[int, str] = {}
        for index, (field, entry) in enumerate(zip(self.fields, self.entries, strict=True)):
            try:
                value = field.value(entry)
            except ValueError as error:
                wrong[index] = str(error)
            else:
                if not isinstance(value, Nothing):
                    found[field.name] = value
        return (found.get("") if self.is_whole else found), wrong

    def _misfits(self, value: Json) -> dict[int, str]:
        """What does not fit the schema, the first thing for each field."""
        found: dict[int, str] = {}
        for line in problems(value, self.schema):
            index, text = self._place(line)
            found.setdefault(index, text)
        return found

    def _place(self, line: str) -> tuple[int, str]:
        """Which field a line of `problems` is about, and what it says."""
        if self.is_whole:
            return 0, line
        for index, field in enumerate(self.fields):
            if line == f"{field.name!r} is missing":
                return index, "is missing"
            if line.startswith((f"{field.name}: ", f"{field.name}.")):
                return index, line.removeprefix(f"{field.name}").removeprefix(": ").removeprefix(".")
        return WHOLE, line


# -- values as text --------------------------------------------------------------------------------------------------


def _text(value: "Json | Nothing", mode: Mode, choices: tuple[Json, ...]) -> str | None:
    """The text that stands for a value in a mode; None where none does."""
    match mode:
        case "absent":
            return "" if isinstance(value, Nothing) else None
        case _ if isinstance(value, Nothing):
            return None
        case "null":
            return "" if value is None else None
        case "text":
            return value if isinstance(value, str) and not _HIDDEN.search(value) else None
        case "number":
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            return json.dumps(value) if is_number else None
        case "choice":
            text = json.dumps(value)
            return text if text in [json.dumps(choice) for choice in choices] else None
    return as_json(value)


_HIDDEN: Final = re.compile(f"(?!\n)[{ALWAYS}]")
"""What a text field would not show, or not keep: controls (a tab too), hidden direction changes, odd line ends."""


def as_json(value: Json) -> str:
    """A value as JSON to be edited: laid out where it is long, with escapes for what cannot be seen or typed."""
    flat = json.dumps(value, ensure_ascii=False)
    text = flat if len(flat) <= _ONE_LINE else json.dumps(value, ensure_ascii=False, indent=2)
    return _HIDDEN.sub(lambda match: json.dumps(match[0])[1:-1], text)
