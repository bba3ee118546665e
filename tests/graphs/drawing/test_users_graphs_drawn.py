"""Random graphs as users declare them, described by the real worker: every style draws each of their edges."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import get_args

from flow_reader import FlowReader
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graphdeck.graphs.drawing import line_kind, rail, to_text
from graphdeck.graphs.drawing.flow import flow
from graphdeck.graphs.drawing.orientation import FlowDirection
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.records import END, START, GraphShape
from told import WriteGraph

ReadEdge = tuple[str, str, str, str]

NAMES = [
    "plan", "class", "None", "two words", "it's", "[call]", "tool-call", '"a.b"', "検索", "e\u0301tape", "tab\tbed",
]  # fmt: skip
LABELS = ["", "yes", "go on", "don't-know", "もう一度"]
HEADER = """
from typing import Literal, TypedDict
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command

class State(TypedDict, total=False):
    n: int

def step(state):
    return {"n": 1}

def anywhere(state):
    return "plan"

def jump(state):
    return Command(goto="plan")

"""


@dataclass
class Declared:
    """A builder's source, and what it declares."""

    lines: list[str]
    edges: set[ReadEdge] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    inner: dict[str, "Declared"] = field(default_factory=dict)

    def add(self, line: str, *edges: tuple[str, str, str, str]) -> None:
        self.lines.append(line)
        self.edges |= set(edges)

    @property
    def source(self) -> str:
        return "\n".join([*(each.source for each in self.inner.values()), *self.lines])


@st.composite
def graphs(draw: st.DrawFn, variable: str = "b", depth: int = 2) -> Declared:
    """Nodes of all kinds, and edges of all kinds between them."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    made = Declared([f"{variable} = StateGraph(State)"])
    for number, name in enumerate(names):
        kind = draw(st.sampled_from(["step", "step", "step", "jump", "ends", "inner"]))
        action, ends = ("jump" if kind in ("jump", "ends") else "step"), ""
        if kind == "inner" and depth:
            made.inner[name] = draw(graphs(f"{variable}{number}", depth - 1))
            action = f"{variable}{number}.compile()"
        elif kind == "ends":
            targets = draw(st.lists(st.sampled_from([*names, END]), min_size=1, max_size=3, unique=True))
            ends = f", destinations={tuple(targets)!r}"
            made.edges |= {(name, target, "conditional", "") for target in targets}
        elif kind == "jump":
            made.unknown.add(name)
        made.add(f"{variable}.add_node({name!r}, {action}{ends}, defer={draw(st.booleans())})")
    made.add(f"{variable}.add_edge(START, {names[0]!r})", (START, names[0], "plain", ""))
    pair = st.tuples(st.sampled_from(names), st.sampled_from([*names, END]))
    for source, target in draw(st.lists(pair, max_size=6)):
        made.add(f"{variable}.add_edge({source!r}, {target!r})", (source, target, "plain", ""))
    if draw(st.booleans()):
        sources, target = draw(st.lists(st.sampled_from(names), min_size=1, unique=True)), draw(st.sampled_from(names))
        made.add(f"{variable}.add_edge({sources!r}, {target!r})", *((each, target, "plain", "") for each in sources))
    for source in draw(st.lists(st.sampled_from([START, *names]), max_size=3, unique=True)):
        _route(draw, made, variable, source, names)
    leading = {source for source, *_ in made.edges} | made.unknown
    made.edges |= {(name, END, "plain", "") for name in names if name not in leading}
    return made


def _route(draw: st.DrawFn, made: Declared, variable: str, source: str, names: list[str]) -> None:
    """A router: with a path map, with a list of targets, or with nothing that tells where it leads."""
    ways = draw(st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from([*names, END])), max_size=3))
    targets = [target for _, target in ways]
    if not ways:
        made.unknown.add(source)
        made.add(f"{variable}.add_conditional_edges({source!r}, anywhere)")
    elif draw(st.booleans()):
        path_map = {label or target: target for label, target in ways}
        edges = ((source, to, "conditional", "" if label == to else label) for label, to in path_map.items())
        made.add(f"{variable}.add_conditional_edges({source!r}, anywhere, {path_map!r})", *edges)
    else:
        edges = ((source, target, "conditional", "") for target in targets)
        made.add(f"{variable}.add_conditional_edges({source!r}, anywhere, {targets!r})", *edges)


numbers = count()


@settings(
    max_examples=24, deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(declared=graphs())
async def test_every_declared_edge_is_described_and_drawn(
    engine: LocalEngine, write_graph: WriteGraph, read: Callable[[str, bool], set[ReadEdge]], declared: Declared
) -> None:
    target = write_graph(f"{HEADER}\n{declared.source}\ngraph = b.compile()\n", f"drawn_{next(numbers)}.py")
    check(await engine.describe(target), declared, read)


def check(shape: GraphShape, declared: Declared, read: Callable[[str, bool], set[ReadEdge]]) -> None:
    """The shape, and those of its subgraphs, in each style: what is read off a drawing is what was declared."""
    edges: set[ReadEdge] = {(edge.source, edge.target, line_kind(edge), edge.label) for edge in shape.edges}
    assert by_ends(edges) == by_ends(declared.edges)
    assert {node.id for node in shape.nodes if node.unknown_targets} == declared.unknown
    for ascii_only, mark in ((False, "\N{REPLACEMENT CHARACTER}"), (True, "?")):
        seen = {(source.replace("\t", mark), target.replace("\t", mark), *way) for source, target, *way in edges}
        assert read(to_text(rail(shape.nodes, shape.edges, ascii=ascii_only)), ascii_only) == seen
        for direction in get_args(FlowDirection):
            boxes = flow(shape.nodes, shape.edges, direction=direction, ascii=ascii_only)
            assert boxes
            assert FlowReader(to_text(boxes), direction, ascii_only=ascii_only).edges() == seen
    assert shape.subgraphs.keys() == declared.inner.keys()
    for name, inner in declared.inner.items():
        check(shape.subgraphs[name], inner, read)


def by_ends(edges: set[ReadEdge]) -> dict[tuple[str, str], set[str]]:
    """From where to where, with all labels; a fixed edge, which is taken whatever a router says, stands for all."""
    fixed = {(source, target) for source, target, kind, _ in edges if kind == "plain"}
    found: dict[tuple[str, str], set[str]] = {ends: {"plain"} for ends in fixed}
    for source, target, kind, label in edges:
        if (source, target) not in fixed:
            found.setdefault((source, target), {kind}).update(label.split(", ") if label else [])
    return found
