"""The form of a run: its input, the context of the graph, and options, checked before anything starts. Pure."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.records import GraphShape
from graphdeck.graphs.run_configs import RunConfig, marked, secretless
from graphdeck.graphs.schema import problems
from graphdeck.graphs.secret_values import is_given, without_secrets
from graphdeck.graphs.values import Json
from graphdeck.tui.form_model import NOTHING, WHOLE, Entry, Field, Form, Nothing, as_json
from graphdeck.tui.form_schema import form
from graphdeck.tui.run_setup import RunSetup
from graphdeck.tui.typed_input import input_of

Part: TypeAlias = Literal["input", "context", "options"]

_MESSAGES: Final[dict[str, Json]] = {
    "type": ["string", "array"],
    "description": "the text of your message; as JSON, a list of messages",
}
_LIMIT: Final[dict[str, Json]] = {
    "type": "integer",
    "minimum": 1,
    "description": "the run stops after so many steps; left out, LangGraph's own limit holds",
}
_DURABILITY: Final[dict[str, Json]] = {
    "type": "string",
    "enum": ["sync", "async"],
    "description": "async is faster, but a kill can lose the last step; sync saves each first",
}
OPTIONS: Final[dict[str, Json]] = {
    "type": "object",
    "properties": {"durability": _DURABILITY, "recursion_limit": _LIMIT},
    "required": ["durability"],
}
"""JSON schema of the options of a run."""


class RunForm(Frozen):
    """What is typed for a run, in each part of its form."""

    shape: GraphShape
    """The graph."""
    parts: Mapping[Part, Form]
    """The parts by name, in their order: no input where the run goes on, no context where the graph has none."""
    config: RunConfig | None = None
    """The named config that context and options were taken from, or kept as."""
    label: str = ""
    """What that is called: `large`, or `large@2` for an older version."""
    taken: Json = None
    """Context and options as they were then, without what may be secret."""

    @classmethod
    def of(cls, shape: GraphShape, setup: RunSetup) -> "RunForm":
        """The form with what was given before, and what the schemas say where nothing was."""
        options: dict[str, Json] = {"durability": setup.durability}
        if setup.recursion_limit is not None:
            options["recursion_limit"] = setup.recursion_limit
        parts: dict[Part, Form] = {"input": _form(_input_schema(shape), None)}
        if shape.context_schema is not None:
            parts["context"] = _form(shape.context_schema, setup.context)
        parts["options"] = form(OPTIONS, options)
        return cls(shape=shape, parts=parts)

    def with_typed(self, text: str) -> "RunForm":
        """The form with the input that is typed in the input line; as it stands there where it cannot be read."""
        schema = self.parts["input"].schema
        try:
            value = input_of(text, self.shape)
        except ValueError:
            filled = _whole(schema, Entry("json", text))
        else:
            filled = _form(schema, _as_typed(value) if self.shape.takes_messages else value)
        return self.with_parts({"input": filled})

    @property
    def without_input(self) -> "RunForm":
        """The form of a run that goes on."""
        return dataclasses.replace(self, parts={name: part for name, part in self.parts.items() if name != "input"})

    def with_parts(self, parts: Mapping[Part, Form]) -> "RunForm":
        """The form with something else typed into some of its parts."""
        return dataclasses.replace(self, parts={**self.parts, **parts})

    def merged(self, other: "RunForm") -> "RunForm":
        """Another form of the same graph, with the parts of this one that it lacks."""
        return dataclasses.replace(other, parts={**self.parts, **other.parts})

    def is_of(self, shape: GraphShape) -> bool:
        """Whether it is still the form of a graph, whose source may have been edited."""
        return [self.shape.input_schema, self.shape.context_schema] == [shape.input_schema, shape.context_schema]

    @property
    def is_json(self) -> bool:
        """Each part is one field of JSON."""
        return all(part.is_whole for part in self.parts.values())

    def turned(self) -> "RunForm":
        """The form as JSON, or as fields again; ValueError where what is typed is no JSON."""
        turn = _as_fields if self.is_json else _as_json
        return self.with_parts({name: turn(part) for name, part in self.parts.items()})

    # -- named configs -----------------------------------------------------------------------------------------------

    def with_config(self, config: RunConfig, label: str) -> "RunForm":
        """The form with context and options of a named config, as far as the graph has such; its input stays."""
        config = marked(config, self.shape)
        fitting = config.fitting
        setup = RunSetup(
            context=fitting.context, recursion_limit=fitting.recursion_limit, durability=fitting.durability
        )
        return self.with_parts(RunForm.of(self.shape, setup).without_input.parts).kept_as(config, label)

    def kept_as(self, config: RunConfig, label: str) -> "RunForm":
        """The form, of which context and options are those of a named config."""
        return dataclasses.replace(self, config=config, label=label, taken=self._to_keep)

    @property
    def without_config(self) -> "RunForm":
        """The form as one that is of no named config."""
        return dataclasses.replace(self, config=None, label="", taken=None)

    def as_config(self, name: str) -> RunConfig:
        """Context and options to be kept under a name; ValueError where a field is wrong, other than missing."""
        for part in self.without_input.parts.values():
            for index, text in part.wrong().items():
                if not text.endswith("is missing"):
                    raise ValueError(text if index == WHOLE else f"{part.fields[index].name or 'JSON'}: {text}")
        options: Any = _readable(self.parts["options"])
        config = secretless(RunConfig(name=name, context=self.context, **options), self.shape.context_schema)
        before = self.config.fitting.left_out if self.config else ()
        left_out = dict.fromkeys((*config.left_out, *(path for path in before if not is_given(self.context, path))))
        return dataclasses.replace(config, left_out=tuple(left_out))

    @property
    def context(self) -> Json:
        """The context as far as it is typed, with the text of a field that cannot be read; None without one."""
        return _readable(self.parts["context"]) if "context" in self.parts else None

    @property
    def config_words(self) -> str:
        """What its named config is called, and whether something else is typed by now; empty without one."""
        changed = ", changed" if self.taken != self._to_keep else ""
        return self.label + changed if self.config is not None else ""

    @property
    def _to_keep(self) -> Json:
        """Context and options as they are typed, without what may be secret."""
        return [without_secrets(self.context, self.shape.context_schema)[0], _readable(self.parts["options"])]

    # -- what it stands for ------------------------------------------------------------------------------------------

    @property
    def setup(self) -> RunSetup:
        """Context and options; ValueError where a field is wrong."""
        options: Any = self.parts["options"].value()
        context = self.parts["context"].value() if "context" in self.parts else None
        return RunSetup(context=context, config=self.config_words, **options)

    @property
    def text(self) -> str:
        """What would have to be typed into the input line for this input; ValueError where a field is wrong."""
        value = self.parts["input"].value()
        if self.shape.takes_messages and isinstance(value, dict) and isinstance(value.get("messages"), str):
            message = str(value["messages"])
            value = {**value, "messages": [{"role": "user", "content": message}]}
            if input_of(message, self.shape) == value:
                return message
        return as_json(value)


def _input_schema(shape: GraphShape) -> Json:
    """What the input may be: the state's own schema tells no more than that, and messages are typed as text."""
    schema = shape.input_schema
    if not isinstance(schema, dict):
        return schema
    properties, required = schema.get("properties"), schema.get("required")
    if shape.takes_messages and isinstance(properties, dict):
        schema = {**schema, "properties": {**properties, "messages": {**_MESSAGES}}}
    if shape.input_is_partial and isinstance(required, list):
        schema = {**schema, "required": [key for key in required if key == "messages" and shape.takes_messages]}
    return schema


