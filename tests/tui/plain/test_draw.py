"""`graphdeck draw`: text, JSON that fits the text, Mermaid, SVG."""

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from graphdeck.graphs.drawing.choose import Style
from graphdeck.graphs.errors import InputError
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.records import RunRequest
from graphdeck.tui.plain.draw import Form, Wanted, draw
from graphdeck.tui.plain.run import run
from graphdeck.tui.text import width

ROUTED = """
    from typing import Literal, TypedDict
    from langgraph.graph import END, START, StateGraph

    class State(TypedDict, total=False):
        n: int

    def again(state) -> Literal["count", "__end__"]:
        return "count" if state.get("n", 0) < 3 else END

    builder = StateGraph(State)
    builder.add_node("count", lambda state: {"n": state.get("n", 0) + 1})
    builder.add_node("日本 [b]", lambda state: {})
    builder.add_edge(START, "日本 [b]")
    builder.add_edge("日本 [b]", "count")
    builder.add_conditional_edges("count", again)
    graph = builder.compile()
"""


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(columns=24),
        Wanted(ascii_only=True),
        Wanted("flow", columns=24),
        Wanted("flow", "LR", ascii_only=True),
    ],
)
async def test_json_has_the_whole_graph_and_its_rectangles_are_where_the_text_has_the_names(
    engine: LocalEngine,
    write_graph: Callable[..., str],
    capsys: pytest.CaptureFixture[str],
    wanted: Wanted,
) -> None:
    target = write_graph(ROUTED, "routed.py")

    async def printed(form: Form) -> str:
        await draw(engine, target, wanted._replace(form=form))
        out, error = capsys.readouterr()
        assert not error
        return out

    lines = (await printed("text")).splitlines()
    ways: dict[Form, str] = {"text": "<U+65E5>", "json": r"\u65e5", "mermaid": "#26085;", "svg": "&#26085;"}
    for form, day in ways.items() if wanted.ascii_only else ():
        out = await printed(form)
        assert out.isascii()
        assert day in out
    drawn = json.loads(await printed("json"))
    titles = {"__start__": "START", "__end__": "END"}
    assert {node["id"] for node in drawn["nodes"]} == {"__start__", "日本 [b]", "count", "__end__"}
    for node in drawn["nodes"]:
        name = wanted.letters(titles.get(node["id"], node["id"]))
        before, found, _ = lines[node["y"]].partition(name)
        assert found, name
        assert (width(before), width(name), 1) == (node["x"], node["width"], node["height"])
    edges = {(edge["source"], edge["target"], edge["conditional"]) for edge in drawn["edges"]}
    assert edges == {
        ("__start__", "日本 [b]", False),
        ("日本 [b]", "count", False),
        ("count", "count", True),
        ("count", "__end__", True),
    }
    if wanted.columns is not None:
        assert max(map(width, lines)) <= wanted.columns


HIDDEN = """
    from typing import TypedDict
    from langgraph.graph import END, START, StateGraph

    builder = StateGraph(TypedDict("State", {"n": int}))
    names = ["plain", "zero\\u200bwidth", "turned\\u202ename"]
    for name in names:
        builder.add_node(name, lambda state: {})
    for before, after in zip([START, *names], [*names, END]):
        builder.add_edge(before, after)
    builder.add_edge(names[2], names[0])
    graph = builder.compile()
"""


@pytest.mark.parametrize("ascii_only", [False, True])
async def test_hidden_characters_are_marks_and_push_no_line_aside(
    engine: LocalEngine, write_graph: Callable[..., str], capsys: pytest.CaptureFixture[str], ascii_only: bool
) -> None:
    target = write_graph(HIDDEN, "hidden.py")
    await draw(engine, target, Wanted(ascii_only=ascii_only))
    drawn = capsys.readouterr().out.splitlines()
    marks = ("<U+200B>", "<U+202E>") if ascii_only else ("⟨U+200B⟩", "⟨U+202E⟩")
    assert all(any(mark in line for line in drawn) for mark in marks)
    rows = drawn[drawn.index(next(line for line in drawn if "plain" in line)) + 1 :]
    line = "|" if ascii_only else "│"
    passing = {width(row) for row in rows if row.rstrip().endswith(line) and row.strip() != line}
    assert len(passing) == 1, "the line of the edge that goes back is straight"


