"""The deck's way to forks: what one comes to, and the writing of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from textual.dom import DOMNode
from textual.message import Message

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.forks import ForkPlan
from graphdeck.graphs.records import START, RunRequest, Snapshot
from graphdeck.graphs.values import Json
from graphdeck.tui.background import Background
from graphdeck.tui.bridge import Failed
from graphdeck.tui.fork_form import ForkEdit
from graphdeck.tui.message_text import role

Purpose: TypeAlias = Literal["run", "anew", "fork", "input"]
"""What is to be done at a checkpoint: run again from it, to have a message written anew, write there, give an input."""


@dataclass(eq=False, repr=False)
class PlanRead(Message):
    """It is known what comes of going on from a checkpoint."""

    purpose: Purpose
    plan: ForkPlan
    snapshot: Snapshot
    """The state there."""


@dataclass(eq=False, repr=False)
class MessagePlanRead(Message):
    """It is known what comes of another text for a message."""

    message: Mapping[str, Json]
    plan: ForkPlan


@dataclass(eq=False, repr=False)
class ForkWritten(Message):
    """A checkpoint was written."""

    plan: ForkPlan
    checkpoint: str
    goes_on: bool
    """It is to be run from there."""


class ForkBridge(Background):
    """Plans and writes in workers of the receiver."""

    def __init__(self, engine: Engine, receiver: DOMNode) -> None:
        super().__init__(receiver, Failed)
        self._engine = engine

    def plan(self, request: RunRequest, purpose: Purpose) -> None:
        """Find out what comes of going on from the request's checkpoint: `PlanRead`."""
        thread, file = request.thread, request.file

        async def read() -> Message:
            at, node = request.checkpoint or "", START if purpose == "input" else ""
            plan = await self._plan(thread, at, node, request)
            snapshot = await self._engine.state(thread, plan.checkpoint, compared=False, file=file)
            return PlanRead(purpose, plan, snapshot)

        self._ask("plan", thread, read)

    def plan_anew(self, request: RunRequest, message: Mapping[str, Json]) -> None:
        """Find out what comes of having a message written anew, or answered anew if an input had it: `PlanRead`."""
        thread, file = request.thread, request.file
        is_input = role(message) == "human"

        async def read() -> Message:
            find = self._engine.taken_at if is_input else self._engine.written_at
            at = await find(thread, str(message["id"]), request.checkpoint or "", file=file)
            plan = await self._plan(thread, at, "", request)
            snapshot = await self._engine.state(thread, at, compared=False, file=file)
            return PlanRead("run" if is_input else "anew", plan, snapshot)

        self._ask("plan", thread, read)

    def plan_message(self, request: RunRequest, message: Mapping[str, Json]) -> None:
        """Find out what comes of another text for a message on the way to a checkpoint: `MessagePlanRead`."""
        thread, file = request.thread, request.file

        async def read() -> Message:
            taken = await self._engine.taken_at(thread, str(message["id"]), request.checkpoint or "", file=file)
            return MessagePlanRead(message, await self._plan(thread, taken, START, request))

        self._ask("plan", thread, read)

    async def _plan(self, thread: str, at: str, node: str, request: RunRequest) -> ForkPlan:
        """What comes of it in the deck, whose runs are told of the project's stops."""
        plan = await self._engine.fork_plan(thread, at, as_node=node, file=request.file, graph=request.graph)
        return plan.with_stops(await self._engine.stops(plan.graph))

    def write(self, plan: ForkPlan, edit: ForkEdit, *, goes_on: bool = False) -> None:
        """Write at the plan's checkpoint: `ForkWritten`."""

        async def change() -> Message:
            checkpoint = await self._engine.update(
                plan.thread,
                dict(edit.values),
                as_node=edit.as_node or None,
                checkpoint=plan.checkpoint,
                replace=edit.replaced,
                raw=edit.raw,
                file=plan.file,
                graph=plan.graph,
            )
            return ForkWritten(plan, checkpoint, goes_on)

        self._start("fork", self._tell("fork", plan.thread, change, plan.file))
