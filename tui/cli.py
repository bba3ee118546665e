"""The command line: arguments to calls. Nothing heavy is imported before a command needs it."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from graphdeck.graphs.errors import GraphdeckError
from graphdeck.tui.fork_commands import fork
from graphdeck.tui.options import (
    SETTINGS,
    ask_all_option,
    config_option,
    context_option,
    db_option,
    dbs_option,
    files_of,
    json_option,
    limit_option,
    now,
    rows_of,
    stops_option,
    this_terminal,
    with_engine,
)
from graphdeck.tui.reading_commands import READING_COMMANDS
from graphdeck.tui.start import INTERRUPTED, Files, never_fail_to_encode, on_a_terminal, open_workbench, status_of, tell
from graphdeck.tui.thread_commands import THREAD_COMMANDS

if TYPE_CHECKING:
    from graphdeck.graphs.drawing.choose import Style
    from graphdeck.graphs.drawing.orientation import FlowDirection

USAGE: Final = 64
"""Exit status of wrong arguments."""

OUTCOMES: Final = ("applied", "refused", "lost", "sent", "unknown")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line, then exit with its status."""
    sys.exit(status_of(lambda: carry_out(sys.argv[1:] if arguments is None else arguments)))


def carry_out(arguments: Sequence[str]) -> int:
    """Run the command line; its exit status."""
    never_fail_to_encode()
    words = list(arguments)
    command = commands if words[:1] and words[0] in {*commands.commands, "-h", "--help", "--version"} else workbench
    try:
        if command is workbench:
            _check_command(words)
        status: int = command.main(words, prog_name="graphdeck", standalone_mode=False) or 0
    except click.ClickException as error:
        error.show()
        return USAGE
    except click.Abort:
        return INTERRUPTED
    return status


def _check_command(words: Sequence[str]) -> None:
    """Of several words the first is to be a command: UsageError where it only looks like one."""
    if len(words) < 2 or any(word.startswith("-") for word in words[:2]):
        return
    from difflib import get_close_matches

    if close := get_close_matches(words[0], commands.commands):
        raise click.UsageError(f"there is no command '{words[0]}'; did you mean {' or '.join(close)}?")


# -- the workbench ---------------------------------------------------------------------------------------------------


@click.command(name="graphdeck", context_settings=SETTINGS)
@click.argument("target", required=False)
@db_option
@click.option("--thread", metavar="ID", help="Thread to open.")
@click.option("--inbox", is_flag=True, help="Begin with the inbox: everything that waits for you.")
@ask_all_option
def workbench(target: str | None, db: Path | None, thread: str | None, inbox: bool, ask_all: bool) -> int:
    """Open the workbench, with TARGET if it is given.

    TARGET is FILE.py:NAME, FILE.py, MODULE:NAME, a langgraph.json or its folder, a name in it, a checkpoint file,
    or a bundled graph. `graphdeck --help` lists the commands.
    """
    if not on_a_terminal():
        raise click.UsageError("the workbench needs a terminal; without one, use: graphdeck run TARGET --input JSON")
    return open_workbench(target, db, thread, ask_all=ask_all, inbox=inbox)


# -- the commands ----------------------------------------------------------------------------------------------------


@click.group(
    name="graphdeck", context_settings=SETTINGS, options_metavar="", subcommand_metavar="[TARGET] | COMMAND ..."
)
@click.version_option(package_name="graphdeck", message="graphdeck %(version)s")
def commands() -> None:
    """A terminal workbench for LangGraph agents.

    Without a command, graphdeck opens the workbench:
    graphdeck [TARGET] [--db FILE] [--thread ID] [--inbox] [--ask-all]

    TARGET is FILE.py:NAME, FILE.py, MODULE:NAME, a langgraph.json or its folder, a name in it, a checkpoint file, or a
    bundled graph; without one, the graphs of this folder are offered, and the bundled ones. A file that is called like
    a command is named with its folder: graphdeck ./threads
    """


