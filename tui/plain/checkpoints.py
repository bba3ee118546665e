"""Checkpoints as people name them: by step, or by the first or last letters of an id."""

from typing import Final

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import InputError, ThreadNotFound
from graphdeck.graphs.records import CheckpointRow
from graphdeck.tui.plain.arguments import shell_word

PAGE: Final = 500
"""Checkpoints asked for at a time where all are wanted."""

SHORTEST: Final = 4
"""Letters of an id that stand for the whole of it, where no other id begins or ends alike."""

SHOWN: Final = 8
"""Last letters of an id that are shown for it: they are random, while those of one run begin alike."""

_WHOLE: Final = 36
"""Letters of a whole id."""

_NAMED: Final = 5
"""Checkpoints that an error names."""


async def newest_rows(
    engine: Engine, thread: str, limit: int | None = None, *, ns: str = ""
) -> tuple[list[CheckpointRow], bool]:
    """The newest checkpoints of a thread, without a limit all of them; and whether there are more."""
    rows: list[CheckpointRow] = []
    wanted = PAGE if limit is None else limit + 1  # one more tells whether there are more
    while True:
        before = rows[-1].checkpoint if rows else None
        page = await engine.history(thread, limit=wanted, before=before, ns=ns)
        rows += page
        if limit is not None:
            return rows[:limit], len(rows) > limit
        if len(page) < wanted:
            return rows, False


async def find_row(engine: Engine, thread: str, name: str | None, *, ns: str = "") -> CheckpointRow:
    """The checkpoint that is meant, without a name the newest.

    Raises `ThreadNotFound` where there is none, and `InputError` where several are called so.
    """
    if name is None:
        return (await newest_rows(engine, thread, 1, ns=ns))[0][0]
    rows, _ = await newest_rows(engine, thread, ns=ns)
    found = [row for row in rows if row.checkpoint == name] or _of_step(rows, name)
    if not found and len(name) >= SHORTEST:
        found = [row for row in rows if row.checkpoint.startswith(name) or row.checkpoint.endswith(name)]
    if len(found) == 1:
        return found[0]
    if not found:
        hint = f"`graphdeck history {shell_word(thread)}` lists its checkpoints."
        raise ThreadNotFound(f'Thread "{thread}" has no checkpoint "{name}".', hint)
    names = [f"{row.checkpoint} (step {row.step}, {row.source})" for row in found[:_NAMED]]
    more = f"\nand {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    raise InputError(
        f'{len(found)} checkpoints of thread "{thread}" are called "{name}".',
        "Say which, by the last letters of its id:\n" + "\n".join(names) + more,
    )


async def whole_checkpoint(engine: Engine, thread: str, name: str, *, ns: str = "") -> str:
    """The id that is meant; the name itself where it names none of the graph's own, which may be inside a subgraph.

    With `ns`, it is one of that subgraph.

    Raises `InputError` where several are called so.
    """
    if len(name) in (0, _WHOLE):  # the history of a long thread need not be read for it
        return name
    try:
        return (await find_row(engine, thread, name, ns=ns)).checkpoint
    except ThreadNotFound:
        return name


def short_id(checkpoint: str) -> str:
    """What is shown for an id, and taken for it."""
    return checkpoint[-SHOWN:]


def _of_step(rows: list[CheckpointRow], name: str) -> list[CheckpointRow]:
    try:
        step = int(name)
    except ValueError:
        return []
    return [row for row in rows if row.step == step]
