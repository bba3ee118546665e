"""Differences as lines: marked by sign as well as colour, texts by word, never silent about what is cut."""

from collections.abc import Callable
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st
from textual.widget import Widget

from graphdeck.graphs.differences import Change, differences
from graphdeck.graphs.values import Json, to_json
from graphdeck.tui.text import width
from graphdeck.tui.widgets.difference_lines import MOST, as_text, change_lines, shown_path
from graphdeck.tui.widgets.difference_view import DifferenceView

Lines: TypeAlias = Callable[[Widget], list[str]]
NewApp: TypeAlias = Callable[..., Any]

NOTE = "the hotel is quiet, has a garden and a small bar, and lies near the station of the old town; " * 3
BEFORE: dict[str, Json] = {
    "city": "Roma",
    "budget": 450,
    "note": NOTE + "breakfast costs 12 euros",
    "tags": to_json({"a"}),
    "messages": [{"type": "human", "content": "a hotel", "id": "1"}],
}
AFTER: dict[str, Json] = {
    "city": "Rome",
    "note": NOTE + "breakfast costs 14 euros",
    "tags": to_json({"a", "b"}),
    "messages": [*BEFORE["messages"], {"type": "ai", "content": "Casa Verde\nor Casa Blu", "id": "2"}],  # type: ignore[misc] # a list
    "count": 1.0,
}


async def test_each_kind_has_its_sign_and_texts_differ_by_word(harness: NewApp, lines: Lines) -> None:
    view = DifferenceView(most=8)
    async with harness(view).run_test(size=(70, 14)) as pilot:
        view.show(differences(BEFORE, AFTER), [("ran tools", "")], "nothing")
        assert lines(view)[:11] == [
            " ran tools",
            ' ~ city          "Roma" → "Rome"',
            " - budget        450",
            " ~ note",
            "    -  … tation of the old town; breakfast costs 12 euros",
            "    +  … tation of the old town; breakfast costs 14 euros",
            ' + tags.value.1  "b"',
            " + messages.1    ai  Casa Verde",
            "                 or Casa Blu",
            " + count         1.0",
            "",
        ]
        assert view.highlighted is None
        view.focus()
        await pilot.press("down", "down", "down", "down")
        assert view.selected_whole == ("note", {"before": BEFORE["note"], "after": AFTER["note"]})
        view.filter("CIT")
        assert lines(view)[1:3] == [' ~ city  "Roma" → "Rome"', ""]
        view.filter("zz")
        assert lines(view)[1] == " nothing of this path differs"
        view.show((), nothing="this step changed nothing")
        assert lines(view)[0] == " this step changed nothing"


async def test_what_is_cut_says_so(harness: NewApp, lines: Lines) -> None:
    view = DifferenceView(most=2)
    async with harness(view).run_test(size=(60, 8)):
        view.show([Change(path="/text", kind="added", after="word " * 2_000)])
        assert lines(view)[2].strip() == "… 10,000 characters: v shows all"
        view.show([Change(path=f"/list/{n}", kind="added", after=n) for n in range(MOST + 5)])
        assert view.row_count() == MOST + 1
        assert len(as_text(view.changes).splitlines()) == 2 * (MOST + 5)


def test_differences_that_look_alike_are_told_apart() -> None:
    long: Json = {"value": ["x"] * 500}
    (first,) = change_lines([Change(path="", kind="changed", before=1, after=1.0)], 60, 4)
    assert "".join(text for text, _ in first[1]) == " ~ (the whole state)  1 → 1.0"
    found = list(change_lines([Change(path="/a.b", kind="changed", before=long, after=[long])], 60, 4))
    assert ["".join(text for text, _ in line)[:12] for _, line in found] == [" ~ /a.b", '    - {"valu', '    + [{"val']
    empty = [line for _, line in change_lines([Change(path="/a", kind="changed", before="", after=NOTE)], 60, 1)]
    assert "".join(text for text, _ in empty[1]) == '    - ""'
    assert shown_path("/a~1b/0") == "a/b.0"


@given(
    st.text(st.sampled_from("ab \n日é\x1b"), max_size=80),
    st.text(st.sampled_from("ab \n日é\x1b"), max_size=80),
    st.integers(24, 60),
)
@settings(deadline=None, max_examples=40)
def test_lines_keep_within_their_width(before: str, after: str, cells: int) -> None:
    for change in differences({"key": before, "gone": before}, {"key": after, "new": after}):
        for _, line in change_lines([change], cells, 5):
            text = "".join(part for part, _ in line)
            assert width(text) <= cells
            assert "\x1b" not in text
