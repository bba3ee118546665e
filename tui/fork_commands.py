"""The command for trying another way from a checkpoint."""

from pathlib import Path
from typing import Any

import click

from graphdeck.tui.options import SETTINGS, db_option, files_of, json_option, stops_option, with_engine


@click.command(context_settings=SETTINGS)
@click.argument("thread")
@click.option("--checkpoint", metavar="ID", help="Checkpoint to start from.  [default: the newest]")
@click.option("--set", "edits", multiple=True, metavar="PATH=JSON", help="Put a value in place of what is there.")
@click.option("--append", "appended", multiple=True, metavar="KEY=JSON", help="Give a value to the key's reducer.")
@click.option("--as-node", metavar="NODE", help="The node that the values are said to come from.")
@click.option("--target", metavar="TARGET", help="Graph of the thread.  [default: the one that ran it last]")
@click.option("--raw", is_flag=True, help="Edit past the graph, where it cannot read its own state any more.")
@stops_option
@db_option
@json_option
def fork(db: Path | None, as_json: bool, **words: Any) -> int:
    """Begin another branch of THREAD at one of its checkpoints.

    Its state can be edited. Says first what will run from there, and what that may repeat; runs nothing. The branch
    that is there stays. PATH is dotted (messages.0.content), or a JSON Pointer (/messages/0/content).
    """
    from graphdeck.tui.plain.fork import ForkOptions
    from graphdeck.tui.plain.fork import fork as fork_plain

    options = ForkOptions(**words)
    return with_engine(
        files_of(db), lambda engine: fork_plain(engine, options, db=db, as_json=as_json), as_json=as_json
    )