@commands.command(context_settings=SETTINGS)
@click.argument("target")
@click.option("--input", metavar="JSON|@FILE|-", help="Input: JSON, a file with JSON, or standard input.")
@click.option("--message", metavar="TEXT", help="Input: one user message.")
@click.option("--thread", metavar="ID", help="Thread to go on with, or to make.  [default: a new one]")
@click.option("--checkpoint", metavar="ID", help="Checkpoint to run from; the branch that is there stays.")
@click.option("--answer", "answers", multiple=True, metavar="ID=JSON", help="Answer to an interrupt, by its id.")
@click.option("--before", multiple=True, metavar="NODE[ if CONDITION]", help="Stop before this node.")
@click.option("--after", multiple=True, metavar="NODE[ if CONDITION]", help="Stop after this node.")
@click.option("--clear", multiple=True, metavar="NODE", help="Pass the breakpoint of the graph's own code; '*' all.")
@click.option("--to", default="", metavar="NODE", help="Run to this node: stop before it.")
@click.option("--watch", multiple=True, metavar="PATH", help="Stop when this value of the state has changed.")
@click.option("--step", is_flag=True, help="Run one super-step.")
@stops_option
@context_option
@click.option("--recursion-limit", type=click.IntRange(min=1), metavar="N", help="Steps at the most.")
@click.option(
    "--durability", type=click.Choice(["sync", "async"]), help="When checkpoints are written.  [default: sync]"
)
@config_option
@click.option("--drop-question", is_flag=True, help="New input may take the place of a question that waits.")
@click.option("--trust", is_flag=True, help="Build the stored types that were blocked, from now on in this project.")
@ask_all_option
@db_option
@json_option
def run(db: Path | None, as_json: bool, **words: Any) -> int:
    """Run TARGET, and print what happens. Never asks.

    At an interrupt it prints the question and the command that answers it, and exits 2, unless rules of a
    graphdeck.toml answer it. With --thread alone it goes on with that thread: what failed runs again.

    A node inside a subgraph is written team:desk:review. A CONDITION is about the state of its graph: PATH OP VALUE, as
    in 'total > 1000', 'city == "Rome"', 'tags contains "x"', 'messages.-1.tool_calls exists', or 'total changed'.
    """
    from graphdeck.tui.plain.arguments import RunOptions, request_of
    from graphdeck.tui.plain.run import run as run_plain

    options = RunOptions(**words)
    try:
        request = request_of(options)
    except GraphdeckError as error:
        return tell(error)
    return with_engine(
        files_of(db), lambda engine: run_plain(engine, request, db=db, as_json=as_json, stops=options.stops)
    )


@commands.command(context_settings=SETTINGS)
@click.argument("thread")
@click.argument("answers", nargs=-1, metavar="[ID=JSON]...")
@click.option("--target", metavar="TARGET", help="Graph of the thread.  [default: the one that ran it last]")
@click.option("--approve", "kind", flag_value="approve", default=None, help="Approve the one action that waits.")
@click.option("--reject", "kind", flag_value="reject", help="Reject the one action that waits.")
@click.option("--reason", default="", metavar="TEXT", help="Why it is rejected.")
@click.option("--all", "all_actions", is_flag=True, help="Decide all actions that wait alike.")
@click.option("--set", "edits", multiple=True, metavar="KEY=JSON", help="Edit the subgraph's state, to be asked again.")
@click.option("--end", is_flag=True, help="End the thread instead: its questions are dropped, and nothing more runs.")
@context_option
@config_option
@stops_option
@ask_all_option
@db_option
@json_option
def answer(
    db: Path | None, as_json: bool, ask_all: bool, stops: bool, end: bool, edits: tuple[str, ...], **words: Any
) -> int:
    """Answer the questions of THREAD, and go on with it. Without an answer, print them.

    ID is an interrupt's id, or its first letters, 6 at the least.
    """
    from graphdeck.tui.plain.answer import AnswerOptions
    from graphdeck.tui.plain.answer import answer as answer_plain

    options = AnswerOptions(**words)
    if edits:
        from graphdeck.tui.plain.inner_edit import edit

        if end or options != AnswerOptions(thread=options.thread):
            raise click.UsageError(
                "--set asks again, so it excludes every answer, --end, --target and what a run is given"
            )
        thread = options.thread
        return with_engine(
            files_of(db),
            lambda engine: edit(engine, thread, edits, db=db, as_json=as_json, ask_all=ask_all, stops=stops),
            as_json=as_json,
        )
    if end:
        from graphdeck.tui.plain.repair import end as end_plain

        if options != AnswerOptions(thread=options.thread, target=options.target):
            raise click.UsageError("--end excludes every answer, and what a run is given")
        thread, target = options.thread, options.target
        return with_engine(
            files_of(db), lambda engine: end_plain(engine, thread, target=target, as_json=as_json), as_json=as_json
        )
    return with_engine(
        files_of(db),
        lambda engine: answer_plain(engine, options, db=db, as_json=as_json, ask_all=ask_all, stops=stops),
        as_json=as_json,
    )


@commands.command(context_settings=SETTINGS)
@click.argument("thread")
@click.option("--target", metavar="TARGET", help="Graph of the thread.  [default: the one that ran it last]")
@db_option
@json_option
def repair(thread: str, target: str | None, db: Path | None, as_json: bool) -> int:
    """Take back the answer with which a node failed; ask again.

    LangGraph gives such a node the same answer whenever the thread goes on, and takes no other one.
    """
    from graphdeck.tui.plain.repair import repair as repair_plain

    return with_engine(
        files_of(db),
        lambda engine: repair_plain(engine, thread, target=target, db=db, as_json=as_json),
        as_json=as_json,
    )


