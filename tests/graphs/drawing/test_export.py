"""Drawings and graphs as text, JSON and Mermaid."""

import json
import re
from collections.abc import Callable

from graphdeck.graphs.drawing import rail, to_json, to_mermaid, to_text
from graphdeck.graphs.drawing.inside import Inside
from graphdeck.graphs.records import END, START, Edge, GraphShape, Node

Graph = tuple[list[Node], list[Edge]]
MakeGraph = Callable[..., Graph]


def test_text_has_no_trailing_blanks(graphs: dict[str, Graph]) -> None:
    text = to_text(rail(*graphs["branching"]))
    assert not re.search(r" $", text, re.MULTILINE)
    assert to_text(rail([], [])) == ""


def test_ascii_text_is_ascii(graphs: dict[str, Graph]) -> None:
    for nodes, edges in graphs.values():
        assert to_text(rail(nodes, edges, ascii=True)).isascii()


def test_json_has_nodes_with_rectangles_and_edges(graph: MakeGraph) -> None:
    nodes, edges = graph("a", "START > a", "a ? END stop", "a . a")
    assert json.loads(json.dumps(to_json(rail(nodes, edges), edges))) == {
        "nodes": [
            {"id": START, "kind": "start", "x": 2, "y": 0, "width": 5, "height": 1},
            {"id": "a", "kind": "node", "x": 2, "y": 2, "width": 1, "height": 1},
            {"id": END, "kind": "end", "x": 2, "y": 5, "width": 3, "height": 1},
        ],
        "edges": [
            {"source": START, "target": "a", "label": "", "conditional": False, "observed": False},
            {"source": "a", "target": END, "label": "stop", "conditional": True, "observed": False},
            {"source": "a", "target": "a", "label": "", "conditional": False, "observed": True},
        ],
    }
    hidden = to_json(rail([Node(id="a", hidden_graph="in a list or dict")], []), [])
    assert hidden["nodes"] == [
        {"id": "a", "kind": "node", "x": 2, "y": 0, "width": 1, "height": 1, "hidden_graph": "in a list or dict"}
    ]


def test_mermaid_draws_every_kind(graph: MakeGraph) -> None:
    nodes, edges = graph("a b", "START > a", "a ? b yes", "a . END", "b > END")
    nodes[2] = Node(id="b", kind="subgraph")
    assert to_mermaid(nodes, edges) == "\n".join([
        "flowchart TD",
        '    n0(["START"])',
        '    n1["a"]',
        '    n2[["b"]]',
        '    n3(["END"])',
        "    n0 --> n1",
        '    n1 -.->|"yes"| n2',
        "    n1 -.-o n3",
        "    n2 --> n3",
        "",
    ])  # fmt: skip


def test_mermaid_has_open_subgraphs_inside_each_other(graph: MakeGraph) -> None:
    def shape(*subgraph: tuple[str, GraphShape]) -> GraphShape:
        nodes, edges = graph("a", "START > a", "a . a")
        return GraphShape(target="", title="", nodes=tuple(nodes[:2]), edges=tuple(edges), subgraphs=dict(subgraph))

    outer = shape(("a", shape(("a", shape()))))
    opened = to_mermaid(outer.nodes, outer.edges, inside=Inside(outer.subgraphs, {"a", "a:a"}))
    assert opened.splitlines()[1:] == [
        '    n0(["START"])',
        '    subgraph n1["a"]',
        '        n2(["START"])',
        '        subgraph n3["a"]',
        '            n4(["START"])',
        '            n5["a"]',
        "            n4 --> n5",
        "            n5 -.-o n5",
        "        end",
        "        n2 --> n3",
        "        n3 -.-o n3",
        "    end",
        "    n0 --> n1",
        "    n1 -.-o n1",
    ]


def test_mermaid_names_cannot_be_read_as_mermaid() -> None:
    names = ["end", 'say "hi"', "a]b", "x --> y", "`md`", "<b>&#1;", "two\nlines", "semi;colon %% c", "検索", ""]
    nodes = [Node(id=name) for name in names]
    lines = to_mermaid(nodes, [Edge(source="end", target="a]b", label='|"]')]).split("\n")
    assert len(lines) == 1 + len(names) + 2
    for name, line in zip(names, lines[1:], strict=False):
        shown = re.fullmatch(r'    n\d+\["([^"`<>\[\]\n&%;#]|#\d+;)+"\]', line)
        assert shown, line
        text = line[line.index('"') + 1 : -2]
        assert re.sub(r"#(\d+);", lambda code: chr(int(code[1])), text) == (name or " ")
    assert lines[-2] == '    n0 -.->|"#124;#34;#93;"| n2'.replace("-.->", "-->")
