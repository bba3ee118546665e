"""The Engine on this machine: checkpoint files are read here, graphs run in worker processes.

What starts workers is imported for the first of them, so that the first page of threads does not wait for it.
"""

import contextlib
import dataclasses
import os
import uuid
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphdeck.graphs.errors import GraphdeckError, InputError, MissingFileError, TargetError
from graphdeck.graphs.local import memory, names
from graphdeck.graphs.local.config import find_config
from graphdeck.graphs.local.home import default_file
from graphdeck.graphs.local.library import Library
from graphdeck.graphs.local.targets import Target, find_graphs, parse_target, source_hash
from graphdeck.graphs.local.threads import SavedThreads
from graphdeck.graphs.records import (
    GraphInfo,
    GraphShape,
    RunRequest,
    Snapshot,
)
from graphdeck.graphs.saved.file import open_file
from graphdeck.graphs.values import Json

if TYPE_CHECKING:
    from graphdeck.graphs.forks import ForkPlan
    from graphdeck.graphs.local.acts import Act
    from graphdeck.graphs.local.runs import LocalRun
    from graphdeck.graphs.local.sent import SentAnswers
    from graphdeck.graphs.local.workers import WorkerPool
    from graphdeck.graphs.run_configs import KeptConfigs, RunConfig
    from graphdeck.graphs.stopping import KeptStop


