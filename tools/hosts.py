"""Hosts that are not what they seem: in addresses of the web, in e-mail addresses, and alone.

What is honest alone (a bare IP address, a port, an international name in one script) is left alone. Sources: RFC 3986
(authority), RFC 3492 (punycode), the numbers that `inet_aton` takes, UTS #39 section 5.2 (mixed scripts).
"""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from graphdeck.tools.lookalikes import TWINS, normal, script
from graphdeck.tools.quoting import code, quoted

_ENDS_AUTHORITY: Final = r"[^\s/?#\"'<>`(){}|^]*"
_EAST_ASIAN: Final = frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})
_WELL_KNOWN: Final = frozenset({"com", "org", "net", "gov", "edu"})
"""Ends of names that people trust where they see them."""
_LONG: Final = 100
"""Characters of a host from which on its end, which says whose it is, is easily overlooked."""
_NUMBER: Final = "(?:0[xX][0-9a-fA-F]*|[0-9]+)"
_WEB: Final = frozenset({"http", "https", "ws", "wss", "ftp"})


def odd_hosts(text: str, *, is_host: bool = False) -> Iterator[str]:
    """What is wrong with the hosts in a text, a sentence each; `is_host` where the whole text is one."""
    authorities = list(_authorities(text))
    spans = [span for _, _, span in authorities]
    for scheme, authority in dict.fromkeys((scheme, authority) for scheme, authority, _ in authorities):
        yield from _authority(authority, scheme)
    if "@" in text:
        yield from _addresses(text, spans)
    if is_host and not authorities:
        yield from odd_host(re.split(r"[/?#:]", text.strip())[0])
    elif "www." in text:
        for found in re.finditer(rf"www\.{_ENDS_AUTHORITY}", text):
            if not re.match(r"[/\w.@-]", text[: found.start()][-1:]):
                yield from odd_host(_without_port(found[0].rstrip(".,;:!")))
    if "](" in text:
        yield from _links(text)


