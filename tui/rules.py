"""What rules decide of the actions that wait, and runs that go on by themselves where rules decide all of them.

The rules are read anew for every question, so that an edited file counts at once. Nothing here is imported before the
first paint but this module: the policy loads where the first question, or the status line, needs it.
"""

import asyncio
import dataclasses
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from graphdeck.graphs.engine import Engine, Run
from graphdeck.graphs.errors import AnswerRefused, GraphdeckError
from graphdeck.graphs.events import Decided, Event, Interrupt, RunEnded, RunStarted
from graphdeck.graphs.questions.model import Action, Decision, Shape, Sheet
from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.records import PendingInterrupt, RunRequest
from graphdeck.graphs.values import Json

if TYPE_CHECKING:
    from graphdeck.tools.policy import Policy, Verdict

MOST_IN_A_ROW: Final = 25
"""Pauses that rules answer one after the other; then a person is asked: each answer has the recursion limit anew."""


def apply(asked: Sheet, policy: "Policy", thread: str, file: str = "") -> Sheet:
    """The sheet with what rules decide of it, each decision with its rule in `by`; `file` is the thread's file.

    Only tool calls are decided, and only where the question allows it: what may not be rejected asks.
    """
    for index, action in enumerate(asked.actions):
        if index not in asked.decisions and action.is_tool:
            decision = _decision(policy.verdict(action.name, action.payload, thread, file), action)
            if decision is not None and not action.wrong(decision):
                asked = asked.decide(index, decision)
    return asked


def _decision(verdict: "Verdict", action: Action) -> Decision | None:
    by = f"rule {verdict.rule}"
    if verdict.effect == "refuse" and action.may_reject:
        return Decision("reject", verdict.reason or f"refused by {by}", by=by)
    if verdict.effect == "allow" and action.may_approve and not action.note:
        return Decision("approve", verdict.reason, by=by)
    return None


def forbidden(
    asked: Sheet, answers: Mapping[str, Json], policy: "Policy", thread: str, file: str, *, edits_only: bool = False
) -> str:
    """Which rule refuses what answers would let run; empty where none does. `file` is the thread's file.

    A person who has taken a rule's refusal back has the last word on the call as it was asked: then `edits_only` holds
    only edited arguments to the rules.
    """
    places: dict[str, int] = {}
    for action in asked.actions:
        place = places[action.interrupt] = places.get(action.interrupt, -1) + 1
        call = _runs(action, answers.get(action.interrupt), place) if action.is_tool else None
        if call is None or (edits_only and call == (action.name, action.payload)):
            continue
        verdict = policy.verdict(*call, thread, file)
        if verdict.effect == "refuse":
            return f"rule {verdict.rule} refuses {call[0]}{f': {verdict.reason}' if verdict.reason else ''}"
    return ""


def _runs(action: Action, answer: Any, place: int) -> tuple[str, Json] | None:
    """The call that an answer in the action's shape lets run; None where it lets none run, or has another shape."""
    try:
        decision = {Shape.BATCHED: lambda: answer["decisions"][place], Shape.HUMAN: lambda: answer[0]}.get(
            action.shape, lambda: answer
        )()
        match decision:
            case {"type": "approve" | "accept"}:
                return action.name, action.payload
            case {"type": "edit", "edited_action": {"name": str(name), "args": args}}:
                return name, args
            case {"type": "edit", "args": {"action": str(name), "args": args}}:
                return name, args
    except (TypeError, LookupError):  # the check of answers tells what is wrong with it
        pass
    return None


def keep_grants(asked: Sheet, file: str, thread: str) -> None:
    """Keep what a person has approved for the rest of a thread, once it is sent; raises OSError."""
    from graphdeck.tools.policy import Kept

    if not file:  # the graph refuses saving: there is no thread to grant anything for
        return
    for index, decision in asked.decisions.items():
        action = asked.actions[index]
        if decision.again and decision.kind == "approve" and isinstance(action.payload, dict):
            Kept().grant(file, thread, action.name, action.payload if decision.again == "call" else None)


def forget_grants(threads: Iterable[str]) -> None:
    """Drop the grants of threads that were deleted; raises GraphdeckError where that fails."""
    from graphdeck.tools.policy import Kept, state_folder

    try:
        Kept().forget(threads)
    except OSError as error:
        raise GraphdeckError(
            f"the grants of a deleted thread are still there: {error}", f"check the permissions of {state_folder()}"
        ) from None


class Rules:
    """The rules for the threads of an engine; `ask_all` ignores whatever would allow."""

    def __init__(self, engine: Engine, *, ask_all: bool = False) -> None:
        self._engine = engine
        self._ask_all = ask_all

    async def policy(self, graph: str, *, ask_all: bool = False) -> "Policy":
        """What holds for a graph now, read from its project's and the user's files."""
        return await asyncio.to_thread(self._load, graph, ask_all or self._ask_all)

    def _load(self, graph: str, ask_all: bool) -> "Policy":
        from graphdeck.tools.policy import load_policy  # its import takes time, too

        return load_policy(self._engine.project(graph), ask_all=ask_all)

    async def run(self, request: RunRequest) -> "RuledRun":
        """Start a run that goes on where rules answer all that it asks; as `Engine.run` else."""
        return RuledRun(self, self._engine, request, await self._engine.run(request))

    async def check(self, request: RunRequest) -> None:
        """Raise AnswerRefused where the request's answers would let run what rules refuse.

        For answers from a command line: there nothing can take a refusal back but an edit of the rules.
        """
        if not request.resume:
            return
        try:
            snapshot = await self._engine.state(request.thread, compared=False, file=request.file)
        except GraphdeckError:  # the run itself tells what is wrong with the thread
            return
        policy = await self.policy(request.graph)
        why = forbidden(sheet(snapshot.interrupts), request.resume, policy, request.thread, snapshot.file)
        if why:
            raise AnswerRefused(why, "reject it, or change the rules in graphdeck.toml")


