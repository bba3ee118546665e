"""The drawing as run table: states, counts, durations, selection by key and mouse, following what runs."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeAlias

import pytest
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from graphdeck.graphs.drawing.canvas import Drawing
from graphdeck.graphs.drawing.flow import flow
from graphdeck.graphs.drawing.rail import rail
from graphdeck.graphs.records import END, START, Edge, Node
from graphdeck.tui.clock import StoppedClock
from graphdeck.tui.theme import DARK, LIGHT
from graphdeck.tui.widgets.graph_view import GraphView
from graphdeck.tui.widgets.live_rows import FRAMES_A_SECOND
from graphdeck.tui.widgets.node_state import NodeState
from graphdeck.tui.widgets.taken_edges import Taken

Lines: TypeAlias = Callable[[Widget], list[str]]
NewApp: TypeAlias = Callable[..., Any]


FOLDED = {"tools": "assistant", "assistant": "assistant"}


def row_with(shown: list[str], name: str) -> str:
    return next(line for line in shown if name in line)


async def test_each_node_shows_what_it_does(
    harness: NewApp, lines: Lines, nodes: list[Node], edges: list[Edge]
) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    async with app.run_test(size=(80, 24)):
        view.show_drawing(rail(nodes, edges))
        view.show(
            {
                START: NodeState(outcome="done"),
                "assistant": NodeState(outcome="done", times=3, last_ms=1234, tokens=1812),
                "tools": NodeState(active=frozenset("ab"), times=2, last_ms=95),
            }
        )
        shown = lines(view)
        assert row_with(shown, "START").split()[0] == "●"
        assert row_with(shown, "assistant").split()[0] == "●"
        assert row_with(shown, "assistant").endswith("×3   1.2 s  1,812 tok")
        assert row_with(shown, "tools").split()[0] == "◐"
        assert row_with(shown, "tools").endswith("×2   95 ms  2 run")
        assert row_with(shown, "END").split()[0] == "○"


@pytest.mark.parametrize(("cells", "word"), [(34, ""), (38, "1,81…"), (45, "1,812 tok"), (90, "1,812 tok")])
async def test_the_last_column_gives_way_where_there_is_little_room(
    harness: NewApp, lines: Lines, nodes: list[Node], edges: list[Edge], cells: int, word: str
) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    async with app.run_test(size=(cells, 24)):
        drawing = rail(nodes, edges)
        view.show_drawing(drawing)
        view.show({"assistant": NodeState(times=3, last_ms=1234, tokens=1812)})
        assert row_with(lines(view), "assistant").endswith(f"×3   1.2 s  {word}".rstrip())
        assert view.max_scroll_x == 0
        assert view.room == cells - 14


async def test_what_is_painted_anew_row_by_row_is_what_all_of_it_would_be(
    harness: NewApp, nodes: list[Node], edges: list[Edge]
) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    a, b = (START, "assistant"), ("assistant", "tools")
    runs, done = NodeState(active=frozenset("ab"), times=2), NodeState(outcome="done", times=2, last_ms=95)
    told: list[tuple[dict[str, NodeState], Taken]] = [
        ({}, Taken()),
        ({"assistant": runs}, Taken(times={a: 1}, newest=frozenset({a}))),
        ({"assistant": done}, Taken(times={a: 1}, newest=frozenset({a}))),
        ({"assistant": done, "tools": runs}, Taken(times={a: 1, b: 1}, newest=frozenset({b}))),
        ({"assistant": done, "tools": done}, Taken(times={a: 1, b: 1}, newest=frozenset({b}))),
        ({"assistant": done}, Taken(times={a: 1, b: 7}, newest=frozenset({b}))),
        ({"assistant": done}, Taken(times={a: 1, b: 7})),
    ]
    async with app.run_test(size=(80, 24)):
        for drawing, members in ((rail(nodes, edges), {}), (flow(nodes, edges), {}), (rail(nodes[:2], []), FOLDED)):
            view.show_drawing(drawing, members)
            for states, taken in (*told, *told[::2], *told[::-1]):
                view.show(states, taken)
                painted = view.render_lines(view.size.region)
                view.refresh()
                assert painted == view.render_lines(view.size.region), (states, taken)


async def test_a_row_that_looks_as_it_did_is_not_made_again(
    harness: NewApp, nodes: list[Node], edges: list[Edge]
) -> None:
    view = GraphView(clock=StoppedClock())
    async with harness(view).run_test(size=(80, 24)):
        drawing = rail(nodes, edges)
        view.show_drawing(drawing)

        def strips() -> list[Strip]:
            return [view.strip(row, 80, view.visual_style) for row in range(drawing.height)]

        before = strips()
        view.refresh()
        assert all(now is was for now, was in zip(strips(), before, strict=True))
        view.show({"assistant": NodeState(times=3, last_ms=1234)})
        changed = [row for row, (now, was) in enumerate(zip(strips(), before, strict=True)) if now is not was]
        assert changed == [drawing.row_of("assistant")]


async def test_another_theme_paints_the_drawing_in_its_own_colours(
    harness: NewApp, nodes: list[Node], edges: list[Edge]
) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    async with app.run_test(size=(80, 24)) as pilot:
        view.show_drawing(flow(nodes, edges))
        painted = []
        for theme in (DARK, LIGHT, DARK):
            app.theme = theme
            await pilot.pause()
            painted.append(view.render_lines(view.size.region))
        assert painted[0] == painted[2] != painted[1]


@pytest.mark.parametrize(
    ("cells", "running", "together", "word"),
    [(90, 3, 4, "3/4 run"), (90, 1, 4, "1/4 run"), (90, 4, 4, "4 run"), (90, 380, 500, "380 run"), (39, 3, 4, "3 run")],
)
async def test_of_a_fan_out_it_is_told_how_many_members_still_run(
    harness: NewApp,
    lines: Lines,
    nodes: list[Node],
    edges: list[Edge],
    cells: int,
    running: int,
    together: int,
    word: str,
) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    async with app.run_test(size=(cells, 24)):
        view.show_drawing(rail(nodes, edges))
        active = frozenset(map(str, range(running)))
        view.show({"tools": NodeState(active=active, times=together, together=together)})
        assert row_with(lines(view), "tools").endswith(f" {word}")


@pytest.mark.parametrize(("cells", "total"), [(45, "1,812 tok"), (90, "1m 02s in all")])
async def test_where_there_is_room_the_time_of_all_tasks_is_told_too(
    harness: NewApp, lines: Lines, nodes: list[Node], edges: list[Edge], cells: int, total: str
) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    async with app.run_test(size=(cells, 24)):
        view.show_drawing(rail(nodes, edges))
        many, once = NodeState(times=3, last_ms=1234, total_ms=62_000, tokens=1812), NodeState(times=1, total_ms=7)
        view.show({"assistant": many, "tools": once})
        assert row_with(lines(view), "assistant").endswith(total)
        assert "in all" not in row_with(lines(view), "tools")


async def test_a_node_that_does_something_else_has_its_row_alone_painted_anew(
    harness: NewApp, nodes: list[Node], edges: list[Edge]
) -> None:
    rows: list[int] = []

    class Watched(GraphView):
        """Tells which rows it paints."""

        def strip(self, index: int, width: int, style: Style) -> Strip:
            """One row."""
            rows.append(index)
            return super().strip(index, width, style)

    view, drawing = Watched(clock=StoppedClock()), rail(nodes, edges)
    app = harness(view)
    async with app.run_test(size=(80, 24)) as pilot:
        view.show_drawing(drawing)
        for states in ({"tools": NodeState(active=frozenset("a"))}, {"tools": NodeState(times=1)}, {}):
            await pilot.pause()
            view.render_lines(view.size.region)
            rows.clear()
            view.show(states)
            view.render_lines(view.size.region)
            assert rows == [drawing.row_of("tools")]


async def test_what_runs_moves_with_the_clock(
    harness: NewApp, lines: Lines, nodes: list[Node], edges: list[Edge]
) -> None:
    clock = StoppedClock()
    view = GraphView(clock=clock)
    app = harness(view)
    async with app.run_test():
        view.show_drawing(rail(nodes, edges))
        view.show({"tools": NodeState(active=frozenset("a"))})
        signs = []
        for _ in range(4):
            signs.append(row_with(lines(view), "tools").split()[0])
            clock.move_on(1 / FRAMES_A_SECOND)
        assert signs == ["◐", "◓", "◑", "◒"]


async def test_keys_and_clicks_select_nodes_only(
    harness: NewApp, lines: Lines, nodes: list[Node], edges: list[Edge]
) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    async with app.run_test(message_hook=app.hear) as pilot:
        drawing = rail(nodes, edges)
        view.show_drawing(drawing)
        view.focus()
        assert view.selected == "assistant"
        await pilot.press("down")
        assert view.selected == "tools"
        await pilot.press("home")
        assert view.selected == START
        await pilot.press("end")
        assert view.selected == END
        await pilot.click(GraphView, offset=(4, drawing.row_of("assistant")))
        assert view.selected == "assistant"
        between = next(y for y in range(drawing.height) if drawing.node_in(y) is None)
        await pilot.click(GraphView, offset=(4, between))
        assert view.selected == "assistant"
        await pilot.pause()
        found = [message.node for message in app.heard(GraphView.NodeSelected)]
        assert found == ["assistant", "tools", START, END, "assistant"]


def chain(length: int) -> tuple[list[Node], list[Edge]]:
    names = [f"step {number}" for number in range(length)]
    return [Node(id=name) for name in names], [Edge(source=a, target=b) for a, b in pairwise(names)]


async def test_the_node_that_begins_to_run_comes_into_view_until_a_person_moves(harness: NewApp, lines: Lines) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    async with app.run_test(size=(60, 10)) as pilot:
        view.show_drawing(rail(*chain(60)))
        view.show({"step 50": NodeState(active=frozenset("a"))})
        await pilot.pause()
        assert any("step 50" in line for line in lines(view))
        ran = {f"step {turn}": NodeState(outcome="done", times=1, step=turn) for turn in range(59)}
        view.show({**ran, "step 40": NodeState(times=1, step=60)})
        await pilot.pause()
        assert any("step 40" in line for line in lines(view)), "it ran between two looks, last of all"
        for running in ((5, 50), (50,)):
            view.show({f"step {number}": NodeState(active=frozenset("a")) for number in running})
            await pilot.pause()
            assert any(f"step {running[0]} " in f"{line} " for line in lines(view)), "the first has ended"
        view.focus()
        await pilot.press("home")
        view.show({"step 55": NodeState(active=frozenset("a"))})
        await pilot.pause()
        assert any("step 0" in line for line in lines(view))


async def test_names_behind_hundreds_of_lines_are_in_view(harness: NewApp, lines: Lines) -> None:
    nodes, edges = chain(60)
    far = [Edge(source=f"step {a}", target=f"step {b}") for a in range(60) for b in range(a + 2, 60, 7)]
    view = GraphView(clock=StoppedClock())
    app = harness(view)

    def shown(name: str) -> bool:
        return any(f" {name} " in f"{line} " for line in lines(view))

    async with app.run_test(size=(44, 12)) as pilot:
        view.show_drawing(drawing := rail(nodes, [*edges, *far]))
        assert drawing.rects["step 30"].x > 44 * 2
        await pilot.pause()
        assert shown("step 0")
        view.show({"step 31": NodeState(active=frozenset("a"), times=7)})
        await pilot.pause()
        assert shown("step 31")
        assert row_with(lines(view), "step 31").endswith("×7")
        view.focus()
        for key, name in (("end", "step 59"), ("up", "step 58"), ("home", "step 0")):
            view.scroll_to(x=0, animate=False)
            await pilot.press(key)
            assert shown(name)


async def test_folded_nodes_share_a_row(harness: NewApp, lines: Lines) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    async with app.run_test():
        view.show_drawing(rail([Node(id="w ×2")], []), {"w1": "w ×2", "w2": "w ×2"})
        view.show({"w1": NodeState(outcome="done", times=1), "w2": NodeState(outcome="failed", times=1)})
        assert lines(view)[0].split()[0] == "✗"
        assert lines(view)[0].endswith("×2")
        view.select("w1")
        assert view.selected == "w ×2"


async def test_a_hostile_name_stays_in_its_cells(harness: NewApp, lines: Lines) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    async with app.run_test():
        view.show_drawing(rail([Node(id="[b]x\u202ey\x1b[/]"), Node(id="日本")], []))
        shown = "\n".join(lines(view))
        assert "[b]x" in shown
        assert "日本" in shown
        assert not {"\u202e", "\x1b"} & set(shown)


async def test_another_drawing_keeps_the_selection(harness: NewApp, nodes: list[Node], edges: list[Edge]) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    async with app.run_test():
        view.show_drawing(rail(nodes, edges))
        view.select("tools")
        view.show_drawing(rail(nodes, edges[:-1]))
        assert view.selected == "tools"
        view.show_drawing(None)
        assert view.row_count() == 0


# -- a flow ----------------------------------------------------------------------------------------------------


def forked() -> Drawing:
    """START, then left and right side by side, then END, each in a box."""
    names = ["left", "right"]
    edges = [Edge(source=START, target=name) for name in names] + [Edge(source=name, target=END) for name in names]
    drawing = flow([Node(id=name) for name in (START, *names, END)], edges)
    assert drawing
    return drawing


async def test_keys_and_clicks_go_from_box_to_box(harness: NewApp, lines: Lines) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    async with app.run_test(message_hook=app.hear) as pilot:
        drawing = forked()
        view.show_drawing(drawing)
        view.focus()
        visited = [view.selected]
        for key in ("right", "right", "down", "up", "left", "up", "down"):
            await pilot.press(key)
            visited.append(view.selected)
        assert visited == ["left", "right", "right", END, "left", "left", START, "left"]
        corner = drawing.boxes["right"]
        await pilot.click(GraphView, offset=(corner.x + 2, corner.y + 2))
        assert view.selected == "right"
        await pilot.click(GraphView, offset=(corner.x, corner.y))  # between two boxes
        assert view.selected == "right"
        await pilot.pause()
        found = [message.node for message in app.heard(GraphView.NodeSelected)]
        assert found == ["left", "right", END, "left", START, "left", "right"]


async def test_a_box_shows_its_state_and_the_row_what_the_selected_node_did(harness: NewApp, lines: Lines) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    async with app.run_test():
        view.show_drawing(forked())
        view.show(
            {
                START: NodeState(outcome="done", times=1, last_ms=2),
                "left": NodeState(outcome="done", times=2, last_ms=95),
                "right": NodeState(outcome="failed", times=4, last_ms=1200),
            }
        )
        row = row_with(lines(view), "left")
        assert "│ ● left  │ │ ✗ right │" in row
        assert row.endswith("×2   95 ms")
        assert row_with(lines(view), "START").endswith("×1    2 ms")
        view.select("right")
        assert row_with(lines(view), "left").endswith("×4   1.2 s")


async def test_the_cursor_marks_a_box_and_not_its_row(harness: NewApp) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    async with app.run_test():
        drawing = forked()
        view.show_drawing(drawing)
        y = drawing.row_of("left")

        def ground(x: int) -> object:
            (segment,) = view.render_line(y).crop(x + 1, x + 2)
            assert segment.style
            return segment.style.bgcolor

        marked = {node: ground(drawing.rects[node].x) for node in ("left", "right")}
        view.select("right")
        assert {node: ground(drawing.rects[node].x) for node in ("right", "left")} == dict(
            zip(("right", "left"), marked.values(), strict=True)
        )
        assert marked["left"] != marked["right"]


async def test_a_node_with_a_graph_that_langgraph_does_not_find_is_grey_until_it_is_at_work(harness: NewApp) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    async with app.run_test():
        nodes = [Node(id="plain"), Node(id="hidden", hidden_graph="in a list or dict"), Node(id="other")]
        for drawing in (rail(nodes, []), flow(nodes, [])):
            assert drawing is not None
            view.show_drawing(drawing)
            view.select("plain")

            def ink(drawing: Drawing, node: str) -> object:
                x, y, *_ = drawing.rects[node]
                (segment,) = view.render_line(y).crop(x + 1, x + 2)
                assert segment.style
                return segment.style.color

            view.show({})
            assert ink(drawing, "hidden") != ink(drawing, "other")
            view.show({name: NodeState(outcome="failed") for name in ("hidden", "other")})
            assert ink(drawing, "hidden") == ink(drawing, "other")


async def test_an_edge_that_was_taken_is_bright_to_its_arrowhead(harness: NewApp) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    async with app.run_test():
        drawing = forked()
        view.show_drawing(drawing)
        heads = {edge.target: drawing.path_of(edge)[-1] for edge in drawing.routes if edge.source == START}

        def ink(node: str) -> object:
            x, y = heads[node]
            (segment,) = view.render_line(y).crop(x + 1, x + 2)
            assert segment.text == "▼"
            assert segment.style
            return segment.style.color

        dim = ink("left")
        assert ink("right") == dim
        view.show({}, Taken(times={(START, "left"): 1}))
        assert ink("right") == dim != ink("left")

        def is_bright() -> bool:
            x, y = heads["left"]
            (segment,) = view.render_line(y).crop(x + 1, x + 2)
            return bool(segment.style and segment.style.bold)

        assert not is_bright()
        view.show({}, Taken(times={(START, "left"): 1}, newest=frozenset({(START, "left")})))
        assert is_bright()


async def test_counts_of_edges_stand_in_blank_cells_and_move_nothing(harness: NewApp, lines: Lines) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    async with app.run_test():
        view.show_drawing(forked())
        bare = lines(view)

        def counted(**times: int) -> list[str]:
            view.show({}, Taken(times={(START, name): count for name, count in times.items()}))
            for line, before in zip(lines(view), bare, strict=True):
                assert all(was in (is_, " ") for is_, was in zip(line, before, strict=False))
            return [word for line in lines(view) for word in line.replace("▼", " ").split() if "×" in word]

        assert counted(left=1) == [], "that it was taken, its colour tells"
        assert counted(right=7) == ["×7"]
        place = [line.find("×7") for line in lines(view)]
        assert counted(left=12, right=7) in (["×12", "×7"], ["×7", "×12"])
        assert [line.find("×7") for line in lines(view)] == place
        assert counted(left=123_456, right=7) == ["×7"], "what has no room is left out"

        looping = [Edge(source="a", target=name, label=word) for name, word in (("a", "again"), (END, "on"))]
        view.show_drawing(
            rail([Node(id=name) for name in (START, "a", END)], [*looping, Edge(source=START, target="a")])
        )
        assert not any("×" in line for line in lines(view))
        view.show({"a": NodeState(times=3)}, Taken(times={("a", "a"): 2, (START, "a"): 3, ("a", END): 1}))
        assert [line.split()[-1] for line in lines(view) if "×" in line] == ["×3", "×2"]
        assert row_with(lines(view), "again").endswith("×2")


async def test_edges_of_folded_nodes_are_taken_together(harness: NewApp, lines: Lines) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    async with app.run_test():
        ways = [Edge(source="w ×2", target="w ×2", label="on"), Edge(source="w ×2", target=END)]
        folded = rail([Node(id="w ×2"), Node(id=END)], ways)
        view.show({}, Taken(times={("w1", "w1"): 2, ("w2", "w1"): 3}, newest=frozenset({("w1", "w1")})))
        view.show_drawing(folded, {"w1": "w ×2", "w2": "w ×2"})
        assert row_with(lines(view), "on").endswith("×5")


async def test_the_box_that_begins_to_run_comes_into_view_also_sideways(harness: NewApp, lines: Lines) -> None:
    view = GraphView(clock=StoppedClock())
    app = harness(view)
    async with app.run_test(size=(60, 10)) as pilot:
        drawing = flow(*chain(30), direction="LR")
        assert drawing
        view.show_drawing(drawing)
        view.show({"step 25": NodeState(active=frozenset("a"))})
        await pilot.pause()
        assert any("│ ◐ step 25 ├" in line for line in lines(view))
