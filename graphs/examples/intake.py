"""An intake form filled from free text: asks back when it is unclear, and lets a person correct what it read."""

from typing import Any, Literal

from langchain_core.messages import HumanMessage, SystemMessage
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from pydantic import BaseModel, Field, ValidationError

from graphdeck.graphs.models import chat_model

EXAMPLE_INPUT = {"message": "My name is Kim Larsen, I am 34 or 35, and I live at 12 Harbour Street, Oslo"}
INSTRUCTIONS = "Read the person's details from the text. A line `(question) answer` settles what was unclear before it."


class State(BaseModel):
    """The message, and the details as far as they are known."""

    message: str
    name: str | None = None
    age: int | None = None
    address: str | None = None
    corrections: dict[str, Any] = {}  # as a person typed them, until `check` has judged them
    question: str = ""
    problem: str = ""


class Reading(BaseModel):
    """What a text says about a person."""

    name: str | None = Field(description="Full name")
    age: int | None = Field(description="Age in years")
    address: str | None = Field(description="Postal address")
    question: str = Field(description="What to ask where a detail is missing or has two readings, else empty")


class Person(BaseModel):
    """The details of a person, as they have to be in the end."""

    name: str = Field(min_length=2)
    age: int = Field(ge=0, le=130)
    address: str = Field(min_length=5)


def extract(state: State) -> dict[str, Any]:
    """Read the details from the message."""
    model = chat_model().with_structured_output(Reading)
    answer = model.invoke([SystemMessage(INSTRUCTIONS), HumanMessage(state.message)])
    return {**Reading.model_validate(answer).model_dump(), "corrections": {}, "problem": ""}


def is_clear(state: State) -> Literal["ask", "confirm"]:
    """Ask back before anything is shown as read."""
    return "ask" if state.question else "confirm"


def ask(state: State) -> dict[str, Any]:
    """Ask a person what the message leaves open, and add the answer to it."""
    answer = interrupt(state.question)
    return {"message": f"{state.message}\n({state.question}) {answer}"}


def confirm(state: State) -> Command[Literal["check", "extract", "ask"]]:
    """Show what was read: True accepts it, a dict corrects it, a text adds to the message."""
    details = state.model_dump(include={"name", "age", "address"}) | state.corrections
    answer = interrupt({"question": "Is this right?", "details": details, "problem": state.problem})
    if answer is True:
        return Command(goto="check")
    if isinstance(answer, dict):
        return Command(goto="check", update={"corrections": state.corrections | answer})
    if isinstance(answer, str) and answer.strip():
        return Command(goto="extract", update={"message": f"{state.message}\n{answer}"})
    return Command(goto="ask", update={"question": "What is wrong?"})


def check(state: State) -> dict[str, Any]:
    """Validate the details, which a person may have typed."""
    try:
        person = Person.model_validate(state.model_dump() | state.corrections)
    except ValidationError as error:
        return {"problem": "; ".join(f"{part['loc'][0]}: {part['msg']}" for part in error.errors())}
    return {**person.model_dump(), "corrections": {}, "problem": ""}


def is_valid(state: State) -> str:
    """Go back to the person with the reason, until the details are right."""
    return "confirm" if state.problem else END


builder = StateGraph(State)
builder.add_node(extract)
builder.add_node(ask)
builder.add_node(confirm)
builder.add_node(check)
builder.add_edge(START, "extract")
builder.add_conditional_edges("extract", is_clear)
builder.add_edge("ask", "extract")
builder.add_conditional_edges("check", is_valid, ["confirm", END])
graph = builder.compile()
