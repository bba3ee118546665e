"""The picker's list of graphs: names in a column as wide as they need, descriptions in what is left."""

from collections.abc import Callable
from typing import Any

from textual.widget import Widget

from graphdeck.graphs.records import GraphInfo
from graphdeck.tui.screens.picker import GraphList


def info(title: str) -> GraphInfo:
    return GraphInfo(target=title, title=title, origin="bundled", description="what it does " * 9)


async def test_descriptions_have_the_room_that_short_names_leave(
    harness: Callable[..., Any], lines: Callable[[Widget], list[str]]
) -> None:
    view = GraphList()
    async with harness(view).run_test(size=(60, 6)):
        view.show([info("chain"), info("報告")])
        assert [line.index("what") for line in lines(view)[1:3]] == [9, 7], "in cells both begin at 9"
        view.show([info("chain"), info("n" * 60)])
        assert [line.index("what") for line in lines(view)[1:3]] == [28, 28]
        assert lines(view)[2].strip().startswith("nnn")
        assert all(line.endswith("…") for line in lines(view)[1:3])
