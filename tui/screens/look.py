"""What the deck looks at, and what follows from it: pure, so that the screen only has to paint it.

What reads questions and answers is imported where it is needed: the first paint has none.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

from graphdeck.graphs.events import RunStatus
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.records import (
    CheckpointRow,
    FailedTask,
    GraphShape,
    PendingInterrupt,
    RunRequest,
    Snapshot,
    ThreadRow,
    ThreadStatus,
)
from graphdeck.graphs.thread_key import ThreadKey, key_of
from graphdeck.graphs.values import Json
from graphdeck.tui.screens.why_not import why_not, why_not_answer, why_not_continue, why_not_run
from graphdeck.tui.theme import Status
from graphdeck.tui.widgets.conversation import ChatMessage, conversation_of, merge
from graphdeck.tui.widgets.run_state import RunView, was_refused, with_measures

if TYPE_CHECKING:
    from graphdeck.tui.asked import Asked
    from graphdeck.tui.task_log import TaskRun

History: TypeAlias = Sequence[CheckpointRow]

_NOTHING: Final[Mapping[str, Json]] = {}
_NOBODY: Final[Mapping[str, str]] = {}


class Refused(Exception):
    """What was asked for is not possible now; its text says why, and the next step."""


class Look(Frozen):
    """A graph, a thread of it, and a checkpoint of that."""

    graph: str = ""
    """Target; empty before one was opened."""
    shape: GraphShape | None = None
    """What the graph is made of, as far as known."""
    thread: str = ""
    """Thread id; empty for a new thread that has not run yet."""
    row: ThreadRow | None = None
    """The thread as the list has it."""
    snapshot: Snapshot | None = None
    """The newest state of the thread."""
    old: Snapshot | None = None
    """The older checkpoint that is looked at, if one is."""
    history: History = ()
    """Checkpoints of the thread, newest first."""
    inner: Mapping[str, History] = field(default_factory=dict)
    """Checkpoints of subgraphs that were read, by `checkpoint_ns`."""
    saved: tuple[ChatMessage, ...] = ()
    """The conversation in the shown state, made once."""
    live: RunView | None = None
    """The thread's runs of this session, folded."""
    run_file: str = ""
    """Checkpoint file of a new thread, as its first run tells it."""
    kept: "Sequence[TaskRun]" = ()
    """Tasks of its runs on record, oldest first; read later, and not where a run of this session tells more."""
    runs: frozenset[ThreadKey] = frozenset()
    """Threads that runs of ours are on."""
    is_graph_named: bool = False
    """A person has said that the thread belongs to the graph."""

    def with_state(self, snapshot: Snapshot) -> "Look":
        """The look with the newest state of the thread."""
        if self.old is not None:
            return dataclasses.replace(self, snapshot=snapshot)
        saved = conversation_of(snapshot.values, self.saved, snapshot.authors)
        return dataclasses.replace(self, snapshot=snapshot, saved=saved)

    def with_old(self, old: Snapshot | None) -> "Look":
        """The look at an older checkpoint, or back at the newest one."""
        shown, authors = old or self.snapshot, self.snapshot.authors if self.snapshot else {}
        return dataclasses.replace(self, old=old, saved=conversation_of(shown.values, authors=authors) if shown else ())

    def without_run(self, status: RunStatus) -> "Look":
        """The look once a run of ours has ended: what was read meanwhile would say that somebody else runs it."""
        if self.snapshot is None or self.snapshot.status != "running":
            return self
        stands: ThreadStatus = "stopped" if status == "recursion_limit" or status == "lost" else status
        return dataclasses.replace(self, snapshot=dataclasses.replace(self.snapshot, status=stands))

    def without_questions(self) -> "Look":
        """The look as long as nobody knows what waits now."""
        snapshot = self.snapshot and dataclasses.replace(self.snapshot, interrupts=())
        return dataclasses.replace(self, snapshot=snapshot)

    # -- where it stands ---------------------------------------------------------------------------------------------

    @property
    def file(self) -> str:
        """Checkpoint file that holds the thread; empty where it is not known, or the thread is new."""
        return (self.snapshot.file if self.snapshot else "") or (self.row.file if self.row else "") or self.run_file

    @property
    def key(self) -> ThreadKey:
        """The thread that is looked at."""
        return key_of(self)

    @property
    def is_graph_known(self) -> bool:
        """The thread is new, or it is known that it belongs to the graph; else that is only the one that is open."""
        told = [saved.graph for saved in (self.snapshot, self.row) if saved is not None]
        return self.is_graph_named or not told or any(told)

    @property
    def running(self) -> bool:
        """A run of ours is on this thread."""
        return self.key in self.runs

    @property
    def fresh(self) -> RunView | None:
        """The thread's runs of this session, unless the file has gone on without us or the newest was refused."""
        if self.live is None or not self.live.run or was_refused(self.live):
            return None
        newest = self.snapshot.checkpoint if self.snapshot else ""  # LangGraph's checkpoint ids sort by time
        stale = bool(self.live.checkpoint) and newest > self.live.checkpoint
        return None if stale and not self.running else self.live

    @property
    def status(self) -> Status:
        """State of the thread, in one word."""
        if self.running:
            return "running"
        if self.old is not None:
            return self.old.status
        if self.fresh is not None and self.fresh.status != "running":
            return self.fresh.status
        return self.snapshot.status if self.snapshot else "idle"

    @property
    def refuses_saving(self) -> bool:
        """The graph's runs are saved nowhere: there is no state to read, and a question cannot be answered."""
        return self.shape is not None and bool(self.shape.saving) and not self.shape.file

    @property
    def elsewhere(self) -> str:
        """Who runs the thread, where another process does; empty otherwise."""
        if self.running or self.snapshot is None or self.snapshot.status != "running":
            return ""
        return (self.row.holder if self.row else "") or "another process"

    @property
    def lingers(self) -> bool:
        """Our own run was cancelled, and has ended; but a node of it that cannot be cancelled runs on in its worker."""
        was_cancelled = self.fresh is not None and any(stop.kind == "cancel" for stop in self.fresh.stops)
        return was_cancelled and bool(self.elsewhere)

    @property
    def questions(self) -> tuple[PendingInterrupt, ...]:
        """What waits for an answer."""
        return self.snapshot.interrupts if self.snapshot and not self.running else ()

    @property
    def failed_with_answer(self) -> FailedTask | None:
        """A task that failed with the answer to its question, and gets that one again whenever it goes on."""
        failed = self.snapshot.failed if self.snapshot and not self.running else ()
        return next((task for task in failed if task.question is not None), None)

    @property
    def asked(self) -> "Asked":
        """The thread's questions, for a person; ValueError where none waits."""
        from graphdeck.graphs.questions.consequences import consequences
        from graphdeck.graphs.questions.read import sheet
        from graphdeck.tui.asked import Asked

        title = self.title if self.title != self.thread else ""
        graph = self.shape.title if self.shape else self.graph
        tools = self.shape.tools if self.shape else {}
        return Asked(
            graph=graph if self.is_graph_known else "",
            thread=self.thread,
            file=self.file,
            title=title,
            sheet=sheet(self.questions, tools),
            snapshot=self.snapshot,
            consequences=consequences(self.snapshot) if self.snapshot else (),
        )

    @property
    def askers(self) -> str:
        """Who asks, in words: the tool or node, or how many."""
        from graphdeck.graphs.questions.read import sheet

        names = [action.name for action in sheet(self.questions).actions]
        return names[0] if len(names) == 1 else f"{len(names)} actions" if names else ""

    # -- what is shown of it -----------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """The thread in words: its title, its first text, or its id."""
        if self.row and (self.row.title or self.row.first_text):
            return self.row.title or self.row.first_text
        return self.thread or "new thread"

    @property
    def shown(self) -> Snapshot | None:
        """The state to show."""
        return self.old or self.snapshot

    @property
    def values(self) -> Mapping[str, Json]:
        """The state to show, by key; what the run itself tells where the graph refuses saving."""
        if self.shown is not None:
            return self.shown.values
        values = self.live.values if self.live else None
        return values if isinstance(values, dict) else _NOTHING

    @property
    def changed(self) -> tuple[str, ...]:
        """State keys that the last step changed: the run tells at once, else the history, which is read later."""
        if self.shown is None:
            return self.view.changed
        at = self.shown.checkpoint
        if self.fresh is not None and self.fresh.checkpoint == at:
            return self.fresh.changed
        row = next((row for row in self.history if row.checkpoint == at and not row.ns), None)
        return row.changed if row else self.shown.changed

    @cached_property
    def view(self) -> RunView:
        """What the nodes did."""
        if self.old is None and self.fresh is not None:
            return self.fresh
        if self.shown is None:
            return RunView(thread=self.thread, graph=self.graph)
        from graphdeck.tui.screens.saved_view import saved_view

        saved = saved_view(self.shown, self.history, self.inner)
        if self.old is None and self.live is not None:
            return with_measures(saved, self.live)
        return self._with_kept(saved) if self.kept else saved

    def _with_kept(self, saved: RunView) -> RunView:
        from graphdeck.tui.kept_measures import with_kept_measures
        from graphdeck.tui.screens.saved_view import way_to

        way = way_to(saved.checkpoint, self.history)
        return with_kept_measures(saved, self.kept, way, is_newest=self.old is None)

    def view_from(self, checkpoint: str | None) -> RunView:
        """What the nodes did up to where a run begins: at a checkpoint, or at the newest state."""
        newest = self if self.old is None else dataclasses.replace(self, old=None)
        if checkpoint is None or (self.snapshot is not None and self.snapshot.checkpoint == checkpoint):
            return newest.view
        at = Snapshot(thread=self.thread, checkpoint=checkpoint, step=None, status="stopped", next=(), values={})
        return dataclasses.replace(newest, old=at).view

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """The conversation, with what is being written."""
        if self.old is not None or self.fresh is None:
            return self.saved
        return merge(self.saved, self.fresh.messages)

    @property
    def takes_text(self) -> bool:
        """The input line takes a message, not JSON."""
        return self.shape is not None and self.shape.takes_messages

    # -- what can be done with it ------------------------------------------------------------------------------------

    def why_not(self, action: str) -> str:
        """Why an action of the deck is off now; empty where it is on."""
        return why_not(self, action)

    def continuing(self) -> RunRequest:
        """The request that goes on with the thread, from a limit of steps with as many again; raises Refused."""
        if reason := why_not_continue(self):
            raise Refused(reason)
        limit = next((stop.steps for stop in self.view.stops if stop.kind == "limit" and stop.steps), None)
        return RunRequest(graph=self.graph, thread=self.thread, file=self.file, recursion_limit=limit)

    def answering(
        self, answers: Mapping[str, Json], by: Mapping[str, str] = _NOBODY, seen: Mapping[str, str] = _NOBODY
    ) -> RunRequest:
        """The request that answers the questions: who decided each, what was seen of each; raises Refused."""
        if reason := why_not_answer(self):
            raise Refused(reason)
        return RunRequest(graph=self.graph, thread=self.thread, resume=answers, by=by, seen=seen, file=self.file)

    def starting(self, text: str, new_thread: str) -> RunRequest:
        """The request that runs the thread, or a new one of that id, with what was typed; raises Refused.

        It begins at the older checkpoint that is looked at. Where a question waits at the newest one, the input drops
        it: ask the person first.
        """
        from graphdeck.tui.typed_input import input_of

        if reason := why_not_run(self):
            raise Refused(reason)
        if self.old is not None and self.old.ns:
            raise Refused("an input goes to the whole graph, not into a subgraph: Esc shows where that stands")
        try:
            value = input_of(text, self.shape)
        except ValueError as error:
            raise Refused(str(error)) from None
        drops = bool(self.questions) and self.old is None  # from an older checkpoint, the question stays on its branch
        return RunRequest(
            graph=self.graph,
            thread=self.thread or new_thread,
            file=self.file,
            checkpoint=self.old.checkpoint if self.old else None,
            input=value,
            has_input=True,
            drop_question=drops,
            by={"": "key"} if drops else _NOBODY,
            seen=self.asked.sheet.seen() if drops else _NOBODY,
        )

    def after_rejection(self, text: str) -> RunRequest:
        """The request that runs the thread with what was typed before its question was rejected; raises Refused.

        What is saved may look as if it still ran: the worker that rejected it holds its lease until it has exited.
        """
        request = dataclasses.replace(self, snapshot=None).starting(text, self.thread)
        return dataclasses.replace(request, file=self.file)
