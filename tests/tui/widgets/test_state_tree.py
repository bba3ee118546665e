"""The state as a tree: what a row says, opening and closing, marks of the last step, size without cost."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.widget import Widget
from textual.widgets import Static

from graphdeck.graphs.values import Json, to_json
from graphdeck.tui.widgets.state_tree import StateTree, copy_text
from graphdeck.tui.widgets.tree_rows import PAGE, Change, tree_rows

Lines: TypeAlias = Callable[[Widget], list[str]]
NewApp: TypeAlias = Callable[..., Any]

MESSAGES: list[Json] = [
    {"type": "human", "content": "a quiet hotel in Rome"},
    {"type": "ai", "content": "", "tool_calls": [{"name": "search", "args": {"city": "Rome"}, "id": "1"}]},
    {"type": "tool", "content": "4 found", "name": "search", "tool_call_id": "1"},
]
VALUES: dict[str, Json] = {
    "messages": MESSAGES,
    "city": "Rome",
    "tags": to_json({"a", "b"}),
    "nested": {"deep": {"list": [1, 2]}},
}


async def test_messages_are_open_and_the_rest_is_one_row_each(harness: NewApp, lines: Lines) -> None:
    tree = StateTree()
    async with harness(tree).run_test(size=(60, 12)):
        tree.show(VALUES, changed=("messages",), lengths_before={"messages": 2})
        assert lines(tree)[:7] == [
            " ▾ messages  3                                           +1",
            "   ▸ 0  human  a quiet hotel in Rome",
            '   ▸ 1  ai     → search(city="Rome")',
            "   ▸ 2  tool   search: 4 found                          new",
            '   city      "Rome"',
            ' ▸ tags      2 set {"a", "b"}',
            ' ▸ nested    1 {"deep": {"list": [1, 2]}}',
        ]


async def test_keys_open_close_and_climb(harness: NewApp, lines: Lines) -> None:
    tree = StateTree()
    app = harness(tree)
    async with app.run_test(size=(60, 12), message_hook=app.hear) as pilot:
        tree.show({"nested": {"deep": {"list": [1, 2]}}})
        tree.focus()
        await pilot.press("right", "right", "enter", "down")
        assert lines(tree)[:3] == [" ▾ nested  1", "   ▾ deep  1", "     ▸ list  2 [1, 2]"]
        await pilot.press("left")
        assert tree.highlighted is not None
        assert tree.highlighted.path == ("nested", "deep")
        await pilot.press("left")
        assert lines(tree)[:3] == [" ▾ nested  1", '   ▸ deep  1 {"list": [1, 2]}', ""]
        await pilot.pause()
        paths = [message.path for message in app.heard(StateTree.ValueHighlighted)]
        assert ("nested", "deep", "list") in paths
        assert tree.selected_text == '{\n  "list": [\n    1,\n    2\n  ]\n}'


async def test_a_click_opens(harness: NewApp, lines: Lines) -> None:
    tree = StateTree()
    async with harness(tree).run_test(size=(60, 12)) as pilot:
        tree.show({"a": [], "b": [7]})
        assert lines(tree)[0] == "   a  []"
        await pilot.click(StateTree, offset=(5, 1))
        assert lines(tree)[1:3] == [" ▾ b  1", "     0  7"]


async def test_what_a_person_reads_stays_where_it_is_while_the_state_grows(harness: NewApp, lines: Lines) -> None:
    tree = StateTree()
    told: list[Json] = [{"type": "human", "content": f"message {n}"} for n in range(90)]
    async with harness(tree).run_test(size=(60, 12)) as pilot:

        async def show(count: int, **more: Json) -> list[str]:
            tree.show({"a": 0, **more, "messages": told[:count], "notes": [f"note {n}" for n in range(50)]})
            at_once = lines(tree)  # nothing is painted in the wrong place first
            await pilot.pause()
            assert lines(tree) == at_once
            return at_once

        await show(40)
        tree.open_path(("notes", "20"))
        tree.focus()
        await pilot.press("down", "up", "up")
        read, at = lines(tree)[1:], tree.cursor
        for count, more in ((90, {}), (1, {}), (60, {"b": 1, "c": 2}), (40, {})):
            assert (await show(count, **more))[1:] == read
        assert tree.cursor == at
        tree.scroll_to(y=20, animate=False, immediate=True)  # by the mouse: the cursor is out of sight
        read = lines(tree)
        assert [await show(count, b=1) for count in (41, 90)] == [read, read]


def shown_after(*states: Any) -> list[str]:
    tree = StateTree()
    for values in states:
        tree.show(values)
    return [tree.row(index, 40).plain for index in range(tree.row_count())]


async def test_a_state_looks_the_same_whatever_was_looked_at_before(harness: NewApp) -> None:
    steps: list[Any] = [{}, {"city": "Rome"}, {"city": "Rome", "messages": MESSAGES}, {"messages": [], "city": "Bari"}]
    async with harness(Static()).run_test(size=(60, 12)):
        for count in range(1, len(steps) + 1):
            assert (
                shown_after(*steps[:count])
                == shown_after(steps[count - 1])
                == shown_after(*steps[count - 1 :: -1], steps[count - 1])
            )


async def test_what_is_open_stays_open_and_the_cursor_stays(harness: NewApp, lines: Lines) -> None:
    tree = StateTree()
    async with harness(tree).run_test(size=(60, 12)) as pilot:
        tree.show({"b": [7], "c": 1})
        tree.focus()
        await pilot.press("enter", "down")
        tree.show({"a": 0, "b": [7, 8], "c": 1}, changed=("b",), lengths_before={"b": 1})
        assert tree.highlighted is not None
        assert tree.highlighted.path == ("b", "0")
        assert lines(tree)[1].endswith("+1")
        assert lines(tree)[3].endswith("new")


async def test_values_of_other_types_open_to_what_they_hold(harness: NewApp, lines: Lines) -> None:
    tree = StateTree()
    async with harness(tree).run_test(size=(60, 12)) as pilot:
        tree.show({"point": {"$type": "app.Point", "value": {"x": 1}}, "nan": to_json(float("nan"))})
        tree.focus()
        await pilot.press("enter", "down")
        assert lines(tree)[:3] == [" ▾ point  1 app.Point", "     x  1", "   nan    nan"]
        assert tree.selected_text == "1"


async def test_pages_of_a_long_list(harness: NewApp, lines: Lines) -> None:
    tree = StateTree()
    async with harness(tree).run_test(size=(60, 12)) as pilot:
        tree.show({"list": list(range(250))})
        tree.focus()
        await pilot.press("enter")
        assert tree.row_count() == 1 + PAGE + 1
        await pilot.press("end")
        assert "150 more: Enter shows the next 100" in lines(tree)[tree.cursor - tree.scroll_offset.y]
        await pilot.press("enter", "end", "enter")
        assert tree.row_count() == 251


async def test_a_long_text_is_cut_says_so_and_opens(harness: NewApp, lines: Lines) -> None:
    tree = StateTree()
    async with harness(tree).run_test(size=(60, 12)) as pilot:
        tree.show({"note": "ab\x1b " * 250_000})
        assert "1,000,000 characters" in lines(tree)[0]
        tree.focus()
        await pilot.press("enter", "end")
        assert lines(tree)[tree.cursor - tree.scroll_offset.y].strip() == "… 1,000,000 characters: v shows all"
        assert "\x1b" not in "".join(lines(tree))
        assert tree.selected_text == "ab\x1b " * 250_000


async def test_hostile_keys_and_values_are_shown_as_they_are(harness: NewApp, lines: Lines) -> None:
    tree = StateTree()
    async with harness(tree).run_test(size=(60, 12)):
        tree.show({"[red]k\u202e": "[/]\x1b]0;x\x07", "": "\ud800"})
        assert lines(tree)[0] == '   [red]k⟨U+202E⟩  "[/]\\u001b]0;x\\u0007"'
        assert lines(tree)[1].endswith('"⟨U+D800⟩"')


async def test_keys_that_would_not_be_seen_stand_in_quotes(harness: NewApp, lines: Lines) -> None:
    tree = StateTree()
    async with harness(tree).run_test(size=(60, 8)):
        tree.show({"": 1, "  ": {"": {"\t": 2}}, "a b": 3})
        tree.open_path(("  ", "", "\t"))
        assert [line.split()[:2] for line in lines(tree)[:5]] == [
            ['""', "1"], ["▾", '"'], ["▾", '""'], ['"\\t"', "2"], ["a", "b"],
        ]  # fmt: skip


async def test_a_path_can_be_opened_from_outside(harness: NewApp) -> None:
    tree = StateTree()
    async with harness(tree).run_test(size=(60, 12)):
        tree.show(VALUES)
        tree.open_path(("nested", "deep", "list", "1"))
        assert tree.selected_text == "2"


def test_what_is_closed_is_not_looked_at() -> None:
    class Closed(list[Json]):
        def __iter__(self) -> Any:
            raise AssertionError("looked into a closed branch")

    values: dict[str, Json] = {"open": [1], "closed": Closed([1, 2])}
    rows = list(tree_rows(values, {("open",)}, {}, Change(), 80))
    assert [(row.path, row.count) for row in rows] == [(("open",), 1), (("open", "0"), None), (("closed",), 2)]


def test_many_megabytes_open_in_pages() -> None:
    """A text of 1 MB in each of 20,000 items would be 20 GB if they were looked at."""
    text = "x" * 1_000_000
    rows = list(tree_rows({"all": [text] * 20_000}, {("all",)}, {}, Change(), 80))
    assert len(rows) == 1 + PAGE + 1


@pytest.mark.parametrize(
    ("value", "copied"),
    [("a\x1bb", "a\x1bb"), ("\ud800", "\\ud800"), (["é"], '[\n  "é"\n]'), (["\ud800"], '["\\ud800"]'), (None, "null")],
)
def test_copies_can_be_encoded(value: Json, copied: str) -> None:
    assert copy_text(value) == copied
    copy_text(value).encode("utf-8")


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=80),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3) | st.just("$type"), inner, max_size=4)
    ),
    max_leaves=15,
)


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=4))
@settings(deadline=None)
def test_every_path_leads_to_its_value(values: dict[str, Json]) -> None:
    opened: set[tuple[str, ...]] = set()
    for _ in range(8):
        opened |= {row.path for row in tree_rows(values, opened, {}, Change(), 80) if row.branch}
    for row in tree_rows(values, opened, {}, Change(), 80):
        value: Any = values
        for step in row.path:
            value = value[int(step)] if isinstance(value, list) else value[step]
        assert row.kind != "value" or value is row.value or value == row.value
