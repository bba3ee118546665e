"""`graphdeck answer --set`: the state of the subgraph that asks, edited before its question is answered."""

import json
from collections.abc import Sequence
from pathlib import Path

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import InputError
from graphdeck.graphs.records import RunRequest, Snapshot
from graphdeck.graphs.values import Json
from graphdeck.tui.plain.arguments import parse_json
from graphdeck.tui.plain.run import run


async def edit(
    engine: Engine,
    thread: str,
    words: Sequence[str],
    *,
    db: Path | None,
    as_json: bool,
    ask_all: bool = False,
    stops: bool = False,
) -> int:
    """Write `KEY=JSON` words into the state of the subgraph that asks, then have it ask again; the exit status.

    What was asked before is not answered: it may be asked differently now.
    """
    values = _values(words)
    snapshot = await engine.state(thread, compared=False, file=await engine.file_of(thread))
    ns = _asking(snapshot)
    await engine.update(thread, values, ns=ns, replace=True, file=snapshot.file)
    request = RunRequest(graph=snapshot.graph, thread=thread, file=snapshot.file, ask_all=ask_all)
    return await run(engine, request, db=db, as_json=as_json, stops=stops)


def _values(words: Sequence[str]) -> dict[str, Json]:
    """The values by state key; raises InputError."""
    values: dict[str, Json] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals or not key:
            raise InputError(f"--set {word!r} is not KEY=JSON", """as in --set 'draft="a better one"'""")
        if key in values:
            raise InputError(f"--set names {key!r} twice", "give each key one value")
        values[key] = parse_json(f"--set {key}", text)
    return values


def _asking(snapshot: Snapshot) -> tuple[str, ...]:
    """The path of the one subgraph that asks; raises InputError."""
    asking = {question.ns for question in snapshot.interrupts}
    if not asking:
        raise InputError(
            f"no question waits in thread {json.dumps(snapshot.thread)}", "--set edits what a question is asked about"
        )
    if len(asking) > 1:
        raise InputError("questions of several graphs wait, and --set would not know which state to edit", _IN_DECK)
    [ns] = asking
    if not ns:
        raise InputError(
            "no subgraph asks here: the state of the graph itself is not edited before an answer", _IN_DECK
        )
    return ns


_IN_DECK = "nothing was changed; look at the questions: graphdeck answer THREAD"
