"""Writing a text to a file whose name a person gives; what is there is never overwritten unasked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from textual.screen import Screen

from graphdeck.graphs.values import Json
from graphdeck.tui.clock import Clock, SystemClock
from graphdeck.tui.screens.confirm import ConfirmScreen, LineScreen
from graphdeck.tui.text import one_line, size
from graphdeck.tui.theme import ERROR, MUTED

_NAME_CHARACTERS: Final = 40


def suggested_name(words: str, value: Json) -> str:
    """A file name for a value, made of some words: text for text, JSON for the rest."""
    kept = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in words[:_NAME_CHARACTERS])
    name = "-".join(part for part in kept.split("-") if part) or "value"
    return f"{name}.{'txt' if isinstance(value, str) else 'json'}"


def ask_and_write(
    screen: Screen[Any], text: str, suggested: str, say: Callable[[str, str], None], clock: Clock | None = None
) -> None:
    """Ask for a file name, and write the text to it; `say` is told, with a style, what came of it."""

    def named(name: str | None) -> None:
        if name and name.strip():
            write(Path(name.strip()).expanduser(), replace=False)

    def write(path: Path, *, replace: bool) -> None:
        shown = one_line(str(path), 200, identifier=True)
        try:
            with path.open("wb" if replace else "xb") as file:
                file.write(text.encode("utf-8", "backslashreplace"))
        except FileExistsError:
            overwrite(path, shown)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            say(f"{shown} was not written: {one_line(why, 200)}; w asks for another name", ERROR)
        else:
            say(f"wrote {size(len(text))} to {shown}", MUTED)

    def overwrite(path: Path, shown: str) -> None:
        def confirmed(yes: bool | None) -> None:
            if yes:
                write(path, replace=True)
            else:
                say("nothing was written", MUTED)

        asks = ConfirmScreen(clock or SystemClock(), "Overwrite this file?", f"{shown} exists.", "overwrite it")
        screen.app.push_screen(asks, confirmed)

    screen.app.push_screen(LineScreen("Write it to which file?", suggested), named)