def _authorities(text: str) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Scheme, authority and place of each address; a search for `://` alone is what keeps long texts fast."""
    at = text.find("://")
    while at >= 0:
        scheme = re.search(r"[A-Za-z][A-Za-z0-9+.-]*\Z", text[max(0, at - 20) : at])
        authority = re.compile(_ENDS_AUTHORITY).match(text, at + 3)
        if scheme and authority and authority[0]:
            yield scheme[0].lower(), authority[0], authority.span()
        at = text.find("://", at + 3)


def _authority(authority: str, scheme: str) -> Iterator[str]:
    if "\\" in authority:
        whole, authority = authority, authority.partition("\\")[0]
        yield f"{quoted(whole)} has a backslash, where browsers end the host: it is {quoted(authority)}"
    user, at, rest = authority.rpartition("@")
    host = _without_port(rest.rstrip(".,;:!"))
    if at and _shows_a_host(user, scheme):
        yield f"the host is {quoted(host)}: {quoted(user)}, which stands before @, is only a user's name"
    yield from odd_host(host)
    if numbers := re.fullmatch(rf"{_NUMBER}(?:\.{_NUMBER}){{0,3}}", host):
        yield from _odd_number(numbers[0])


def _shows_a_host(user: str, scheme: str) -> bool:
    name = unquote(user).partition(":")[0]
    ends = name.rpartition(".")[2].lower()
    return bool(re.search(r"[/\u2044\u2215\uff0f]", unquote(user))) or (
        "." in name and (scheme in _WEB or ends in _WELL_KNOWN)
    )


def _without_port(host: str) -> str:
    return re.sub(r":\d*\Z", "", host)


def _addresses(text: str, spans: list[tuple[int, int]]) -> Iterator[str]:
    """E-mail addresses: their hosts, and a name that shows another address."""
    seen = set()
    inside = iter(spans)
    span = next(inside, None)
    for found in re.finditer(r"@([^\s<>,;:\"'()\[\]/@]+)", text):
        while span is not None and span[1] <= found.start():
            span = next(inside, None)
        host = found[1].rstrip(".!?")
        in_address = span is not None and span[0] <= found.start()
        if host not in seen and not in_address and re.match(r"[\w.+-]", text[max(0, found.start() - 1)]):
            seen.add(host)
            yield from odd_host(host)
    for real in re.finditer(r"<([\w.+-]{1,64}@[\w.-]{1,255})>", text):
        shown = re.search(
            r"([\w.+-]{1,64}@[\w.-]{1,255})[\"']?\s{0,9}\Z", text[max(0, real.start() - 340) : real.start()]
        )
        if shown and shown[1].casefold() != real[1].casefold():
            yield f"it shows {quoted(shown[1])}, but the address is {quoted(real[1])}"


def _links(text: str) -> Iterator[str]:
    """Links of Markdown whose text is an address of another host."""
    for shown, target in re.findall(r"\[([^\[\]\s]{4,300})\]\([a-z]{2,9}://([^\s)/?#]{1,300})", text):
        name = re.fullmatch(r"(?:[a-z]{2,9}://)?([\w-]+(?:\.[\w-]+)+)(?:[/:?#].*)?", shown)
        host = _without_port(target.rpartition("@")[2]).casefold()
        if name and not _related(name[1].casefold(), host):
            yield f"a link shows {quoted(name[1])}, but leads to {quoted(host)}"


def _related(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def odd_host(host: str) -> Iterator[str]:
    """What is wrong with one host, without user and port; a sentence each."""
    if "%" in host and unquote(host) != host:
        yield f"{quoted(host)} is written with % codes and reads {quoted(unquote(host))}"
        host = unquote(host)
    if normal(host) != host and normal(host).isascii():
        yield f"{quoted(host)} is not written in plain letters and reads {quoted(normal(host))}"
    labels = host.split(".")
    for label in labels[:12]:
        yield from _punycode(label) if label.lower().startswith("xn--") else _odd_label(label, labels[-1])
    yield from _odd_end(host.lower().rstrip("."))


def _punycode(label: str) -> Iterator[str]:
    try:
        reads = label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        yield f"{quoted(label)} looks like punycode, but cannot be read"
        return
    yield f"{quoted(label)} is punycode and reads {quoted(reads)}"
    yield from _odd_label(reads, "")


def _odd_label(label: str, ending: str) -> Iterator[str]:
    if label.isascii():
        return
    letters = [letter for letter in normal(label) if letter.isalpha() and letter not in "\u30fc\u3005"]
    scripts = dict.fromkeys(script(letter) for letter in letters)
    if len(scripts) > 1 and not scripts.keys() <= _EAST_ASIAN:
        odd = next((letter for letter in letters if letter in TWINS), letters[0])
        names = " and ".join(name.title() for name in scripts)
        twin = f" is not {TWINS[odd]}" if odd in TWINS else f" is {script(odd).title()}"
        yield f"{quoted(label)} in a host mixes {names} letters: {odd} ({code(odd)}){twin}"
    elif letters and all(letter in TWINS for letter in letters) and (ending.isascii() or not ending):
        twins = "".join(TWINS.get(letter, letter) for letter in label)
        yield f"{quoted(label)} in a host is not {twins}: its letters are {script(letters[0]).title()}"


def _odd_end(host: str) -> Iterator[str]:
    """A name that people trust, at the start of a host that belongs to someone else."""
    labels = host.split(".")
    second_level = len(labels[-1]) == 2 and len(labels) > 2 and labels[-2] in {*_WELL_KNOWN, "co", "ac"}
    owner = labels[-3:] if second_level else labels[-2:]
    for number, label in enumerate(labels[1 : 1 - len(owner) or None], 1):
        known, dash, _ = label.partition("-")
        inner = number < len(labels) - len(owner)
        if (known == "com" and dash and labels[number - 1] != "www") or (inner and label in _WELL_KNOWN):
            shown = f"{labels[number - 1]}.{known}"
            yield f"{quoted(host)} shows {quoted(shown)}, but belongs to {quoted('.'.join(owner))}"
            return
    if len(host) > _LONG:
        yield f"a host of {len(host)} characters, which belongs to {quoted('.'.join(owner))}"


def _odd_number(host: str) -> Iterator[str]:
    """An IPv4 address in a notation that hides which it is."""
    parts = [_value(part) for part in host.split(".")]
    plain = len(parts) == 4 and all(str(value) == part for value, part in zip(parts, host.split("."), strict=True))
    if plain or any(value > 255 for value in parts[:-1]) or parts[-1] >= 256 ** (5 - len(parts)):
        return
    number = parts[-1] + sum(value << (24 - 8 * place) for place, value in enumerate(parts[:-1]))
    address = ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
    yield f"the host {quoted(host)} is the address {address}"


def _value(part: str) -> int:
    """A part of an address as `inet_aton` reads it: hexadecimal after 0x, octal after 0; too large where it cannot."""
    if len(part) > 20:
        return 1 << 40
    if part[:2].lower() == "0x":
        return int(part[2:] or "0", 16)
    octal = len(part) > 1 and part[0] == "0" and not set(part) & {"8", "9"}
    return int(part, 8 if octal else 10)
