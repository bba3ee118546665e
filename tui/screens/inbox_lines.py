"""What the inbox says around its list. Pure."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from textual.content import Content

from graphdeck.graphs.records import FileProblem, WaitingRow
from graphdeck.tui.actions import help_groups
from graphdeck.tui.screens.inbox_rows import InboxRows
from graphdeck.tui.stop_words import stop_words
from graphdeck.tui.text import fit, one_line, safe, width
from graphdeck.tui.theme import ERROR, MUTED, WARNING, glyphs
from graphdeck.tui.waiting import standing_of
from graphdeck.tui.widgets.inbox_list import InboxItem

if TYPE_CHECKING:
    from graphdeck.tui.screens.help import HelpRow

_NAME: Final = 40


def head(rows: InboxRows, wanted: str, cells: int) -> Content:
    """The first line: how many wait, what runs, the filter, the order."""
    count = (
        "1 waits for you"
        if rows.total == 1
        else f"{rows.total or 'nothing'} {'wait' if rows.total else 'waits'} for you"
    )
    running = f"{len(rows.running)} running" if rows.running else ""
    only = f"only with {one_line(wanted, 20)}" if wanted else ""
    order = "newest first" if rows.newest_first else "oldest first"
    left = "   ".join(filter(None, (count, running, only)))
    room = max(0, cells - 2 - width("Inbox   ") - width(order))
    return Content.assemble(("Inbox   ", "bold"), (fit(left, room), ""), (order, MUTED))


def problems(found: Sequence[FileProblem], cells: int) -> Content:
    """A line for each file that cannot be read."""
    return Content("\n").join(Content.styled(one_line(each.message, cells - 2), ERROR) for each in found)


def name(row: WaitingRow) -> str:
    """What a thread is called, in few words."""
    return one_line(row.title or row.first_text, _NAME) or one_line(row.thread, _NAME, identifier=True)


def no_question(item: InboxItem | None, rows: InboxRows) -> Content:
    """What stands in place of a question where the row has none."""
    if item is None:
        going = f" {len(rows.running)} still run." if rows.running else ""
        return Content.styled(f"Nothing waits for you.{going} New questions appear here by themselves.", MUTED)
    who = name(item.row)
    match item.status:
        case "breakpoint":
            nodes = ", ".join(one_line(node, _NAME, identifier=True) for node in standing_of(item.row))
            why = stop_words(item.row.stops) or "breakpoint"
            return Content(f"{who} stands before {nodes}: {why}.\n\nNothing to answer: space goes on.")
        case "running":
            return Content.styled(f"{who} runs on. If it asks again, it comes back into the list.", MUTED)
        case _:
            why = safe(item.row.error or item.short, lines=True)
            return Content.assemble((f"{who}\n\n", "bold"), (why, ERROR), ("\n\nd looks at it in the deck.", MUTED))


def gone(row: WaitingRow, asks_anew: bool, by: str = "") -> Content:
    """What stands in place of a question that was answered elsewhere, by whom the record knows."""
    now = "It asks something else now." if asks_anew else "It does not wait any more."
    return Content.assemble(
        (f"{glyphs().warning} Answered elsewhere: {name(row)}\n\n", f"{WARNING} bold"),
        f"By {one_line(by, 100)}.\n" if by else "",
        f"{now} Nothing was sent from here.\n\n",
        ("Enter or the arrow keys go on with the list.", MUTED),
    )


def help_rows(why_not: Callable[[str], str]) -> "list[HelpRow]":
    """All keys under their headings, with the reason where one is off."""
    from graphdeck.tui.screens.help import HelpRow  # where the help opens

    rows: list[HelpRow] = []
    for heading, members in help_groups("inbox"):
        if rows:
            rows.append(HelpRow())
        rows.append(HelpRow(heading=heading))
        rows += [HelpRow(action=each, why_not=why_not(each.id)) for each in members]
    return rows
