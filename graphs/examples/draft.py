"""A note written in rounds: a person reads the draft, says what to change, and it is revised until approved."""

import re
from operator import add
from typing import Annotated, Any, Literal

from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from typing_extensions import TypedDict

EXAMPLE_INPUT = {
    "to": "the team",
    "about": "the move to Rome",
    "points": ["We move on 12 May.", "Boxes arrive on Monday.", "The old office closes on Friday."],
}
HOW = 'true approves; a text revises it: "shorter", "friendlier", "add: ...", "replace X with Y"'


class State(TypedDict):
    """What the note is about, the newest draft, and what was said of the earlier ones."""

    to: str
    about: str
    points: list[str]
    draft: str
    feedback: Annotated[list[str], add]
    published: bool


def write(state: State) -> dict[str, Any]:
    """Write the first draft, by a template in place of a model."""
    points = "\n".join(f"- {point}" for point in state["points"])
    return {"draft": f"To {state['to']}\n\nThis is about {state['about']}.\n{points}", "published": False}


def ask(state: State) -> Command[Literal["revise", "publish"]]:
    """Show the draft to a person: True publishes it, a text goes back to be worked in."""
    number = len(state.get("feedback", [])) + 1
    answer = interrupt({"question": "Is this ready?", "draft": state["draft"], "round": number, "answers": HOW})
    if answer is True:
        return Command(goto="publish")
    said = answer.strip() if isinstance(answer, str) else ""
    return Command(goto="revise", update={"feedback": [said or "not yet"]})


def revise(state: State) -> dict[str, str]:
    """Work the newest feedback in, by rules in place of a model."""
    return {"draft": revised(state["draft"], state["feedback"][-1])}


def revised(draft: str, feedback: str) -> str:
    """The draft with what was asked for; what no rule understands is kept below as a note."""
    if found := re.fullmatch(r"replace (.+?) (?:with|by) (.+)", feedback, re.IGNORECASE | re.DOTALL):
        return draft.replace(found[1], found[2])
    if found := re.fullmatch(r"add:?\s+(.+)", feedback, re.IGNORECASE | re.DOTALL):
        return f"{draft}\n- {found[1]}"
    if "short" in feedback.lower() and draft.count("\n- ") > 1:
        return draft.rpartition("\n- ")[0]
    if "friendl" in feedback.lower() and "thank you" not in draft:
        return f"{draft}\n\nThank you all, and see you soon!"
    return f"{draft}\n\n(Not understood: {feedback})"


def publish(state: State) -> dict[str, bool]:
    """Hand the note out."""
    print(state["draft"])
    return {"published": True}


builder = StateGraph(State)
builder.add_node(write)
builder.add_node(ask)
builder.add_node(revise)
builder.add_node(publish)
builder.add_edge(START, "write")
builder.add_edge("write", "ask")
builder.add_edge("revise", "ask")
builder.add_edge("publish", END)
graph = builder.compile()
