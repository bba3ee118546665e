"""What a project's `langgraph.json` sets before its graphs are imported: variables and `sys.path`."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from graphdeck.graphs.errors import TargetError
from graphdeck.graphs.local.config import CONFIG_NAME, read_config
from graphdeck.graphs.local.targets import Target

_ASSIGNMENT = re.compile(
    r"""
    [ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][\w.]*)[ \t]*=[ \t]*
    (?:
        "(?P<double>(?:[^"\\]|\\.)*)" | '(?P<single>[^']*)' | (?P<plain>(?!["'])[^\r\n]*?)
    )
    [ \t]*(?:(?<=\s)\#[^\r\n]*|(?<=["'])\#[^\r\n]*)?(?:\r?\n|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)
_NOTHING = re.compile(r"[ \t]*(?:(?:export[ \t]+)?[A-Za-z_][\w.]*[ \t]*|\#[^\r\n]*)?(?:\r?\n|\Z)")
"""An empty line, a comment, or a name without a value."""
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def load_config_env(target: Target) -> str:
    """Put the project's dependencies on `sys.path` and set its variables; what the shell has set already wins.

    Raises TargetError where `langgraph.json` or its file of variables cannot be read; a target that names a file
    itself goes without a broken `langgraph.json`: what is given back says so, and is empty otherwise.
    """
    if target.config is None:
        return ""
    try:
        config = read_config(target.config)
    except TargetError as error:
        if target.kind != "file":
            raise
        return f"{target.path.name} is loaded without {CONFIG_NAME}: {error.message}"
    put_first_on_path([*config.dependencies, target.root])
    variables = read_env(config.env) if isinstance(config.env, Path) else config.env
    for name, value in variables.items():
        os.environ.setdefault(name, value)
    return ""


def put_first_on_path(folders: list[Path]) -> None:
    """Make folders the first entries of `sys.path`, the last one foremost."""
    for folder in folders:
        text = str(folder)
        if text in sys.path:
            sys.path.remove(text)
        sys.path.insert(0, text)


def read_env(path: Path) -> Mapping[str, str]:
    """Read a `.env` file; an error names the line and never shows what is in it."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        hint = f'make it, or take "env" out of {CONFIG_NAME}'
        raise TargetError(f"the env file {path} does not exist", hint) from None
    except UnicodeDecodeError:
        raise TargetError(f"the env file {path} is not UTF-8 text", "save it as UTF-8") from None
    except OSError as error:
        raise TargetError(f"the env file {path} cannot be read: {error.strerror}", "check its permissions") from None
    return parse_env(text, str(path))


def parse_env(text: str, source: str) -> dict[str, str]:
    """The variables of a `.env` text: `export`, both kinds of quotes, comments, empty values, lines inside quotes.

    A `#` starts a comment only after a space and outside quotes. `source` names the text in errors.
    """
    found: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _ASSIGNMENT.match(text, position)
        if match:
            found[match["name"]] = _value(match)
        else:
            match = _NOTHING.match(text, position)
        if match is None:
            line = text.count("\n", 0, position) + 1
            raise TargetError(f"{source}, line {line}: not a variable", "write NAME=value, with quotes closed")
        position = match.end()
    return found


def _value(match: re.Match[str]) -> str:
    if match["double"] is not None:
        return _ESCAPE.sub(lambda escape: _ESCAPES.get(escape[1], escape[1]), match["double"])
    if match["single"] is not None:
        return match["single"]
    return "" if match["plain"].startswith("#") else match["plain"].strip()