class LocalEngine(SavedThreads):
    """Graphs of a folder, and the threads in its checkpoint files.

    `db` names the checkpoint files to read; the first of them is written by runs. Without it, those are the
    project's default file and the ones that its targets have used. A pool of workers can be lent by whoever opens
    several engines in one process, and is then not closed.
    """

    def __init__(self, cwd: Path, db: Sequence[Path] = (), *, pool: "WorkerPool | None" = None) -> None:
        self._cwd = cwd.absolute()
        self._db = [Path(os.path.abspath(file)) for file in db]  # without `..`, as rows name it
        config = find_config(self._cwd)
        self._project = config.parent if config else self._cwd
        own = self._db[0] if self._db else default_file(self._project)
        files = self._db or [own, *memory.remembered_files(self._project)]
        super().__init__(Library(files, may_be_missing=not self._db), own, pool)

    # -- graphs --------------------------------------------------------------------------------------------------

    async def warm(self) -> None:
        """Have LangGraph imported in the host before the first run needs it."""
        await self._pool.warm()

    async def graphs(self) -> Sequence[GraphInfo]:
        """The graphs that can be opened here, found by reading, without running any code."""
        return await self._read(lambda: find_graphs(self._cwd))

    def last_shape(self, graph: str) -> GraphShape | None:
        """The graph's shape as it was last seen, at once and without running code; None where never seen."""
        return self._shape(graph, self._cwd)

    def _shape(self, graph: str, folder: Path) -> GraphShape | None:
        """The same of a target that is named from a folder."""
        try:
            target = parse_target(graph, folder)
            shape = memory.last_shape(target.root, target.text, source_hash(target))
            return shape and memory.with_seen_edges(target.root, target.text, shape)
        except GraphdeckError:  # `describe` tells what is wrong with the target
            return None

    def project(self, graph: str = "") -> Path:
        """The root of a graph's project, without running code; of the current project where the graph tells none."""
        try:
            return parse_target(graph, self._cwd).root if graph else self._project
        except GraphdeckError:  # `describe` tells what is wrong with the target
            return self._project

    async def describe(self, graph: str) -> GraphShape:
        """Load a graph in a worker and tell what it is made of."""
        target = self._graph_target(graph)
        source = source_hash(target)
        data = await self._pool.request({"job": "describe", **self._place(graph, target)})
        shape = memory.shape_from_dict(data)
        with contextlib.suppress(OSError):  # a folder that cannot be written only costs the quick first drawing
            memory.keep_shape(target.root, target.text, source, data)
        self._use_file(target, shape.file)
        return memory.with_seen_edges(target.root, target.text, shape)

    async def keep_edges(self, graph: str, taken: Collection[tuple[str, str]]) -> None:
        """Keep edges that were seen taken for a graph; where its folder cannot be written, they are forgotten."""
        target, shape = self._graph_target(graph), self.last_shape(graph)
        with contextlib.suppress(OSError):
            await self._read(lambda: memory.keep_seen_edges(target.root, target.text, shape, taken))

    async def stops(self, graph: str) -> "Sequence[KeptStop]":
        """What stops a graph's runs: what the project keeps for it, then the breakpoints of its own code."""
        from graphdeck.graphs.local.breakpoints import kept_stops

        target, shape = self._graph_target(graph), self.last_shape(graph)
        return await self._read(lambda: kept_stops(target.root, target.text, shape))

    async def keep_stop(self, graph: str, stop: "KeptStop") -> None:
        """Keep a stop for a graph, in place of one with the same key."""
        from graphdeck.graphs.local.breakpoints import keep_stop
        from graphdeck.graphs.stopping import Breakpoint, breakpoint_text, parse_breakpoint

        if isinstance(stop, Breakpoint):
            parse_breakpoint(breakpoint_text(stop), stop.when)
        target = self._graph_target(graph)
        await self._read(lambda: keep_stop(target.root, target.text, stop))

    async def forget_stop(self, graph: str, stop: "KeptStop") -> None:
        """Forget the stop with this key."""
        from graphdeck.graphs.local.breakpoints import forget_stop

        target = self._graph_target(graph)
        await self._read(lambda: forget_stop(target.root, target.text, stop))

    async def configs(self, graph: str = "") -> "KeptConfigs":
        """The named configs that are kept for a graph, or for all graphs of the current project."""
        from graphdeck.graphs.local.configs import kept_configs
        from graphdeck.graphs.run_configs import marked

        target = self._graph_target(graph) if graph else None
        root = target.root if target else self._project
        kept = await self._read(lambda: kept_configs(root, target.text if target else None))
        shapes = {name: self._shape(name, root) for name in {config.graph for config in kept.configs}}
        found = tuple(marked(config, shapes[config.graph]) for config in kept.configs)
        return dataclasses.replace(kept, configs=found)

    async def config(self, graph: str, name: str) -> "RunConfig":
        """The config of this name, or the version of it that `NAME@VERSION` asks for."""
        from graphdeck.graphs.local.configs import find_config
        from graphdeck.graphs.run_configs import marked

        target = self._graph_target(graph)
        found = await self._read(lambda: find_config(target.root, target.text, name))
        return marked(found, self.last_shape(graph) or await self.describe(graph))

    async def keep_config(self, graph: str, config: "RunConfig") -> "RunConfig":
        """Keep a config as the newest version of its name.

        What is secret in it the graph's schema knows as it is now; it may be in a file that the last shape is not of.
        """
        from graphdeck.graphs.local.configs import keep_config
        from graphdeck.graphs.run_configs import check_name

        check_name(config.name)
        target, shape = self._graph_target(graph), await self.describe(graph)
        return await self._read(lambda: keep_config(target.root, target.text, config, shape))

    async def forget_config(self, graph: str, name: str) -> None:
        """Forget a config with all its versions."""
        from graphdeck.graphs.local.configs import forget_config

        target = self._graph_target(graph)
        await self._read(lambda: forget_config(target.root, target.text, name))

    async def run(self, request: RunRequest) -> "LocalRun":
        """Start a run; what goes wrong after this comes as its events."""
        from graphdeck.graphs.local.runs import LocalRun

        target = self._graph_target(request.graph)
        place = self._place(request.graph, target, request.file)
        await self._read(lambda: _check_writable(Path(place["file"] or place["default"]), asked=bool(place["file"])))
        run = uuid.uuid4().hex
        answers = None
        if request.resume or (request.drop_question and not request.checkpoint):  # a fork drops nothing
            request, answers = await self._read(partial(self._intend, request, run, target, place))
        job = {"job": "run", "run": run, "request": dataclasses.asdict(request), **place}
        try:
            worker = await self._pool.start(job)
        except BaseException as error:
            if answers is not None:
                await answers.not_sent(str(error) or "stopped before it was sent")
            raise
        named = bool(request.file)
        return LocalRun(run, request, worker, lambda file: self._use_file(target, file, only_now=named), answers)

    # -- saved threads -------------------------------------------------------------------------------------------

    async def assign(self, thread: str, graph: str, *, file: str = "") -> None:
        """Remember which target a thread belongs to, where its rows do not tell; the file itself is not touched."""
        self._graph_target(graph)
        path = await self._file_of(thread, file)
        await self._read(lambda: names.change_name(path, thread, lambda named: dataclasses.replace(named, graph=graph)))

    async def fork_plan(
        self, thread: str, checkpoint: str = "", *, as_node: str = "", file: str = "", graph: str = ""
    ) -> "ForkPlan":
        """What comes of going on from a checkpoint, or from the newest one; nothing is written or run for it."""
        from graphdeck.graphs.forks import ForkPlan
        from graphdeck.graphs.local.forks import plan_fork

        head, place = await self._of_thread(thread, file, graph)
        asked = ForkPlan(
            thread=thread,
            checkpoint=checkpoint or head.checkpoint,
            graph=place["graph"],
            file=head.file,
            as_node=as_node,
            is_head=False,
        )
        return await plan_fork(self, head, asked, lambda job: self._pool.request({"job": "fork_plan", **job, **place}))

    async def taken_at(self, thread: str, message: str, checkpoint: str, *, file: str = "") -> str:
        """The checkpoint that has just taken the input with a message into the state."""
        from graphdeck.graphs.local.forks import taken_at

        return await taken_at(self, thread, message, checkpoint, str(await self._file_of(thread, file)))

    async def written_at(self, thread: str, message: str, checkpoint: str, *, file: str = "") -> str:
        """The checkpoint whose step wrote a message."""
        from graphdeck.graphs.local.forks import written_at

        return await written_at(self, thread, message, checkpoint, str(await self._file_of(thread, file)))

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
        """Write values into a thread's state, or into that of a subgraph; the new checkpoint's id."""
        _, place = await self._of_thread(thread, file, graph)
        change: dict[str, Any] = {"thread": thread, "values": values, "as_node": as_node, "checkpoint": checkpoint}
        replaced = replace if isinstance(replace, bool) else list(replace)
        change |= {"ns": list(ns), "replace": replaced, "raw": raw, "graph": place["graph"]}
        return str(await self._pool.request({"job": "update", "change": change, **place}))

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
        """End a thread without answering it; the new checkpoint's id."""
        return str(await self._act("end", thread, graph, file, by, checkpoint, seen))

    async def repair(self, thread: str, *, graph: str = "", file: str = "", by: str = "") -> Sequence[str]:
        """Take back the answers with which nodes failed; the ids of the interrupts that wait again."""
        return list(await self._act("repair", thread, graph, file, by))

    # -- the rest ------------------------------------------------------------------------------------------------

    async def _act(
        self,
        act: "Act",
        thread: str,
        graph: str,
        file: str,
        by: str,
        checkpoint: str = "",
        seen: Sequence[str] | None = None,
    ) -> Any:
        from graphdeck.graphs.local.acts import on_record

        snapshot, place = await self._of_thread(thread, file, graph)
        waits = [question.id for question in snapshot.interrupts]
        looked = {"checkpoint": checkpoint or snapshot.checkpoint, "seen": waits if seen is None else list(seen)}
        job = {"job": act, "thread": thread, **looked, **place}
        return await on_record(act, snapshot, place["graph"], by, lambda: self._pool.request(job))

    async def _of_thread(self, thread: str, file: str, graph: str) -> tuple[Snapshot, dict[str, Any]]:
        """The newest state of a thread that is to be changed, and where the worker finds its graph and file."""
        held_by = await self._file_of(thread, file)
        snapshot = await self.state(thread, compared=False, file=str(held_by))
        graph = graph or snapshot.graph
        if not graph:
            raise InputError(f"the graph of thread {thread!r} is not known", "name it: --target TARGET")
        return snapshot, self._place(graph, self._graph_target(graph)) | {"file": snapshot.file}

    def _graph_target(self, graph: str) -> Target:
        target = parse_target(graph, self._cwd)
        if target.kind == "checkpoint_file":
            raise TargetError(f"{graph} is a checkpoint file, not a graph", "name the graph that wrote it")
        return target

    def _place(self, graph: str, target: Target, file: str = "") -> dict[str, Any]:
        """Where the worker finds the target and saves its runs: in a given file, else where it belongs."""
        return {
            "graph": graph,
            "cwd": str(self._cwd),
            "file": file or (str(self._db[0]) if self._db else None),
            "default": str(default_file(target.root)),
        }

    def _intend(
        self, request: RunRequest, run: str, target: Target, place: dict[str, Any]
    ) -> "tuple[RunRequest, SentAnswers | None]":
        """Record the answers that are about to be sent, or the questions that input is about to drop.

        With what is asked, as far as it can be read; the request is then held to that.
        """
        from graphdeck.graphs.local.sent import SentAnswers

        last_used = memory.file_of_target(self._project, target.text)
        known = Path(place["file"]) if place["file"] else last_used
        default = known or Path(place["default"])
        found = self._library.questions(request.thread, [default], others=not place["file"])
        file, checkpoint, questions = found or (default, "", ())
        if request.resume:
            return request, SentAnswers.intend(request, run, file, checkpoint, questions)
        return SentAnswers.intend_drop(request, run, file, checkpoint, questions)

    def _use_file(self, target: Target, file: str, *, only_now: bool = False) -> None:
        """Read the file that a target saves to, now and at the next start; `only_now` the one of a single thread."""
        if not file or self._db:
            return
        path = Path(file)
        self._reader.submit(self._library.add, path, first=True)
        if only_now:
            return
        with contextlib.suppress(OSError):  # as in describe: only the memory of it is lost
            memory.remember_file(self._project, target.text, path)


def _check_writable(file: Path, *, asked: bool) -> None:
    """Raise where a run must not write: a foreign file is refused before anything touches it."""
    try:
        if file.stat().st_size == 0:
            return
    except OSError as error:
        if asked and not file.parent.is_dir():
            raise MissingFileError(f"there is no folder {file.parent}", "make it, or name another file") from error
        return
    with open_file(file):
        return