SIGNS = """
    import operator
    from typing import Annotated, TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.types import Command

    class State(TypedDict, total=False):
        n: Annotated[int, operator.add]

    def pick(state): return Command(goto="look")
    def look(state): return teams[0].invoke(state)
    def last(state): return {"n": 1}
    teams = [StateGraph(State).add_node(last).add_edge(START, "last").compile()]
    builder = StateGraph(State).add_node(pick).add_node(look).add_node(last, defer=True)
    graph = builder.add_edge(START, "pick").add_edge("look", "last").compile()
"""


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(ascii_only=True), Wanted("flow"), Wanted(columns=30)])
async def test_each_sign_that_a_drawing_has_is_told_in_words_below_it(
    engine: LocalEngine, write_graph: Callable[..., str], capsys: pytest.CaptureFixture[str], wanted: Wanted
) -> None:
    target = write_graph(SIGNS, "signs.py")

    async def printed() -> tuple[list[str], dict[str, str]]:
        assert await draw(engine, target, wanted) == 0
        out, error = capsys.readouterr()
        assert not error
        assert not wanted.ascii_only or out.isascii()
        rows = out.splitlines()
        assert wanted.columns is None or max(map(width, rows)) <= wanted.columns
        drawing, _, told = out.partition("\n\n")
        wrapped = told.replace("\n" + " " * (indent := 7 if wanted.ascii_only is False else 8), " ").splitlines()
        return drawing.splitlines(), {line[:indent].strip(): line[indent:] for line in wrapped}

    signs = ("<= all", "-> ?", "...", "%") if wanted.ascii_only else ("⇠ all", "⇢ ?", "···", "⊠")
    deferred, unknown, dots, hidden = signs
    words = {
        hidden: "a graph inside that LangGraph does not find: nothing in it can be drawn or stopped at"
        " in a list or dict: look",
        deferred: "deferred: waits until all other tasks are done",
        unknown: "targets unknown: add a path map or a Literal return type",
    }
    rows, told = await printed()
    assert told == words
    assert all(any(sign in row for row in rows) for sign in told)
    await run(engine, RunRequest(graph=target, thread="t", input={}, has_input=True))
    capsys.readouterr()
    assert (await printed())[1] == {**words, dots: "seen taken, not declared"}


