"""Reads what a person wants from a sentence about hotels: each function finds one detail, by pattern."""

import re

from graphdeck.tools.hotel_data import HOTELS, OTHER_NAMES, Hotel
from graphdeck.tools.hotels import CITIES, MONTHS, find_city, find_hotel

_COUNT_WORDS = "one two three four five six seven eight nine ten eleven twelve"
COUNTS = {word: count for count, word in enumerate(re.findall(r"\w+", _COUNT_WORDS), 1)}
ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1}
NOTES = frozenset(word for hotel in HOTELS for word in re.findall(r"\w+", hotel.note) if len(word) > 2)

_COUNT = rf"(\d{{1,3}}|{'|'.join(COUNTS)})"
_MONTH = "|".join(f"{month}|{month[:3]}" for month in MONTHS)
_PARTICLES = r"(?:(?:van|von|de|der|di|da|del|la|le|el|al|bin)\s+)*"
_NAME = rf"({_PARTICLES}[^\W\d_a-z][\w'’.-]*(?:\s+{_PARTICLES}[^\W\d_a-z][\w'’-]*){{0,3}})"
_PLAIN_WORDS = (
    "no not thanks thank you hi hello i the me us my it some any this next "
    "page parts pairs eur euro euros please find book hotel hotels room rooms"
)
_NO_NAMES = frozenset(
    word.casefold() for word in [*CITIES, *OTHER_NAMES, *MONTHS, *COUNTS, *re.findall(r"\w+", _PLAIN_WORDS)]
)


def cities(text: str) -> tuple[str, ...]:
    """Cities in the order in which they are named; slips are forgiven where none is spelled right."""
    words = re.findall(r"[^\W\d_]+", text)
    known = {city.casefold() for city in CITIES} | OTHER_NAMES.keys()
    exact = [find_city(word) for word in words if word.casefold() in known]
    long = [word for word in words if len(word) > 3 and word.casefold() not in _NO_NAMES]
    # "then" is close to "Athen": a slip in the first letter is rarer than such an accident
    close = [city for word in long if (city := find_city(word)) and city[0] == word[0].upper()]
    return tuple(dict.fromkeys(city for city in exact or close if city))


def unknown_place(text: str) -> str:
    """A place that is named, but has no hotels here; empty where there is none."""
    places = re.findall(r"\b(?:in|to|near|around)\s+([^\W\d_a-z][\w'-]+)", text)
    return next((place for place in places if place.casefold() not in _NO_NAMES and not arrival(f"in {place}")), "")


def hotels(text: str) -> tuple[Hotel, ...]:
    """Hotels that are named, in the order of the text."""
    lower = text.casefold()
    exact = [(lower.find(hotel.name.casefold()), hotel) for hotel in HOTELS if hotel.name.casefold() in lower]
    if exact:
        return tuple(hotel for _, hotel in sorted(exact, key=lambda pair: pair[0]))
    words = re.findall(r"[\w']+", text)
    pairs = [" ".join(words[start : start + size]) for size in (2, 3) for start in range(len(words) - size + 1)]
    return tuple(dict.fromkeys(hotel for hotel in map(find_hotel, pairs) if hotel))


def without_hotels(text: str) -> str:
    """The text without hotels' names, which look like people's or cities'."""
    for hotel in HOTELS:
        text = re.sub(re.escape(hotel.name), "it", text, flags=re.IGNORECASE)
    return text


def nights(text: str) -> int | None:
    """How many nights, also as days, weeks or a weekend."""
    if found := re.search(rf"\b{_COUNT}[\s-]+(nights?|days?|weeks?)\b", text, re.IGNORECASE):
        return _number(found[1]) * (7 if found[2].casefold().startswith("week") else 1)
    spans = {r"for a night": 1, r"a week": 7, r"fortnight": 14, r"weekend": 2}
    return next((count for span, count in spans.items() if re.search(rf"\b{span}\b", text, re.IGNORECASE)), None)


def bare_number(text: str) -> int | None:
    """A number that opens the text or a part of it, as the answer to "how many"."""
    found = re.search(rf"(?:^|[,;]|\bfor\b|\band\b)\s*{_COUNT}(?=$|[\s,;.!])", text.strip(), re.IGNORECASE)
    return _number(found[1]) if found else None


