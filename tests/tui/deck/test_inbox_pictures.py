"""Pictures of the inbox, with a stopped clock: wide with the question beside the list, narrow with the list alone."""

from typing import Any

import pytest
from textual.pilot import Pilot

from graphdeck.graphs.records import PendingInterrupt, WaitingRow
from graphdeck.tui.app import GraphdeckApp
from graphdeck.tui.clock import StoppedClock
from graphdeck.tui.screens.inbox import InboxScreen

NOW = "2026-05-04T12:04:11+00:00"


def calls(*names: str, **args: Any) -> Any:
    return {
        "action_requests": [{"name": name, "args": args} for name in names],
        "review_configs": [{"action_name": name, "allowed_decisions": ["approve", "reject"]} for name in names],
    }


def waits(thread: str, graph: str, value: Any, since: str, **more: Any) -> WaitingRow:
    asked = PendingInterrupt(id=thread, node="tools", ns=(), value=value)
    return WaitingRow(file="f", thread=thread, checkpoint=since, since=since, graph=graph, title=thread,
                      interrupts=(asked,) if value else (), **more)  # fmt: skip


@pytest.mark.parametrize("size", [(80, 24), (120, 34)], ids=str)
def test_inbox(snap_compare: Any, recorded: Any, size: tuple[int, int]) -> None:
    recorded.waits = [
        waits("Rome in May", "travel", calls("book_hotel", hotel="Casa Verde", total=372.0), "2026-05-04T12:02:00Z"),
        waits("fix flaky test", "dev", calls("run_shell", command="rm -rf out \u202e&& make"), "2026-05-04T11:59:00Z"),
        waits("Kim", "intake", "Which of the two addresses is right?", "2026-05-04T11:04:00Z"),
        waits("weekly digest", "", calls(*["send_mail"] * 3, to="all"), "2026-05-04T09:04:00Z"),
        waits("Q3", "report", None, "2026-05-03T12:04:00Z", breakpoint=("publish",)),
    ]

    async def ready(pilot: Pilot[None]) -> None:
        await pilot.press("I")
        while not (isinstance(pilot.app.screen, InboxScreen) and pilot.app.screen.asked):
            await pilot.pause()
        await pilot.pause()

    app = GraphdeckApp(recorded, clock=StoppedClock(NOW), pick=False)
    assert snap_compare(app, terminal_size=size, run_before=ready)
