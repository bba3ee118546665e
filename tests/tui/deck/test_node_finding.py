"""Going to a node by its name: as it is typed, folded or inside a closed subgraph, and back; and to what is at work."""

from dataclasses import replace
from typing import Any

import pytest
from textual import events

from graphdeck.graphs.records import END, START, Edge, GraphShape, Node
from graphdeck.tui.screens.node import NodeScreen
from graphdeck.tui.widgets.filter_line import FilterLine
from graphdeck.tui.widgets.node_line import NodeLine
from graphdeck.tui.widgets.node_state import NodeState

HOSTILE = "[b]say\x1b[31m \u202e'hi'"


def chain(*names: str, **fields: Any) -> GraphShape:
    """A graph of nodes that follow each other."""
    edges = [Edge(source=a, target=b) for a, b in zip((START, *names), (*names, END), strict=True)]
    nodes = (Node(id=START, kind="start"), *(Node(id=name) for name in names), Node(id=END, kind="end"))
    return GraphShape(target="travel", title="travel", nodes=nodes, edges=tuple(edges), **fields)


TOOLS = chain("desk", subgraphs={"desk": chain("review")})
WORKERS = [f"worker_{number:02d}" for number in range(12)]
WIDE = replace(
    whole := chain("plan", "Tools", HOSTILE, "write", subgraphs={"Tools": TOOLS}),
    nodes=(*whole.nodes, *(Node(id=name) for name in WORKERS)),
    edges=(*whole.edges, *(Edge(source=a, target=b) for name in WORKERS for a, b in (("plan", name), (name, "write")))),
)  # fmt: skip


@pytest.fixture
async def wide(open_deck: Any, recorded: Any) -> Any:
    """The deck with a graph that has folded nodes and closed subgraphs."""
    recorded.shape = WIDE
    async with open_deck(recorded, graph="travel", size=(80, 24)) as deck:
        await deck.until(lambda: deck.app.deck.panes.graph.view.members)
        yield deck


async def look_for(deck: Any, text: str) -> None:
    """Type a part of a name in place of what is there."""
    if not isinstance(deck.app.focused, NodeLine):
        await deck.press("slash")
    await deck.press("ctrl+u", *text)


async def test_the_cursor_goes_to_what_is_typed_and_back(wide: Any) -> None:
    view = wide.app.deck.panes.graph.view
    size, drawing = view.size, view.drawing
    await wide.press("end")
    await look_for(wide, "TOOL")
    assert view.selected == "Tools"
    await wide.until_shown("Graph · 1 of 1 ")
    for wanted, found in (
        ("nowhere", END),
        ("START", START),
        ("[b]say", HOSTILE),
        ("u+202e", HOSTILE),
        ("wr", "write"),
    ):
        await look_for(wide, wanted)
        assert view.selected == found, wanted
    await look_for(wide, "nowhere")
    await wide.until_shown("Graph · in no name")
    await wide.press("ctrl+u")
    assert view.selected == END, "as long as nothing is typed it is where it was"
    await look_for(wide, "plan")
    assert (view.size, view.drawing) == (size, drawing), "the drawing keeps its room while a name is typed"
    await wide.press("escape")
    assert view.selected == END
    assert view.has_focus
    await look_for(wide, "plan")
    await wide.press("enter")
    assert view.selected == "plan"
    assert view.has_focus
    assert not wide.app.query(NodeLine)
    assert "Graph ·" not in wide.text


