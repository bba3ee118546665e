"""What `graphdeck run` was asked for: words of a command line to a RunRequest, and back to a command line."""

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from graphdeck.graphs.errors import InputError, MissingFileError
from graphdeck.graphs.records import Durability, RunRequest, Snapshot
from graphdeck.graphs.values import Json, json_line

BY: Final = "command line"
"""What the record of decisions says of answers given here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunOptions:
    """The arguments of `graphdeck run`, as they were given."""

    target: str
    """What names the graph."""
    input: str | None = None
    """JSON, `@FILE`, or `-` for standard input."""
    message: str | None = None
    """Text of a user's message."""
    thread: str | None = None
    """Thread id; None for a new thread."""
    checkpoint: str | None = None
    """Checkpoint id to run from; None for the newest."""
    answers: tuple[str, ...] = ()
    """`ID=JSON`, each."""
    before: tuple[str, ...] = ()
    """Nodes to stop before, each maybe with a condition."""
    after: tuple[str, ...] = ()
    """Nodes to stop after, likewise."""
    clear: tuple[str, ...] = ()
    """Nodes at which the breakpoints of the graph's own code do not count; `*` for all."""
    to: str = ""
    """Node to run to."""
    watch: tuple[str, ...] = ()
    """Paths of values to stop at the change of."""
    step: bool = False
    """Run one super-step."""
    stops: bool = False
    """The stops that the project keeps count."""
    context: str | None = None
    """JSON, `@FILE`, or `-`."""
    recursion_limit: int | None = None
    """Steps at the most."""
    durability: Durability | None = None
    """When checkpoints are written; None for `sync`."""
    config: str = ""
    """Name of a kept config that fills in what is left open."""
    drop_question: bool = False
    """Input may replace a question that waits."""
    trust: bool = False
    """Allow the stored types that were blocked."""
    ask_all: bool = False
    """No rule allows anything."""


def request_of(options: RunOptions) -> RunRequest:
    """The run that was asked for; raises InputError or MissingFileError where the arguments are wrong."""
    check_together(options)
    resume = answers_of(options.answers)
    return RunRequest(
        graph=options.target,
        thread=options.thread if options.thread is not None else new_thread(),
        input=input_of(options),
        has_input=options.input is not None or options.message is not None,
        resume=resume,
        checkpoint=options.checkpoint,
        by={"": BY} if options.drop_question else dict.fromkeys(resume, BY),
        before=options.before,
        after=options.after,
        clear=options.clear,
        to=options.to,
        watch=options.watch,
        step=options.step,
        context=None if options.context is None else read_json("--context", options.context),
        recursion_limit=options.recursion_limit,
        durability=options.durability,
        config=options.config,
        drop_question=options.drop_question,
        trust=options.trust,
        ask_all=options.ask_all,
    )


def new_thread() -> str:
    """An id for a new thread."""
    import uuid

    return str(uuid.uuid4())


def check_together(options: RunOptions) -> None:
    """Raise InputError where arguments exclude or need each other."""
    has_input = options.input is not None or options.message is not None
    if options.input is not None and options.message is not None:
        raise InputError("--input and --message exclude each other", "put the message into the input's `messages`")
    if options.answers and options.thread is None:
        raise InputError("--answer needs --thread", "name the thread whose question is answered")
    if options.answers and has_input:
        raise InputError("--answer and new input exclude each other", "answer first, then run again with the input")
    if options.checkpoint is not None and options.thread is None:
        raise InputError("--checkpoint needs --thread", "name the thread that has the checkpoint")
    if options.checkpoint is not None and options.answers:
        raise InputError(
            "--checkpoint and --answer exclude each other: LangGraph ignores an answer given at an old checkpoint",
            "run from the checkpoint first; it asks anew, and that question can be answered",
        )
    if options.checkpoint is not None and options.drop_question:
        raise InputError(
            "--checkpoint and --drop-question exclude each other: from a checkpoint, nothing is dropped",
            "leave --drop-question out: the question stays on its branch",
        )
    if options.drop_question and not has_input:
        raise InputError("--drop-question needs --input or --message", "the new input takes the question's place")
    if options.input == "-" and options.context == "-":
        raise InputError("--input and --context cannot both be read from standard input", "give one as @FILE")
    if options.thread == "":
        raise InputError("the thread id is empty", "leave --thread out for a new thread")


