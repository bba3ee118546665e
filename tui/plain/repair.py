"""What is done with a thread besides answering it: `graphdeck repair`, and `graphdeck answer --end`."""

import sys
from collections.abc import Iterator
from pathlib import Path

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.questions.consequences import dropped
from graphdeck.graphs.questions.failed import explanation
from graphdeck.graphs.records import Snapshot
from graphdeck.graphs.values import json_line
from graphdeck.tui.plain.answer import AnswerOptions, answer
from graphdeck.tui.plain.arguments import BY, repair_command
from graphdeck.tui.plain.terminal import Terminal, terminal_of
from graphdeck.tui.text import safe


async def repair(engine: Engine, thread: str, *, target: str | None, db: Path | None, as_json: bool) -> int:
    """Take back the answers with which nodes failed, then print the questions that wait again; the exit status."""
    snapshot = await engine.state(thread, compared=False, file=await engine.file_of(thread))
    await engine.repair(thread, graph=target or "", file=snapshot.file, by=BY)
    if not as_json:
        for failed in snapshot.failed:
            if why := explanation(failed):
                print(f"{safe(failed.node, identifier=True)}: {safe(why)}")
        print("taken back, and on record; what had finished beside it is kept", flush=True)
    return await answer(engine, AnswerOptions(thread=thread, target=target), db=db, as_json=as_json)


async def end(engine: Engine, thread: str, *, target: str | None, as_json: bool) -> int:
    """End a thread without answering it, and say what is lost by it; the exit status."""
    snapshot = await engine.state(thread, compared=False, file=await engine.file_of(thread))
    seen = [question.id for question in snapshot.interrupts]
    where = {"graph": target or "", "file": snapshot.file, "checkpoint": snapshot.checkpoint}
    checkpoint = await engine.end(thread, by=BY, seen=seen, **where)
    lost = dropped(snapshot, "end")
    if as_json:
        print(json_line({"thread": thread, "checkpoint": checkpoint, "status": "done", "dropped": list(lost)}))
        return 0
    terminal = terminal_of(sys.stdout)
    print(f"{terminal.glyph('done')} {safe(thread, identifier=True)} is ended: nothing more of it runs")
    for sentence in lost:
        print(f"  {terminal.pick('·', '-')} {safe(sentence)}")
    return 0


def failure_lines(snapshot: Snapshot, terminal: Terminal, db: Path | None) -> Iterator[str]:
    """Each failed task of a state with its error; where it failed with its answer, why it would again, and the way out.

    Texts of the graph are made safe.
    """
    for task in snapshot.failed:
        yield f"{terminal.glyph('failed')} {safe(task.node, identifier=True)}  {safe(task.error, lines=True)}"
        if why := explanation(task):
            yield f"  {safe(why)}"
            yield f"  take the answer back, to be asked again:  {repair_command(snapshot, db)}"
