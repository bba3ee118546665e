"""The tree of a history: every checkpoint's line leads to its parent, whatever else is drawn beside it."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from graphdeck.graphs.branches import Tree, ancestors, ascii_twin, grown, narrowed, tree


@dataclass(frozen=True)
class Row:
    checkpoint: str
    parent: str | None


def rows(*pairs: str) -> list[Row]:
    """Checkpoints from `child parent`, newest first; one without a parent is the first of its thread."""
    return [Row(pair.split()[0], next(iter(pair.split()[1:]), None)) for pair in pairs]


def drawn(made: Tree) -> list[str]:
    return [f"{line.before}●{line.after} {line.checkpoint}" for line in made.lines]


def test_a_branch_stands_beside_the_one_of_the_newest() -> None:
    made = tree(rows("b2 b1", "b1 4", "7 6", "6 5", "5 4", "4 3", "3"))
    assert drawn(made) == ["● b2", "● b1", "│ ● 7", "│ ● 6", "├─● 5", "● 4", "● 3"]
    assert [(line.is_tip, line.is_fork, line.begins_branch) for line in made.lines] == [
        (True, False, False),
        (False, False, True),
        (True, False, False),
        (False, False, False),
        (False, False, True),
        (False, True, False),
        (False, False, False),
    ]
    head, other = made.branches
    assert (head.tip, head.first, head.parent, head.size) == ("b2", "3", None, 4)
    assert (other.tip, other.first, other.parent, other.size) == ("7", "5", "4", 3)
    assert ascii_twin("├─┼─┴─╯│…") == "+-|-^-'|~"


def test_a_branch_that_cannot_join_to_the_left_joins_at_its_parent() -> None:
    made = tree(rows("h x", "a p", "b p", "c q", "x p", "q p", "p"))
    assert drawn(made) == ["● h", "│ ● a", "│ ├─● b", "│ │ ● c", "● │ │ x", "├─┼─● q", "●─╯ p"]
    assert [line.below for line in made.lines] == ["│", "│ │", "│ │", "│ │ │", "│ │ │", "│ │", ""]


def test_what_is_older_than_the_rows_goes_on_to_the_bottom() -> None:
    newest = rows("b2 b1", "b1 1", "3 2")
    assert drawn(tree(newest)) == ["● b2", "● b1", "│ ● 3"]
    whole = tree([*newest, *rows("2 1", "1")])
    assert drawn(whole) == [*drawn(tree(newest)), "├─● 2", "● 1"]


def test_many_lanes_in_little_room() -> None:
    pairs = [f"b{number} {number}" for number in range(6, 0, -1)] + [f"{n} {n - 1}" for n in range(6, 0, -1)] + ["0"]
    lines = tree(rows(*pairs)).lines
    assert [narrowed(line, 3) for line in lines[:4]] == [("", ""), ("│ ", ""), ("│ │ ", ""), ("│ … ", "")]
    assert (narrowed(lines[-2], 3), narrowed(lines[-2], 1)) == (("", "───…"), ("", "…"))
    assert narrowed(lines[-2], 9) == ("", lines[-2].after) == ("", "─────────╯")


def test_strange_parents() -> None:
    assert tree(()).branches == ()
    circle = rows("a b", "b a")
    assert [line.lane for line in tree(circle).lines] == [0, 0]
    assert ancestors(circle, "a") == {"a", "b"}


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    """Checkpoints whose parents are older ones."""
    parents = [draw(st.integers(0, number - 1)) if number else None for number in range(draw(st.integers(1, 14)))]
    made = [Row(str(number), None if parent is None else str(parent)) for number, parent in enumerate(parents)]
    return made[::-1]


def followed_down(made: Tree, index: int) -> str:
    """The checkpoint that a drawn line leads to: along its own line to the left, then down to the next glyph."""
    line = made.lines[index]
    column = 2 * line.lane
    text = line.before
    while column and text[column - 1] == "─" and "├" in text:
        column -= 2
        if text[column] == "├":
            break
    for below in made.lines[index + 1 :]:
        at = 2 * below.lane
        cells = f"{below.before}●{below.after}"
        if column == at:
            return below.checkpoint
        if cells[column] in "╯┴":
            return below.checkpoint
        assert cells[column] in "│┼├", cells
    return ""


@settings(deadline=None, derandomize=True)
@given(histories())
def test_every_line_leads_to_its_parent(history: list[Row]) -> None:
    made = tree(history)
    for index, row in enumerate(history):
        assert followed_down(made, index) == (row.parent or "")
    assert sum(branch.size for branch in made.branches) == len(history)
    head = [line.checkpoint for line in made.lines if line.branch == 0]
    assert set(head) == ancestors(history, history[0].checkpoint)
    assert all(line.lane == 0 for line in made.lines if line.branch == 0)
    longer = tree([Row("new", history[0].checkpoint), *history])
    assert drawn(longer)[1:] == drawn(made)


@settings(deadline=None, derandomize=True)
@given(histories(), st.integers(0, 9), st.integers(0, 9))
def test_a_tree_that_grew_is_the_one_that_is_made_anew(history: list[Row], new: int, gone: int) -> None:
    before, now = history[new:], history[: len(history) - gone]
    assert grown(tree(before), now) in (None, tree(now))


def test_of_a_thread_with_one_branch_only_what_is_new_is_drawn_anew() -> None:
    history = [Row(str(number), str(number - 1)) for number in range(60, 0, -1)]
    for new in (0, 1, 7):
        before = tree(history[new:50])
        after = grown(before, history[:45])
        assert after == tree(history[:45])
        assert after is not None
        assert after.lines[new + 1 :] == before.lines[1 : 45 - new]
        assert after.lines[-1] is before.lines[44 - new]
    forked = [Row("fork", "58"), *history]
    assert grown(tree(history), forked) is None
    assert grown(tree(forked), [Row("61", "fork"), *forked]) is None
