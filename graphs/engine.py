"""The Engine: the one door through which front ends reach graphs, runs and saved threads."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from graphdeck.graphs.events import Event
from graphdeck.graphs.records import (
    CheckpointRow,
    GraphInfo,
    GraphShape,
    RunRequest,
    Snapshot,
    ThreadPage,
    ThreadStatus,
    Value,
    WaitingPage,
)
from graphdeck.graphs.values import Json

if TYPE_CHECKING:
    from graphdeck.graphs.decided import DecisionRecord
    from graphdeck.graphs.differences import Change
    from graphdeck.graphs.forks import ForkPlan
    from graphdeck.graphs.keeping import Exported, Imported, Pruned, ThreadSize
    from graphdeck.graphs.kept_runs import RunRecord
    from graphdeck.graphs.run_configs import KeptConfigs, RunConfig
    from graphdeck.graphs.searching import SearchHit, SearchProgress
    from graphdeck.graphs.stopping import KeptStop
    from graphdeck.graphs.tasks import TaskValues
    from graphdeck.graphs.wanted import ThreadSort

PAGE: Final = 50
"""Threads that are read at a time, unless the reader says how many."""


class Run(Protocol):
    """A run in progress."""

    @property
    def id(self) -> str:
        """The run's id."""
        ...

    def events(self) -> AsyncIterator[Event]:
        """The run's events from its first on; ends after `run_ended`. One reader."""
        ...

    async def drain(self) -> None:
        """Stop at the next step boundary."""
        ...

    async def cancel(self) -> None:
        """Cancel the running tasks; a sync node goes on to its end in its thread."""
        ...

    async def kill(self) -> None:
        """End the worker's whole process group at once."""
        ...


class ConfigsEngine(Protocol):
    """The named configs that a project keeps: what runs of a graph are given besides their input."""

    async def configs(self, graph: str = "") -> "KeptConfigs":
        """The named configs that are kept for a graph, or for all graphs of the current project.

        Keys that a graph's context has no longer are marked, where its shape is known without running code.
        """
        ...

    async def config(self, graph: str, name: str) -> "RunConfig":
        """The config of this name, marked; `NAME@VERSION` asks for an older one. Raises ConfigNotFound."""
        ...

    async def keep_config(self, graph: str, config: "RunConfig") -> "RunConfig":
        """Keep a config as the newest version of its name; as it is kept, without what may be secret in it.

        Raises InputError for a name that is none, and FileError where nothing can be kept.
        """
        ...

    async def forget_config(self, graph: str, name: str) -> None:
        """Forget a config with all its versions; nothing is wrong where there is none."""
        ...


