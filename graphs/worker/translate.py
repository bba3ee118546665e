"""LangGraph's stream parts in, events out.

Parts come from `astream(version="v2", subgraphs=True)` with the modes of `STREAM_MODES`: dicts with `type`, `ns`
and `data`. A graph that refuses saving has `values` in the place of `checkpoints`. What is not told there comes by
`on_put` (checkpoints whose row is written), `InterruptFrames` and the retry log.
"""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from langchain_core.messages import AIMessageChunk, BaseMessage, BaseMessageChunk, message_chunk_to_message

from graphdeck.graphs import events
from graphdeck.graphs.events import Event
from graphdeck.graphs.values import Json, json_line, to_json
from graphdeck.graphs.worker.callers import Callers
from graphdeck.graphs.worker.frames import InterruptFrames, error_text, user_traceback
from graphdeck.graphs.worker.routes import Routes
from graphdeck.graphs.worker.saver import Changed, is_internal
from graphdeck.graphs.worker.tokens import TokenBuffer

STREAM_MODES: Final = ("tasks", "checkpoints", "updates", "messages", "custom")
UNSAVED_MODES: Final = ("tasks", "values", "updates", "messages", "custom")
"""Those of a graph that refuses saving: LangGraph tells of checkpoints only where there is a checkpointer."""
NO_STREAM: Final = "langsmith:nostream"
"""Tag of a model whose text is told only whole; of its newer name, `nostream`, LangGraph itself takes care."""

Emit = Callable[[Event], None]


@dataclass(slots=True)
class _Task:
    node: str
    ns: tuple[str, ...]
    started: float


