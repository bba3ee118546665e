"""`graphdeck answer`: the questions of a thread, answered by their ids or all alike. It never asks back."""

import dataclasses
import itertools
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import AnswerRefused, InputError
from graphdeck.graphs.events import Event, RunEnded, RunStarted, event_to_dict
from graphdeck.graphs.questions.consequences import consequences
from graphdeck.graphs.questions.failed import explanation
from graphdeck.graphs.questions.model import Decision, Sheet
from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.records import PendingInterrupt, RunRequest, Snapshot
from graphdeck.graphs.values import Json, json_line
from graphdeck.tui.plain.answers import around_lines, example_answers, question_text
from graphdeck.tui.plain.arguments import BY, answers_of, read_json, repair_command, shell_word, show_command
from graphdeck.tui.plain.ids import REMEMBERED, with_whole_ids
from graphdeck.tui.plain.run import run
from graphdeck.tui.plain.terminal import indent, terminal_of
from graphdeck.tui.rules import asking
from graphdeck.tui.text import safe

WAITING: Final = 2
"""Exit status where questions wait."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerOptions:
    """The arguments of `graphdeck answer`, as they were given."""

    thread: str
    """Thread id."""
    target: str | None = None
    """What names the graph; None where the thread tells."""
    answers: tuple[str, ...] = ()
    """`ID=JSON`, each."""
    kind: Literal["approve", "reject"] | None = None
    """Decides every action that waits, in place of `answers`."""
    reason: str = ""
    """Why they are rejected."""
    all_actions: bool = False
    """More than one action may be decided so."""
    context: str | None = None
    """JSON, `@FILE`, or `-`: values for the graph's context schema."""
    config: str = ""
    """Name of a kept config that fills in what is left open."""


def check_together(options: AnswerOptions) -> None:
    """Raise InputError where arguments exclude or need each other."""
    if options.answers and (options.kind or options.all_actions):
        raise InputError("ID=JSON excludes --approve, --reject and --all", "answer by ids, or decide all alike")
    if options.reason and options.kind != "reject":
        raise InputError("--reason needs --reject", "only a rejection says why")
    if options.all_actions and not options.kind:
        raise InputError("--all needs --approve or --reject", "say what all actions get")


async def answer(
    engine: Engine,
    options: AnswerOptions,
    *,
    db: Path | None = None,
    as_json: bool = False,
    ask_all: bool = False,
    stops: bool = False,
) -> int:
    """Answer as the options say and print the run's events, or print the questions; the exit status."""
    check_together(options)
    words = answers_of(options.answers, "answer")
    snapshot = await engine.state(options.thread, compared=False, file=await engine.file_of(options.thread))
    graph = options.target or snapshot.graph
    if not graph:
        raise InputError(
            f"the graph of thread {options.thread!r} is not known", "name it: graphdeck answer THREAD --target TARGET"
        )
    if not words and not snapshot.interrupts:
        raise await _nothing_waits(engine, snapshot, db)
    if not words and not options.kind:
        return _ask(snapshot, graph, options, db, as_json=as_json)
    resume = _decide_all(snapshot, options) if options.kind else words
    request = RunRequest(
        graph=graph,
        thread=options.thread,
        file=snapshot.file,
        resume=resume,
        by=dict.fromkeys(resume, BY),
        seen=sheet(snapshot.interrupts).seen(),
        context=None if options.context is None else read_json("--context", options.context),
        config=options.config,
        ask_all=ask_all,
    )
    request = await with_whole_ids(engine, request)
    if not as_json:
        _say_what_is_left(snapshot.interrupts, request.resume)
    return await run(engine, request, db=db, as_json=as_json, stops=stops)


def _decide_all(snapshot: Snapshot, options: AnswerOptions) -> dict[str, Json]:
    """The answers that approve or reject all actions; raises AnswerRefused where that is not what they take."""
    asked = sheet(snapshot.interrupts)
    if len(asked.actions) > 1 and not options.all_actions:
        names = ", ".join(action.name for action in asked.actions)
        raise AnswerRefused(
            f"{len(asked.actions)} actions wait, and --{options.kind} without --all decides one: {names}",
            f"look at them first: graphdeck answer {shell_word(options.thread)}",
        )
    assert options.kind is not None
    decision = Decision(options.kind, options.reason)
    for index, action in enumerate(asked.actions):
        if options.reason and not action.takes_reason:
            raise AnswerRefused(f"{action.name} was not rejected: its question takes no reason", _TYPED)
        try:
            asked = asked.decide(index, decision)
        except ValueError as wrong:
            raise AnswerRefused(f"{action.name} cannot be decided by --{options.kind}: {wrong}", _TYPED) from None
    return asked.answers()