def max_price(text: str) -> float | None:
    """The highest price of a night; one for the whole stay is divided by its nights."""
    limit = (
        r"under|below|less than|(?:no|not) more than|cheaper than|max(?:imum|\.)?|at most|up to|within"
        r"|(?:budget|limit)(?:\s+(?:of|is))?|<=?|≤"
    )
    money = r"(?:€|\$|eur(?:os?)?\b|euros?\b)"
    number = r"(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)"
    other_unit = r"(?![\d.]*[\s-]*(?:night|day|week|star))"
    found = re.search(
        rf"(?:\b(?:{limit})|[<≤])\s*(?:of\s+|is\s+|price\s+)?{money}?\s*{number}{other_unit}"
        rf"|{money}\s*{number}|{number}\s*{money}",
        text,
        re.IGNORECASE,
    )
    if not found:
        return None
    price = float(next(group for group in found.groups() if group).replace(",", ""))
    whole_stay = re.search(r"\b(?:in total|altogether|all in|in all|for the whole stay)\b", text, re.IGNORECASE)
    return round(price / (nights(text) or 1), 2) if whole_stay else price


def min_rating(text: str) -> float | None:
    """The lowest rating, 1 to 5."""
    found = re.search(
        r"\brat(?:ed|ing)s?\b\D{0,20}([1-5](?:\.\d)?)\b|\b([1-5](?:\.\d)?)\+?[\s-]*stars?\b", text, re.IGNORECASE
    )
    return float(found[1] or found[2]) if found else None


def arrival(text: str) -> str:
    """Day or month of arrival, as it was written."""
    patterns = (
        r"\b\d{4}-\d{2}(?:-\d{2})?\b",
        rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{_MONTH})\b",
        rf"\b(?:{_MONTH})\s+\d{{1,2}}(?:st|nd|rd|th)?\b",
    )
    for pattern in patterns:
        if found := re.search(pattern, text, re.IGNORECASE):
            return found[0]
    month = re.search(rf"\b(?:in|for|early|late|mid|next|this|during)[\s-]+({_MONTH})\b", text, re.IGNORECASE)
    return month[1].capitalize() if month else ""


def guest(text: str) -> str:
    """The guest's name, where words say that it is one."""
    plain = without_hotels(text)
    strong = re.search(
        r"\b(?:name(?:\s+is|'s|:)?|guest(?:\s+is|:)?|(?:under|in)\s+the\s+name(?:\s+of)?)\s+"
        r"([^\W\d_][\w'’-]*(?:\s+(?!and\b|for\b|in\b|from\b|at\b|please\b)[^\W\d_][\w'’-]*){0,3})",
        plain,
        re.IGNORECASE,
    )
    if strong and strong[1].split()[0].casefold() not in {"is", "of", "for", "shall", "and"}:
        return strong[1].strip()
    names = re.findall(rf"\b(?:(?i:for|under|i am|i'm|i’m|this is|on behalf of))\s+{_NAME}", plain)
    return next((name.rstrip(".") for name in names if _may_be_name(name)), "")


def bare_name(text: str) -> str:
    """A name that stands alone, as the answer to "in whose name"."""
    plain = re.sub(rf"\b{_COUNT}[\s-]+(?:nights?|days?|weeks?)\b|\d+", " ", without_hotels(text), flags=re.IGNORECASE)
    plain = re.sub(r"^\W*(?:yes|ok|okay|sure|please)\b", " ", plain, flags=re.IGNORECASE)
    name = next((found for found in re.findall(_NAME, plain) if _may_be_name(found)), "")
    if name:
        return name.rstrip(".")
    words = re.findall(r"[^\W\d_]+", plain)
    return " ".join(words).title() if 0 < len(words) <= 2 and not _NO_NAMES & {w.casefold() for w in words} else ""


def wants_booking(text: str) -> bool:
    """Whether a booking is asked for, and not refused."""
    refused = re.search(
        r"\b(?:don['’]?t|do not|not|without|never|nothing)\s+(?:\w+\s+)?(?:book|reserv)", text, re.IGNORECASE
    )
    return not refused and bool(re.search(r"\b(?:book|booking|reserve|reservation)\b", text, re.IGNORECASE))


def ordinal(text: str) -> int | None:
    """The place in the list of offers: `the second one` is 1, `the last` is -1."""
    found = re.search(rf"\bthe\s+({'|'.join(ORDINALS)})\b(?!\s+of)", text, re.IGNORECASE)
    return ORDINALS[found[1].casefold()] if found else None


def wishes(text: str) -> tuple[str, ...]:
    """`cheapest`, and words of the hotels' notes such as `quiet`."""
    words = re.findall(r"\w+", without_hotels(text).casefold())
    cheap = bool({"cheap", "cheaper", "cheapest"} & set(words)) and "cheaper than" not in text.casefold()
    return (*(["cheapest"] if cheap else []), *(word for word in dict.fromkeys(words) if word in NOTES))


def _number(text: str) -> int:
    return COUNTS[text.casefold()] if text.casefold() in COUNTS else int(text)


def _may_be_name(name: str) -> bool:
    return name.split()[0].casefold() not in _NO_NAMES and not arrival(f"in {name}")
