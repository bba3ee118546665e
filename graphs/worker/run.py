"""One run of one graph on one thread: from the lease to `run_ended`."""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.serde.event_hooks import SerdeEvent, register_serde_event_listener
from langgraph.errors import GraphDrained, GraphRecursionError
from langgraph.pregel import Pregel
from langgraph.types import Command, StateSnapshot

from graphdeck.graphs import events
from graphdeck.graphs.errors import AnswerRefused, GraphdeckError, InputError, RunFailed
from graphdeck.graphs.events import RunStatus
from graphdeck.graphs.local import home
from graphdeck.graphs.local.lease import Lease
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.values import Json, to_json
from graphdeck.graphs.worker.answer import check_answers
from graphdeck.graphs.worker.checks import check_context, check_input, input_for_new_thread
from graphdeck.graphs.worker.control import Control
from graphdeck.graphs.worker.emitter import Emitter
from graphdeck.graphs.worker.frames import InterruptFrames, user_traceback
from graphdeck.graphs.worker.output import unread
from graphdeck.graphs.worker.saver import TellingSaver, open_saver
from graphdeck.graphs.worker.saving import Saving
from graphdeck.graphs.worker.translate import STREAM_MODES, Translator

DRAINED_PIPES = 0.05
"""Seconds at the most that the end of a node waits for its own prints to be read by the front end."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended."""

    status: RunStatus
    next: tuple[str, ...] = ()
    error: GraphdeckError | None = None


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
        self._frames = InterruptFrames()
        self._saver: TellingSaver | None = None
        self._translator: Translator | None = None
        self._context: Json = None
        self._input: Any = None

    async def go(self, control: Control) -> Ending:
        """Take the lease, run, and let go of it; raises a GraphdeckError where nothing was run."""
        self._check_request()  # first of all: a mistyped request makes no file
        async with AsyncExitStack() as stack:
            if self._saving.file is not None:
                lease = Lease.take(self._saving.file, self._request.thread, self._run)
                self._saver = await stack.enter_async_context(open_saver(self._saving.file, self._saving.serde))
                self._graph = self._graph.copy(update={"checkpointer": self._saver})
            self._started()
            forget = self._watch_types()
            try:
                ending = await self._run_checked(control)
            finally:
                forget()
        if self._saving.file is not None and control.stopped_by != "cancel":
            lease.release()  # a cancelled sync node may go on in its thread: then the process holds it to its end
        return ending

    def _started(self) -> None:
        self._emitter.emit(
            events.RunStarted(
                thread=self._request.thread,
                graph=self._request.graph,
                file=str(self._saving.file or ""),
                durability=self._request.durability,
                note=self._saving.note,
            )
        )

    # -- before it runs ------------------------------------------------------------------------------------------

    def _check_request(self) -> None:
        request = self._request
        self._context = check_context(self._graph, request.context)
        if request.has_input:
            self._input = check_input(self._graph, request.input)
        if request.resume and request.checkpoint:
            raise InputError(
                "an answer given at an old checkpoint would be ignored", "answer at the newest one, or fork first"
            )
        for node in (*request.before, *request.after):
            if node not in self._graph.nodes:
                known = ", ".join(name for name in self._graph.nodes if not name.startswith("__"))
                raise InputError(f"there is no node {node!r} to stop at", f"nodes are: {known}")

    async def _run_checked(self, control: Control) -> Ending:
        request = self._request
        state = await self._state()
        pending = {interrupt.id: interrupt for interrupt in state.interrupts} if state else {}
        if request.resume:
            check_answers(pending, request.resume)
        elif pending and not request.has_input and not request.checkpoint:
            return self._ask_again(pending, state)
        elif pending and request.has_input and not request.drop_question:
            raise AnswerRefused(
                f"thread {request.thread!r} waits for an answer; new input would drop its question",
                "answer it first, or say that the question may be dropped (--drop-question)",
            )
        graph_input: Any
        if request.resume:
            graph_input = Command(resume=dict(request.resume))
        elif request.has_input:
            graph_input = self._input
        elif state is None or (not state.next and not state.created_at):
            graph_input = input_for_new_thread(self._graph)
        elif not state.next and not request.checkpoint:
            return Ending("done")
        else:
            graph_input = None
        kept = await self._finished_tasks()
        return await self._stream(control, graph_input, kept)

    def _ask_again(self, pending: Mapping[str, Any], state: StateSnapshot | None) -> Ending:
        """Nothing is run: the questions that wait are told again."""
        assert self._saving.file is not None
        places = dict(_places(state, ())) if state else {}
        for identity, interrupt in pending.items():
            task, node, ns = places.get(identity, ("", "", ()))
            self._emitter.emit(
                events.Interrupt(
                    id=identity,
                    task=task,
                    node=node,
                    ns=ns,
                    value=to_json(interrupt.value),
                    schema=to_json(interrupt.response_schema),
                    frames=home.frames_of(self._saving.file, identity),
                )
            )
        return Ending("waiting", next=tuple(state.next) if state else ())

    async def _state(self) -> StateSnapshot | None:
        """The thread's newest state; None where it is new or cannot be read through the graph's own schema."""
        if self._saver is None:
            return None
        try:
            state = await self._graph.aget_state(self._config(), subgraphs=True)
        except (ValueError, TypeError):  # pydantic's ValidationError is a ValueError: a state that no longer fits
            return None
        return state if state.created_at else None

    async def _finished_tasks(self) -> frozenset[str]:
        """Tasks of the newest step that have a result already; the stream starts them again all the same."""
        if self._saver is None or self._request.checkpoint:
            return frozenset()
        found = await self._saver.aget_tuple(self._config())
        writes = (found.pending_writes if found else None) or []
        return frozenset(task for task, channel, _ in writes if not channel.startswith("__") or channel == "__return__")

    # -- while it runs -------------------------------------------------------------------------------------------

    async def _stream(self, control: Control, graph_input: Any, kept: frozenset[str]) -> Ending:
        translator = Translator(self._emitter.emit, self._frames, kept=kept, saves=self._saver is not None)
        self._translator = translator
        if self._saver is not None:
            self._saver.on_put = translator.put
        forget = _watch_retries(translator)
        error: BaseException | None = None
        parts = self._parts(control, graph_input)
        try:
            async for part in parts:
                if part["type"] == "tasks" and "input" not in part["data"]:
                    await self._wait_for_prints(part["data"]["id"])
                translator.feed(part)
        except (Exception, asyncio.CancelledError) as raised:  # noqa: BLE001 - whatever a graph raises ends the run
            error = raised
        finally:
            forget()
            await parts.aclose()
            self._emitter.flush()
        translator.finish()
        return await self._ending(control, error)

    def _parts(self, control: Control, graph_input: Any) -> AsyncGenerator[Any, None]:
        request = self._request
        options: dict[str, Any] = {}
        if request.before:
            options["interrupt_before"] = _with(self._graph.interrupt_before_nodes, request.before)
        if request.after:
            options["interrupt_after"] = _with(self._graph.interrupt_after_nodes, request.after)
        if self._saver is not None:
            options["durability"] = request.durability
        stream: Any = self._graph.astream(
            graph_input,
            self._config(request.checkpoint, callbacks=[self._frames]),
            context=self._context,
            stream_mode=list(STREAM_MODES) if self._saver else [m for m in STREAM_MODES if m != "checkpoints"],
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
        deadline = asyncio.get_running_loop().time() + DRAINED_PIPES
        while unread() and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.001)

    def _watch_types(self) -> Any:
        """Tell once of each stored type that was not built."""
        told: set[str] = set()

        def listen(event: SerdeEvent) -> None:
            name = f"{event['module']}.{event['name']}"
            if "block" in event["kind"] and name not in told:
                told.add(name)
                self._emitter.emit(events.TypeBlocked(type=name))
                if self._saving.file is not None:
                    home.note_blocked(self._saving.file, [name])

        return register_serde_event_listener(listen)

    # -- how it ended --------------------------------------------------------------------------------------------

    async def _ending(self, control: Control, error: BaseException | None) -> Ending:
        assert self._translator is not None
        state = await self._state() if not isinstance(error, asyncio.CancelledError) else await self._shielded_state()
        following = tuple(state.next) if state else ()
        if isinstance(error, GraphRecursionError):
            return Ending("recursion_limit", following, self._limit_reached())
        if isinstance(error, (GraphDrained, asyncio.CancelledError)) and control.stopped_by:
            return Ending("stopped", following)
        if error is not None:
            return Ending("failed", following, self._failure(error))
        if self._saver is None:
            return Ending("waiting" if self._translator.asked else "done")
        if state is not None and state.interrupts:
            self._keep_frames(state)
            return Ending("waiting", following)
        if state is not None and state.next:
            assert self._saving.file is not None
            checkpoint = state.config["configurable"]["checkpoint_id"]
            home.note_stop(self._saving.file, self._request.thread, checkpoint, following)
            return Ending("breakpoint", following)
        return Ending("done")

    async def _shielded_state(self) -> StateSnapshot | None:
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()
        return await self._state()

    def _keep_frames(self, state: StateSnapshot) -> None:
        assert self._saving.file is not None
        for interrupt in state.interrupts:
            home.note_frames(self._saving.file, interrupt.id, self._frames.found.get(interrupt.id, ()))

    def _limit_reached(self) -> GraphdeckError:
        limit = self._request.recursion_limit
        steps = f"its limit of {limit} steps" if limit is not None else "LangGraph's limit of steps"
        return RunFailed(
            f"the run reached {steps}; its state is kept", "go on with more steps: continue, or --recursion-limit N"
        )

    def _failure(self, error: BaseException) -> GraphdeckError:
        """What a person needs to know of an error that ended the run."""
        if isinstance(error, TypeError) and "not msgpack serializable" in str(error):
            return self._unsaveable(error)
        message = f"{type(error).__name__}: {error}"
        if self._translator is not None and self._translator.failed is None:
            self._emitter.emit(
                events.NodeFailed(
                    task="", node="", error=type(error).__name__, message=str(error), traceback=user_traceback(error)
                )
            )
        return RunFailed(message, "mend the node and continue: only what failed runs again")

    def _unsaveable(self, error: TypeError) -> GraphdeckError:
        assert self._translator is not None
        kind = str(error).rpartition(":")[2].strip()
        place = self._translator.last_written
        where = f"node {place[0]!r} returned (keys: {', '.join(place[1])})" if place else "a node returned"
        return RunFailed(
            f"{where} a value that cannot be saved: its type is {kind}",
            "the thread is still before that node; return plain data, a dataclass or a Pydantic model, and continue",
        )


