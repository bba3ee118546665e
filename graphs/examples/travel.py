"""A travel agent that searches hotels on its own and books one only after a person has approved it."""

from operator import add
from typing import Annotated, Any

from langchain_core.messages import AIMessage, AnyMessage, SystemMessage, ToolMessage
from langchain_core.messages.tool import ToolCall
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import Send, interrupt
from pydantic import ValidationError
from typing_extensions import TypedDict

from graphdeck.graphs.models import chat_model
from graphdeck.tools.hotels import Booking, book_hotel, explain, search_hotels

EXAMPLE_INPUT = {
    "messages": [{"role": "user", "content": "A quiet hotel in Rome under 150 EUR, please book 3 nights for Kim"}]
}

TOOLS = {tool.name: tool for tool in (search_hotels, book_hotel)}
INSTRUCTIONS = SystemMessage(
    "You are a travel agent. Search before you book. Ask for what is missing: the city, the number of nights, the "
    "guest's name. Never say that a room is booked before book_hotel has said so."
)


class State(TypedDict):
    """The conversation, and what came of it."""

    messages: Annotated[list[AnyMessage], add_messages]
    bookings: Annotated[list[str], add]


class Task(TypedDict):
    """What one task of the node `tools` gets."""

    call: ToolCall


def assistant(state: State) -> dict[str, Any]:
    """Let the model answer, or ask for tools."""
    model = chat_model().bind_tools(list(TOOLS.values()))
    return {"messages": [model.invoke([INSTRUCTIONS, *state["messages"]])]}


def route(state: State) -> list[Send] | str:
    """Give each tool call a task of its own, so that an answer to one never repeats another."""
    newest = state["messages"][-1]
    calls = newest.tool_calls if isinstance(newest, AIMessage) else []
    return [Send("tools", {"call": call}) for call in calls] or END


def tools(state: Task) -> dict[str, Any]:
    """Run one tool call; a booking waits here until a person has decided."""
    call = state["call"]
    tool = TOOLS.get(call["name"])
    if tool is None:
        return refuse(call, f"There is no tool {call['name']}, only {', '.join(TOOLS)}.")
    if tool is book_hotel:
        try:
            booking = Booking.model_validate(call["args"])
        except ValidationError as error:
            return refuse(call, explain(error))
        question = {"action": call["name"], "args": booking.model_dump(), "total": f"{booking.total} EUR"}
        answer = interrupt(question)
        if answer is not True:
            reason = f": {answer}" if answer else "."
            return refuse(call, f"A person rejected the booking of {booking.hotel}{reason}")
    result = tool.invoke(call)
    return {"messages": [result], "bookings": [result.text] if tool is book_hotel else []}


def refuse(call: ToolCall, reason: str) -> dict[str, Any]:
    """Tell the model why a tool did not run: every call needs an answer."""
    return {"messages": [ToolMessage(reason, name=call["name"], tool_call_id=call["id"], status="error")]}


builder = StateGraph(State)
builder.add_node(assistant)
builder.add_node(tools)
builder.add_edge(START, "assistant")
builder.add_conditional_edges("assistant", route, ["tools", END])
builder.add_edge("tools", "assistant")
graph = builder.compile()
