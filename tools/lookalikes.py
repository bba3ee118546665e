"""Words whose letters pretend to be others: `bооk` with two Cyrillic letters, `раураl`, `аpple.com`.

The tables hold the letters that any font draws alike, a small part of Unicode's confusables.txt (UTS #39). Honest
text mixes scripts too (`SMSки`, `kΩ`, `πr`, `USB-кабель`): a word is named only where every one of its foreign letters
has a twin, so that it reads as if it were written in one script.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from graphdeck.tools.quoting import code, quoted


def _twins(originals: str, twins: str) -> dict[str, str]:
    return dict(zip(originals, twins, strict=True))


CYRILLIC: Final = _twins(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u04bb\u0501\u051b\u051d\u04cf\u0475\u04af"
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0405\u0406\u0408\u050c\u051a\u051c\u04c0\u04ae",
    "aeopcyxsijhdqwlvyABEKMHOPCTXSIJGQWIY",
)
GREEK: Final = _twins(
    "\u03bf\u03f2\u03f3\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03f9\u037f",
    "ocjABEZHIKMNOPTYXCJ",
)
ARMENIAN: Final = _twins("\u0585\u057d\u0570\u0578\u0581\u0566\u054f\u0555\u054d\u053c", "ouhngqSOUL")
CHEROKEE: Final = _twins(
    "\u13aa\u13f4\u13df\u13a0\u13ac\u13c0\u13bb\u13ab\u13e6\u13de\u13b7\u13e2\u13a1\u13da\u13a2\u13d9\u13b3\u13c3",
    "ABCDEGHJKLMPRSTVWZ",
)
TWINS: Final = {**CYRILLIC, **GREEK, **ARMENIAN, **CHEROKEE}
"""Letter to the ASCII letter that it looks like."""

NAME_TWINS: Final = {
    **_twins("\u0251\u0261\u026f\u217c\u2170\u217d\u217e\u217f\u2174\u2179", "agwlicdmvx"),
    **_twins("\u037e\u2215\u2044\u2024\ua789\u2236\u01c3\u01c0\u2223\u2010\u2212", ";//.::!||--"),
}
"""Letters and signs that are honest in prose (phonetics, fractions, Roman numbers), and not in names and commands."""

_REVERSED: Final = frozenset("aceopxyABCEHKMOPTX")
"""Latin letters that pretend to be Cyrillic ones."""

_LETTER: Final = "[\u0370-\u03ff\u0400-\u052f\u0531-\u0587\u13a0-\u13f5]"
_SEAMS: Final = {  # by what is rarer in the text: a search that begins there is several times as fast
    "latin": f"[A-Za-z](?:(?={_LETTER})|(?<={_LETTER}.))",
    "foreign": f"{_LETTER}(?:(?=[A-Za-z])|(?<=[A-Za-z].))",
}
_FANCY: Final = "[\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff]"
"""Full-width and mathematical letters, which become ASCII when a program normalises them."""
_WIDE_SCRIPT: Final = "[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]"


def mixed_words(text: str) -> Iterator[str]:
    """What is wrong with words, anywhere, that mix letters of two scripts so that they read as one; a sentence each."""
    if text.isascii() or not (re.search(_LETTER, text) and re.search("[A-Za-z]", text)):
        return
    mostly_foreign = len(text.encode("utf-8", "surrogatepass")) > 1.5 * len(text)
    if not re.search(_SEAMS["latin" if mostly_foreign else "foreign"], text):
        return
    for word in dict.fromkeys(re.findall(r"\w+", text)):
        if not word.isascii() and (odd := _pretenders(word)):
            yield f"{quoted(word)} mixes letters that look alike: {_named(odd)}"


def _pretenders(word: str) -> list[str]:
    """The letters of a word that pretend to be of another script; empty where it is honest."""
    letters = [letter for letter in word if letter.isalpha()]
    latin = [letter for letter in letters if letter.isascii() or script(letter) == "LATIN"]
    others = [letter for letter in letters if letter not in latin]
    if not latin or all(letter in TWINS for letter in others):
        return others if latin else []
    cyrillic = all("\u0400" <= letter <= "\u052f" for letter in others)
    if cyrillic and set(latin) <= _REVERSED and any(map(str.islower, latin)):
        return latin
    return []


def odd_names(text: str) -> Iterator[str]:
    """What is wrong with a text that names something (a command, path, host or address): a sentence each."""
    if text.isascii():
        return
    if signs := [sign for sign in dict.fromkeys(text) if sign in NAME_TWINS]:
        yield f"signs that look like others: {_named(signs)}"
    if re.search(_FANCY, text) and not re.search(_WIDE_SCRIPT, text):
        fancy = "".join(re.findall(f"{_FANCY}+", text))
        yield f"{quoted(fancy)} is not written in plain letters; programs may read {quoted(normal(fancy))}"
    if not re.search("[A-Za-z]", text):
        return
    foreign = {letter for letter in re.findall(_LETTER, text) if letter.isalpha()}
    for word in dict.fromkeys(re.findall(r"[^\W\d_]+", text)):
        if not set(word) <= TWINS.keys():
            continue
        if all(letter in TWINS for letter in foreign if script(letter) == script(word[0])):
            twin = "".join(TWINS[letter] for letter in word)
            yield f"{quoted(word)} is not {twin}: its letters are {script(word[0]).title()}, such as {code(word[0])}"


def script(letter: str) -> str:
    """The script of a letter as its Unicode name begins: `LATIN`, `CYRILLIC`, `CJK`; empty without a name."""
    return unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]


def normal(text: str) -> str:
    """The text as most programs compare names: compatibility forms replaced (NFKC)."""
    return unicodedata.normalize("NFKC", text)


def _named(letters: list[str]) -> str:
    parts = [_twin(letter) for letter in dict.fromkeys(letters)]
    return ", ".join(parts[:4]) + (f" and {len(parts) - 4} more" if len(parts) > 4 else "")


def _twin(letter: str) -> str:
    twin = TWINS.get(letter) or NAME_TWINS.get(letter)
    if twin:
        return f"{letter} ({code(letter)}) is not {twin}"
    return f"{letter} ({code(letter)}) is {script(letter).title()}"