_DONE: Final = {
    "end": "it was ended",
    "repair": "an answer was taken back",
    "drop": "its last question was dropped by new input",
}
_TYPED: Final = "answer by its id: graphdeck answer THREAD ID=JSON"


async def _nothing_waits(engine: Engine, snapshot: Snapshot, db: Path | None) -> AnswerRefused:
    """The error for a thread without questions, which says who answered the last one where that is known."""
    for task in snapshot.failed:
        if why := explanation(task):
            hint = f"take the answer back, to be asked again: {repair_command(snapshot, db)}"
            return AnswerRefused(
                f"thread {snapshot.thread!r} does not wait: node {task.node!r} has failed; {why}", hint
            )
    found = await engine.decisions(thread=snapshot.thread, limit=REMEMBERED)
    last = next((each for each in found if each.outcome == "applied" and each.file == snapshot.file), None)
    said = ""
    if last is not None:
        done = _DONE.get(last.act, "its last question was answered")
        said = f"; {done} by {last.origin}{f' ({last.by})' if last.by else ''}"
    return AnswerRefused(
        f"thread {snapshot.thread!r} does not wait for an answer: it is {snapshot.status}{said}",
        f"look at it: {show_command(snapshot.thread, db)}",
    )


# -- the questions ---------------------------------------------------------------------------------------------------


def _ask(snapshot: Snapshot, graph: str, options: AnswerOptions, db: Path | None, *, as_json: bool) -> int:
    """Print the questions that wait, and the commands that answer them; the exit status."""
    if as_json:
        for number, event in enumerate(_events(snapshot, graph), 1):
            print(json_line(event_to_dict(dataclasses.replace(event, seq=number, time=snapshot.time))))
        return WAITING
    terminal = terminal_of(sys.stdout)
    heading = f"{safe(snapshot.thread, identifier=True)}: {_counted(len(snapshot.interrupts))}"
    print(f"{terminal.glyph(snapshot.status)} {heading}")
    for question in snapshot.interrupts:
        print(question_text(question, terminal))
    for line in around_lines(consequences(snapshot), terminal):
        print(line)
    for line in commands(sheet(snapshot.interrupts), options, db):
        print(indent(line))
    return WAITING


def _counted(number: int) -> str:
    return "1 question waits" if number == 1 else f"{number} questions wait"


def _events(snapshot: Snapshot, graph: str) -> Iterable[Event]:
    """What a run would tell that only asks again."""
    started = RunStarted(thread=snapshot.thread, graph=graph, file=snapshot.file)
    return itertools.chain(
        [started], map(asking, snapshot.interrupts), [RunEnded(status="waiting", next=snapshot.next or ())]
    )


_SENDS: Final = {"approve": "true", "reject": "false"}
"""What a plain question is answered by each."""


def commands(asked: Sheet, options: AnswerOptions, db: Path | None) -> list[str]:
    """The exact commands that answer what waits, each with a few words before it."""
    words = ["graphdeck", "answer", options.thread]
    words += ["--target", options.target] if options.target else []
    words += ["--db", str(db)] if db is not None else []
    several = ["--all"] if len(asked.actions) > 1 else []
    alike = [name for name in ("approve", "reject") if all(name in action.allowed for action in asked.actions)]
    is_tool = any(action.is_tool for action in asked.actions)
    lines = [
        _command(f"{name}:" if is_tool else f"{name} (sends {_SENDS[name]}):", [*words, f"--{name}", *several])
        for name in alike
    ]
    answers = [f"{identity}={json_line(value)}" for identity, value in example_answers(asked).items()]
    return [
        *lines,
        _command("or with other JSON:" if lines else "answer (the JSON is an example):", [*words, *answers]),
    ]


def _command(what: str, words: Sequence[str]) -> str:
    return f"{what}\n  {' '.join(map(shell_word, words))}"


def _say_what_is_left(waiting: Sequence[PendingInterrupt], answers: Mapping[str, Json]) -> None:
    """What runs again because only a part is answered."""
    left = [":".join(question.path) for question in waiting if question.id not in answers]
    if left and len(left) < len(waiting):
        nodes = ", ".join(safe(path, identifier=True) for path in dict.fromkeys(left))
        print(f"{_counted(len(left))} on: {nodes} will run again from its first line, and ask again", flush=True)
