"""One run of one graph on one thread: from the lease to `run_ended`."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.errors import GraphDrained, GraphRecursionError, is_invalid_resume
from langgraph.pregel import Pregel
from langgraph.types import Command
from pydantic import ValidationError

from graphdeck.graphs import events
from graphdeck.graphs.errors import AnswerRefused, GraphdeckError, InputError, RunFailed, ThreadNotFound
from graphdeck.graphs.events import RunStatus
from graphdeck.graphs.failed_answers import take_back_hint
from graphdeck.graphs.local import home
from graphdeck.graphs.local.lease import Lease
from graphdeck.graphs.questions.check import check_answers
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.stopping import Stop
from graphdeck.graphs.values import Json
from graphdeck.graphs.worker.answered import Answered, check_drop, check_seen
from graphdeck.graphs.worker.blocked import blocked_types
from graphdeck.graphs.worker.boundaries import Boundaries
from graphdeck.graphs.worker.checks import STATE_DOES_NOT_FIT, check_context, check_input, faults, input_for_new_thread
from graphdeck.graphs.worker.control import Control
from graphdeck.graphs.worker.emitter import Emitter
from graphdeck.graphs.worker.failures import limit_of, limit_reached, run_error, unsaveable
from graphdeck.graphs.worker.frames import InterruptFrames, error_line
from graphdeck.graphs.worker.output import are_read
from graphdeck.graphs.worker.position import (
    Position,
    asked_again,
    check_nodes_are_there,
    finished_tasks,
    read_position,
)
from graphdeck.graphs.worker.retries import watch_retries
from graphdeck.graphs.worker.saver import Changed, TellingSaver, Unsaveable, cannot_write, open_saver
from graphdeck.graphs.worker.saving import Saving
from graphdeck.graphs.worker.stop_plan import StopPlan, plan_stops
from graphdeck.graphs.worker.stops import set_stops, why, written_to
from graphdeck.graphs.worker.threads import NodeThreads, wait_for_threads
from graphdeck.graphs.worker.tools import tool_schemas
from graphdeck.graphs.worker.translate import STREAM_MODES, UNSAVED_MODES, Translator

DRAINED_PIPES = 2.0
"""Seconds at the most that the end of a node waits for its own prints to be read by a front end that is busy."""
HURRIED = 0.05
"""The same, once that was in vain: a child floods the pipes for good, or the front end is suspended."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended."""

    status: RunStatus
    next: tuple[str, ...] = ()
    error: GraphdeckError | None = None
    stops: tuple[Stop, ...] = ()
    paths: tuple[str, ...] = ()

    @property
    def event(self) -> events.RunEnded:
        """The last event of the run."""
        problem = self.error.to_dict() if self.error else None
        return events.RunEnded(status=self.status, next=self.next, error=problem, stops=self.stops, paths=self.paths)


