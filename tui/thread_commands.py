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
SORTS: Final = ("updated", "status", "thread", "graph", "title", "step", "size")


_yes = click.option("--yes", is_flag=True, help="Do not ask; a script, without a terminal, is never asked.")
_vacuum = click.option("--vacuum", is_flag=True, help="Give the room back to the disk; the file is written anew.")
_names = click.argument("names", nargs=-1, required=True, metavar="THREAD...")


@click.command(context_settings=SETTINGS)
@dbs_option
@click.option("--status", type=click.Choice(STATUSES), help="Only threads of this status.")
@click.option("--search", default="", metavar="TEXT", help="Only threads with this in id, title, tag or first text.")
@click.option("--text", is_flag=True, help="Look for the TEXT of --search in all state instead.")
@click.option("--graph", default="", metavar="TEXT", help="Only threads of graphs with this in their target.")
@click.option("--tag", default="", metavar="TAG", help="Only threads with this tag.")
@click.option("--since", default="", metavar="TIME", help="Only threads written since: 30m, 2h, 3d, 1w or ISO 8601.")
@click.option("--sort", type=click.Choice(SORTS), default="updated", show_default=True)
@limit_option
@json_option
def threads(db: Files, search: str, text: bool, limit: int | None, as_json: bool, **chosen: Any) -> int:
    """List the saved threads, newest activity first.

    With --search and --text, list where the state of threads holds a text, while it is found.
    """
    if text:
        if not search or any(value for name, value in chosen.items() if name != "sort"):
            raise click.UsageError("--text needs --search TEXT, and excludes --status, --graph, --tag and --since")
        from graphdeck.tui.plain.search import search_texts

        most = rows_of(limit, as_json)
        return with_engine(
            db, lambda engine: search_texts(engine, search, limit=most, as_json=as_json), as_json=as_json
        )
    from graphdeck.graphs.wanted import Wanted
    from graphdeck.tui.plain.threads import threads as list_threads
    from graphdeck.tui.thread_terms import since_time

    since = since_time(chosen.pop("since"), now())
    wanted = Wanted(query=search, since=since, **chosen)
    return with_engine(
        db,
        lambda engine: list_threads(
            engine,
            wanted,
            limit=rows_of(limit, as_json),
            name_files=bool(db),
            as_json=as_json,
            terminal=this_terminal(),
            now=now,
        ),
        as_json=as_json,
    )


@click.command(context_settings=SETTINGS)
@_names
@_yes
@_vacuum
@db_option
def delete(names: tuple[str, ...], yes: bool, vacuum: bool, db: Path | None) -> int:
    """Delete threads with all their checkpoints.

    On a terminal it asks first.
    """
    from graphdeck.tui.plain.manage import delete as delete_plain

    return with_engine(files_of(db), lambda engine: delete_plain(engine, names, yes=yes, vacuum=vacuum))


@click.command(context_settings=SETTINGS)
@click.argument("thread")
@click.argument("title")
@db_option
def rename(thread: str, title: str, db: Path | None) -> int:
    """Give THREAD a title; an empty one takes it away."""
    from graphdeck.tui.plain.manage import rename as rename_plain

    return with_engine(files_of(db), lambda engine: rename_plain(engine, thread, title))


@click.command(context_settings={"help_option_names": ["--help"], "ignore_unknown_options": True})
@click.argument("thread")
@click.argument("changes", nargs=-1, metavar="[TAG | -TAG]...", type=click.UNPROCESSED)
@db_option
def tag(thread: str, changes: tuple[str, ...], db: Path | None) -> int:
    """Give THREAD tags, or take away those with a minus.

    What it has then is printed.
    """
    from graphdeck.tui.plain.manage import tag as tag_plain

    return with_engine(files_of(db), lambda engine: tag_plain(engine, thread, changes))


@click.command(context_settings=SETTINGS)
@click.argument("thread")
@db_option
def copy(thread: str, db: Path | None) -> int:
    """Copy THREAD to a new one in the same file."""
    from graphdeck.tui.plain.manage import copy as copy_plain

    return with_engine(files_of(db), lambda engine: copy_plain(engine, thread))


@click.command(context_settings=SETTINGS)
@click.argument("thread")
@click.option("--keep", type=click.IntRange(min=1), required=True, metavar="N", help="Newest checkpoints that stay.")
@click.option("--dry-run", is_flag=True, help="Only tell what would go.")
@_yes
@_vacuum
@db_option
def prune(thread: str, db: Path | None, **how: Any) -> int:
    """Delete the old checkpoints of THREAD.

    On a terminal it asks first. The first one stays, and so does every one that a newer one needs.
    """
    from graphdeck.tui.plain.manage import prune as prune_plain

    return with_engine(files_of(db), lambda engine: prune_plain(engine, thread, **how))


@click.command(context_settings=SETTINGS)
@_names
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="New file: FILE.sqlite, or FILE.json.")
@db_option
def export(names: tuple[str, ...], out: Path | None, db: Path | None) -> int:
    """Export threads, to a checkpoint file of their own or as JSON.

    JSON has the state at each checkpoint; it goes to standard output unless a file is named.
    """
    from graphdeck.tui.plain.transfer import export as export_plain

    return with_engine(files_of(db), lambda engine: export_plain(engine, names, out))


@click.command(name="import", context_settings=SETTINGS)
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@db_option
def import_(source: Path, db: Path | None) -> int:
    """Copy all threads of a checkpoint FILE into the project's.

    Nothing is overwritten.
    """
    from graphdeck.tui.plain.transfer import import_ as import_plain

    return with_engine(files_of(db), lambda engine: import_plain(engine, source))


THREAD_COMMANDS: Final = (threads, rename, tag, copy, prune, delete, export, import_)
"""All of them."""