def input_of(options: RunOptions) -> Json:
    """The input, read from where it was said to be; None without any."""
    if options.message is not None:
        return {"messages": [{"role": "user", "content": options.message}]}
    return None if options.input is None else read_json("--input", options.input)


def answers_of(words: Sequence[str], option: str = "--answer") -> dict[str, Json]:
    """Answers by interrupt id, out of `ID=JSON` words that were given with an option or a command."""
    answers: dict[str, Json] = {}
    for word in words:
        identity, equals, text = word.partition("=")
        if not equals or not identity:
            raise InputError(f"{option} {word!r} is not ID=JSON", "as in 'INTERRUPT_ID=true'")
        if identity in answers:
            raise InputError(f"{option} names interrupt {identity} twice", "give each interrupt one answer")
        answers[identity] = parse_json(f"{option} {identity}", text)
    return answers


def read_json(option: str, text: str) -> Json:
    """The JSON that an option gives itself, in a file (`@FILE`), or on standard input (`-`)."""
    if text == "-":
        return parse_json(f"standard input ({option} -)", _read_standard_input(option))
    if text.startswith("@"):
        return parse_json(f"{option} {text}", _read_file(option, Path(text[1:])))
    return parse_json(option, text)


def _read_standard_input(option: str) -> str:
    try:
        return sys.stdin.read().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise InputError(f"{option} -: standard input is not UTF-8 text (byte {error.start})", "send UTF-8") from None


def _read_file(option: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        raise MissingFileError(f"{option}: there is no file {str(path)!r}", "name an existing JSON file") from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"{option}: {str(path)!r} is not UTF-8 text (byte {error.start})", "save it as UTF-8"
        ) from None
    except OSError as error:
        raise InputError(f"{option}: {str(path)!r} cannot be read: {error.strerror}", "check its permissions") from None


def parse_json(where: str, text: str) -> Json:
    """Plain, strict JSON (no NaN); raises InputError that says where it breaks."""
    hint = 'JSON is true, 3, "text", [1, 2] or {"key": "value"}; text needs its double quotes'
    try:
        value: Json = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InputError(f"{where} is not JSON: {error.msg} at {place}", hint) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where} is not JSON that can be read: {error}", hint) from None
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON value")


# -- back to a command line ------------------------------------------------------------------------------------------


def command_line(request: RunRequest, db: Path | None, answers: Mapping[str, Json] | None = None) -> str:
    """The shell command that goes on with the request's thread, answering its questions where answers are given.

    What a saved thread does not remember (context, breakpoints of this run, limits) is given again; not what was meant
    for one stop, such as a step.
    """
    words = ["graphdeck", "run", request.graph, "--thread", request.thread]
    for identity, answer in (answers or {}).items():
        words += ["--answer", f"{identity}={json_line(answer)}"]
    for option in ("before", "after", "clear", "watch"):
        for node in getattr(request, option):
            words += [f"--{option}", node]
    if request.kept:
        words.append("--stops")
    if request.context is not None:
        words += ["--context", json_line(request.context)]
    if request.recursion_limit is not None:
        words += ["--recursion-limit", str(request.recursion_limit)]
    if request.durability is not None and (request.durability != "sync" or request.config):
        words += ["--durability", request.durability]
    if request.config:
        words += ["--config", request.config]
    if request.ask_all:
        words.append("--ask-all")
    if db is not None:
        words += ["--db", str(db)]
    return " ".join(map(shell_word, words))


def show_command(thread: str, db: Path | None, path: str | None = None) -> str:
    """The shell command that shows a thread's state, or one value of it."""
    words = ["graphdeck", "show", thread, *([path] if path is not None else [])]
    if db is not None:
        words += ["--db", str(db)]
    return " ".join(map(shell_word, words))


def repair_command(snapshot: Snapshot, db: Path | None) -> str:
    """The shell command that takes back the answer with which a node of the thread failed."""
    words = ["graphdeck", "repair", snapshot.thread, *([] if snapshot.graph else ["--target", "TARGET"])]
    if db is not None:
        words += ["--db", str(db)]
    return " ".join(map(shell_word, words))


def shell_word(text: str) -> str:
    """One word for bash or zsh, without any character that a terminal would obey or hide."""
    if text.isprintable():
        return shlex.quote(text)
    return "$'" + "".join(map(_escaped, text)) + "'"


def _escaped(character: str) -> str:
    if character in "\\'":
        return "\\" + character
    if character.isprintable():
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of the command line that was not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