@commands.command(context_settings=SETTINGS)
@dbs_option
@click.option("--thread", metavar="ID", help="Only decisions about this thread.")
@click.option("--outcome", type=click.Choice(OUTCOMES), help="Only decisions that came to this.")
@limit_option
@json_option
def decisions(db: Files, limit: int | None, as_json: bool, **chosen: Any) -> int:
    """List the decisions that were made, newest first.

    Who answered what, and what became of it.
    """
    from graphdeck.tui.plain.decisions import decisions as list_decisions

    most = rows_of(limit, as_json)
    return with_engine(
        db,
        lambda engine: list_decisions(engine, limit=most, as_json=as_json, terminal=this_terminal(), **chosen),
        as_json=as_json,
    )


@commands.command(context_settings=SETTINGS)
@click.argument("run", required=False)
@dbs_option
@click.option("--thread", default="", metavar="ID", help="Only runs of this thread.")
@limit_option
@json_option
def runs(run: str | None, db: Files, thread: str, limit: int | None, as_json: bool) -> int:
    """List the runs on record, newest first, or show how RUN went.

    Of RUN, a run's id or its first letters, 6 at the least, its tasks over time are shown, and what its models used.
    """
    if run is not None and thread:
        raise click.UsageError("RUN and --thread exclude each other")
    from graphdeck.tui.plain.runs import runs as show_runs

    most = rows_of(limit, as_json)
    return with_engine(
        db,
        lambda engine: show_runs(engine, run, thread=thread, limit=most, as_json=as_json, terminal=this_terminal()),
        as_json=as_json,
    )


@commands.command(context_settings=SETTINGS)
@click.argument("target", required=False)
@click.option("--versions", is_flag=True, help="Older versions too: run takes one as NAME@VERSION.")
@json_option
def configs(target: str | None, versions: bool, as_json: bool) -> int:
    """List the named configs of TARGET, or of all graphs here.

    They are contexts and options for `run --config`. The form of a run (g in the workbench) keeps them. What may be
    secret in a context is never written.
    """
    from graphdeck.tui.plain.configs import configs as list_configs

    return with_engine(
        (),
        lambda engine: list_configs(engine, target or "", versions=versions, as_json=as_json, terminal=this_terminal()),
        as_json=as_json,
    )


@commands.command(context_settings=SETTINGS)
@dbs_option
@json_option
def inbox(db: Files, as_json: bool) -> int:
    """List everything that waits for a person, newest first.

    With the command that answers it.
    """
    from graphdeck.tui.plain.inbox import inbox as list_waiting

    return with_engine(
        db,
        lambda engine: list_waiting(engine, name_files=bool(db), as_json=as_json, terminal=this_terminal(), now=now),
        as_json=as_json,
    )


@commands.command(context_settings=SETTINGS)
@click.argument("target")
@click.option(
    "--style", type=click.Choice(["rail", "flow"]), default="rail", show_default=True, help="How it is laid out."
)
@click.option("--direction", type=click.Choice(["TB", "LR"]), help="Of a flow: top-down or left-right.")
@click.option("--width", "columns", type=click.IntRange(min=20), metavar="N", help="Cells at the most.")
@click.option("--ascii", "ascii_only", is_flag=True, help="ASCII characters only.")
@click.option("--unfold", is_flag=True, help="Draw all subgraphs in the place of their nodes.")
@click.option("--unfold-node", "unfolded", multiple=True, metavar="NODE", help="Only this one: team, or team:desk.")
@click.option("--mermaid", is_flag=True, help="A Mermaid flowchart instead.")
@click.option("--svg", is_flag=True, help="An SVG picture instead.")
@json_option
def draw(
    target: str,
    style: "Style",
    direction: "FlowDirection | None",
    columns: int | None,
    ascii_only: bool,
    unfold: bool,
    unfolded: tuple[str, ...],
    mermaid: bool,
    svg: bool,
    as_json: bool,
) -> int:
    """Draw the graph of TARGET as text.

    With the edges that its code declares, and those that runs in the deck were seen to take.
    """
    from graphdeck.tui.plain.draw import Form, Wanted
    from graphdeck.tui.plain.draw import draw as draw_plain

    forms: dict[Form, bool] = {"mermaid": mermaid, "svg": svg, "json": as_json}
    chosen = [form for form, wanted in forms.items() if wanted]
    if len(chosen) > 1:
        raise click.UsageError(f"--{chosen[0]} and --{chosen[1]} exclude each other")
    terminal = this_terminal()
    wanted = Wanted(
        style,
        direction,
        columns or (terminal.columns if sys.stdout.isatty() and not svg else None),
        ascii_only or terminal.ascii_only,
        chosen[0] if chosen else "text",
        unfold,
        unfolded,
    )
    return with_engine((), lambda engine: draw_plain(engine, target, wanted), as_json=as_json)


for each in (*READING_COMMANDS, *THREAD_COMMANDS, fork):
    commands.add_command(each)
