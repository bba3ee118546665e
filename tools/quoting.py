"""How the checks quote what they found, short enough for a line."""

from typing import Final

_LONGEST: Final = 90
"""Characters of a quotation; of a longer text both ends are shown, since a host ends with who owns it."""


def quoted(text: str) -> str:
    """The text in quotation marks; the middle of a long one is left out."""
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]}…{text[-_LONGEST // 2 :]}"
    return f"“{text}”"


def code(character: str) -> str:
    """A character's code point: `U+0430`."""
    return f"U+{ord(character):04X}"


def counted(number: int, thing: str, things: str = "") -> str:
    """A number of things: `1 line`, `12 lines`."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"
