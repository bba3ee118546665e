"""The flow between engine and screen: what the engine says becomes messages, what a person decides becomes runs.

Only the bridge talks to the engine. It never touches a widget: everything goes to one receiver, as messages.
"""

import contextlib
import dataclasses
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from textual.dom import DOMNode
from textual.message import Message
from textual.worker import Worker

from graphdeck.graphs.engine import Engine, Run
from graphdeck.graphs.errors import GraphdeckError
from graphdeck.graphs.events import Event, RunStarted
from graphdeck.graphs.records import CheckpointRow, GraphInfo, GraphShape, RunRequest, Snapshot, WaitingRow
from graphdeck.graphs.thread_key import ThreadKey, key_of
from graphdeck.graphs.values import Json
from graphdeck.tui.background import Background
from graphdeck.tui.batch import Batch
from graphdeck.tui.live_run import CANCEL, LADDER, LiveRun
from graphdeck.tui.rules import Rules
from graphdeck.tui.run_setup import RunSetups

if TYPE_CHECKING:
    from graphdeck.tools.policy import Policy

Act: TypeAlias = Literal["end", "repair"]


# -- what it says ----------------------------------------------------------------------------------------------------
# Every method that `dataclass` makes costs a quarter of a millisecond at the start: only `__init__` is made.


@dataclass(eq=False, repr=False)
class GraphsFound(Message):
    """The graphs that can be opened here."""

    graphs: Sequence[GraphInfo]


@dataclass(eq=False, repr=False)
class GraphDescribed(Message):
    """A graph was loaded."""

    graph: str
    shape: GraphShape


@dataclass(eq=False, repr=False)
class StateRead(Message):
    """A state was read, and not compared with the one before: the history tells what changed."""

    snapshot: Snapshot
    checkpoint: str | None
    """The checkpoint that was asked for; None for the newest."""
    policy: "Policy | None" = None
    """The rules for its questions, where it has any."""
    ran: bool = False
    """A run of ours was on the thread when the reading began."""


@dataclass
class PolicyRead(Message):
    """The rules were read."""

    graph: str
    policy: "Policy"


@dataclass(eq=False, repr=False)
class HistoryRead(Message):
    """The checkpoints of a thread were read, newest first."""

    thread: str
    rows: Sequence[CheckpointRow]
    file: str = ""
    """Checkpoint file that holds it, where it was known."""


@dataclass(eq=False, repr=False)
class WaitingCounted(Message):
    """The threads that wait for a person were counted."""

    total: int


class FilesChanged(Message):
    """A checkpoint file has changed, by whomever."""


@dataclass(eq=False, repr=False)
class ThreadActed(Message):
    """A thread was ended, or an answer to it was taken back."""

    thread: str
    file: str
    """Checkpoint file that holds it."""
    act: Act


@dataclass(eq=False, repr=False)
class GraphAssigned(Message):
    """It is remembered which graph a thread belongs to."""

    thread: str
    file: str
    """Checkpoint file that holds it."""
    graph: str
    """Target."""


@dataclass(eq=False, repr=False)
class StateWritten(Message):
    """The state of a subgraph was edited: its question is asked anew when the thread goes on."""

    request: RunRequest
    """What goes on with it."""


@dataclass(eq=False, repr=False)
class RunPlaced(Message):
    """A run has begun whose checkpoint file was not known: what is said of its thread goes by that file from now on."""

    was: ThreadKey
    now: ThreadKey


@dataclass(eq=False, repr=False)
class RunEvents(Message):
    """Events of the run, in their order."""

    request: RunRequest
    events: Sequence[Event]
    more: bool = False
    """Others of the same moment follow at once: all are painted together."""


@dataclass(eq=False, repr=False)
class Failed(Message):
    """The engine refused or failed; nothing else comes of what was asked."""

    kind: str
    """What was asked: `graphs`, `describe`, `threads`, `state`, `history`, `policy`, `change`, `edit` or `run`."""
    about: str
    """The target or thread that it was asked of; may be empty."""
    error: GraphdeckError
    file: str = ""
    """Checkpoint file of the thread, where it is known."""


# -- the bridge ------------------------------------------------------------------------------------------------------