async def test_mermaid(
    engine: LocalEngine, write_graph: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    target = write_graph(ROUTED, "routed.py")
    assert await draw(engine, target, Wanted(form="mermaid")) == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert first == "flowchart TD"
    assert sum("-.->" in line for line in rest) == 2


async def test_a_flow_that_does_not_fit_is_a_rail_and_says_so(
    engine: LocalEngine, write_graph: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    target = write_graph(ROUTED, "routed.py")
    assert await draw(engine, target, Wanted("flow", "LR", columns=30)) == 0
    out, error = capsys.readouterr()
    assert out.startswith("○ START\n│\n")
    assert error == "graphdeck: no flow of this graph fits in 30 columns: drawn as a rail\n"


MANY = """
    from typing import TypedDict
    from langgraph.graph import START, StateGraph

    builder = StateGraph(TypedDict("State", {"n": int}))
    for number in range(20):
        builder.add_node(f"stage_{number}", lambda state: {})
        for before in range(number):
            builder.add_edge(f"stage_{before}", f"stage_{number}")
    graph = builder.add_edge(START, "stage_0").compile()
"""


async def test_a_drawing_that_is_wider_than_the_terminal_says_so_and_how_to_read_it(
    engine: LocalEngine, write_graph: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    target = write_graph(MANY, "many.py")
    assert await draw(engine, target, Wanted(columns=30)) == 0
    out, error = capsys.readouterr()
    widest = max(map(width, out.splitlines()))
    assert widest > 30
    assert error.startswith(f"graphdeck: the drawing is {widest} columns wide, more than 30: pipe it to less -S")
    assert await draw(engine, target, Wanted()) == 0
    assert not capsys.readouterr().err


@pytest.mark.parametrize("style", ["rail", "flow"])
async def test_svg_has_every_name_and_the_lines_of_each_kind(
    engine: LocalEngine, write_graph: Callable[..., str], capsys: pytest.CaptureFixture[str], style: Style
) -> None:
    target = write_graph(ROUTED, "routed.py")
    assert await draw(engine, target, Wanted(style, form="svg", ascii_only=True)) == 0
    picture = ElementTree.fromstring(capsys.readouterr().out)
    texts = {element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")}
    assert {"START", "日本 [b]", "count", "END"} <= texts
    paths = list(picture.iter("{http://www.w3.org/2000/svg}path"))
    assert [path.get("stroke-dasharray") for path in paths] == [None, "3 3", None]
    assert paths[-1].get("d", "").count("Z") == (1 if style == "rail" else 4)  # a rail's trunk has none


TEAM = """
    from typing import TypedDict
    from langgraph.graph import END, START, StateGraph
    from langgraph.types import Command

    class State(TypedDict, total=False):
        n: int

    def pick(state): return Command(goto="look")
    def look(state): return {"n": 1}
    desk = StateGraph(State).add_node(pick).add_node(look).add_edge(START, "pick")
    team = StateGraph(State).add_node("desk", desk.compile()).add_edge(START, "desk").add_edge("desk", END)
    graph = StateGraph(State).add_node("team", team.compile()).add_edge(START, "team").compile()
"""


@pytest.mark.parametrize("wanted", [Wanted(), Wanted("flow", ascii_only=True)])
async def test_unfolded_subgraphs_are_drawn_with_the_edges_that_were_seen_taken_in_them(
    engine: LocalEngine, write_graph: Callable[..., str], capsys: pytest.CaptureFixture[str], wanted: Wanted
) -> None:
    target = write_graph(TEAM, "teams.py")
    await run(engine, RunRequest(graph=target, thread="t", input={}, has_input=True))
    assert "done" in capsys.readouterr().out

    async def printed(**how: Any) -> str:
        assert await draw(engine, target, wanted._replace(**how)) == 0
        return capsys.readouterr().out

    line = "." if wanted.ascii_only else "·"
    assert line not in await printed()
    assert "desk" in (team := await printed(unfolded=["team"]))
    assert "pick" not in team
    whole = await printed(unfold=True)
    assert whole == await printed(unfolded=["team:desk"]), "what it is in is unfolded too"
    rows = whole.splitlines()
    drawn = json.loads(await printed(unfold=True, form="json"))
    assert len(drawn["nodes"]) == 3 + 3 + 4
    for node in drawn["nodes"]:
        name = {"__start__": "START", "__end__": "END"}.get(last := node["id"].split(":")[-1], last)
        assert rows[node["y"]][node["x"] :].startswith(name), name
    assert [(edge["source"], edge["target"]) for edge in drawn["edges"] if edge["observed"]] == [
        ("team:desk:pick", "team:desk:look")
    ]
    assert ("team:desk", "team:__end__") in {(edge["source"], edge["target"]) for edge in drawn["edges"]}
    assert any(line in row for row in rows[rows.index(next(row for row in rows if "pick" in row)) :])
    texts = ElementTree.fromstring(await printed(unfold=True, form="svg")).itertext()
    assert {"pick", "look", "desk", "team"} <= set(texts)
    assert "\n        subgraph n3[" in await printed(unfold=True, form="mermaid")
    with pytest.raises(InputError, match="no subgraph 'desk'") as refused:
        await printed(unfolded=["desk"])
    assert "team, team:desk" in refused.value.hint
