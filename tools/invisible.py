"""Which characters a terminal obeys or hides, and when a hidden one is honest text.

Three kinds of characters must not reach a terminal as they are: those that it obeys (controls, lone surrogates),
those that reorder or smuggle text (bidirectional controls, tag characters), and those that take no room, so that
two different texts look the same. Some of the last kind have a job: a joiner holds an emoji family together, a
non-joiner shapes Persian and Hindi, a direction mark orders a sentence that mixes Hebrew and Latin. Those are kept
where they have that job, and nowhere else. Both what is shown as a mark and what is warned of follow from here.

Sources: UAX #9 (bidirectional controls), UAX #44 (Default_Ignorable_Code_Point), UTS #39 section 3.1.1 (joiners in
identifiers), UTS #51 (emoji sequences), the Core Specification, section 23.2 (joiners by script).
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

ALWAYS: Final = (
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\ud800-\udfff"  # lone surrogates
    "\u202a-\u202e\u2066-\u2069"  # bidirectional embeddings, overrides, isolates
    "\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"  # language tag and unassigned ignorables
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u2028\u2029\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
)
"""Inside of a regular expression class: characters that are never shown as they are."""

TAGS: Final = "\U000e0020-\U000e007f"
"""Inside of a regular expression class: letters that nobody sees; three flags are made of them."""

SOMETIMES: Final = f"\u061c\u180b-\u180d\u180f\u200b-\u200f\u2800\ufe00-\ufe0f{TAGS}\U000e0100-\U000e01ef"
"""Inside of a regular expression class: characters that are kept where Unicode gives them a job."""

ODD_SPACES: Final = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""Inside of a regular expression class: spaces that are not U+0020, marked in identifiers."""

_JOINERS: Final = "\u200c\u200d"
_DIRECTION_MARKS: Final = "\u061c\u200e\u200f"
_ZERO_WIDTH_SPACE: Final = "\u200b"
_BRAILLE_BLANK: Final = "\u2800"

# Patterns of one character, compiled where one is first needed: plain text, which is most of it, needs none.
_SHAPED: Final = (  # scripts whose letters change with a joiner: Arabic ... Tibetan, Myanmar, Khmer, Mongolian
    "[\u0600-\u07ff\u0840-\u0fff\u1000-\u109f\u1780-\u18af\u1a20-\u1b7f\ua840-\ua8ff\ua980-\ua9df\uabc0-\uabff"
    "\ufb50-\ufdff\ufe70-\ufefc\U00010a00-\U00010eff\U00011000-\U00011fff\U0001e900-\U0001e95f]"
)
_UNSPACED: Final = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u3040-\u30ff\u3400-\u9fff]"
_EMOJI: Final = (
    "[\u00a9\u00ae\u203c\u2049\u20e3\u2122\u2139\u2190-\u21ff\u2300-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff]"
)
_VIRAMA: Final = 9  # its canonical combining class
_KEYCAP: Final = "[0-9#*]"
_BRAILLE: Final = "[\u2800-\u28ff\\s]*[\u2801-\u28ff]"
_PICTURE: Final = 400
"""How far a blank of a picture made of Braille may be from a dot."""
_BLACK_FLAG: Final = "\U0001f3f4"
_TAGGED_FLAGS: Final = tuple(
    _BLACK_FLAG + "".join(chr(0xE0000 + ord(letter)) for letter in region) + "\U000e007f"
    for region in ("gbeng", "gbsct", "gbwls")
)
"""England, Scotland, Wales: the only tag sequences that UTS #51 recommends; all others can smuggle text."""

_LONGEST_NAME: Final = 65_536
"""Characters beyond which nothing takes a text for a path, host or address."""

COMBINING: Final = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
"""Regular expression: a mark that can be piled on a letter without end."""

PILE: Final = f"({COMBINING}{{8}})({COMBINING}+)"
"""Regular expression: more marks on one letter than any language needs; the second group is what is too much."""


def is_name(text: str) -> bool:
    """Whether a text is one path, host or address, in which nothing invisible has a job (rather than a word)."""
    if len(text) > _LONGEST_NAME or re.search(r"\s", text):
        return False
    return bool(re.search("[A-Za-z]", text) and re.search(r"[/\\]|\w@\w|\w\.[A-Za-z]", text))


