"""Input and context against the schemas of users' graphs."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from graphdeck.graphs.errors import InputError
from graphdeck.graphs.values import Json, to_json
from graphdeck.graphs.worker.checks import check_context, check_input, input_for_new_thread
from graphdeck.graphs.worker.load import AnyGraph, Loaded

Load = Callable[[str], Loaded]

STATES = """
import datetime, enum
class Colour(enum.Enum):
    RED = "red"
@dataclass
class Crate:
    size: int
class Typed(TypedDict):
    name: str
    count: NotRequired[int]
    day: datetime.date
    colour: Colour
    crate: Crate
    tags: Annotated[list[str], operator.add]
    log: Annotated[list[str], lambda old, new: [*old, new]]
    anything: Any
    odd: Annotated[complex, "a type without a JSON form"]
class Asked(TypedDict):
    name: str
class Model(BaseModel):
    order: int
    speed: Literal["slow", "fast"] = "slow"
@dataclass
class Data:
    order: int
    tags: list[str] = field(default_factory=list)
class Chat(TypedDict):
    messages: Annotated[list, add_messages]
def make(state, **more):
    b = StateGraph(state, **more)
    b.add_node("n", lambda s: {})
    b.add_edge(START, "n")
    return b.compile()
"""


@pytest.fixture
def graph(load_source: Load, header: str) -> Callable[[str], AnyGraph]:
    return lambda expression: load_source(f"{header}{STATES}graph = {expression}\n").graph


def refused(graph: AnyGraph, value: Json) -> InputError:
    with pytest.raises(InputError) as caught:
        check_input(graph, value)
    assert caught.value.exit_status == 64
    return caught.value


def test_values_are_built_as_the_schema_types_them(graph: Callable[[str], AnyGraph]) -> None:
    typed = graph("make(Typed)")
    types: Any = sys.modules["agent"]
    given: Json = {
        "day": "2026-01-02",
        "colour": "red",
        "crate": {"size": 3},
        "tags": ["a"],
        "log": "one",
        "anything": [None],
    }
    built = check_input(typed, given)
    assert built["day"].isoformat() == "2026-01-02"
    assert (built["colour"], built["crate"]) == (types.Colour.RED, types.Crate(3))
    assert (built["tags"], built["log"], built["anything"]) == (["a"], "one", [None])


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"name": 3}, "name: input should be a valid string"),
        ({"count": "8"}, "count: input should be a valid integer"),
        ({"crate": {"size": "big"}}, "crate.size"),
        ({"tags": "a"}, "tags: input should be a valid array"),
        ({"colour": "blue"}, "colour: input should be 'red'"),
        ({"nmae": "x"}, "'nmae', which the graph does not know"),
        ([], "must be an object, not a list"),
        (None, "must be an object, not null"),
        ("text", "must be an object, not text"),
    ],
)
def test_what_does_not_fit_a_typed_dict(graph: Callable[[str], AnyGraph], value: Json, told: str) -> None:
    error = refused(graph("make(Typed)"), value)
    assert told in error.message
    assert "name: str" in error.hint
    assert "count: int (optional)" in error.hint


def test_a_state_may_be_given_in_part_but_an_input_schema_not(graph: Callable[[str], AnyGraph]) -> None:
    assert check_input(graph("make(Typed)"), {"name": "x"}) == {"name": "x"}
    asked = graph("make(Typed, input_schema=Asked)")
    assert check_input(asked, {"name": "x"}) == {"name": "x"}
    assert "lacks 'name'" in refused(asked, {}).message
    assert "does not know" in refused(asked, {"name": "x", "count": 1}).message


@pytest.mark.parametrize("schema", ["Model", "Data"])
def test_models_and_dataclasses_demand_what_has_no_default(graph: Callable[[str], AnyGraph], schema: str) -> None:
    model = graph(f"make({schema})")
    assert check_input(model, {"order": 7}) == {"order": 7}
    assert "lacks 'order'" in refused(model, {}).message
    assert "order: input should be a valid integer" in refused(model, {"order": "seven"}).message
    assert "does not know" in refused(model, {"order": 1, "x": 1}).message


def test_a_model_checks_by_its_own_rules(graph: Callable[[str], AnyGraph]) -> None:
    model = graph("make(Model)")
    assert check_input(model, {"order": "8"}) == {"order": "8"}
    assert "speed: input should be 'slow' or 'fast'" in refused(model, {"order": 1, "speed": "warp"}).message


def test_messages_in_every_json_form(graph: Callable[[str], AnyGraph]) -> None:
    chat = graph("make(Chat)")
    hello = [HumanMessage("hi")]
    forms: list[Json] = [
        [{"role": "user", "content": "hi"}],
        [{"type": "human", "content": "hi"}],
        [["user", "hi"]],
        "hi",
        ["hi"],
    ]
    for given in forms:
        assert check_input(chat, {"messages": given}) == {"messages": hello}
    call = AIMessage("", id="1", tool_calls=[{"name": "f", "args": {"x": 1}, "id": "c", "type": "tool_call"}])
    history = [call, ToolMessage("done", tool_call_id="c")]
    assert check_input(chat, {"messages": to_json(history)}) == {"messages": history}


@pytest.mark.parametrize("message", [{"content": "x"}, {"role": "nobody", "content": "x"}, 3, None, [1, 2, 3]])
def test_what_is_no_message(graph: Callable[[str], AnyGraph], message: Json) -> None:
    error = refused(graph("make(Chat)"), {"messages": [{"role": "user", "content": "x"}, message]})
    assert "messages.1 is no message" in error.message
    assert '"role": "user"' in error.hint


def test_text_that_is_no_unicode_is_left_to_the_graph(graph: Callable[[str], AnyGraph]) -> None:
    assert check_input(graph("make(Typed)"), {"name": "\ud800"}) == {"name": "\ud800"}


def test_a_runnable_takes_what_its_invoke_takes(load_source: Load) -> None:
    chain = load_source(
        "from langchain_core.prompts import PromptTemplate\n"
        "graph = PromptTemplate.from_template('{topic}') | (lambda p: p.to_string())\n"
    ).graph
    assert (
        check_input(chain, {"topic": "x"}) == check_input(chain, {"input": {"topic": "x"}}) == {"input": {"topic": "x"}}
    )
    assert "'topic' is missing" in refused(chain, {}).message
    assert "expected: topic" in refused(chain, {"topic": 3}).hint
    with pytest.raises(InputError, match="needs an input"):
        input_for_new_thread(chain)


def test_a_runnable_whose_own_key_is_input_is_not_unwrapped(load_source: Load) -> None:
    chain = load_source(
        "from langchain_core.prompts import PromptTemplate\n"
        "graph = PromptTemplate.from_template('{input}') | (lambda p: p.to_string())\n"
    ).graph
    assert check_input(chain, {"input": "x"}) == {"input": {"input": "x"}}


def test_the_functional_api_takes_its_first_parameter(load_source: Load, header: str) -> None:
    source = (
        header
        + STATES
        + "from langgraph.func import entrypoint\n@entrypoint()\ndef graph(crate: Crate) -> int:\n    return 1\n"
    )
    flow = load_source(source).graph
    crate: Any = check_input(flow, {"size": 2})
    assert crate.size == 2
    assert "size" in refused(flow, {"size": "big"}).message
    with pytest.raises(InputError, match="needs an input"):
        input_for_new_thread(flow)


@pytest.mark.parametrize(("schema", "fits"), [("State", True), ("Typed", False), ("Model", False), ("Chat", False)])
def test_a_new_thread_without_input(graph: Callable[[str], AnyGraph], schema: str, fits: bool) -> None:
    made = graph(f"make({schema})")
    if fits:
        assert input_for_new_thread(made) == {}
    else:
        with pytest.raises(InputError, match="needs an input") as caught:
            input_for_new_thread(made)
        assert caught.value.hint.startswith("expected: ")


def test_a_context_is_checked_and_made_where_all_of_it_is_optional(graph: Callable[[str], AnyGraph]) -> None:
    assert check_context(graph("make(State)"), None) is None
    with pytest.raises(InputError, match="takes no context"):
        check_context(graph("make(State)"), {"order": 1})
    context = graph("make(State, context_schema=Data)")
    assert check_context(context, {"order": 1}) == {"order": 1}
    refused_ones: list[Json] = [None, {}, {"order": "x"}, {"order": 1, "z": 1}, []]
    for wrong in refused_ones:
        with pytest.raises(InputError, match="the context"):
            check_context(context, wrong)
    assert check_context(graph("make(State, context_schema=State)"), None) == {}