class Translator:
    """Turns the stream of one run into events, and keeps track of its tasks."""

    def __init__(self, emit: Emit, frames: InterruptFrames, *, kept: Iterable[str]) -> None:
        self._emit = emit
        self._frames = frames
        self._kept = set(kept)
        self._running: dict[str, _Task] = {}
        self._tasks: dict[str, _Task] = {}
        self._inside: dict[str, list[str]] = {}
        self._over: dict[tuple[str, ...], list[str]] = {}  # until their step has ended
        self._kept_nodes: Counter[tuple[tuple[str, ...], str]] = Counter()
        self._questions: dict[str, events.Interrupt] = {}
        self._asked: set[str] = set()
        self._put: dict[str, Changed] = {}
        self._held: dict[str, Mapping[str, Any]] = {}
        self._unsaved: Changed = {}
        self._unsaved_steps = 0
        self._tokens = TokenBuffer(emit)
        self._callers = Callers()
        self.failed: BaseException | None = None
        self.routes = Routes()
        """Where its tasks send it, told by the saver."""

    # -- what goes on --------------------------------------------------------------------------------------------

    def node_of(self, task: str) -> str:
        """Node name of a task of this run; empty where there was no such task, or its step is over."""
        return self._tasks[task].node if task in self._tasks else ""

    @property
    def asked(self) -> bool:
        """Whether a question was asked in this run."""
        return bool(self._asked)

    def feed(self, part: Mapping[str, Any]) -> None:
        """Take one part of the stream."""
        ns: tuple[str, ...] = part["ns"]
        data: Any = part["data"]
        match part["type"]:
            case "messages":
                self._message(ns, *data)
            case "tasks" if "input" in data:
                self._task_started(ns, data)
            case "tasks":
                self._task_ended(ns, data)
            case "checkpoints":
                self._checkpoint(ns, data)
            case "values" if not ns:
                self._unsaved_state(data)
            case "updates":
                self._update(ns, data)
            case "custom":
                self._custom(ns, data)

    def put(self, checkpoint: str, changed: Changed) -> None:
        """Told by the saver: the checkpoint's row is written."""
        self._put[checkpoint] = changed
        held = self._held.pop(checkpoint, None)
        if held is not None:
            self._emit_checkpoint(held, self._put.pop(checkpoint))

    def retry(self, task: str, node: str, attempt: int, error: str) -> None:
        """Told by LangGraph's log: a task of this node failed and is run again; its id may be empty."""
        ns = self._tasks[task].ns if task in self._tasks else ()
        self._tokens.flush()
        self._emit(events.NodeRetry(task=task, node=node, ns=ns, attempt=attempt, error=error))

    def unsaved(self, task: str, message: str) -> None:
        """Told by the saver, after the stream has called the task finished: what it returned cannot be stored."""
        node, ns = self._tasks[task].node, self._tasks[task].ns
        self._emit(events.NodeFailed(task=task, node=node, ns=ns, error="TypeError", message=message, traceback=""))

    def finish(self, finished: Mapping[str, Sequence[str]]) -> None:
        """The stream has ended: tell what is still open, and what has `finished` since, with the keys that it wrote."""
        self._tokens.close()
        self._held.clear()  # a resumed run tells of the checkpoint that it was loaded from, which is not new
        for question in list(self._questions.values()):
            self._ask(question)
        for task, entry in list(self._running.items()):
            if task in finished:
                self._running.pop(task)
                self._finished(task, entry, tuple(dict.fromkeys(finished[task])))
            else:
                self._stop(task, entry)

    # -- tasks ---------------------------------------------------------------------------------------------------

    def _task_started(self, ns: tuple[str, ...], data: Mapping[str, Any]) -> None:
        self._tokens.flush()
        task, node = data["id"], data["name"]
        self.routes.runs(task, node)
        called = self._callers.started(ns, data)
        call: dict[str, Any] = {"caller": called.caller, "call": called.number, "given": called.given}
        if task in self._kept:
            # A resumed step starts every task of it again in the stream, also those that finished long ago.
            self._kept.discard(task)
            self._kept_nodes[ns, node] += 1
            self._emit(events.NodeKept(task=task, node=node, ns=ns, **call))
            return
        if task in self._running:
            return
        self._tasks[task] = self._running[task] = _Task(node, ns, time.monotonic())
        if ns:
            around = next(level for level in reversed(ns) if not level.isdigit())  # a number counts those of one task
            self._inside.setdefault(around, []).append(task)
        triggers = tuple(str(trigger) for trigger in data.get("triggers") or ())
        self._emit(events.NodeStarted(task=task, node=node, ns=ns, triggers=triggers, **call))

    def _task_ended(self, ns: tuple[str, ...], data: Mapping[str, Any]) -> None:
        self._tokens.finish_task(data["id"])
        task, node, error = data["id"], data["name"], data.get("error")
        self.routes.runs(task, node)  # of an error handler LangGraph tells no start
        entry = self._running.pop(task, _Task(node, ns, time.monotonic()))
        self._callers.ended(ns, task)
        self._over.setdefault(ns, []).append(task)
        inside = self._inside.pop(f"{node}:{task}", ())
        if data.get("interrupts"):
            self._interrupted(task, entry, data["interrupts"])
        elif isinstance(error, asyncio.CancelledError) or (isinstance(error, str) and "CancelledError" in error):
            self._stop(task, entry)
        elif error is not None:
            self._failed(task, entry, error)
        else:
            self._left(inside)
            self._finished(task, entry, _keys(data.get("result")))
        inner = (*ns, f"{node}:{task}")
        self._callers.left(inner)
        self._over.pop(inner, None)
        self._forget(inside)

    def _left(self, inside: Iterable[str]) -> None:
        """A subgraph is over: of its tasks that sent the graph around it on (`Command.PARENT`) no end is told."""
        for task in inside:
            if (entry := self._running.pop(task, None)) is not None:
                deeper = self._inside.pop(f"{entry.node}:{task}", ())
                self._left(deeper)
                self._finished(task, entry, ())
                self._callers.left((*entry.ns, f"{entry.node}:{task}"))
                self._forget(deeper)

    def _forget(self, tasks: Iterable[str]) -> None:
        """The step of these tasks is over: nothing more is told of them."""
        for task in tasks:
            if task not in self._running:
                self._tasks.pop(task, None)
                self.routes.forget(task)

    def _finished(self, task: str, entry: _Task, keys: tuple[str, ...]) -> None:
        ms = round((time.monotonic() - entry.started) * 1000, 3)
        self._emit(events.NodeFinished(task=task, node=entry.node, ns=entry.ns, ms=ms, keys=keys))

    def _stop(self, task: str, entry: _Task) -> None:
        self._running.pop(task, None)
        self._emit(events.NodeStopped(task=task, node=entry.node, ns=entry.ns))

    def _failed(self, task: str, entry: _Task, error: object) -> None:
        if not isinstance(error, BaseException):
            error = RuntimeError(str(error))
        self.failed = error
        self._emit(
            events.NodeFailed(
                task=task,
                node=entry.node,
                ns=entry.ns,
                error=type(error).__name__,
                message=error_text(error),
                traceback=user_traceback(error),
            )
        )

    # -- interrupts ----------------------------------------------------------------------------------------------

    def _interrupted(self, task: str, entry: _Task, interrupts: list[Mapping[str, Any]]) -> None:
        """A question passes through each level of subgraphs: the deepest says where it comes from, the outermost
        that all frames are known."""
        for interrupt in interrupts:
            question = self._questions.setdefault(
                interrupt["id"],
                events.Interrupt(
                    id=interrupt["id"],
                    task=task,
                    node=entry.node,
                    ns=entry.ns,
                    value=to_json(interrupt["value"]),
                    schema=to_json(interrupt.get("response_schema")),
                ),
            )
            if not entry.ns:
                self._ask(question)

    def _ask(self, question: events.Interrupt) -> None:
        self._questions.pop(question.id, None)
        if question.id in self._asked:
            return
        self._asked.add(question.id)
        fields = {name: getattr(question, name) for name in ("id", "task", "node", "ns", "value", "schema")}
        self._emit(events.Interrupt(**fields, frames=self._frames.found.get(question.id, ())))

    # -- checkpoints ---------------------------------------------------------------------------------------------

    def _checkpoint(self, ns: tuple[str, ...], data: Mapping[str, Any]) -> None:
        self._tokens.flush()
        self._kept.update(task["id"] for task in data["tasks"] if task.get("result"))
        identity = data["config"]["configurable"]["checkpoint_id"]
        self._callers.at(ns, identity, data["metadata"].get("step", 0))
        part = {"ns": ns, "id": identity, "data": data, "over": self._over.pop(ns, ())}
        if identity in self._put:
            self._emit_checkpoint(part, self._put.pop(identity))
        else:
            self._held[identity] = part

    def _emit_checkpoint(self, part: Mapping[str, Any], changed: Changed) -> None:
        data, metadata = part["data"], part["data"]["metadata"]
        parent = (data.get("parent_config") or {}).get("configurable", {}).get("checkpoint_id")
        self._emit(
            events.Checkpoint(
                ns=part["ns"],
                id=part["id"],
                parent=parent,
                step=metadata.get("step", 0),
                source=str(metadata.get("source", "")),
                next=tuple(data["next"]),
                changed=changed,
                routed=self.routes.after(parent),
            )
        )
        self._forget(part["over"])

    def _unsaved_state(self, values: object) -> None:
        """The state of a graph that refuses saving: no file will have it, so the event carries it itself."""
        self._tokens.flush()
        self._forget(self._over.pop((), ()))
        form = to_json(values)
        sizes = _sizes(form)
        before, step = self._unsaved, self._unsaved_steps
        if step and sizes == before:  # told again at an interrupt
            return
        self._unsaved, self._unsaved_steps = sizes, step + 1
        changed = {key: size for key, size in sizes.items() if before.get(key) != size}
        source = "loop" if step else "input"
        self._emit(
            events.Checkpoint(id="", parent=None, step=step, source=source, next=(), changed=changed, values=form)
        )

    # -- the rest ------------------------------------------------------------------------------------------------

    def _update(self, ns: tuple[str, ...], data: Any) -> None:
        """Read for cached nodes, which have no end elsewhere; kept ones are called cached here too."""
        if not (isinstance(data, Mapping) and (data.get("__metadata__") or {}).get("cached")):
            return
        self._tokens.flush()
        for node, update in data.items():
            if node == "__metadata__":
                continue
            if self._kept_nodes[ns, node]:
                self._kept_nodes[ns, node] -= 1
                continue
            task = next((task for task, entry in self._running.items() if (entry.ns, entry.node) == (ns, node)), "")
            self._running.pop(task, None)
            self._emit(events.NodeCached(task=task, node=node, ns=ns, keys=_keys(update)))

    def _message(self, ns: tuple[str, ...], message: Any, metadata: Mapping[str, Any]) -> None:
        path = str(metadata.get("langgraph_checkpoint_ns") or "")
        *above, last = path.split("|")
        task, node = last.rpartition(":")[2], str(metadata.get("langgraph_node", ""))
        if task in self._tasks:  # of a called task, the metadata counts its caller as one more level
            ns = self._tasks[task].ns
        elif path:
            ns = tuple(above)
        if isinstance(message, AIMessageChunk):
            self._tokens.add(ns, task, node, message, streams=NO_STREAM not in (metadata.get("tags") or ()))
        elif isinstance(message, BaseMessage):
            self._tokens.flush()
            self._emit(message_event(ns, task, node, message))

    def _custom(self, ns: tuple[str, ...], data: object) -> None:
        self._tokens.flush()
        tasks = [task for task, entry in self._running.items() if entry.ns == ns]
        task = tasks[0] if len(tasks) == 1 else ""
        node = self._running[task].node if task else ""
        self._emit(events.Custom(ns=ns, task=task, node=node, data=to_json(data)))


def message_event(ns: tuple[str, ...], task: str, node: str, message: BaseMessage) -> events.Message:
    """A whole message as an event."""
    whole = message_chunk_to_message(message) if isinstance(message, BaseMessageChunk) else message
    return events.Message(ns=ns, task=task, node=node, role=whole.type, data=to_json(whole))


def _sizes(values: Json) -> Changed:
    """Size in bytes and hash of each state key, by its JSON form."""
    texts = {key: json_line(value).encode() for key, value in values.items()} if isinstance(values, dict) else {}
    return {key: (len(text), hashlib.blake2b(text, digest_size=8).hexdigest()) for key, text in texts.items()}


def _keys(result: object) -> tuple[str, ...]:
    """State keys of a task's result, whatever its shape."""
    if isinstance(result, Mapping):
        return tuple(str(key) for key in result if not is_internal(str(key)))
    if isinstance(result, (list, tuple)):
        pairs = (item[0] for item in result if isinstance(item, (list, tuple)) and len(item) == 2)
        return tuple(dict.fromkeys(str(key) for key in pairs if not is_internal(str(key))))
    return ()
