"""The inbox's way to the engine: what waits, one question whole, and a run for each thread that is answered."""

import asyncio
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.dom import DOMNode
from textual.message import Message

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import GraphdeckError
from graphdeck.graphs.questions.consequences import consequences
from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.records import RunRequest, Snapshot, WaitingPage, WaitingRow
from graphdeck.graphs.thread_key import ThreadKey, key_of
from graphdeck.graphs.values import Json
from graphdeck.tui.asked import Asked
from graphdeck.tui.bridge import Bridge
from graphdeck.tui.rules import Rules, apply
from graphdeck.tui.run_setup import RunSetups
from graphdeck.tui.waiting import Summary, summary_of

if TYPE_CHECKING:
    from graphdeck.tools.policy import Policy


@dataclass(eq=False, repr=False)
class WaitingRead(Message):
    """What waits was read."""

    page: WaitingPage
    summaries: Mapping[ThreadKey, Summary]
    """Its rows in short."""
    ended: frozenset[ThreadKey]
    """Threads whose runs had ended before it was read."""


@dataclass(eq=False, repr=False)
class QuestionRead(Message):
    """The questions of a thread were read, with what rules decide of them."""

    row: WaitingRow
    asked: Asked
    policy: "Policy"
    """The rules."""


@dataclass(eq=False, repr=False)
class AnsweredBy(Message):
    """Who answered the question of a row, and when."""

    row: WaitingRow
    origin: str


class InboxBridge(Bridge):
    """Reads what waits, and runs any number of answered threads, each in a worker of its own."""

    def __init__(self, engine: Engine, receiver: DOMNode, rules: Rules, setups: RunSetups) -> None:
        super().__init__(engine, receiver, rules, setups)
        self._ended: set[ThreadKey] = set()
        self._summaries: dict[tuple[str, ...], Summary] = {}

    def read_waiting(self, limit: int, *, newest_first: bool) -> None:
        """Read the first rows of what waits: `WaitingRead`."""

        async def read() -> Message:
            ended = frozenset(self._ended)
            page = await self._engine.waiting(limit=limit, newest_first=newest_first)
            summaries = await asyncio.to_thread(self._summarise, page)
            self._ended -= ended
            return WaitingRead(page, summaries, ended)

        self._ask("waiting", "", read)

    def _summarise(self, page: WaitingPage) -> Mapping[ThreadKey, Summary]:
        """The rows in short; those that were there before are not looked at again."""
        known, found = self._summaries, {}
        self._summaries = {}
        for row in page.rows:
            key = (*key_of(row), row.checkpoint, *(interrupt.id for interrupt in row.interrupts))
            self._summaries[key] = found[key_of(row)] = known.get(key) or summary_of(row)
        return found

    def read_question(self, row: WaitingRow, earlier: Asked | None = None) -> None:
        """Read the questions of a thread whole, with what was decided of them earlier: `QuestionRead`."""

        async def read() -> Message:
            policy = await self._rules.policy(row.graph)
            return QuestionRead(row, await self._asked(row, policy, earlier), policy)

        self._ask("question", row.thread, read)

    async def _asked(self, row: WaitingRow, policy: "Policy", earlier: Asked | None) -> Asked:
        snapshot = await self._snapshot(row)
        shape = self.last_shape(row.graph) if row.graph else None
        asked = Asked(
            graph=shape.title if shape else row.graph,
            thread=row.thread,
            file=row.file,
            title=row.title or row.first_text,
            sheet=sheet(row.interrupts, shape.tools if shape else {}),
            snapshot=snapshot,
            consequences=consequences(snapshot) if snapshot else (),
        )
        asked = asked.after(earlier) if earlier else asked
        return dataclasses.replace(asked, sheet=apply(asked.sheet, policy, row.thread, row.file))

    async def _snapshot(self, row: WaitingRow) -> Snapshot | None:
        """The state that the thread waits in; None where it cannot be read, or has gone on."""
        try:
            snapshot = await self._engine.state(row.thread, compared=False, file=row.file)
        except GraphdeckError:  # its question could be read, and can be answered
            return None
        return snapshot if snapshot.checkpoint == row.checkpoint else None

    def answer(self, request: RunRequest) -> None:
        """Run a thread, beside whatever else runs: `RunEvents`, or `Failed`; tell `has_ended` of its end."""
        self.run(request)

    def has_ended(self, key: ThreadKey) -> None:
        """The run of a thread has ended: what is read from now on knows."""
        self._ended.add(key)

    def answer_as(self, row: WaitingRow, request: RunRequest) -> None:
        """Remember which target a thread belongs to, then run it."""

        async def change() -> Message | None:
            await self._assign(row, request)
            self.answer(request)
            return None

        self._start("change", self._tell("run", row.thread, change, row.file))

    def end_as(self, row: WaitingRow, request: RunRequest) -> None:
        """Remember which target a thread belongs to, then end it: `ThreadActed`."""

        async def change() -> Message | None:
            await self._assign(row, request)
            self.end(row, request.graph)
            return None

        self._start("change", self._tell("change", row.thread, change))

    def edit(self, row: WaitingRow, request: RunRequest, ns: str, values: Mapping[str, Json]) -> None:
        """Write values into the state of the subgraph that asks, then run its thread on, so that it asks anew."""

        async def change() -> Message | None:
            await self._assign(row, request)
            await self._engine.update(row.thread, dict(values), ns=ns.split("|"), replace=True, file=row.file)
            self.answer(request)
            return None

        self._start("change", self._tell("run", row.thread, change, row.file))

    async def _assign(self, row: WaitingRow, request: RunRequest) -> None:
        if request.graph != row.graph:
            await self._engine.assign(row.thread, request.graph, file=row.file)

    def read_who(self, row: WaitingRow) -> None:
        """Look up in the record who answered a question that is gone: `AnsweredBy`, or nothing."""

        async def read() -> Message | None:
            ids = {interrupt.id for interrupt in row.interrupts}
            found = await self._engine.decisions(thread=row.thread)
            taken = (each for each in found if each.interrupt in ids and each.outcome != "refused")
            last = next((each for each in taken if each.file == row.file), None)
            return AnsweredBy(row, last.origin) if last is not None else None

        self._ask("decisions", row.thread, read)