def _as_typed(value: Json) -> Json:
    """An input with its only message as text, as a person types it."""
    messages = value.get("messages") if isinstance(value, dict) else None
    only = messages[0] if isinstance(messages, list) and len(messages) == 1 else None
    text = only.get("content") if isinstance(only, dict) else None
    is_plain = isinstance(text, str) and only == {"role": "user", "content": text}
    return {**value, "messages": text} if isinstance(value, dict) and is_plain else value


def _form(schema: Json, given: Json) -> Form:
    """The form of a schema with what was given, with defaults else; what is required is missing until it is typed."""
    empty = form(schema)
    if empty.is_whole:
        may_be_empty = given is None and not problems({}, schema)
        return form(schema, {}) if may_be_empty else empty if given is None else form(schema, given)
    if not (given is None or isinstance(given, dict)):
        return form(schema, given)
    values: dict[str, Json] = {}
    for field, entry in zip(empty.fields, empty.entries, strict=True):
        is_default = entry.text or not field.required
        default = field.value(entry) if is_default else NOTHING
        if not isinstance(default, Nothing):
            values[field.name] = default
    return form(schema, values | (given or {}))


def _whole(schema: Json, entry: Entry) -> Form:
    return Form(schema=schema, fields=(Field(name="", modes=("json",), kind="JSON", required=True),), entries=(entry,))


def _as_json(part: Form) -> Form:
    """A part as one field of JSON; what cannot be read of a field comes along as the text that it is."""
    return part if part.is_whole else _whole(part.schema, Entry("json", as_json(_readable(part))))


def _readable(part: Form) -> Json:
    """What a part stands for, with the text that is typed into a field where that cannot be read."""
    found: dict[str, Json] = {}
    for field, entry in zip(part.fields, part.entries, strict=True):
        try:
            value = field.value(entry)
        except ValueError:
            value = entry.text
        if not isinstance(value, Nothing):
            found[field.name] = value
    return found.get("") if part.is_whole else found


def _as_fields(part: Form) -> Form:
    """A part by its fields."""
    try:
        value = part.fields[0].value(part.entries[0])
    except ValueError as error:
        raise ValueError(f"this is no JSON ({error})") from None
    return form(part.schema, value)
