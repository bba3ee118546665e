"""Offline answers for the travel agent: understand the conversation so far, then search, ask back, book or report."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from graphdeck.graphs.offline import reading
from graphdeck.graphs.offline.glossary import HONEST
from graphdeck.tools.hotel_data import Hotel
from graphdeck.tools.hotels import CITIES, HOTEL_BY_NAME

TOOL_NAMES = frozenset({"search_hotels", "book_hotel"})

WHICH_CITY = f"Which city? I know hotels in {', '.join(CITIES)}."
HELP = (
    f"{HONEST}: I can search and book hotels in {', '.join(CITIES)}. "
    "Ask, for example: find a quiet hotel in Rome under 150 EUR and book 3 nights for Kim."
)
NOTHING_BOOKED = "Nothing was booked. Tell me what to look for instead."

LONGEST = 4_000
"""Characters of a message that are read: comparing names with each pair of words takes its time."""

Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Talk:
    """What the conversation has told so far."""

    cities: tuple[str, ...] = ()
    hotels: tuple[Hotel, ...] = ()
    """Hotels that the person chose."""
    offers: tuple[Hotel, ...] = ()
    """Hotels of the newest search, in its order."""
    nights: int | None = None
    max_price: float | None = None
    min_rating: float | None = None
    arrival: str = ""
    guest: str = ""
    wishes: tuple[str, ...] = ()
    books: bool = False
    """A booking was asked for and is not made yet."""
    asked: str = ""
    """What the assistant said last."""
    on_topic: bool = False
    """The newest message had something to do with hotels."""
    refused: bool = False
    """The newest message said no to a booking."""


def answer(messages: Sequence[BaseMessage]) -> AIMessage:
    """The next message of the assistant."""
    talk, results = Talk(), list[ToolMessage]()
    for message in messages:
        if isinstance(message, HumanMessage):
            talk, results = _hear(talk, message.text[:LONGEST]), []
        elif isinstance(message, AIMessage):
            talk, results = replace(talk, asked=message.text), []
        elif isinstance(message, ToolMessage):
            results.append(message)
            talk = _learn(talk, results)
    text, calls = _after_tools(talk, results) if results else _after_person(talk)
    ids = f"call_{len(messages)}"
    return AIMessage(
        text,
        tool_calls=[
            {"name": name, "args": args, "id": f"{ids}_{i}", "type": "tool_call"}
            for i, (name, args) in enumerate(calls)
        ],
    )


def _hear(talk: Talk, text: str) -> Talk:
    """The talk with a person's message added."""
    named = reading.hotels(text)
    cities = () if named else reading.cities(text) or tuple(filter(None, [reading.unknown_place(text)]))
    nights = reading.nights(text) or (reading.bare_number(text) if "how many nights" in talk.asked else None)
    refused = bool(re.match(r"\s*(?:no|nope|cancel|stop|never mind|forget it)\b", text, re.IGNORECASE))
    asked_name = "whose name" in talk.asked and not cities and not refused
    guest = reading.guest(text) or (reading.bare_name(text) if asked_name else "")
    filters: dict[str, Any] = {
        "max_price": reading.max_price(text),
        "min_rating": reading.min_rating(text),
        "arrival": reading.arrival(text),
    }
    given = {name: value for name, value in filters.items() if value}
    wishes, wants_booking = reading.wishes(text), reading.wants_booking(text)
    searching = bool(cities or given or re.search(r"\b(?:search|find|look|show|other|others)\b", text, re.IGNORECASE))
    chosen = named or (() if searching or refused else _pick(talk, text, wishes))
    known = cities or chosen or nights or guest or given or wishes or wants_booking
    keeps_choice = not searching and not wishes
    return replace(
        talk,
        **given,
        cities=cities or talk.cities,
        hotels=chosen or (talk.hotels if keeps_choice else ()),
        offers=() if cities else talk.offers,
        nights=nights or talk.nights,
        guest=guest or talk.guest,
        wishes=wishes or (() if cities else talk.wishes),
        books=not refused and (talk.books or wants_booking or bool(chosen)),
        on_topic=bool(known or searching or re.search(r"\b(?:hotels?|rooms?|stay|trip|travel)\b", text, re.IGNORECASE)),
        refused=refused and not known,
    )


