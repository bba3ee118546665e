"""Text with marks such as `⟨U+001B⟩` in place of what a terminal would obey or hide."""

import re
from typing import Final

from graphdeck.tools.invisible import ALWAYS, ODD_SPACES, PILE, SOMETIMES, has_job

# Patterns, compiled where one is first needed.
_SUSPECT: Final = f"[{ALWAYS}{SOMETIMES}]"
_SUSPECT_IDENTIFIER: Final = f"[{ALWAYS}{SOMETIMES}{ODD_SPACES}]"
_SUSPECT_ASCII: Final = "[^ -~]"
_ALWAYS: Final = f"[{ALWAYS}]"


def marked(text: str, *, identifier: bool, lines: bool, ascii_only: bool) -> str:
    """The text as `text.safe` promises it; where `lines` is set, its tabs are spaces already."""
    if not ascii_only:
        text = re.sub(PILE, lambda match: f"{match[1]}⟨+{len(match[2])} marks⟩", text)
    pattern = _SUSPECT_ASCII if ascii_only else _SUSPECT_IDENTIFIER if identifier else _SUSPECT
    left, right = ("<", ">") if ascii_only else ("⟨", "⟩")
    breaks = {"\n": "\\n", "\t": "\\t"} if ascii_only else {"\n": "⏎", "\t": "⇥"}

    def shown(match: re.Match[str]) -> str:
        character = match[0]
        if character in "\n\t" and not identifier:
            return character if lines else breaks[character]
        kept = not (ascii_only or identifier or re.match(_ALWAYS, character)) and has_job(text, match.start())
        return character if kept else f"{left}U+{ord(character):04X}{right}"

    return re.sub(pattern, shown, text)