class GraphRun:
    """Runs a loaded graph as a request says."""

    def __init__(
        self, graph: Pregel[Any, Any, Any, Any], saving: Saving, request: RunRequest, run: str, emitter: Emitter
    ) -> None:
        self._graph = graph
        self._saving = saving
        self._request = request
        self._run = run
        self._emitter = emitter
        self._frames = InterruptFrames(saving.file, request.thread)
        self._saver: TellingSaver | None = None
        self._translator: Translator | None = None
        self._answered: Answered | None = None
        self._context: Json = None
        self._input: Any = None
        self._dropping: tuple[str, ...] = ()
        self._patience = DRAINED_PIPES
        self._boundaries = Boundaries(StopPlan(levels={(): graph}))

    async def go(self, control: Control, threads: NodeThreads) -> Ending:
        """Take the lease, run, and let go of it; raises a GraphdeckError where nothing was run."""
        self._check_request()  # first of all: a mistyped request makes no file
        file = self._saving.file
        if file is None:
            self._started()
            return await self._run_checked(control)
        lease = Lease.take(file, self._request.thread, self._run)
        try:
            async with open_saver(file, self._saving.serde) as saver:
                self._saver = saver
                self._graph = self._graph.copy(update={"checkpointer": saver})
                self._started()
                with blocked_types(lambda name: self._tell_blocked(file, name)):
                    return await self._run_checked(control)
        except (sqlite3.Error, OSError) as error:
            raise cannot_write(file, error) from error
        finally:
            if not threads.busy:  # a sync node goes on in its thread: then the process holds the lease to its end
                lease.release()

    def _started(self) -> None:
        self._emitter.emit(
            events.RunStarted(
                thread=self._request.thread,
                graph=self._request.graph,
                file=str(self._saving.file or ""),
                durability=self._request.durability or "sync",
                note="; ".join(filter(None, (self._saving.note, *self._boundaries.plan.notes))),
            )
        )

    # -- before it runs ------------------------------------------------------------------------------------------

    def _check_request(self) -> None:
        request = self._request
        try:
            request.thread.encode()
        except UnicodeEncodeError:
            raise InputError("the thread id is not Unicode text", "name the thread by other letters") from None
        self._context = check_context(self._graph, request.context)
        if request.has_input:
            self._input = check_input(self._graph, request.input)
        if request.resume and request.checkpoint:
            raise InputError(
                "an answer given at an old checkpoint would be ignored", "answer at the newest one, or fork first"
            )
        self._boundaries = Boundaries(plan_stops(self._graph, request, saved=self._saving.file is not None))

    async def _run_checked(self, control: Control) -> Ending:
        request = self._request
        before = await self._position(request.checkpoint)
        if request.checkpoint:
            await self._check_start(request.checkpoint, before)
        if not request.has_input and self._saver is not None:
            await check_nodes_are_there(self._graph, self._saver, self._config(request.checkpoint))
        if request.resume:
            await check_seen(request.seen, self._emitter, control)
            await self._check_answers(before)
        elif request.has_input and not request.checkpoint:  # a fork drops nothing: the branch of the question stays
            await check_drop(request, before, self._emitter, control)
            self._dropping = tuple(before.questions)
        elif ending := await self._nothing_to_run(before):
            return ending
        graph_input: Any = None
        if request.resume:
            graph_input = Command(resume=dict(request.resume))
        elif request.has_input:
            graph_input = self._input
        elif not before.checkpoint:
            graph_input = input_for_new_thread(self._graph)
        if control.stopped_by:
            return Ending(
                "stopped",
                before.next,
                stops=why("stopped", control, self._boundaries, before.paths),
                paths=before.paths,
            )
        kept = () if request.checkpoint else await finished_tasks(self._saver, self._config())
        await set_stops(self._boundaries, self._graph, self._saver, self._config(request.checkpoint), request, before)
        return await self._stream(control, graph_input, kept)

    async def _check_start(self, checkpoint: str, before: Position) -> None:
        """Raise unless the run can begin at a checkpoint as at one that nothing has gone on from.

        LangGraph copies the checkpoint first, without the answers that are kept beside it; but not the newest one where
        that was written itself: its question would be asked anew, and the node given the old answer all the same.
        """
        if not before.checkpoint:
            raise ThreadNotFound(f"the thread has no checkpoint {checkpoint}", "see: graphdeck history THREAD")
        if not before.answered or self._request.has_input or before.source not in ("update", "fork"):
            return
        if (await self._position()).checkpoint == before.checkpoint:
            failed = next(iter(before.answered.values())).node
            raise AnswerRefused(
                f"node {failed!r} failed with its answer at this checkpoint, and would be given it again",
                take_back_hint(self._request.thread),
            )

    async def _nothing_to_run(self, before: Position) -> Ending | None:
        """How the run ends where it has neither input nor answers, and just going on runs nothing."""
        if self._request.has_input or not before.checkpoint:
            return None
        if before.questions and not self._request.checkpoint:
            return self._ask_again(before)
        if before.done:
            return Ending("done")
        if self._saver is None or self._request.checkpoint:
            return None
        if stops := await written_to(self._graph, self._saver, self._config(), before, self._boundaries):
            self._note_pause(before, stops, is_breakpoint=True)
            return Ending("breakpoint", before.next, stops=stops, paths=before.paths)
        return None

    async def _check_answers(self, before: Position) -> None:
        """Raise AnswerRefused unless all answers may be given to LangGraph; from then on, they are followed."""
        request, pending = self._request, before.questions
        for identity in request.resume:
            if identity in before.answered:
                raise AnswerRefused(
                    f"interrupt {identity} has its answer, and node {before.answered[identity].node!r} failed with it:"
                    " another one would not be taken",
                    take_back_hint(request.thread),
                )
        gone = [identity for identity in request.resume if identity not in pending]
        if gone:
            self._emitter.tell_of_answers("gone", gone)
        check_answers((question.asked for question in pending.values()), request.resume, tool_schemas(self._graph))
        assert self._saver is not None  # without one, nothing is pending
        questions = {identity: pending[identity] for identity in request.resume}
        self._answered = await Answered.follow(self._emitter, self._saver, request.thread, questions)

    def _ask_again(self, position: Position) -> Ending:
        """Nothing is run: the questions that wait are told again."""
        assert self._saving.file is not None
        for asked in asked_again(position, self._saving.file, self._request.thread):
            self._emitter.emit(asked)
        return Ending("waiting", position.next)

    async def _position(self, checkpoint: str | None = None) -> Position:
        """Where the thread stands, or stood; that of a new one where the graph refuses saving."""
        if self._saver is None:
            return Position()
        return await read_position(self._graph, self._saver, self._config(checkpoint))

    # -- while it runs -------------------------------------------------------------------------------------------

    async def _stream(self, control: Control, graph_input: Any, kept: Iterable[str]) -> Ending:
        translator = Translator(self._emitter.emit, self._frames, kept=kept)
        self._translator = translator
        if self._saver is not None:
            self._saver.on_put, self._saver.on_writes = partial(self._put, translator), translator.routes.wrote
        wait_for_threads(self._graph, lambda: control.stopped_by == "cancel")
        forget = watch_retries(translator)
        feeding = asyncio.create_task(self._feed(translator, self._parts(control, graph_input)))
        control.cancels(feeding)
        error: BaseException | None = None
        try:
            await feeding
        except BaseException as raised:  # noqa: BLE001 - whatever a node raises, sys.exit too, ends the run and no more
            error = raised
        finally:
            forget()
            self._emitter.flush()
        translator.finish({} if error is None else await finished_tasks(self._saver, self._config()))
        return await self._ending(control, error)

    def _put(self, translator: Translator, checkpoint: str, changed: Changed) -> None:
        """A checkpoint is written; the first one has the input, and nobody can answer any more what waited before."""
        if self._dropping:
            self._emitter.tell_of_answers("applied", self._dropping)
            self._dropping = ()
        translator.put(checkpoint, changed)

    async def _feed(self, translator: Translator, parts: AsyncGenerator[Any, None]) -> None:
        async with aclosing(parts):
            async for part in parts:
                if part["type"] == "tasks" and "input" not in part["data"]:
                    await self._wait_for_prints(part["data"]["id"])
                translator.feed(part)

    def _parts(self, control: Control, graph_input: Any) -> AsyncGenerator[Any, None]:
        request = self._request
        options: dict[str, Any] = {}
        if self._saver is not None:
            options["durability"] = request.durability or "sync"
        stream: Any = self._graph.astream(
            graph_input,
            self._config(request.checkpoint, callbacks=[self._frames]),
            context=self._context,
            stream_mode=list(STREAM_MODES if self._saver else UNSAVED_MODES),
            subgraphs=True,
            version="v2",
            control=control.run_control,
            **options,
        )
        return cast(AsyncGenerator[Any, None], stream)  # astream is one, though typed as a plain iterator

    def _config(self, checkpoint: str | None = None, **more: Any) -> RunnableConfig:
        configurable = {"thread_id": self._request.thread, "checkpoint_ns": ""}
        if checkpoint:
            configurable["checkpoint_id"] = checkpoint
        config: dict[str, Any] = {
            "configurable": configurable,
            "metadata": {"graphdeck_graph": self._request.graph, "graphdeck_run": self._run},
            **more,
        }
        if self._request.recursion_limit is not None:
            config["recursion_limit"] = self._request.recursion_limit
        return config  # type: ignore[return-value] # a TypedDict whose keys are all optional

    async def _wait_for_prints(self, task: str) -> None:
        """Let the front end read what the task wrote past `sys.stdout`, so that it is shown as this node's."""
        self._emitter.flush_task(task)
        if not await are_read(self._patience):
            self._patience = HURRIED

    def _tell_blocked(self, file: Path, name: str) -> None:
        self._emitter.emit(events.TypeBlocked(type=name))
        home.note_blocked(file, [name])

    # -- how it ended --------------------------------------------------------------------------------------------

    async def _ending(self, control: Control, error: BaseException | None) -> Ending:
        assert self._translator is not None
        after = await self._position()
        status: RunStatus = "done"
        problem: GraphdeckError | None = None
        if isinstance(error, GraphRecursionError):
            status, problem = "recursion_limit", limit_reached(error)
        elif control.stopped_by and isinstance(error, (GraphDrained, asyncio.CancelledError)):
            status = "stopped"
        elif error is not None:
            status, problem = "failed", self._failure(error, after)
        elif after.questions or (self._saver is None and self._translator.asked):
            status = "waiting"
        elif after.next or (self._saver is None and self._boundaries.told(())):
            status = "breakpoint"
        if self._answered is not None and error is None:
            self._answered.ended(after.questions)
        elif self._answered is not None:
            self._answered.failed(after.answered)
        stops = why(status, control, self._boundaries, after.paths, limit_of(error))
        self._note_pause(after, stops, is_breakpoint=status == "breakpoint")
        return Ending(status, after.next, problem, stops, after.paths)

    def _note_pause(self, after: Position, stops: tuple[Stop, ...], *, is_breakpoint: bool) -> None:
        """Keep what the rows of a paused thread cannot tell; forget what was kept of its last pause."""
        file = self._saving.file
        if file is None:
            return
        kept = {
            identity: self._frames.found.get(identity) or home.frames_of(file, self._request.thread, identity)
            for identity in (*after.questions, *after.answered)
        }
        home.note_pause(
            file, self._request.thread, after.checkpoint, is_breakpoint=is_breakpoint, stops=stops, frames=kept
        )

    def _failure(self, error: BaseException, after: Position) -> GraphdeckError:
        """What a person needs to know of an error that ended the run."""
        assert self._translator is not None
        if isinstance(error, GraphdeckError):
            return error
        if is_invalid_resume(error):
            why = faults(error) if isinstance(error, ValidationError) else error_line(error)
            return AnswerRefused(f"the answer was not taken: {why}", "its question still waits")
        if isinstance(error, Unsaveable):
            return unsaveable((self._saver and self._saver.refused) or error, self._translator)
        hint = "mend the node and continue: only what failed runs again"
        if self._translator.failed is None:
            self._emitter.emit(run_error(error))
            if isinstance(error, ValidationError):  # of no node: LangGraph could not read the state for one
                hint = STATE_DOES_NOT_FIT
        if after.answered:
            hint += f", with the same answer; or {take_back_hint(self._request.thread)}"
        return RunFailed(error_line(error), hint)