Stopping: TypeAlias = Callable[[Run], Awaitable[None]]
"""How a run is stopped."""


class RuledRun:
    """A run, and those that follow from the answers of rules.

    Where rules answer, `decided` events stand in place of the pause's `run_ended`, and the next run's `run_started`
    comes after them.
    """

    def __init__(self, rules: Rules, engine: Engine, request: RunRequest, run: Run) -> None:
        self._rules, self._engine = rules, engine
        self._request, self._run = request, run
        self._stop: Stopping | None = None
        self._is_by_rules = False

    @property
    def id(self) -> str:
        """The present run's id."""
        return self._run.id

    async def events(self) -> AsyncGenerator[Event, None]:
        """The events of all runs; ends after the last one's `run_ended`. One reader."""
        for _ in range(MOST_IN_A_ROW):
            async for event in self._until_it_waits():
                yield event
            if self._ended is None:
                return
            decided = await self._decide()
            if decided is None:
                yield self._ended
                return
            for event in _told(decided, self._ended):
                yield event
            self._request, self._is_by_rules = self._answering(decided), True
            self._run = await self._engine.run(self._request)
            if self._stop is not None:  # while it was being started
                await self._stop(self._run)
        async for event in self._run.events():
            yield event

    async def drain(self) -> None:
        """Stop at the next step boundary; no rule answers any more."""
        await self._stop_by(lambda run: run.drain())

    async def cancel(self) -> None:
        """Cancel the running tasks; no rule answers any more."""
        await self._stop_by(lambda run: run.cancel())

    async def kill(self) -> None:
        """End the worker at once; no rule answers any more."""
        await self._stop_by(lambda run: run.kill())

    async def _stop_by(self, stop: Stopping) -> None:
        self._stop = stop
        await stop(self._run)

    async def _until_it_waits(self) -> AsyncGenerator[Event, None]:
        """A run's events, but for the end of one that waits: that is kept."""
        self._ended: RunEnded | None = None
        self._file = ""
        self._asked: dict[str, PendingInterrupt] = {}
        async for event in self._run.events():
            match event:
                case RunEnded(status="waiting"):
                    self._ended = event
                    continue
                case RunEnded(error={"type": AnswerRefused.kind}) if self._is_by_rules:
                    for each in await self._ask_instead(event):
                        yield each
                    continue
                case RunStarted(file=file):
                    self._file = file
                case Interrupt(id=id_):
                    self._asked[id_] = pending(event)
            yield event

    async def _ask_instead(self, refused: RunEnded) -> Sequence[Event]:
        """What waits now, in place of the end of a run whose answer, which a rule gave, was not sent; else that end."""
        try:
            saved = await self._engine.state(self._request.thread, compared=False, file=self._file)
        except GraphdeckError:  # whoever looks at the thread is told what is wrong with it
            return [refused]
        if not saved.interrupts:
            return [refused]
        self._asked = {question.id: question for question in saved.interrupts}
        told = [
            dataclasses.replace(asking(question), run=refused.run, seq=refused.seq + place, time=refused.time)
            for place, question in enumerate(saved.interrupts)
        ]
        self._ended = dataclasses.replace(
            refused, status="waiting", next=saved.next or (), error=None, seq=refused.seq + len(told)
        )
        return told

    async def _decide(self) -> Sheet | None:
        """What rules decide, where that is all that is asked: judged by what is saved, which is what is answered."""
        told = sheet(self._asked.values())
        if self._stop is not None or not self._file or not all(action.is_tool for action in told.actions):
            return None
        request = self._request
        policy = await self._rules.policy(request.graph, ask_all=request.ask_all)
        if apply(told, policy, request.thread, self._file).undecided:  # then no large state is read in vain
            return None
        try:
            saved = await self._engine.state(request.thread, compared=False, file=self._file)
        except GraphdeckError:  # whoever looks at the thread is told what is wrong with it
            return None
        decided = apply(sheet(saved.interrupts), policy, request.thread, self._file)
        return decided if decided.actions and not decided.undecided and self._stop is None else None

    def _answering(self, decided: Sheet) -> RunRequest:
        return dataclasses.replace(
            self._request,
            input=None,
            has_input=False,
            drop_question=False,
            checkpoint=None,
            resume=decided.answers(),
            by=decided.by("key"),
            seen=decided.seen(),
        )


def pending(event: Interrupt) -> PendingInterrupt:
    """The question that an event of a run tells."""
    return PendingInterrupt(
        id=event.id, node=event.node, ns=event.ns, value=event.value, schema=event.schema, frames=event.frames
    )


def asking(question: PendingInterrupt) -> Interrupt:
    """The event of a run that tells a question, as `pending` reads it; its task is not known."""
    return Interrupt(
        id=question.id,
        task="",
        node=question.node,
        ns=question.ns,
        value=question.value,
        schema=question.schema,
        frames=question.frames,
    )


def _told(decided: Sheet, ended: RunEnded) -> Iterator[Decided]:
    """What rules decided, numbered on from the last event."""
    for place, (index, decision) in enumerate(sorted(decided.decisions.items())):
        action = decided.actions[index]
        yield Decided(
            interrupt=action.interrupt,
            node=action.path[-1],
            action=action.name,
            decision=decision.kind,
            rule=decision.by.removeprefix("rule "),
            reason=decision.reason,
            run=ended.run,
            seq=ended.seq + place,
            time=datetime.now(UTC).isoformat(),
        )
