"""Where a text was found: what a line says, and that the text can be seen in it."""

from collections.abc import Callable
from typing import Any, TypeAlias

from textual.widget import Widget

from graphdeck.graphs.searching import SearchHit
from graphdeck.tui.widgets.hit_list import HitList

Lines: TypeAlias = Callable[[Widget], list[str]]

HIT = SearchHit(
    file="f", thread="t1", checkpoint="c1", step=7, path="messages.3.content",
    excerpt="a long way before it comes to the \u202eOld Town of Rome",
)  # fmt: skip


async def test_a_line_has_thread_step_path_and_the_text_wherever_there_is_room(harness: Any, lines: Lines) -> None:
    view = HitList(lambda hit: f"trip\n{hit.thread}")
    async with harness(view).run_test(size=(80, 5)) as pilot:
        view.show([HIT, SearchHit(**{**vars(HIT), "ns": "desk:1", "step": None})], "old town")
        wide, inner, *_ = lines(view)
        assert wide == " trip⏎t1                    7  messages.3.content   …o the ⟨U+202E⟩Old Town of …"
        assert inner.split()[1:3] == ["desk:1", "messages.3.c…"]
        await pilot.resize_terminal(56, 5)
        await pilot.pause()
        assert lines(view)[0] == " trip⏎t1         7  messages.… … the ⟨U+202E⟩Old Town o…"
