"""Graphs to draw, and a reader that gets a graph back from nothing but the text of its drawing."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

import pytest

from graphdeck.graphs.records import END, START, Edge, Node

Graph: TypeAlias = tuple[list[Node], list[Edge]]
ReadEdge: TypeAlias = tuple[str, str, str, str]  # source, target, kind, label
Place: TypeAlias = tuple[int, int]


# -- graphs ----------------------------------------------------------------------------------------------------


def make_graph(names: str, *edges: str) -> Graph:
    """START, END and `"a b c"`, with edges like `"a > b"`, `"a ? b label"` (conditional), `"a . b"` (observed)."""
    ids = {"START": START, "END": END}
    nodes = [Node(id=START, kind="start"), *(Node(id=name) for name in names.split()), Node(id=END, kind="end")]
    made = []
    for text in edges:
        source, sign, target, *label = text.split(maxsplit=3)
        made.append(
            Edge(
                source=ids.get(source, source),
                target=ids.get(target, target),
                label=label[0] if label else "",
                conditional=sign == "?",
                observed=sign == ".",
            )
        )
    return nodes, made


WORKERS = [f"worker_{number:02d}" for number in range(36)]
SPECIALISTS = ["researcher", "coder", "reviewer", "writer", "planner", "tester"]
GRAPHS: dict[str, Graph] = {
    "empty": ([], []),
    "one node": make_graph("only", "START > only", "only > END"),
    "no edges": make_graph("here there"),
    "react": make_graph(
        "agent tools", "START > agent", "agent ? tools tool_calls", "agent ? END done", "tools > agent"
    ),
    "branching": make_graph(
        "ingest classify retrieve web_search rank grade rewrite_query generate check_facts human_review publish",
        "START > ingest",
        "ingest > classify",
        "classify ? retrieve docs",
        "classify ? web_search web",
        "classify ? generate chat",
        "retrieve > rank",
        "web_search > rank",
        "rank > grade",
        "grade ? generate relevant",
        "grade ? rewrite_query irrelevant",
        "rewrite_query > classify",
        "generate > check_facts",
        "check_facts ? human_review ok",
        "check_facts ? generate hallucinated",
        "check_facts ? rewrite_query off_topic",
        "human_review ? publish approve",
        "human_review ? generate edit",
        "publish > END",
    ),
    "supervisor": make_graph(
        "supervisor " + " ".join(SPECIALISTS),
        "START > supervisor",
        *(f"supervisor ? {name} {name[:4]}" for name in SPECIALISTS),
        "supervisor ? END FINISH",
        *(f"{name} > supervisor" for name in SPECIALISTS),
    ),
    "fan-out": make_graph(
        "plan " + " ".join(WORKERS) + " reduce",
        "START > plan",
        *(f"plan ? {name}" for name in WORKERS),
        *(f"{name} > reduce" for name in WORKERS),
        "reduce > END",
    ),
    "self-loops": make_graph("a b", "START > a", "a > b", "a ? a again", "b ? b", "b > END"),
    "several edges": make_graph(
        "a b", "START > a", "a ? b one", "a ? b two", "a > b", "a . b", "b ? a back", "b > a", "b > END", "b ? END stop"
    ),
    "mesh": make_graph(
        "a b c d e",
        "START > a",
        *(f"{one} ? {other}" for one in "abcde" for other in "abcde" if one != other),
        *(f"{one} ? END" for one in "abcde"),
    ),
    "teams": make_graph(
        "lead east west e1 e2 e3 w1 w2 w3",
        "START > lead",
        "lead ? east",
        "lead ? west",
        "lead ? END",
        *(f"{team} > {team[0]}{number}" for team in ("east", "west") for number in (1, 2, 3)),
        *(f"{team}{number} > lead" for team in "ew" for number in (1, 2, 3)),
    ),
    "two layers": make_graph(
        "a b x y z",
        "START > a",
        "START > b",
        *(f"{one} > {other}" for one in "ab" for other in "xyz"),
        *(f"{one} > END" for one in "xyz"),
    ),
    "fans with labels": make_graph(
        "a b x y z",
        "START > a",
        "a > b",
        *(f"a ? {other} {number}" for number, other in enumerate("xyz")),
        *(f"b ? {other} {number // 2}" for number, other in enumerate("xyz")),
    ),
    "fans of two kinds": make_graph(
        "a b x y z",
        "START > a",
        "a > b",
        *(f"a ? {other}" for other in "xyz"),
        *(f"b > {other}" for other in "xyz"),
    ),
    "observed": make_graph("a b c", "START > a", "a > b", "b > END", "a . c", "c . a", "c . END", "b ? a retry"),
    "all kinds into one hub": make_graph(
        "a b c d", "START > a", "a > b", "b > c", "c > d", "b > a", "c ? a", "d . a", "d > END", "c ? END"
    ),
}


@pytest.fixture(scope="session")
def graphs() -> dict[str, Graph]:
    return GRAPHS


@pytest.fixture(scope="session")
def graph() -> Callable[..., Graph]:
    return make_graph


# -- the reader ------------------------------------------------------------------------------------------------

Arm: TypeAlias = Literal["up", "down", "left", "right"]
ARMS: dict[str, dict[str, str]] = {
    "unicode": {
        "├": "up down right", "┤": "up down left", "┬": "left right down", "┴": "left right up",
        "┼": "up down left right", "╭": "down right", "╮": "down left", "╰": "up right", "╯": "up left",
    },
    "ascii": {",": "down", "'": "up", "+": "up down"},
}  # fmt: skip
KINDS = {
    "unicode": {"─": "plain", "│": "plain", "╌": "conditional", "┆": "conditional", "·": "observed"},
    "ascii": {"-": "plain", "|": "plain", "~": "conditional", ":": "conditional", ".": "observed"},
}
MARKS = {
    "unicode": ("○", "◀", "▶", "‹", "›", "⇢ ?", "⇠ all", "⊠"),
    "ascii": ("o", "<", ">", "(", ")", "-> ?", "<= all", "%"),
}


class Joint(NamedTuple):
    x: int
    y: int


@dataclass
class Bus:
    hubs: list[str] = field(default_factory=list)
    taps: list[tuple[str, str, str]] = field(default_factory=list)  # node, kind, label


class Reader:
    """Follows the lines of a drawing by the rules that graphdeck.graphs.drawing.rail states, and no others."""

    def __init__(self, text: str, charset: Literal["unicode", "ascii"]) -> None:
        self.grid = [self._cells(line) for line in text.split("\n")]
        self.joints, self.kinds = ARMS[charset], KINDS[charset]
        self.ascii = charset == "ascii"
        self.glyph, self.left, self.right, self.opening, self.closing, *self.marks = MARKS[charset]
        self.stem = self.grid[0].index(self.glyph) if text else 0
        self.names: dict[int, str] = {}
        self.labels: dict[int, str] = {}  # of arrivals, by row
        self.after: dict[int, int] = {}  # where a node's texts end
        self.words: set[Place] = set()
        self.seen: set[Place] = set()
        self.buses: dict[Place, Bus] = {}

    @staticmethod
    def _cells(line: str) -> list[str]:
        cells: list[str] = []
        for char in line:
            if unicodedata.combining(char):
                cells[-1] += char
            else:
                cells += [char, ""] if unicodedata.east_asian_width(char) in "WF" else [char]
        return cells

    def at(self, x: int, y: int) -> str:
        row = self.grid[y] if 0 <= y < len(self.grid) else []
        return row[x] if 0 <= x < len(row) else " "

    def is_line(self, char: str) -> bool:
        return char in self.joints or char in self.kinds

    def has(self, x: int, y: int, arm: Arm) -> bool:
        """Whether a joint reaches out; in ASCII a horizontal arm shows by the line beside it."""
        arms = self.joints.get(self.at(x, y), "")
        if self.ascii and arm in ("left", "right"):
            beside = self.at(x + (1 if arm == "right" else -1), y)
            return bool(arms) and (self.is_line(beside) or beside == self.right)
        return arm in arms.split()

    def edges(self) -> set[ReadEdge]:
        node_rows = [y for y in range(len(self.grid)) if self.at(self.stem, y) == self.glyph and self.grid != [[]]]
        for y in node_rows:
            self._read_node(y)
        found: set[ReadEdge] = set()
        for y in range(len(self.grid)):
            above = max((row for row in node_rows if row <= y), default=0)
            if y in self.names:
                self._read_node_lines(y)
            elif self.at(self.stem, y) in self.joints:
                self._read_link(self.names[above], y)
            elif self.at(self.stem, y) in self.kinds:
                assert y + 1 in self.names, f"the trunk in row {y} leads nowhere"
                label, _ = self._words(self.stem + 2, y)
                found.add((self.names[above], self.names[y + 1], self.kinds[self.at(self.stem, y)], label))
        for (x, _), bus in self.buses.items():
            assert len(bus.hubs) == 1, f"a bus with hubs {bus.hubs} and taps {bus.taps}"
            assert bus.taps, f"a bus of {bus.hubs} without taps"
            for node, kind, label in bus.taps:
                ends = (node, bus.hubs[0]) if x > self.stem else (bus.hubs[0], node)
                found.add((*ends, kind, label))
        self._check_nothing_is_left()
        return found

    def _read_node(self, y: int) -> None:
        name, x = self._words(self.stem + 2, y)
        self.names[y] = {"START": START, "END": END}.get(name, name)
        for mark in reversed(self.marks):
            if "".join(self.grid[y][x + 1 : x + 1 + len(mark)]) == mark:
                x += 1 + len(mark)
        if self.at(x + 1, y) == self.opening:
            end = self.grid[y].index(self.closing, x)
            self.labels[y] = "".join(self.grid[y][x + 2 : end])
            x = end + 1
        self.after[y] = x

    def _words(self, x: int, y: int) -> tuple[str, int]:
        """Words from here to a blank that is followed by anything that is no word, and where that is.

        A sign of lines within a word, `-` say, belongs to the word.
        """
        start = x
        if self.is_line(self.at(x, y)):
            return "", x
        while not (self.at(x, y) == " " and self._is_no_word(x + 1, y)):
            x += 1
        self.words |= {(each, y) for each in range(start, x)}
        return "".join(self.grid[y][start:x]), x

    def _is_no_word(self, x: int, y: int) -> bool:
        char = self.at(x, y)
        if self.at(x + 1, y) == "U" and self.ascii:  # <U+7B2C> is a letter
            return False
        return char in (" ", self.left, self.opening, *(mark[0] for mark in self.marks)) or self.is_line(char)

    def _read_node_lines(self, y: int) -> None:
        name, beside = self.names[y], self.at(self.stem - 1, y)
        if beside == self.right:
            for joint in self._walk(self.stem - 2, y, -1):
                self._bus(joint).taps.append((name, self.kinds[self.at(self.stem - 2, y)], self.labels.get(y, "")))
        elif self.is_line(beside):
            (joint,) = self._walk(self.stem - 1, y, -1)
            self._bus(joint).hubs.append(name)
        x = self.after[y] + 1
        if self.at(x, y) == self.left:
            (joint,) = self._walk(x + 1, y, 1)
            self._bus(joint).hubs.append(name)
        elif self.at(x, y) in self.kinds and (self.is_line(self.at(x + 1, y)) and self._starts_here(x, y)):
            for joint in self._walk(x, y, 1):
                self._bus(joint).taps.append((name, self.kinds[self.at(x, y)], ""))

    def _starts_here(self, x: int, y: int) -> bool:
        """A horizontal line, not a vertical one that passes beside a name: those have a blank at both sides."""
        return self.at(x, y) in ("─", "╌", "-", "~", "·", ".") and self.at(x + 1, y) != " "

    def _read_link(self, node: str, y: int) -> None:
        self.seen.add((self.stem, y))
        if self.has(self.stem, y, "left"):
            (joint,) = self._walk(self.stem - 1, y, -1)
            self._bus(joint).hubs.append(node)
        if self.has(self.stem, y, "right"):
            kind, label, x = self.kinds[self.at(self.stem + 1, y)], "", self.stem + 1
            if self.at(self.stem + 2, y) == " ":
                label, end = self._words(self.stem + 3, y)
                x = end + 1
            for joint in self._walk(x, y, 1):
                self._bus(joint).taps.append((node, kind, label))

    def _walk(self, x: int, y: int, step: int) -> Iterator[Joint]:
        """The joints of a horizontal line, until one that does not reach further."""
        while True:
            assert self.is_line(self.at(x, y)), f"a line breaks off at {x}, {y}"
            if self.at(x, y) in self.joints:
                yield Joint(x, y)
                if not self.has(x, y, "right" if step > 0 else "left"):
                    return
            x += step

    def _bus(self, joint: Joint) -> Bus:
        """The bus that a joint belongs to: all joints that vertical lines lead to."""
        x, y = joint
        top = y
        while self.has(x, top, "up"):
            top = self._next_joint(x, top, -1)
        place = (x, top)
        if place not in self.buses:
            self.buses[place] = Bus()
            self.seen.add(place)
            while self.has(x, top, "down"):
                top = self._next_joint(x, top, 1)
                self.seen.add((x, top))
        return self.buses[place]

    def _next_joint(self, x: int, y: int, step: int) -> int:
        y += step
        while self.at(x, y) not in self.joints:
            assert self.at(x, y) in self.kinds, f"a line breaks off at {x}, {y}"
            y += step
        return y

    def _check_nothing_is_left(self) -> None:
        """Every joint outside the texts belongs to something that was read."""
        for y, row in enumerate(self.grid):
            for x, char in enumerate(row):
                in_text = self.stem < x < self.after.get(y, self.stem) or (x, y) in self.words
                assert char not in self.joints or in_text or (x, y) in self.seen, f"a stray joint at {x}, {y}"


@pytest.fixture(scope="session")
def read() -> Callable[[str, bool], set[ReadEdge]]:
    """Edges of a drawing's text: source, target, kind, label."""

    def read_text(text: str, ascii_only: bool) -> set[ReadEdge]:
        return Reader(text, "ascii" if ascii_only else "unicode").edges() if text else set()

    return read_text
