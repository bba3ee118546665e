"""The rows of the inbox: what the files say waits, and what became of the person's own answers. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from graphdeck.graphs.records import FileProblem, WaitingPage, WaitingRow
from graphdeck.graphs.thread_key import ThreadKey, key_of
from graphdeck.tui.theme import Status
from graphdeck.tui.waiting import Summary
from graphdeck.tui.widgets.inbox_list import InboxItem

_UNREADABLE: Final = Summary(asks="unreadable", short="")
_GOES_ON: Final = "goes on"
_SPACE_GOES_ON: Final = ", space goes on"
_ANSWERED: Final = "answered"


def same_question(one: WaitingRow, other: WaitingRow) -> bool:
    """Whether two readings of a thread ask the same."""
    return (key_of(one), one.checkpoint, _ids(one)) == (key_of(other), other.checkpoint, _ids(other))


def _ids(row: WaitingRow) -> list[str]:
    return [interrupt.id for interrupt in row.interrupts]


class Own(NamedTuple):
    """A thread that was answered here."""

    row: WaitingRow
    """What it asked."""
    summary: Summary
    """That in short."""
    trouble: str = ""
    """Why it did not go well, once its run has ended; empty while it runs."""
    ended: bool = False
    """Its run has ended."""


class InboxRows(NamedTuple):
    """What waits, and what is on its way."""

    page: WaitingPage = WaitingPage(rows=())
    """What was read last."""
    summaries: Mapping[ThreadKey, Summary] = {}
    """Its rows in short."""
    own: Mapping[ThreadKey, Own] = {}
    """Threads answered here that still run, or whose run did not end well."""
    newest_first: bool = True
    """The order of the rows."""

    # -- what happens ------------------------------------------------------------------------------------------------

    def read(
        self, page: WaitingPage, summaries: Mapping[ThreadKey, Summary], ended: frozenset[ThreadKey]
    ) -> "InboxRows":
        """The files were read again; `ended` are the threads whose runs had ended before."""
        waits = {key_of(row) for row in page.rows}
        own = {
            key: each
            for key, each in self.own.items()
            if not (each.ended and key in ended and (key in waits or not each.trouble))
        }
        return self._replace(page=page, summaries=summaries, own=own)

    def answered(self, row: WaitingRow) -> "InboxRows":
        """An answer was sent: its run is on."""
        return self._replace(own={**self.own, key_of(row): Own(row, self.summaries.get(key_of(row), _UNREADABLE))})

    def ended(self, key: ThreadKey, trouble: str = "") -> "InboxRows":
        """The run of an answer has ended."""
        if key not in self.own:
            return self
        return self._replace(own={**self.own, key: self.own[key]._replace(trouble=trouble, ended=True)})

    def forgotten(self) -> "InboxRows":
        """The person has seen what went wrong."""
        return self._replace(own={key: own for key, own in self.own.items() if not own.ended})

    # -- what there is -----------------------------------------------------------------------------------------------

    @property
    def running(self) -> tuple[ThreadKey, ...]:
        """Threads whose answers are on their way."""
        return tuple(key for key, own in self.own.items() if not own.ended)

    @property
    def total(self) -> int:
        """Threads that wait, as far as the files could be read and without those that were answered here."""
        return max(0, self.page.total - sum(key_of(row) in self.own for row in self.page.rows))

    @property
    def problems(self) -> tuple[FileProblem, ...]:
        """Files that cannot be read."""
        return self.page.problems

    def items(self) -> list[InboxItem]:
        """All rows in their order."""
        rows = {key_of(row): row for row in self.page.rows} | {key: own.row for key, own in self.own.items()}
        found = [self._item(key, row) for key, row in rows.items()]
        found.sort(key=lambda item: (item.row.checkpoint, item.row.thread, item.row.file), reverse=self.newest_first)
        return found

    def _item(self, key: ThreadKey, row: WaitingRow) -> InboxItem:
        own = self.own.get(key)
        summary = self.summaries.get(key, own.summary if own else _UNREADABLE)
        title = row.title or row.first_text
        if own is not None and own.trouble:
            return InboxItem(row=row, status="failed", asks=summary.asks, short=own.trouble, title=title)
        if own is not None:
            said = _ANSWERED if row.interrupts else _GOES_ON
            return InboxItem(row=row, status="running", asks=summary.asks, short=said, title=title)
        status: Status = "waiting" if row.interrupts else "failed" if row.error else "breakpoint"
        return InboxItem(
            row=row,
            status=status,
            asks=summary.asks,
            short=f"{summary.short}{_SPACE_GOES_ON if status == 'breakpoint' else ''}",
            effect=summary.effect,
            title=title,
            suspicious=summary.suspicious,
        )


def matches(item: InboxItem, wanted: str) -> bool:
    """Whether an item holds a text, in either case."""
    words = (item.asks, item.row.graph, item.title[:1000], item.row.thread, item.short, item.effect)
    return wanted.casefold() in "\n".join(words).casefold()


def next_to_answer(items: Sequence[InboxItem], index: int) -> int | None:
    """The next item below a place that waits for an answer, else the next one above; None where there is none."""
    below = [place for place in range(index + 1, len(items)) if items[place].status == "waiting"]
    above = [place for place in range(index) if items[place].status == "waiting"]
    return below[0] if below else above[-1] if above else None
