"""The offline rules as a chat model: streaming, tool calls, structured output, and what they are called."""

from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage
from pydantic import BaseModel

from graphdeck.graphs.offline.model import DELAY_VARIABLE, OfflineRules
from graphdeck.tools.hotels import HOTEL_TOOLS

BOOKING = "book Casa Verde for 3 nights for Zoë Müller"


def joined(chunks: list[AIMessageChunk]) -> AIMessageChunk:
    """The message that the chunks add up to."""
    first, *rest = chunks
    for chunk in rest:
        first += chunk
    return first


def test_streamed_words_add_up_to_the_whole_answer() -> None:
    model = OfflineRules(delay=0)
    chunks = [chunk for chunk in model.stream("hello") if isinstance(chunk, AIMessageChunk)]
    assert len(chunks) > 20
    assert joined(chunks).text == model.invoke("hello").text


def test_line_breaks_survive_streaming() -> None:
    model = OfflineRules(delay=0).bind_tools(HOTEL_TOOLS)
    messages: list[Any] = [HumanMessage("hotels in Rome")]
    search = model.invoke(messages)
    messages += [search, *(HOTEL_TOOLS[0].invoke(call) for call in search.tool_calls)]
    whole = model.invoke(messages).text
    assert whole.count("\n") == 5
    assert "".join(chunk.text for chunk in model.stream(messages)) == whole


def test_tool_calls_come_in_pieces_and_survive() -> None:
    model = OfflineRules(delay=0).bind_tools(HOTEL_TOOLS)
    chunks = [chunk for chunk in model.stream(BOOKING) if isinstance(chunk, AIMessageChunk)]
    assert sum(bool(chunk.tool_call_chunks) for chunk in chunks) > 3
    assert joined(chunks).tool_calls == model.invoke(BOOKING).tool_calls
    assert joined(chunks).tool_calls[0]["args"]["guest"] == "Zoë Müller"


async def test_async_streaming_is_the_same() -> None:
    model = OfflineRules(delay=0).bind_tools(HOTEL_TOOLS)
    chunks = [chunk async for chunk in model.astream(BOOKING)]
    assert "".join(chunk.text for chunk in chunks) == model.invoke(BOOKING).text


def test_structured_output_fills_a_schema_of_a_person() -> None:
    class Details(BaseModel):
        name: str | None = None
        age: int | None = None
        address: str | None = None
        question: str = ""

    model = OfflineRules(delay=0).with_structured_output(Details)
    assert model.invoke("My name is Kim Larsen, I am 34, I live at 12 Harbour Street, Oslo") == Details(
        name="Kim Larsen", age=34, address="12 Harbour Street, Oslo"
    )


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Explain checkpoint in one sentence.", "checkpoint"),
        ("What are Nodes?", "node"),
        ("Explain conditional edge in one sentence.", "conditional edge"),
    ],
)
def test_words_of_langgraph_are_explained(text: str, word: str) -> None:
    answer = OfflineRules(delay=0).invoke(text).text
    assert answer.lower().startswith((f"a {word} ", f"an {word} "))


def test_other_questions_get_an_honest_answer() -> None:
    answer = OfflineRules(delay=0).invoke("Explain love in one sentence.").text
    assert answer.startswith("I am a set of offline rules, not a language model")
    assert "OPENAI_API_KEY" in answer


@pytest.mark.parametrize(("value", "delay"), [("0", 0.0), ("0.2", 0.2), ("-1", 0.0), ("fast", 0.015)])
def test_the_pace_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, value: str, delay: float) -> None:
    monkeypatch.setenv(DELAY_VARIABLE, value)
    assert OfflineRules().delay == delay
