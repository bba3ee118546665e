"""A notebook kept by an agent: every tool call waits until a person approves, edits or rejects it, or answers."""

import difflib
from typing import Annotated, Any

from langchain_core.messages import AIMessage, AnyMessage, SystemMessage, ToolMessage
from langchain_core.messages.tool import ToolCall
from langchain_core.tools import tool
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import interrupt
from typing_extensions import TypedDict

from graphdeck.graphs.models import chat_model

EXAMPLE_INPUT = {"messages": [{"role": "user", "content": 'Write "milk, bread" to shopping and delete todo'}]}
FIRST_NOTES = {"todo": "call Kim\npay the rent"}
INSTRUCTIONS = "You keep a notebook with write_note and delete_note. The notes now: {notes}"
ALLOWED = ["approve", "edit", "reject", "respond"]


@tool
def write_note(title: str, text: str) -> str:
    """Write a note, in place of one with the same title."""
    return f"Wrote {title}, {len(text)} characters."


@tool
def delete_note(title: str) -> str:
    """Delete a note."""
    return f"Deleted {title}."


TOOLS = {each.name: each for each in (write_note, delete_note)}


class State(TypedDict):
    """The conversation and the notebook, which lives in the state: nothing else is touched."""

    messages: Annotated[list[AnyMessage], add_messages]
    notes: dict[str, str]


def assistant(state: State) -> dict[str, Any]:
    """Let the model answer, or ask for tools."""
    notes = state.get("notes", FIRST_NOTES)
    model = chat_model().bind_tools(list(TOOLS.values()))
    system = SystemMessage(INSTRUCTIONS.format(notes=", ".join(notes)))
    return {"messages": [model.invoke([system, *state["messages"]])], "notes": notes}


def calls_tools(state: State) -> str:
    """Whether the newest message asks for tools."""
    newest = state["messages"][-1]
    return "confirm" if isinstance(newest, AIMessage) and newest.tool_calls else END


def change(notes: dict[str, str], name: str, args: dict[str, Any]) -> dict[str, str]:
    """The notebook after a call."""
    others = {title: text for title, text in notes.items() if title != args["title"]}
    return others | ({args["title"]: args["text"]} if name == "write_note" else {})


def preview(notes: dict[str, str], call: ToolCall) -> str:
    """What a call would change, line by line: that is easier to judge than its arguments."""
    before, after = (each.get(call["args"]["title"], "") for each in (notes, change(notes, call["name"], call["args"])))
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1))
    return "\n".join(lines[3:]) or "changes nothing"


def confirm(state: State) -> dict[str, Any]:
    """Ask once for all calls, in the shape of LangChain's HumanInTheLoopMiddleware, then run what may run."""
    newest, notes = state["messages"][-1], state["notes"]
    calls = newest.tool_calls if isinstance(newest, AIMessage) else []
    requests = [{"name": each["name"], "args": each["args"], "description": preview(notes, each)} for each in calls]
    configs = [{"action_name": each["name"], "allowed_decisions": ALLOWED} for each in calls]
    answer = interrupt({"action_requests": requests, "review_configs": configs})
    messages = []
    for call, decision in zip(calls, answer["decisions"], strict=True):
        name, args, kind = call["name"], call["args"], decision["type"]
        if kind == "edit":
            name, args = decision["edited_action"]["name"], decision["edited_action"]["args"]
        if kind in ("approve", "edit"):
            result, notes = TOOLS[name].invoke(args), change(notes, name, args)
        else:
            result = decision.get("message") or f"A person rejected {name}."
        status = "error" if kind == "reject" else "success"
        messages.append(ToolMessage(result, name=name, tool_call_id=call["id"], status=status))
    return {"messages": messages, "notes": notes}


builder = StateGraph(State)
builder.add_node(assistant)
builder.add_node(confirm)
builder.add_edge(START, "assistant")
builder.add_conditional_edges("assistant", calls_tools, ["confirm", END])
builder.add_edge("confirm", "assistant")
graph = builder.compile()
