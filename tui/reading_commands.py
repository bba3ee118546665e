"""The commands that read one thread: its state, its history, its differences, and what happens in it."""

from pathlib import Path
from typing import Final

import click

from graphdeck.tui.options import (
    SETTINGS,
    db_option,
    files_of,
    json_option,
    limit_option,
    now,
    rows_of,
    this_terminal,
    with_engine,
)

_ns_option = click.option("--ns", default="", metavar="NS", help="Of a subgraph, by its namespace.")


@click.command(context_settings=SETTINGS)
@click.argument("thread")
@click.argument("path", required=False)
@click.option("--checkpoint", metavar="ID", help="Checkpoint to show, as in diff.  [default: the newest]")
@_ns_option
@db_option
@json_option
def show(thread: str, path: str | None, checkpoint: str | None, ns: str, db: Path | None, as_json: bool) -> int:
    """Show the state of THREAD, or the one value that PATH leads to.

    PATH is dotted (messages.0.content), or a JSON Pointer (/messages/0/content).
    """
    from graphdeck.tui.plain.show import show as show_plain

    return with_engine(
        files_of(db),
        lambda engine: show_plain(
            engine,
            thread,
            path,
            checkpoint=checkpoint,
            ns=ns,
            as_json=as_json,
            db=db,
            terminal=this_terminal(),
            now=now,
        ),
        as_json=as_json,
    )


@click.command(context_settings=SETTINGS)
@click.argument("thread")
@_ns_option
@limit_option
@db_option
@json_option
def history(thread: str, ns: str, limit: int | None, db: Path | None, as_json: bool) -> int:
    """List the checkpoints of THREAD as a tree, newest first."""
    from graphdeck.tui.plain.history import history as list_history

    return with_engine(
        files_of(db),
        lambda engine: list_history(
            engine,
            thread,
            ns=ns,
            limit=rows_of(limit, as_json),
            as_json=as_json,
            db=db,
            terminal=this_terminal(),
            now=now,
        ),
        as_json=as_json,
    )


@click.command(context_settings=SETTINGS)
@click.argument("thread")
@click.argument("a", required=False)
@click.argument("b", required=False)
@_ns_option
@db_option
@json_option
def diff(thread: str, a: str | None, b: str | None, ns: str, db: Path | None, as_json: bool) -> int:
    """Tell what differs between the checkpoints A and B of THREAD.

    Without B, what A changed; without A, what the newest did. A checkpoint is named by its step, where only one has
    it, or by the first or last letters of its id. Of two branches, name their last checkpoints.
    """
    from graphdeck.tui.plain.diff import diff as diff_plain

    return with_engine(
        files_of(db),
        lambda engine: diff_plain(engine, thread, a, b, ns=ns, as_json=as_json, terminal=this_terminal()),
        as_json=as_json,
    )


@click.command(context_settings=SETTINGS)
@click.argument("thread")
@db_option
@json_option
def follow(thread: str, db: Path | None, as_json: bool) -> int:
    """Tell what another process does with THREAD, until it is over.

    Ctrl+C ends the telling; the run goes on.
    """
    from graphdeck.tui.plain.follow import follow as follow_plain

    return with_engine(
        files_of(db),
        lambda engine: follow_plain(engine, thread, db=db, as_json=as_json, terminal=this_terminal()),
        as_json=as_json,
    )


READING_COMMANDS: Final = (show, history, diff, follow)
