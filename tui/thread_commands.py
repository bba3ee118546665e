"""The commands for saved threads: which there are, what they are called, and what becomes of them."""

from pathlib import Path
from typing import Any, Final

import click

from graphdeck.tui.options import (
    SETTINGS,
    db_option,
    dbs_option,
    files_of,
    json_option,
    limit_option,
    now,
    rows_of,
    this_terminal,
    with_engine,
)
from graphdeck.tui.start import Files

STATUSES: Final = ("running", "waiting", "failed", "done", "breakpoint", "stopped")
SORTS: Final = ("updated", "status", "thread", "graph", "title", "step")


@click.command(context_settings=SETTINGS)
@dbs_option
@click.option("--status", type=click.Choice(STATUSES), help="Only threads of this status.")
@click.option("--search", default="", metavar="TEXT", help="Only threads with this in id, title or first text.")
@click.option("--sort", type=click.Choice(SORTS), default="updated", show_default=True)
@limit_option
@json_option
def threads(db: Files, status: Any, search: str, sort: str, limit: int | None, as_json: bool) -> int:
    """List the saved threads, newest activity first."""
    from graphdeck.tui.plain.threads import threads as list_threads

    return with_engine(
        db,
        lambda engine: list_threads(
            engine,
            status=status,
            query=search,
            sort=sort,
            limit=rows_of(limit, as_json),
            name_files=bool(db),
            as_json=as_json,
            terminal=this_terminal(),
            now=now,
        ),
        as_json=as_json,
    )


@click.command(context_settings=SETTINGS)
@click.argument("names", nargs=-1, required=True, metavar="THREAD...")
@db_option
def delete(names: tuple[str, ...], db: Path | None) -> int:
    """Delete threads with all their checkpoints."""
    from graphdeck.tui.plain.manage import delete as delete_plain

    return with_engine(files_of(db), lambda engine: delete_plain(engine, names))


@click.command(context_settings=SETTINGS)
@click.argument("thread")
@click.argument("title")
@db_option
def rename(thread: str, title: str, db: Path | None) -> int:
    """Give THREAD a title; an empty one takes it away."""
    from graphdeck.tui.plain.manage import rename as rename_plain

    return with_engine(files_of(db), lambda engine: rename_plain(engine, thread, title))


THREAD_COMMANDS: Final = (threads, rename, delete)
"""All of them."""
