"""The bundled travel agent, through its approvals."""

from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from graphdeck.graphs.examples import travel

CONFIG: RunnableConfig = {"configurable": {"thread_id": "rome"}}
TWO = "Book one in Paris and one in Vienna for two nights for Kim"


def said(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}]}


def with_saver(saver: BaseCheckpointSaver[str]) -> Any:
    return travel.graph.copy(update={"checkpointer": saver})


async def test_it_waits_before_the_booking_and_books_when_approved(saver: BaseCheckpointSaver[str]) -> None:
    graph = with_saver(saver)
    result = await graph.ainvoke(travel.EXAMPLE_INPUT, CONFIG)
    (question,) = result["__interrupt__"]
    assert question.value == {
        "action": "book_hotel",
        "args": {"hotel": "Casa Verde", "nights": 3, "guest": "Kim", "arrival": ""},
        "total": "372 EUR",
    }
    assert result["bookings"] == []
    result = await graph.ainvoke(Command(resume={question.id: True}), CONFIG)
    assert len(result["bookings"]) == 1
    assert result["bookings"][0].startswith("Booked Casa Verde for Kim, 3 nights: 372 EUR.")
    assert (await graph.aget_state(CONFIG)).next == ()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (False, "A person rejected the booking of Casa Verde."),
        (None, "A person rejected the booking of Casa Verde."),
        ("too expensive", "A person rejected the booking of Casa Verde: too expensive"),
        (1, "A person rejected the booking of Casa Verde: 1"),
    ],
)
async def test_anything_but_true_rejects(saver: BaseCheckpointSaver[str], answer: object, told: str) -> None:
    graph = with_saver(saver)
    (question,) = (await graph.ainvoke(travel.EXAMPLE_INPUT, CONFIG))["__interrupt__"]
    result = await graph.ainvoke(Command(resume={question.id: answer}), CONFIG)
    *_, tool, last = result["messages"]
    assert isinstance(tool, ToolMessage)
    assert (tool.text, tool.status) == (told, "error")
    assert last.text == f"{told}\nTell me what to change."
    assert result["bookings"] == []


async def test_each_of_two_bookings_asks_and_is_made_once(saver: BaseCheckpointSaver[str]) -> None:
    graph = with_saver(saver)
    questions = (await graph.ainvoke(said(TWO), CONFIG))["__interrupt__"]
    assert [question.value["args"]["hotel"] for question in questions] == ["Jardin Secret", "Stille Gasse"]
    paris, vienna = questions
    (still_open,) = (await graph.ainvoke(Command(resume={paris.id: True}), CONFIG))["__interrupt__"]
    assert still_open.id == vienna.id
    result = await graph.ainvoke(Command(resume={vienna.id: "not this one"}), CONFIG)
    assert [booking.split(" for ")[0] for booking in result["bookings"]] == ["Booked Jardin Secret"]
    tools = [message for message in result["messages"] if isinstance(message, ToolMessage)]
    assert [tool.status for tool in tools] == ["success", "success", "success", "error"]


async def test_after_a_rejection_the_talk_goes_on(saver: BaseCheckpointSaver[str]) -> None:
    graph = with_saver(saver)
    (question,) = (await graph.ainvoke(travel.EXAMPLE_INPUT, CONFIG))["__interrupt__"]
    await graph.ainvoke(Command(resume={question.id: "cheaper please"}), CONFIG)
    result = await graph.ainvoke(said("then book the cheapest for 2 nights"), CONFIG)
    (question,) = result["__interrupt__"]
    assert question.value["args"]["hotel"] == "Pensione Aurora"
    assert question.value["args"]["guest"] == "Kim"


async def test_where_no_hotel_fits_nobody_is_asked(saver: BaseCheckpointSaver[str]) -> None:
    result = await with_saver(saver).ainvoke(said("book a hotel in Rome under 20 EUR, 3 nights for Kim"), CONFIG)
    assert "__interrupt__" not in result
    assert "No hotel in Rome fits" in result["messages"][-1].text


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            {"name": "book_hotel", "args": {"hotel": "Nowhere", "nights": 1, "guest": "Kim"}},
            "There is no hotel Nowhere",
        ),
        ({"name": "book_hotel", "args": {"hotel": "Casa Verde"}}, "nights: Field required"),
        ({"name": "fly", "args": {}}, "There is no tool fly, only search_hotels, book_hotel."),
        ({"name": "search_hotels", "args": {}}, "city: Field required"),
    ],
)
def test_a_call_that_cannot_work_is_told_to_the_model_and_asks_nobody(call: dict[str, Any], told: str) -> None:
    update = travel.tools({"call": {**call, "id": "call_1", "type": "tool_call"}})  # type: ignore[typeddict-item] # spread
    (message,) = update["messages"]
    assert isinstance(message, ToolMessage)
    assert message.status == "error"
    assert message.tool_call_id == "call_1"
    assert told in message.text


async def test_words_and_tool_calls_stream_out_of_the_graph() -> None:
    graph = with_saver(InMemorySaver())
    chunks = [
        chunk
        async for chunk, _ in graph.astream(travel.EXAMPLE_INPUT, CONFIG, stream_mode="messages")
        if isinstance(chunk, AIMessageChunk)
    ]
    assert len([chunk for chunk in chunks if chunk.text]) > 8
    state = graph.get_state(CONFIG).values
    whole = "".join(message.text for message in state["messages"] if isinstance(message, AIMessage))
    assert "".join(chunk.text for chunk in chunks) == whole


def test_the_drawing_has_every_edge() -> None:
    edges = {(edge.source, edge.target, edge.conditional) for edge in travel.graph.get_graph().edges}
    assert edges == {
        ("__start__", "assistant", False),
        ("assistant", "tools", True),
        ("assistant", "__end__", True),
        ("tools", "assistant", False),
    }