def _with(declared: Any, asked: tuple[str, ...]) -> Any:
    """Breakpoints of this run together with those of compile time, which LangGraph would else replace."""
    return declared if declared == "*" else [*declared, *asked]


def _places(state: StateSnapshot, ns: tuple[str, ...]) -> "list[tuple[str, tuple[str, str, tuple[str, ...]]]]":
    """For each interrupt its task, node and subgraph path, the deepest one last."""
    found = []
    for task in state.tasks:
        found += [(interrupt.id, (task.id, task.name, ns)) for interrupt in task.interrupts]
        if isinstance(task.state, StateSnapshot):
            found += _places(task.state, (*ns, f"{task.name}:{task.id}"))
    return found


_RETRY = re.compile(
    r"Retrying task (?P<node>.*) after [\d.]+ seconds \(attempt (?P<attempt>\d+)\) after (?P<error>.*)", re.S
)


def _watch_retries(translator: Translator) -> Any:
    """Hear of retries by LangGraph's log, the only place that tells of them; returns how to stop."""
    logger = logging.getLogger("langgraph.pregel._retry")
    loop = asyncio.get_running_loop()

    def heard(record: logging.LogRecord) -> bool:
        match = _RETRY.match(record.getMessage())
        if match:
            loop.call_soon_threadsafe(translator.retry, match["node"], int(match["attempt"]), match["error"])
        return logging.getLogger().isEnabledFor(record.levelno)

    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addFilter(heard)

    def forget() -> None:
        logger.removeFilter(heard)
        logger.setLevel(level)

    return forget
