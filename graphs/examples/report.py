"""A report on hotel prices: one section a city, written side by side, joined, and published after a breakpoint."""

from operator import or_
from statistics import mean
from typing import Annotated, Any

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send
from typing_extensions import TypedDict

from graphdeck.tools.hotels import CITIES, find_city, hotels_in

EXAMPLE_INPUT = {"title": "Where to stay", "cities": ["Rome", "Oslo", "Lisbon"]}


class Section(TypedDict):
    """The state of the subgraph that writes one section."""

    city: str
    facts: list[str]
    sections: dict[str, str]


class Written(TypedDict):
    """What the subgraph hands back to the report."""

    sections: dict[str, str]


class Report(TypedDict):
    """The state of the report."""

    title: str
    cities: list[str]
    sections: Annotated[dict[str, str], or_]  # tasks side by side write it, so it needs a reducer
    average: float
    text: str
    published: bool


def collect(state: Section) -> dict[str, Any]:
    """Look up the hotels of the city."""
    city = find_city(state["city"])
    return {"facts": [f"{hotel.name}: {hotel.price} EUR, {hotel.note}" for hotel in hotels_in(city)] if city else []}


def write(state: Section) -> dict[str, Any]:
    """Make a section of the facts."""
    lines = [f"- {fact}" for fact in state["facts"]] or ["No hotels known."]
    return {"sections": {state["city"]: "\n".join([f"## {state['city']}", *lines])}}


def plan(state: Report) -> dict[str, Any]:
    """Settle which cities the report is about; all of them, where none is named."""
    return {"title": state.get("title") or "Hotels", "cities": state.get("cities") or list(CITIES)}


def each_city(state: Report) -> list[Send]:
    """Start the subgraph once for each city."""
    return [Send("section", {"city": city}) for city in state["cities"]]


def compare(state: Report) -> dict[str, Any]:
    """Work out the average price over all the cities, while the sections are written."""
    known = [city for name in state["cities"] if (city := find_city(name))]
    prices = [hotel.price for city in known for hotel in hotels_in(city)]
    return {"average": round(mean(prices), 2) if prices else 0.0}


def assemble(state: Report) -> dict[str, Any]:
    """Join the sections, once all of them and the comparison are there."""
    summary = f"Average price of a night: {state['average']:.2f} EUR"
    sections = [state["sections"][city] for city in state["cities"]]
    return {"text": "\n\n".join([f"# {state['title']}", summary, *sections])}


def publish(state: Report) -> dict[str, Any]:
    """Hand the report out; the run stops before this node, so that a person can read it first."""
    print(state["text"])
    return {"published": True}


section_builder = StateGraph(Section, input_schema=Section, output_schema=Written)
section_builder.add_node(collect)
section_builder.add_node(write)
section_builder.add_edge(START, "collect")
section_builder.add_edge("collect", "write")
section_builder.add_edge("write", END)

builder = StateGraph(Report)
builder.add_node(plan)
builder.add_node("section", section_builder.compile())
builder.add_node(compare)
builder.add_node(assemble)
builder.add_node(publish)
builder.add_edge(START, "plan")
builder.add_conditional_edges("plan", each_city, ["section"])
builder.add_edge("plan", "compare")
builder.add_edge(["section", "compare"], "assemble")
builder.add_edge("assemble", "publish")
builder.add_edge("publish", END)
graph = builder.compile(interrupt_before=["publish"])