class Bridge(Background):
    """Owns the engine; starts its work in workers of the receiver, and one run of each thread at a time."""

    def __init__(
        self, engine: Engine, receiver: DOMNode, rules: Rules | None = None, setups: RunSetups | None = None
    ) -> None:
        super().__init__(receiver, Failed)
        self._engine = engine
        self._rules = rules or Rules(engine)
        self._setups = setups or RunSetups()
        self._loading: tuple[str, Worker[None]] | None = None
        self._live: dict[ThreadKey, LiveRun] = {}
        self._cancelled: dict[ThreadKey, Run] = {}

    # -- reading -----------------------------------------------------------------------------------------------------

    def last_shape(self, graph: str) -> GraphShape | None:
        """The graph's shape as it was last seen, at once."""
        return self._engine.last_shape(graph)

    def find_graphs(self) -> None:
        """Look for graphs: `GraphsFound`."""

        async def read() -> Message:
            return GraphsFound(await self._engine.graphs())

        self._ask("graphs", "", read)

    def describe(self, graph: str, *, anew: bool = False) -> None:
        """Load a graph, in place of another one that is being loaded: `GraphDescribed`.

        It goes on where it is under way already, unless it is to begin `anew`: its module may never end.
        """

        async def read() -> Message:
            return GraphDescribed(graph, await self._engine.describe(graph))

        if anew or not self.loads(graph):
            self._loading = graph, self._ask_instead("describe", graph, read)

    def loads(self, graph: str) -> bool:
        """Whether a graph is being loaded."""
        return self._loading is not None and self._loading[0] == graph and not self._loading[1].is_finished

    def keep_edges(self, graph: str, taken: Collection[tuple[str, str]]) -> None:
        """Keep edges that were seen taken for a graph; nothing comes of it."""

        async def keep() -> None:
            with contextlib.suppress(GraphdeckError):  # `describe` tells what is wrong with the target
                await self._engine.keep_edges(graph, taken)

        self._start("edges", keep())  # at once: whoever leaves now finds them at the next start

    def count_waiting(self) -> None:
        """Count what waits for a person: `WaitingCounted`."""

        async def read() -> Message:
            return WaitingCounted((await self._engine.waiting(limit=1)).total)

        self._ask("waiting", "", read)

    def read_state(
        self,
        thread: str,
        checkpoint: str | None = None,
        *,
        ns: str = "",
        file: str = "",
        at_once: bool = False,
        compared: bool = False,
    ) -> None:
        """Read a state, with `ns` a subgraph's: `StateRead`; `at_once` also where another one was read a moment ago.

        It is `compared` with the one before it where the history that tells what changed may not go back so far.
        """

        async def read() -> Message:
            ran = ThreadKey(file, thread) in self._live
            # What changed in a subgraph is not in the history that the deck has.
            snapshot = await self._engine.state(thread, checkpoint, ns=ns, compared=compared or bool(ns), file=file)
            policy = await self._rules.policy(snapshot.graph) if snapshot.interrupts else None
            return StateRead(snapshot, checkpoint, policy, ran)

        self._ask("state", thread, read, file)
        if at_once:
            self._hurry.set()

    def read_policy(self, graph: str) -> None:
        """Read the rules of a graph's project and the user's: `PolicyRead`."""

        async def read() -> Message:
            return PolicyRead(graph, await self._rules.policy(graph))

        self._ask("policy", graph, read)

    def read_history(self, thread: str, file: str = "") -> None:
        """Read the newest checkpoints of a thread: `HistoryRead`."""

        async def read() -> Message:
            return HistoryRead(thread, await self._engine.history(thread, file=file), file)

        self._ask("history", thread, read, file)

    def look(self) -> None:
        """Ask whether a checkpoint file has changed: `FilesChanged`, or nothing."""

        async def read() -> Message | None:
            return FilesChanged() if await self._engine.changed() else None

        if "changed" not in self._reading:
            self._ask("changed", "", read)

    # -- changing ----------------------------------------------------------------------------------------------------

    def end(self, seen: Snapshot | WaitingRow, graph: str) -> None:
        """End a thread, if it still stands where it was seen: `ThreadActed`."""
        asked = [question.id for question in seen.interrupts]
        where = {"file": seen.file, "checkpoint": seen.checkpoint}
        self._act("end", seen, lambda: self._engine.end(seen.thread, graph=graph, by="key", seen=asked, **where))

    def repair(self, seen: Snapshot, graph: str) -> None:
        """Take back the answer with which a node failed: `ThreadActed`."""
        self._act("repair", seen, lambda: self._engine.repair(seen.thread, graph=graph, file=seen.file, by="key"))

    def _act(self, act: Act, seen: Snapshot | WaitingRow, do: Callable[[], Awaitable[object]]) -> None:
        async def change() -> Message:
            await do()
            return ThreadActed(seen.thread, seen.file, act)

        self._start("change", self._tell("change", seen.thread, change))

    def assign(self, thread: str, file: str, graph: str) -> None:
        """Remember which graph a thread belongs to, where its rows do not tell: `GraphAssigned`."""

        async def change() -> Message:
            await self._engine.assign(thread, graph, file=file)
            return GraphAssigned(thread, file, graph)

        self._start("change", self._tell("change", thread, change))

    def edit_state(self, request: RunRequest, ns: str, values: Mapping[str, Json]) -> None:
        """Write values into the state of a subgraph whose question waits, for the request to go on: `StateWritten`."""

        async def change() -> Message:
            edited = dict(values)
            await self._engine.update(request.thread, edited, ns=ns.split("|"), replace=True, file=request.file)
            return StateWritten(request)

        self._start("edit", self._tell("edit", request.thread, change, request.file))

    # -- running -----------------------------------------------------------------------------------------------------

    @property
    def running(self) -> Collection[ThreadKey]:
        """The threads that runs are on."""
        return self._live.keys()

    def run(self, request: RunRequest) -> None:
        """Start a run beside those of other threads, with the setup of its graph: `RunEvents` until its `run_ended`.

        Raises ValueError while one is on of the same thread.
        """
        key = key_of(request)
        if key in self._live:
            raise ValueError("one run at a time of a thread")
        self._cancelled.pop(key, None)
        live = self._live[key] = LiveRun(request)
        self._start("run", self._follow(live))

    def pause(self, thread: ThreadKey) -> str:
        """Stop the run of a thread at its next step, and nothing more; what is done, in words."""
        live = self._live.get(thread)
        return self._climb(live, 1) if live else ""

    def stop(self, thread: ThreadKey) -> str:
        """The next rung of the ladder for the run of a thread: drain, cancel, kill; what is done, in words.

        A run that was cancelled has ended; its worker may live on for a node that cannot be cancelled.
        """
        live, cancelled = self._live.get(thread), self._cancelled.pop(thread, None)
        if live is not None:
            return self._climb(live, live.rung + 1)
        if cancelled is not None:
            self._start("stop", cancelled.kill())
            return LADDER[-1]
        return ""

    def _climb(self, live: LiveRun, rung: int) -> str:
        if live.climb(rung) and live.run is not None:  # else it is done as soon as there is a run
            self._start("stop", live.send_stop(live.rung))
        return LADDER[live.rung - 1]

    async def _follow(self, live: LiveRun) -> None:
        """Read a run to its end, its events in batches."""

        def give(events: Sequence[Event], *, more: bool) -> None:
            self._receiver.post_message(RunEvents(live.request, events, more))

        batch = Batch(give, self.keys)
        try:
            async with self._setups.changing:
                kept = await self._engine.stops(live.request.graph)
            run = live.run = await self._rules.run(self._setups.applied(live.request, kept))
            await live.send_stop(live.rung)
            async for event in run.events():
                if isinstance(event, RunStarted):
                    self._place(live, event.file)
                batch.add(event)
                await self.keys.turn()
        except GraphdeckError as error:
            batch.flush()
            self._receiver.post_message(Failed("run", live.request.thread, error, live.request.file))
        else:
            if live.rung == CANCEL:
                self._cancelled[key_of(live.request)] = run
        finally:
            del self._live[key_of(live.request)]
            batch.flush()

    def _place(self, live: LiveRun, file: str) -> None:
        """Name a run by the file that it writes, where that was not known."""
        was = key_of(live.request)
        now = ThreadKey(file, was.thread)
        if file and not was.file and now not in self._live:
            live.request = dataclasses.replace(live.request, file=file)
            self._live[now] = self._live.pop(was)
            self._receiver.post_message(RunPlaced(was, now))

    async def close(self) -> None:
        """Let go of the engine: a run drains, and is killed after 10 seconds."""
        await self._engine.close()