def odd_places(text: str, *, identifier: bool = False) -> Iterator[int]:
    """Where a text has characters that must not be shown as they are; line ends and tabs are odd only in identifiers.

    A megabyte of any language takes some 30 ms: a quick look decides how much has to be looked for.
    """
    for match in re.finditer(_pattern(text, identifier=identifier), text):
        if identifier or re.match(f"[{ALWAYS}]", match[0]) or not has_job(text, match.start()):
            yield match.start()


_NOTHING: Final = "(?!)"
_NO_LINE_ENDS: Final = "(?![\n\t]|\r\n)"
_NO_PLAIN_JOB: Final = (
    f"(?!(?<={_SHAPED}[{_JOINERS}]){_SHAPED})(?!(?<={_EMOJI[:-1]}\ufe0f]\u200d){_EMOJI})"
    f"(?<!{_EMOJI}[\ufe0e\ufe0f])(?!(?<={_KEYCAP}\ufe0f)\u20e3)"
)
"""After a joiner or selector: it does not have its job in one of the commonest ways, so `has_job` has to look."""
_PRINTABLE: Final = (
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c\u200d\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""The joiners, and whatever else is odd although Python calls it printable."""


def _pattern(text: str, *, identifier: bool) -> str:
    """What to look for in a text."""
    if identifier:
        return f"[{ALWAYS}{SOMETIMES}{ODD_SPACES}]"
    visible = text.replace("\r\n", "").replace("\n", "").replace("\t", "").replace("\u200c", "").replace("\u200d", "")
    if not visible.isprintable():
        return f"{_NO_LINE_ENDS}[{ALWAYS}{SOMETIMES}]{_NO_PLAIN_JOB}"
    return _NOTHING if text.isascii() else f"{_PRINTABLE}{_NO_PLAIN_JOB}"


def has_job(text: str, at: int) -> bool:
    """Whether the character of `SOMETIMES` at this place is honest text; two equal ones in a row never are."""
    character = text[at]
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if character in _JOINERS:
        return _joiner_has_job(character, before, after)
    if character in _DIRECTION_MARKS:
        return not (_is_hidden(before) or _is_hidden(after)) and "R" in (
            _strong(text, at, range(at - 1, -1, -1)),
            _strong(text, at, range(at + 1, len(text))),
        )
    if character == _ZERO_WIDTH_SPACE:
        return bool(re.match(_UNSPACED, before) and re.match(_UNSPACED, after))
    if "\U000e0020" <= character <= "\U000e007f":
        start = text.rfind(_BLACK_FLAG, max(0, at - 6), at)
        return start >= 0 and text.startswith(_TAGGED_FLAGS, start)
    if character == _BRAILLE_BLANK:
        around = text[max(0, at - _PICTURE) : at][::-1], text[at : at + _PICTURE]
        return any(re.match(_BRAILLE, side) for side in around)
    return _selector_has_job(character, before, after)


def _joiner_has_job(character: str, before: str, after: str) -> bool:
    """A joiner holds two characters together or ends a half form; a non-joiner may stand at the end of a word, too."""
    if character == "\u200d":
        if before and unicodedata.combining(before) == _VIRAMA:
            return not _is_hidden(after)
        emoji = before == "\ufe0f" or re.match(_EMOJI, before)
        return bool(re.match(_EMOJI, after) if emoji else re.match(_SHAPED, before) and re.match(_SHAPED, after))
    return bool(re.match(_SHAPED, before)) and not (
        (after.isalnum() and not re.match(_SHAPED, after)) or _is_hidden(after)
    )


def _selector_has_job(character: str, before: str, after: str) -> bool:
    if character in "\ufe0e\ufe0f":
        return bool(re.match(_EMOJI, before)) or bool(re.match(_KEYCAP, before) and after == "\u20e3")
    if character >= "\U000e0100":  # those of ideographs
        return bool(before) and unicodedata.category(before) == "Lo"
    return bool(before) and unicodedata.category(before) in ("Lo", "Sm", "So")


def _is_hidden(character: str) -> bool:
    return bool(re.match(f"[{SOMETIMES}]", character))


_LOOK_AROUND: Final = 64
"""How far a direction mark may be from the letter that gives it a job."""


def _strong(text: str, at: int, places: range) -> str:
    """The direction, `L` or `R`, of the first strong letter met; empty without one nearby."""
    for place in places[:_LOOK_AROUND]:
        direction = unicodedata.bidirectional(text[place])
        if text[place] not in _DIRECTION_MARKS and direction in ("L", "R", "AL"):
            return direction[-1] if direction == "L" else "R"
    return ""
