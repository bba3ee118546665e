"""Named configs in the form of a run: what is taken, what is kept, and whether it still is that."""

from typing import Any

import pytest

from graphdeck.graphs.records import GraphShape
from graphdeck.graphs.run_configs import RunConfig
from graphdeck.graphs.values import Json
from graphdeck.tui.config_words import holds
from graphdeck.tui.run_form import Part, RunForm
from graphdeck.tui.run_setup import NO_SETUP, RunSetup

CONTEXT: Json = {
    "type": "object",
    "properties": {
        "user": {"type": "string"},
        "door": {"type": "string", "format": "password", "writeOnly": True},
        "api_key": {"type": "string", "default": ""},
        "size": {"type": "string", "default": "small"},
    },
    "required": ["user", "door"],
}
SHAPE = GraphShape(target="g", title="g", nodes=(), edges=(), context_schema=CONTEXT)
KEPT = RunConfig(
    name="large", context={"user": "ana", "old": 1}, recursion_limit=50, left_out=(("door",), ("old_token",)), version=1
)


def typed(form: RunForm, part: Part, **texts: str) -> RunForm:
    names = [field.name for field in form.parts[part].fields]
    for name, text in texts.items():
        form = form.with_parts({part: form.parts[part].put(names.index(name), text)})
    return form


def test_a_config_fills_context_and_options_leaves_secrets_to_be_typed_and_the_input_as_it_is() -> None:
    form = typed(RunForm.of(SHAPE, RunSetup(context={"user": "kim", "door": "d"})).with_typed('{"n": 1}'), "context")
    taken = form.with_config(KEPT, "large@1")
    assert taken.parts["input"] == form.parts["input"]
    assert taken.context == {"user": "ana", "api_key": "", "size": "small"}
    with pytest.raises(ValueError, match="door: is missing"):
        _ = taken.setup
    taken = typed(taken, "context", door="hunter2")
    assert taken.setup == RunSetup(
        context={"user": "ana", "door": "hunter2", "api_key": "", "size": "small"},
        recursion_limit=50,
        config="large@1",
    )
    assert taken.turned().config_words == taken.turned().turned().config_words == "large@1"
    assert typed(taken, "context", user="kim").config_words == "large@1, changed"
    assert typed(taken, "options", recursion_limit="x").config_words == "large@1, changed"
    assert taken.setup.words.startswith("config large@1, context: user=ana door=")
    only = form.without_input.with_config(KEPT, "large")
    assert list(only.parts) == ["context", "options"]
    assert form.merged(only).config_words == "large"
    plain = RunForm.of(GraphShape(target="g", title="g", nodes=(), edges=()), NO_SETUP).with_config(KEPT, "large")
    assert plain.setup == RunSetup(recursion_limit=50, config="large")


def test_what_is_kept_has_no_secrets_but_says_where_they_were_also_those_not_typed_again() -> None:
    form = typed(RunForm.of(SHAPE, NO_SETUP), "context", user="ana", door="hunter2", api_key="sk")
    kept = form.as_config("new")
    assert (kept.context, kept.left_out) == ({"user": "ana", "size": "small"}, (("door",), ("api_key",)))
    again = typed(form.with_config(kept, "new"), "context", user="kim").as_config("new")
    assert again.left_out == kept.left_out
    assert "hunter2" not in str(again)
    assert "without door, api_key" in holds(again)
    assert RunForm.of(SHAPE, NO_SETUP).as_config("part").context == {
        "size": "small"
    }  # what is missing is asked for later
    with pytest.raises(ValueError, match="recursion_limit: not a number"):
        typed(form, "options", recursion_limit="many").as_config("new")


def test_a_config_of_other_types_is_told_wrong_in_the_form() -> None:
    odd: Any
    for odd in (["x"], "text", {"user": 3}):
        form = RunForm.of(SHAPE, NO_SETUP).with_config(RunConfig(name="odd", context=odd), "odd")
        assert form.parts["context"].wrong()
