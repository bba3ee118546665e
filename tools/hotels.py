"""Two tools for a travel agent: search the bundled hotels, and book one of them.

Nothing leaves the machine: a booking is a text. What is wrong with a call comes back as the tool's result, so that
the model can read it and do better.
"""

import difflib
import re
import zlib
from typing import Annotated, Self

from langchain_core.tools import BaseTool, tool
from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from graphdeck.tools.hotel_data import HOTELS, OTHER_NAMES, Hotel

CITIES = tuple(dict.fromkeys(hotel.city for hotel in HOTELS))
HOTEL_BY_NAME = {hotel.name: hotel for hotel in HOTELS}
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def find_city(text: str) -> str | None:
    """The city that a text names, small slips forgiven; None where there are no hotels."""
    return _closest(text, {city.casefold(): city for city in CITIES} | OTHER_NAMES)


def find_hotel(text: str) -> Hotel | None:
    """The hotel that a text names, small slips forgiven; None where there is none."""
    name = _closest(text, {name.casefold(): name for name in HOTEL_BY_NAME})
    return HOTEL_BY_NAME[name] if name else None


def hotels_in(city: str) -> list[Hotel]:
    """The hotels of a city, best rated first."""
    return sorted((hotel for hotel in HOTELS if hotel.city == city), key=lambda hotel: (-hotel.rating, hotel.price))


def month_of(arrival: str) -> int | None:
    """The month, 1 to 12, of a day or month in words or as YYYY-MM(-DD); None where there is none."""
    if number := re.search(r"\b\d{4}-(0[1-9]|1[0-2])\b", arrival):
        return int(number[1])
    words = re.findall(r"[a-z]{3,}", arrival.casefold())
    return next((i for i, month in enumerate(MONTHS, 1) for word in words if month.casefold().startswith(word)), None)


def season(hotel: Hotel) -> str:
    """The months in which a hotel is open, in words; empty where it is open all year."""
    first, last = (MONTHS[month - 1] for month in hotel.months)
    return "" if hotel.months == (1, 12) else f"open from {first} to {last}"


def explain(error: ValidationError) -> str:
    """What is wrong with a tool's arguments, in one line; our own sentences speak for themselves."""
    return "; ".join(
        part["msg"].removeprefix("Value error, ")
        if part["type"] == "value_error"
        else f"{'.'.join(map(str, part['loc']))}: {part['msg']}"
        for part in error.errors()
    )


def _known_city(text: str) -> str:
    city = find_city(text)
    if city is None:
        raise ValueError(f"There are no hotels in {text}, only in {', '.join(CITIES)}")
    return city


def _known_hotel(text: str) -> str:
    hotel = find_hotel(text)
    if hotel is None:
        raise ValueError(f"There is no hotel {text}; search first")
    return hotel.name


def _known_time(text: str) -> str:
    if text.strip() and month_of(text) is None:
        raise ValueError(f"{text} is not a day or month; write it like 2026-05-12, 12 May or May")
    return text.strip()


Arrival = Annotated[
    str,
    AfterValidator(_known_time),
    Field(description="Day or month of arrival, such as '2026-05-12', '12 May' or 'May'; empty for any"),
]


class Search(BaseModel):
    """What to look for."""

    city: Annotated[str, AfterValidator(_known_city)] = Field(description="One city, such as 'Rome'")
    arrival: Arrival = ""
    max_price: float | None = Field(default=None, gt=0, description="Highest price of a night, in EUR")
    min_rating: float | None = Field(default=None, ge=1, le=5, description="Lowest rating that guests gave")


class Booking(BaseModel):
    """A booking that can be made: the hotel exists, and is open at that time."""

    hotel: Annotated[str, AfterValidator(_known_hotel)] = Field(description="Name of the hotel")
    nights: int = Field(ge=1, le=30, description="Number of nights")
    guest: str = Field(min_length=1, description="Name of the guest")
    arrival: Arrival = ""

    @model_validator(mode="after")
    def _is_open(self) -> Self:
        hotel = HOTEL_BY_NAME[self.hotel]
        month = month_of(self.arrival)
        if month and not hotel.open_in(month):
            raise ValueError(f"{hotel.name} has no rooms in {MONTHS[month - 1]}, it is {season(hotel)}")
        return self

    @property
    def total(self) -> int:
        """Price of the whole stay, in EUR."""
        return HOTEL_BY_NAME[self.hotel].price * self.nights


@tool(args_schema=Search)
def search_hotels(city: str, arrival: str = "", max_price: float | None = None, min_rating: float | None = None) -> str:
    """Find hotels in a city, best rated first, with price, rating and the months in which they are open."""
    month = month_of(arrival)
    is_open = [hotel for hotel in hotels_in(city) if month is None or hotel.open_in(month)]
    cheap_enough = [hotel for hotel in is_open if max_price is None or hotel.price <= max_price]
    found = [hotel for hotel in cheap_enough if min_rating is None or hotel.rating >= min_rating]
    if not found:
        cheapest = min(is_open, key=lambda hotel: hotel.price)
        best = max(is_open, key=lambda hotel: hotel.rating)
        return f"No hotel in {city} fits. Cheapest: {_in_short(cheapest)}. Best rated: {_in_short(best)}."
    count = "1 hotel" if len(found) == 1 else f"{len(found)} hotels"
    return "\n".join([f"{count} in {city}:", *(f"- {_in_full(hotel)}" for hotel in found)])


@tool(args_schema=Booking)
def book_hotel(hotel: str, nights: int, guest: str, arrival: str = "") -> str:
    """Book a room in a hotel that search_hotels has found. This spends the guest's money."""
    booking = Booking(hotel=hotel, nights=nights, guest=guest, arrival=arrival)
    code = zlib.crc32(booking.model_dump_json().encode()) % 0x10000
    stay = "1 night" if nights == 1 else f"{nights} nights"
    when = f", arriving {arrival}" if arrival else ""
    return f"Booked {hotel} for {guest}, {stay}{when}: {booking.total} EUR. Confirmation GD-{code:04X}."


HOTEL_TOOLS: tuple[BaseTool, ...] = (search_hotels, book_hotel)
for _tool in HOTEL_TOOLS:
    _tool.handle_validation_error = explain  # type: ignore[assignment] # the models above are Pydantic 2, never 1


def _in_short(hotel: Hotel) -> str:
    return f"{hotel.name}, {hotel.price} EUR a night, rating {hotel.rating}"


def _in_full(hotel: Hotel) -> str:
    return ", ".join(part for part in (_in_short(hotel), hotel.note, season(hotel)) if part)


def _closest(text: str, names: dict[str, str]) -> str | None:
    close = difflib.get_close_matches(text.strip().casefold(), names, n=1, cutoff=0.8)
    return names[close[0]] if close else None