@pytest.fixture
def kept(recorded: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The nodes at which a breakpoint is kept."""
    nodes: list[str] = []

    async def keep_stop(graph: str, stop: Any) -> None:
        nodes.append(stop.node)

    monkeypatch.setattr(recorded, "keep_stop", keep_stop)
    return nodes


async def test_what_is_folded_or_in_a_closed_subgraph_is_found_too(wide: Any, kept: list[str]) -> None:
    view = wide.app.deck.panes.graph.view
    group = view.members["worker_07"]
    await look_for(wide, "worker_0")
    assert view.selected == group
    await wide.until_shown("1 of 10, worker_00 is folded")
    await wide.press("up")
    await wide.until_shown("10 of 10, worker_09 is folded")
    await wide.press("down", "down")
    await wide.until_shown("2 of 10, worker_01 is folded")
    await wide.press("enter", "enter")
    await wide.until(lambda: isinstance(wide.app.screen, NodeScreen))
    assert wide.app.screen.seen.path == "worker_01"
    await wide.press("escape")
    await wide.until(lambda: view.has_focus)
    await wide.press("b")
    await wide.until_shown("it stops before worker_01")
    await wide.until(lambda: kept == ["worker_01"])
    await wide.press("up", "down", "b")
    await wide.until_shown("several nodes are folded here")
    await look_for(wide, "desk")
    assert view.selected == "Tools"
    await wide.until_shown("1 of 1, Enter shows desk inside")
    await look_for(wide, "desk:")
    await wide.until_shown("1 of 1, Enter shows review inside")
    await wide.press("enter")
    assert view.selected == "Tools:desk:review"
    assert wide.app.deck.panes.graph.unfolded == {"Tools", "Tools:desk"}


async def test_a_click_on_the_drawing_keeps_the_place_and_slash_elsewhere_means_what_it_did(wide: Any) -> None:
    await look_for(wide, "plan")
    await wide.click("○ write")
    await wide.until(lambda: not wide.app.query(NodeLine))
    assert wide.app.deck.panes.graph.view.selected == "write"
    await wide.press("6", "slash")
    assert wide.app.query_one(FilterLine).has_focus
    await wide.press("escape", "1", "slash", "n")
    line = wide.app.query_one(NodeLine)
    assert (line.has_focus, line.value) == (True, "n")


async def test_keys_that_come_at_once_go_where_they_belong(wide: Any, kept: list[str]) -> None:
    for key in ("slash", *"nqDX", "ctrl+u", *"wr", "enter", "b"):
        wide.app.post_message(events.Key(key, {"slash": "/"}.get(key, key if len(key) == 1 else None)))
    await wide.until(lambda: kept == ["write"])
    assert wide.app.deck.panes.graph.view.has_focus
    assert wide.app.is_running


async def test_a_task_of_a_tree_is_found_by_its_name(open_deck: Any, recorded: Any) -> None:
    tasks = tuple(Node(id=name, kind="task") for name in ("search", "write", "check"))
    recorded.shape = GraphShape(
        target="travel", title="travel", kind="functional", nodes=(Node(id="essay"),), edges=(), tasks=tasks
    )
    async with open_deck(recorded, graph="travel", size=(80, 24)) as deck:
        await deck.until_shown("○ check")
        tree = deck.app.deck.panes.graph.task_tree
        await deck.press("1", "down")
        began = tree.standing_on
        await look_for(deck, "ch")
        await deck.until_shown("1 of 2")
        assert tree.standing_on == "search"
        await deck.press("down")
        assert tree.standing_on == "check"
        await deck.press("escape")
        assert tree.standing_on == began
        assert tree.has_focus


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ({"plan": "failed", "write": "waiting"}, "write"),
        ({"plan": "done", "write": "failed", "worker_03": "stopped"}, "write"),
        ({"plan": "waiting", "Tools": "running"}, "Tools"),
        ({"plan": "done", "worker_03": "breakpoint"}, "worker_03"),
        ({"plan": "done"}, None),
    ],
)
async def test_a_key_goes_to_what_is_at_work_and_follows_it_again(
    wide: Any, states: dict[str, Any], found: str | None
) -> None:
    view = wide.app.deck.panes.graph.view
    await wide.press("home")
    view.show(
        {
            node: NodeState(active=frozenset("a")) if state == "running" else NodeState(outcome=state)
            for node, state in states.items()
        }
    )
    await wide.press("full_stop")
    assert view.selected == (view.members.get(found, found) if found else START)
    assert ("nothing runs or waits" in wide.text) == (found is None)
    assert view.stand.follows