def _pick(talk: Talk, text: str, wishes: tuple[str, ...]) -> tuple[Hotel, ...]:
    """The offer that a message points at: by its place, by a wish, or by saying yes to what was proposed."""
    if not talk.offers:
        return ()
    place = reading.ordinal(text)
    if place is not None:
        return talk.offers[place:][:1] or talk.offers[-1:]
    if wishes:
        return (_best(talk.offers, wishes),)
    agrees = re.match(r"\s*(?:yes|yep|ok|okay|sure|please do|go ahead|do it|i'll take it)\b", text, re.IGNORECASE)
    asked_to_book = re.search(r"[^.]*\bshall I book\b[^?]*", talk.asked, re.IGNORECASE)
    if asked_to_book and (agrees or reading.wants_booking(text) or talk.books):
        return reading.hotels(asked_to_book[0])
    return ()


def _learn(talk: Talk, results: Sequence[ToolMessage]) -> Talk:
    """The talk with the results of the newest calls added."""
    if results[-1].name == "book_hotel":
        return replace(talk, books=False, hotels=(), nights=None)
    found = (hotel for result in results for hotel in _found(result))
    return replace(talk, offers=tuple(found))


def _found(result: ToolMessage) -> tuple[Hotel, ...]:
    """The hotels of a search's result, which has one on each line that starts with a dash."""
    names = re.findall(r"^- ([^,]+),", result.text, re.MULTILINE)
    return tuple(HOTEL_BY_NAME[name] for name in names if name in HOTEL_BY_NAME)


def _after_person(talk: Talk) -> tuple[str, list[Call]]:
    if talk.refused:
        return NOTHING_BOOKED, []
    if not talk.on_topic:
        return HELP, []
    if talk.books and talk.hotels:
        return _book(talk, talk.hotels)
    if not talk.cities:
        return WHICH_CITY, []
    filters = {"arrival": talk.arrival, "max_price": talk.max_price, "min_rating": talk.min_rating}
    given = {name: value for name, value in filters.items() if value}
    places = _listed(talk.cities)
    return f"I look for hotels in {places}.", [("search_hotels", {"city": city, **given}) for city in talk.cities]


def _after_tools(talk: Talk, results: Sequence[ToolMessage]) -> tuple[str, list[Call]]:
    if any(result.name == "book_hotel" for result in results):
        failed = any(result.status == "error" for result in results)
        ending = "Tell me what to change." if failed else "Have a good trip!"
        return "\n".join([*(result.text for result in results), ending]), []
    report = "\n".join(result.text for result in results)
    if not talk.offers:
        return f"{report}\nShall I look elsewhere, or at another price?", []
    by_city = [found for result in results if (found := _found(result))]
    best = tuple(_best(found, talk.wishes) for found in by_city)
    if not talk.books:
        return f"{report}\nShall I book {_names(best)}? Then tell me for how many nights, and in whose name.", []
    text, calls = _book(talk, best)
    missed = [result.text for result in results if not _found(result)]
    return "\n".join([*missed, text]) if calls else f"{report}\n{text}", calls


def _book(talk: Talk, hotels: tuple[Hotel, ...]) -> tuple[str, list[Call]]:
    """The calls that book these hotels, or the question for what is missing."""
    names = _names(hotels)
    missing = [
        question
        for question, known in (("for how many nights", talk.nights), ("in whose name", talk.guest))
        if not known
    ]
    if missing:
        question = " and ".join(missing)
        return f"{question[0].upper()}{question[1:]} shall I book {names}?", []
    details = {"nights": talk.nights, "guest": talk.guest}
    when = {"arrival": talk.arrival} if talk.arrival else {}
    prices = _listed(f"{hotel.name} at {hotel.price} EUR a night" for hotel in hotels)
    return f"I book {prices}.", [("book_hotel", {"hotel": hotel.name, **details, **when}) for hotel in hotels]


def _best(hotels: Sequence[Hotel], wishes: tuple[str, ...]) -> Hotel:
    """The hotel whose note has most of the wishes; the search has put the best rated first."""
    if "cheapest" in wishes:
        return min(hotels, key=lambda hotel: hotel.price)
    return max(hotels, key=lambda hotel: sum(wish in hotel.note for wish in wishes))


def _names(hotels: Iterable[Hotel]) -> str:
    return _listed(hotel.name for hotel in hotels)


def _listed(items: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *others, last = items
    return f"{', '.join(others)} and {last}" if others else last
