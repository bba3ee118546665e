"""A fork as it is being made: what is typed, how each key is written, which node it is said to come from. Pure."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from graphdeck.graphs.forks import WRITES, ForkPlan, StateKey
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.records import START
from graphdeck.graphs.values import Json
from graphdeck.tui.edited import changed
from graphdeck.tui.form_model import Form, as_json
from graphdeck.tui.form_schema import form


class ForkEdit(Frozen):
    """What is to be written at a checkpoint."""

    values: Mapping[str, Json]
    """Values by key; none where only the node counts."""
    replaced: tuple[str, ...] = ()
    """Those that take the place of what is there although the key has a reducer."""
    as_node: str = ""
    """The node that they are said to come from; empty for the one that ran last."""
    raw: bool = False
    """They are put into the checkpoint past the graph."""


class ForkForm(Frozen):
    """The form of a fork."""

    plan: ForkPlan
    """Of its checkpoint."""
    before: Mapping[str, Json]
    """The state there, in JSON form."""
    form: Form
    """What is typed."""
    appended: frozenset[str] = frozenset()
    """Keys whose field holds what goes through their reducer, not what takes the place of the value."""

    @classmethod
    def of(cls, plan: ForkPlan, values: Mapping[str, Json]) -> "ForkForm":
        """The form, filled with the state that is there."""
        before = {key.name: values[key.name] for key in plan.keys if key.name in values}
        present: Json = before or dict(values)
        return cls(plan=plan, before=before or dict(values), form=form(_schema(plan, before), present))

    @property
    def headline(self) -> str:
        """What runs after this, and what that may repeat, in one line."""
        return self.plan.headline

    @property
    def node(self) -> str:
        """The node that the values are said to come from, in words."""
        if self.plan.as_node == START:
            return "as an input"
        return f"as {self.plan.as_node}" if self.plan.as_node else "as the node that ran last"

    def with_form(self, typed: Form) -> "ForkForm":
        """The fork with something else typed."""
        return dataclasses.replace(self, form=typed)

    def with_next_node(self, first: ForkPlan) -> "ForkForm":
        """The fork as it would be written as the next node; after the last one as `first`, which names none."""
        names = ["", *(each.node for each in first.nodes)]
        name = names[(names.index(self.plan.as_node) + 1) % len(names)]
        return dataclasses.replace(self, plan=first.written_as(name) if name else first)

    def key(self, index: int) -> StateKey | None:
        """The key that a field is for; None where one field holds the whole state."""
        name = self.form.fields[index].name
        return next((key for key in self.plan.keys if key.name == name), None)

    def told(self, index: int) -> str:
        """How the key of a field is written, in words; its name is raw text."""
        key = self.key(index)
        if key is None:
            return "what is changed replaces what is there"
        if not key.has_reducer:
            return f"{key.name}: replaces what is there"
        acts = f"goes through {key.reducer or 'its reducer'}" if key.write == "reduce" else "appends"
        if key.name in self.appended:
            return f"{key.name}: {acts}; Ctrl+R replaces instead"
        return f"{key.name}: replaces what is there; Ctrl+R {acts} instead"

    def turn_write(self, index: int) -> "ForkForm":
        """Give what is typed into a field to the key's reducer, from an empty start, or put it in place."""
        key = self.key(index)
        if key is None or not key.has_reducer:
            return self
        to_append = key.name not in self.appended
        appended = self.appended | {key.name} if to_append else self.appended - {key.name}
        is_list = isinstance(self.before.get(key.name), list)
        text = ("[]" if is_list else "") if to_append else as_json(self.before.get(key.name))
        return dataclasses.replace(self, appended=appended, form=self.form.put(index, text))

    def edit(self) -> ForkEdit:
        """What is to be written; ValueError where a field is wrong."""
        after = self.form.value()
        assert isinstance(after, dict)  # it is the form of an object
        differ = [key for key in changed(self.before, after) if key in after]
        values = {key: after[key] for key in after if key in differ or key in self.appended}
        reducers = {key.name for key in self.plan.keys if key.has_reducer}
        replaced = tuple(key for key in values if key in reducers and key not in self.appended)
        raw = bool(self.plan.unreadable)
        return ForkEdit(values=values, replaced=replaced, as_node="" if raw else self.plan.as_node, raw=raw)


def _schema(plan: ForkPlan, before: Mapping[str, Json]) -> Json:
    """The schema of the state; nothing is said of a key whose value is marked by its type."""
    definitions: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    for key in plan.keys:
        part: dict[str, Any] = {}
        if isinstance(key.schema, dict) and not _has_marks(before.get(key.name)):
            part = {**key.schema}
        definitions |= part.pop("$defs", {})
        properties[key.name] = part
    return {"type": "object", "properties": properties, "$defs": definitions}


def _has_marks(value: Json) -> bool:
    if isinstance(value, dict):
        return value.keys() == {"$type", "value"} or any(map(_has_marks, value.values()))
    return isinstance(value, list) and any(map(_has_marks, value))


def shown_before(fork: ForkForm, edit: ForkEdit) -> dict[str, Json]:
    """What is there of the keys that are written in place of it."""
    return {key: fork.before[key] for key in edit.values if key in fork.before and key not in fork.appended}


def acts(edit: ForkEdit, keys: tuple[StateKey, ...]) -> Iterator[str]:
    """How each key is written that has a reducer, in words."""
    for key in keys:
        if key.name in edit.values and key.has_reducer and not edit.raw:
            yield f"{key.name}: {'replaces what is there' if key.name in edit.replaced else WRITES[key.write]}"
