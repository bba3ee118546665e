"""Finding things in a state: texts and keys as they are typed, paths with completion, far down and in raw JSON."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias

from textual.widget import Widget

from graphdeck.graphs.values import Json, to_json
from graphdeck.tui.widgets.find_line import FindLine
from graphdeck.tui.widgets.state_search import completions, path_to, search
from graphdeck.tui.widgets.state_tree import StateTree
from graphdeck.tui.widgets.tree_rows import PAGE, value_at

Lines: TypeAlias = Callable[[Widget], list[str]]
NewApp: TypeAlias = Callable[..., Any]

ODD: Any = {7: "seven", None: "no key", ("a", 1): "pair", "7": "text"}
VALUES: dict[str, Json] = {
    "messages": [{"type": "human", "content": "a quiet hotel in Rome", "id": f"m{n}"} for n in range(PAGE * 3)],
    "a.b": {"Rome": True},
    "odd": to_json(ODD),
    "data": to_json(b"\x00rome"),
    "set": to_json({"Roma", 5}),
}


def found(wanted: str) -> list[str]:
    return [".".join(path) for path in search(VALUES, wanted) if path is not None]


def test_keys_texts_and_types_are_found_in_the_order_of_the_tree() -> None:
    assert found("ROME")[:2] == ["messages.0.content", "messages.1.content"]
    assert found("rome")[-1] == "a.b.Rome"
    assert found("m299") == ["messages.299.id"]
    assert found("true") == ["a.b.Rome"]
    assert found("bytes") == ["data"]
    assert found("null") == ["odd.value.1.1"]
    assert found("roma") == ["set.value.1"]
    assert found("no such text") == found("") == []


def test_a_path_leads_to_its_value_and_is_completed() -> None:
    for asked, value in (
        ("messages.250.id", "m250"),
        ("/a.b/Rome", True),
        ("odd.7", "seven"),
        ('odd."7"', "text"),
        ("odd.null", "no key"),
        ("set.0", 5),
    ):
        path = path_to(VALUES, asked)
        assert path is not None
        assert value_at(VALUES, path) == value, asked
    assert path_to(VALUES, "messages.900") is path_to(VALUES, "city") is None
    assert completions(VALUES, "me") == ["messages"]
    assert completions(VALUES, "messages.29")[:2] == ["messages.29", "messages.290"]
    assert completions(VALUES, "no.such") == []


async def test_the_cursor_goes_from_hit_to_hit_however_far_down(harness: NewApp, lines: Lines) -> None:
    tree = StateTree()
    app = harness(tree)
    async with app.run_test(size=(60, 12), message_hook=app.hear) as pilot:
        tree.show(VALUES)
        tree.focus()
        await pilot.press("n")  # nothing is looked for: the key is the screen's
        await app.mount(FindLine(tree, "text"))
        await pilot.press(*"29")
        while not app.heard(FindLine.Searched):
            await pilot.pause()
        await pilot.press("enter")
        assert tree.has_focus
        assert [".".join(path) for path in tree.hits][:4] == [
            "messages.29", "messages.29.id", "messages.129", "messages.129.id",
        ]  # fmt: skip
        await pilot.press("n", "n", "n")
        assert tree.selected_text == "m129"
        await pilot.press("left", "left", "left", "down")
        assert lines(tree)[1] == "     100 earlier: Enter shows 100 of them"
        await pilot.press("enter")
        assert tree.highlighted is not None
        assert tree.highlighted.path == ("messages", "0")
        await pilot.press("N")
        assert tree.highlighted.path == ("messages", "129")


async def test_what_was_found_may_be_gone_in_the_next_state(harness: NewApp, lines: Lines) -> None:
    tree = StateTree()
    async with harness(tree).run_test(size=(60, 12)) as pilot:
        tree.show(VALUES)
        tree.hits = [path for path in search(VALUES, "29") if path is not None]
        tree.focus()
        await pilot.press("N")
        assert tree.selected_text == "m299"
        tree.show({"messages": list(VALUES["messages"])[:40]})  # type: ignore[arg-type] # a list
        await pilot.press("N")
        assert [".".join(path) for path in tree.hits] == ["messages.29", "messages.29.id"]
        await pilot.press("home")
        assert lines(tree)[0] == " ▾ messages  40"
        assert lines(tree)[1].startswith("   ▸ 0 ")


async def test_a_path_is_gone_to_and_completed_by_tab(harness: NewApp) -> None:
    tree = StateTree()
    app = harness(tree)
    async with app.run_test(size=(60, 12), message_hook=app.hear) as pilot:
        tree.show(VALUES)
        line = FindLine(tree, "path")
        await app.mount(line)
        await pilot.press(*"mess")
        while not line._suggestion:  # Textual asks for it in the background
            await asyncio.sleep(0)
        await pilot.press("tab", *".250.x", "enter")
        assert not tree.has_focus
        assert [event.said for event in app.heard(FindLine.Searched)] == ["there is no such path; Tab completes one"]
        await pilot.press("backspace", "i", "d", "enter")
        assert tree.selected_text == "m250"
        assert tree.has_focus


async def test_raw_json_shows_what_is_stored(harness: NewApp, lines: Lines) -> None:
    tree = StateTree()
    async with harness(tree).run_test(size=(70, 12)) as pilot:
        tree.show({"odd": to_json(ODD), "when": {"$type": "datetime.date", "value": "2026-05-04"}})
        tree.focus()
        await pilot.press("right")
        assert lines(tree)[:6] == [
            " ▾ odd   4 dict",
            '     7         "seven"',
            '     null      "no key"',
            '     ("a", 1)  "pair"',
            '     "7"       "text"',
            "   when  date 2026-05-04",
        ]
        tree.raw = True
        assert [line.rstrip() for line in lines(tree)[:4]] == [
            " ▾ odd   2",
            '     $type  "dict"',
            '   ▸ value  4 [[7, "seven"], [null, "no key"], [{"$type": "tuple", "…',
            ' ▸ when  2 {"$type": "datetime.date", "value": "2026-05-04"}',
        ]
