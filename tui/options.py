"""Options that several commands take, and how a command gets its engine."""

import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from graphdeck.graphs.errors import GraphdeckError
from graphdeck.tui.start import Files, engine_of, tell

if TYPE_CHECKING:
    from graphdeck.graphs.engine import Engine
    from graphdeck.tui.plain.terminal import Terminal

SCREENFUL: Final = 50
"""Rows of a list for people, unless they say how many."""
SETTINGS: Final[dict[str, Any]] = {"help_option_names": ["-h", "--help"]}


def _only(context: click.Context, option: click.Parameter, files: Files) -> Path | None:
    """The one file that is named, if any: of several, all but the last would be passed over without a word."""
    if len(files) > 1:
        raise click.UsageError("--db takes one file here; lists of threads, questions, decisions and runs take several")
    return files[0] if files else None


json_option = click.option("--json", "as_json", is_flag=True, help="JSON, one object a line, nothing cut.")
_db = partial(click.option, "--db", multiple=True, type=click.Path(path_type=Path), metavar="FILE")
db_option = _db(callback=_only, help="Checkpoint file.")
dbs_option = _db(help="Checkpoint file; several may be named.")
context_option = click.option("--context", metavar="JSON|@FILE|-", help="Values for the graph's context schema.")
config_option = click.option(
    "--config", default="", metavar="NAME", help="Context and options kept under a name; options here win."
)
ask_all_option = click.option("--ask-all", is_flag=True, help="Ignore every rule and grant that allows a tool call.")
stops_option = click.option(
    "--stops", is_flag=True, help="Stop where the project's stops say, as in the deck (S lists them there)."
)
limit_option = click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help=f"Rows at the most ({SCREENFUL} for people, all with --json).",
)


def with_engine(files: Files, work: "Callable[[Engine], Awaitable[int]]", *, as_json: bool = False) -> int:
    """Do a command's work with an engine; errors are told, the exit status is given back."""
    import asyncio

    async def whole() -> int:
        engine = engine_of(files)
        try:
            return await work(engine)
        finally:
            await engine.close()

    try:
        return asyncio.run(whole())
    except GraphdeckError as error:
        return tell(error, as_json=as_json)


def files_of(db: Path | None) -> Files:
    """The files to read, where one is named."""
    return () if db is None else (db,)


def this_terminal() -> "Terminal":
    """What is printed on."""
    from graphdeck.tui.plain.terminal import terminal_of

    return terminal_of(sys.stdout)


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def rows_of(limit: int | None, as_json: bool) -> int | None:
    """Rows of a list at the most; None for all of them."""
    return limit if limit is not None or as_json else SCREENFUL