class Engine(ConfigsEngine, Protocol):
    """Graphs that can run, and the threads saved in checkpoint files.

    Several files may hold a thread of one id: `file` says which is meant. Without it, reading takes the first of them,
    and what would change the thread is refused where there are several. Every method raises a `GraphdeckError` of
    errors.py where something is wrong with what it was given.
    """

    async def graphs(self) -> Sequence[GraphInfo]:
        """The graphs that can be opened here, found by reading, without running any code."""
        ...

    def last_shape(self, graph: str) -> GraphShape | None:
        """The graph's shape as it was last seen, at once and without running code; None where never seen."""
        ...

    def project(self, graph: str = "") -> Path:
        """The root of a graph's project, without running code; of the current project where the graph tells none."""
        ...

    async def describe(self, graph: str) -> GraphShape:
        """Load a graph in a worker and tell what it is made of.

        Its shape has the edges that are kept, marked as observed, and so has its last one.
        """
        ...

    async def keep_edges(self, graph: str, taken: Collection[tuple[str, str]]) -> None:
        """Keep edges that were seen taken for a graph, by the paths of both ends: `team:plan`, `team:review`.

        Those that it declares, and later those whose nodes it has no longer, are left out.
        """
        ...

    async def stops(self, graph: str) -> "Sequence[KeptStop]":
        """What stops a graph's runs: what the project keeps for it, then the breakpoints of its own code.

        Breakpoints at nodes that it no longer has are marked. Those that are kept stop a run that is given them in its
        request, and those of the code every run to which they are not given as `off`.
        """
        ...

    async def keep_stop(self, graph: str, stop: "KeptStop") -> None:
        """Keep a stop for a graph, in place of one with the same key.

        Raises InputError where its condition is none; its node may be one that the graph has not, or not yet.
        """
        ...

    async def forget_stop(self, graph: str, stop: "KeptStop") -> None:
        """Forget the stop with this key; nothing is wrong where there is none."""
        ...

    async def run(self, request: RunRequest) -> Run:
        """Start a run; what goes wrong after this comes as its events."""
        ...

    def first_threads(self) -> ThreadPage | None:
        """The first page of threads, at once; None where it was not read ahead."""
        ...

    async def threads(
        self,
        *,
        status: ThreadStatus | None = None,
        query: str = "",
        graph: str = "",
        tag: str = "",
        since: str = "",
        sort: "ThreadSort" = "updated",
        sizes: bool = False,
        limit: int = PAGE,
        cursor: str | None = None,
    ) -> ThreadPage:
        """A page of the saved threads, newest activity first unless they are sorted; `Wanted` says what each means.

        A search gives what it finds in ids, titles and tags as a page of its own, at once: what it finds in the first
        texts comes with the next page.
        """
        ...

    async def waiting(self, *, limit: int = PAGE, cursor: str | None = None, newest_first: bool = True) -> WaitingPage:
        """A page of the threads that wait for a person, with their questions; files that cannot be read are named."""
        ...

    async def assign(self, thread: str, graph: str, *, file: str = "") -> None:
        """Remember which target a thread belongs to, where its rows do not tell; the file itself is not touched."""
        ...

    async def state(
        self, thread: str, checkpoint: str | None = None, *, ns: str = "", compared: bool = True, file: str = ""
    ) -> Snapshot:
        """The state of a thread at its newest or a given checkpoint, subgraphs included; with `ns`, of a subgraph.

        Unless `compared`, `changed` stays empty: to fill it, the parent checkpoint is read too.
        """
        ...

    async def history(
        self, thread: str, *, limit: int = 100, before: str | None = None, ns: str = "", file: str = ""
    ) -> Sequence[CheckpointRow]:
        """The checkpoints of a thread, newest first; with `ns`, those of a subgraph that a task of it has run.

        `before` gives the page of those that are older than a checkpoint. One that cannot be read has its `error`.
        """
        ...

    async def diff(
        self, thread: str, checkpoint: str, other: str | None = None, *, ns: str = "", file: str = ""
    ) -> "tuple[Change, ...]":
        """What leads from a checkpoint to another one; without the other, from its parent to it.

        All of the state is added where there is no parent. A value that is stored differently but reads the same is
        told as changed, with the same value twice. With `ns`, the checkpoints are those of a subgraph.
        """
        ...

    async def value(self, thread: str, checkpoint: str | None, path: str, *, ns: str = "", file: str = "") -> Value:
        """One value of a state, by dotted path or JSON Pointer; with `ns`, of a subgraph's."""
        ...

    async def task(self, thread: str, checkpoint: str, task: str, *, ns: str = "", file: str = "") -> "TaskValues":
        """What a task of the step after a checkpoint was given and what it wrote; with `ns`, in a subgraph."""
        ...

    async def glances(
        self, thread: str, checkpoint: str, *, ns: str = "", file: str = ""
    ) -> "Mapping[str, TaskValues]":
        """The same of all tasks of the step, by task id; of large values, their size alone."""
        ...

    def follow(self, thread: str, *, file: str = "") -> AsyncIterator[Event]:
        """What happens in a thread while another process runs it, as far as its rows tell.

        `run_started` comes first, then where the thread stands; `run_ended` comes once nobody runs it any more.
        """
        ...

    async def decisions(self, *, thread: str | None = None, limit: int = PAGE) -> "Sequence[DecisionRecord]":
        """The recorded decisions, newest first."""
        ...

    async def runs(self, *, thread: str = "", file: str = "", limit: int = PAGE) -> "Sequence[RunRecord]":
        """The runs on record, newest first; of one thread and of one file where they are named."""
        ...

    async def run_events(self, run: str) -> Sequence[Event]:
        """What is kept of a run's events, values and what models wrote left out.

        `run` is its id, or the first letters of it, 6 at the least. Raises RunNotFound.
        """
        ...

    async def fork_plan(
        self, thread: str, checkpoint: str = "", *, as_node: str = "", file: str = "", graph: str = ""
    ) -> "ForkPlan":
        """What comes of going on from a checkpoint, or from the newest one; nothing is written or run for it.

        With `as_node`, what comes of writing there as that node. Of a checkpoint inside a subgraph, the one that the
        graph itself goes on from is told. Needs the thread's `graph` where its rows do not tell it.
        """
        ...

    async def taken_at(self, thread: str, message: str, checkpoint: str, *, file: str = "") -> str:
        """The checkpoint, on the way to a given one, that has just taken the input with this message into the state.

        Written there as `__start__`, a message of the same id takes its place, and all that followed is on another
        branch. Raises InputError where no input had the message.
        """
        ...

    async def written_at(self, thread: str, message: str, checkpoint: str, *, file: str = "") -> str:
        """The checkpoint, on the way to a given one, whose step wrote this message: from there it is written anew.

        Raises InputError where it came with an input, or was written by hand.
        """
        ...

    async def update(
        self,
        thread: str,
        values: Json,
        *,
        as_node: str | None = None,
        checkpoint: str | None = None,
        ns: Sequence[str] = (),
        replace: bool | Sequence[str] = False,
        raw: bool = False,
        file: str = "",
        graph: str = "",
    ) -> str:
        """Write values into a thread's state; the new checkpoint's id. The checkpoint that it starts from stays.

        With `ns`, the path of a subgraph whose question waits, into the state of that: the question is asked anew when
        the thread goes on, which `run` without input or answers does. With `replace`, the values of all keys, or of
        those named, take the place of what is there although they have a reducer. With `raw`, a copy of the checkpoint
        is written past the graph, whose schema may refuse what it holds. `graph` is as in `fork_plan`.
        """
        ...

    async def end(
        self,
        thread: str,
        *,
        graph: str = "",
        file: str = "",
        by: str = "",
        checkpoint: str = "",
        seen: Sequence[str] | None = None,
    ) -> str:
        """End a thread without answering it: nothing more runs; the new checkpoint's id. It is recorded.

        Needs the thread's `graph` where its rows do not tell it. `by` says who or what decided it. Where the
        checkpoint and the ids of the interrupts that were `seen` are given, a thread that has gone on since, or asks
        something else, is not ended.
        """
        ...

    async def repair(self, thread: str, *, graph: str = "", file: str = "", by: str = "") -> Sequence[str]:
        """Take back the answers with which nodes failed; the ids of the interrupts that wait again. It is recorded."""
        ...

    async def file_of(self, thread: str, *, file: str = "") -> str:
        """The file in which a thread may be changed: the named one, else the only one that holds it.

        For whoever reads a thread first and changes it then: both in this one.
        """
        ...

    def search(self, text: str) -> "AsyncGenerator[SearchHit | SearchProgress, None]":
        """Look for a text, in either case, in the state of all threads; newest checkpoints first.

        Tells one hit for each thread that holds it, as they are found, and how far it has come. Closing the iterator
        ends it.
        """
        ...

    async def sizes(self, threads: Sequence[str], *, file: str = "") -> "Sequence[ThreadSize]":
        """How many checkpoints and bytes threads have: what goes when they are deleted."""
        ...

    async def tag(
        self, thread: str, *, add: Sequence[str] = (), remove: Sequence[str] = (), file: str = ""
    ) -> Sequence[str]:
        """Give a thread tags and take some away; those that it has then."""
        ...

    async def prune(self, thread: str, *, keep: int, dry: bool = False, file: str = "") -> "Pruned":
        """Delete a thread's checkpoints but the newest ones, the first, and what these need; what went.

        With `dry`, nothing goes: it is what would. The file reuses the room.
        """
        ...

    async def vacuum(self, file: str) -> int:
        """Give the unused room of a checkpoint file back to the disk; the bytes that it is smaller by."""
        ...

    async def export_threads(self, threads: Sequence[str], to: Path, *, file: str = "") -> "Exported":
        """Copy threads of one file into a new checkpoint file, with their titles and tags."""
        ...

    async def import_threads(self, source: Path, *, into: str = "") -> "Imported":
        """Copy all threads of a checkpoint file into another one, by default the project's own.

        Where an id is taken, the thread gets a new one; nothing is overwritten.
        """
        ...

    async def delete(self, threads: Sequence[str], *, file: str = "") -> None:
        """Delete threads with all their checkpoints; with `file`, all of them are in that one."""
        ...

    async def rename(self, thread: str, title: str, *, file: str = "") -> None:
        """Give a thread a title; an empty one takes it away."""
        ...

    async def copy(self, thread: str, *, file: str = "") -> str:
        """Copy a thread within its file; the new thread's id."""
        ...

    async def changed(self) -> bool:
        """Whether any checkpoint file has changed since this was last asked."""
        ...

    async def close(self) -> None:
        """Let go of all workers: they drain, and are killed after 10 seconds."""
        ...
