"""`graphdeck delete`, `rename`, `tag`, `copy` and `prune`."""

import sys
from collections.abc import Sequence

import click

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import InputError
from graphdeck.tui.amounts import bytes_text, count_text
from graphdeck.tui.rules import forget_grants
from graphdeck.tui.text import safe


async def delete(engine: Engine, threads: Sequence[str], *, yes: bool, vacuum: bool) -> int:
    """Delete the threads, all or none where one is not there; asks on a terminal; the exit status."""
    sizes = await engine.sizes(threads)
    names = [_name(each.thread) for each in sizes]
    room = bytes_text(sum(each.bytes for each in sizes))
    count = count_text(sum(each.checkpoints for each in sizes), "checkpoint")
    what = names[0] if len(names) == 1 else count_text(len(names), "thread")
    if not _agreed(f"Delete {what} with {count}, {room}? This cannot be undone.", yes):
        return _nothing_done()
    await engine.delete([each.thread for each in sizes])
    forget_grants(threads)
    for name in names:
        print(f"deleted {name}")
    if vacuum:
        for file in dict.fromkeys(each.file for each in sizes):
            await _vacuum(engine, file)
    return 0


async def rename(engine: Engine, thread: str, title: str) -> int:
    """Give a thread a title, or take it away with an empty one; the exit status."""
    await engine.rename(thread, title)
    name = _name(thread)
    print(f"{name} is now called {safe(title)}" if title.strip() else f"{name} has no title any more")
    return 0


async def tag(engine: Engine, thread: str, changes: Sequence[str]) -> int:
    """Give a thread the tags, take away those that begin with a minus, and print what it has; the exit status."""
    add = [each.removeprefix("+") for each in changes if not each.startswith("-")]
    remove = [each.removeprefix("-") for each in changes if each.startswith("-")]
    tags = await engine.tag(thread, add=add, remove=remove)
    print(f"{_name(thread)}: {', '.join(map(safe, tags)) or 'no tags'}")
    return 0


async def copy(engine: Engine, thread: str) -> int:
    """Copy a thread within its file; the exit status."""
    new = await engine.copy(thread)
    print(f"{_name(thread)} is copied to {_name(new)}")
    return 0


async def prune(engine: Engine, thread: str, *, keep: int, dry_run: bool, yes: bool, vacuum: bool) -> int:
    """Delete a thread's old checkpoints; asks on a terminal; the exit status."""
    plan = await engine.prune(thread, keep=keep, dry=True)
    goes = f"{count_text(plan.checkpoints, 'checkpoint')}, {bytes_text(plan.bytes)}"
    stays = f"{count_text(plan.kept, 'checkpoint')} stay{'s' if plan.kept == 1 else ''}"
    if not plan.checkpoints:
        print(f"{_name(thread)}: nothing to delete, {stays}")
        return 0
    if dry_run:
        print(f"{_name(thread)}: {goes} would go, {stays}")
        return 0
    if not _agreed(f"Delete {goes} of {_name(thread)}? {stays}. This cannot be undone.", yes):
        return _nothing_done()
    done = await engine.prune(thread, keep=keep)
    print(f"{_name(thread)}: {count_text(done.checkpoints, 'checkpoint')} deleted, {stays}")
    if vacuum:
        await _vacuum(engine, done.file)
    else:
        print(
            f"  {bytes_text(done.bytes)} in {safe(done.file, identifier=True)} will be reused; --vacuum gives them back"
        )
    return 0


async def _vacuum(engine: Engine, file: str) -> None:
    freed = await engine.vacuum(file)
    print(f"{safe(file, identifier=True)} is {bytes_text(max(0, freed))} smaller")


def _agreed(question: str, yes: bool) -> bool:
    """Whether it may be done: asks a person, where there is one; a script has said it by its command.

    Raises InputError where a person is there who would not see the question.
    """
    if yes or not sys.stdin.isatty():
        return True
    if not sys.stderr.isatty():
        raise InputError("nothing was deleted: it asks first, and standard error is no terminal", "--yes does not ask")
    return click.confirm(question, err=True)


def _nothing_done() -> int:
    print("nothing was deleted", file=sys.stderr)
    return 1


def _name(thread: str) -> str:
    return safe(thread, identifier=True)
