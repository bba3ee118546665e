"""A person's own editor for long texts: `$VISUAL`, else `$EDITOR`, else `vi`."""

import contextlib
import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

USUAL: Final = "vi"
"""The editor where none is named."""
_GOTO: Final = ("code", "code-insiders", "codium", "cursor")
"""Editors that go to a line by an option of their own."""
_COLON: Final = ("hx", "helix", "subl", "zed")
"""Editors that take the line behind the file's name; all others are told `+12`, as vi, nano and emacs are."""


class EditorError(Exception):
    """The editor gave no text; its words say why, and what was typed stays as it was."""


def edit(text: str, suffix: str, environ: Mapping[str, str] = os.environ) -> str:
    """The text as the editor left it; raises EditorError.

    The file is readable by its owner alone and is removed in any case. An end of line that the editor put behind the
    last line is left out, where there was none before.
    """
    handle, name = tempfile.mkstemp(prefix="graphdeck-", suffix=suffix)  # mode 600
    path = Path(name)
    try:
        with open(handle, "w", encoding="utf-8", errors="surrogatepass", newline="") as file:
            file.write(text)
        _run([*_command(environ), name])
        with path.open(encoding="utf-8", newline="") as file:
            edited = file.read()
    except (OSError, ValueError) as error:
        raise EditorError(f"the text could not be handed over: {error}") from error
    finally:
        with contextlib.suppress(OSError):
            path.unlink()
    return edited if text.endswith("\n") else edited.removesuffix("\n").removesuffix("\r")


def open_at(file: str, line: int, environ: Mapping[str, str] = os.environ) -> None:
    """Open a file in the editor at a line, from 1; raises EditorError."""
    command = [*_command(environ)]
    name = Path(command[0]).name
    if name in _GOTO:
        _run([*command, "--goto", f"{file}:{line}"])
    elif name in _COLON:
        _run([*command, f"{file}:{line}"])
    else:
        _run([*command, f"+{line}", file])


def _command(environ: Mapping[str, str]) -> Sequence[str]:
    named = environ.get("VISUAL", "").strip() or environ.get("EDITOR", "").strip() or USUAL
    try:
        return shlex.split(named)
    except ValueError as error:
        raise EditorError(f"$VISUAL or $EDITOR cannot be read as a command: {named} ({error})") from error


def _run(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, check=False)
    except FileNotFoundError as error:
        raise EditorError(f"there is no editor {command[0]}: set $VISUAL or $EDITOR") from error
    if done.returncode:
        name = Path(command[0]).name
        raise EditorError(f"{name} ended with status {done.returncode}: nothing was taken over")
