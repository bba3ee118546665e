"""The hotel tools: what a model gets back from each kind of call."""

from typing import Any

import pytest
from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool

from graphdeck.tools.hotel_data import HOTELS, OTHER_NAMES
from graphdeck.tools.hotels import (
    CITIES,
    HOTEL_BY_NAME,
    Booking,
    book_hotel,
    find_city,
    find_hotel,
    hotels_in,
    month_of,
    search_hotels,
)


def call(tool: BaseTool, **args: Any) -> ToolMessage:
    """What a graph's tool node gets from a tool call."""
    message = tool.invoke({"name": tool.name, "args": args, "id": "call_1", "type": "tool_call"})
    assert isinstance(message, ToolMessage)
    return message


def test_the_data_is_about_forty_hotels_in_a_dozen_cities_with_names_of_their_own() -> None:
    assert len(CITIES) == 12
    assert len(HOTELS) == 40
    assert len({hotel.name.casefold() for hotel in HOTELS}) == len(HOTELS)
    assert set(OTHER_NAMES.values()) <= set(CITIES)


@pytest.mark.parametrize("city", CITIES)
@pytest.mark.parametrize("month", range(1, 13))
def test_every_city_has_an_open_hotel_in_every_month(city: str, month: int) -> None:
    assert any(hotel.open_in(month) for hotel in hotels_in(city))


def test_search_lists_best_rated_first_with_price_and_rating() -> None:
    lines = call(search_hotels, city="Rome").text.splitlines()
    assert lines[0] == "4 hotels in Rome:"
    assert lines[1] == "- Palazzo Lume, 210 EUR a night, rating 4.8, old town, spa"
    ratings = [HOTEL_BY_NAME[line[2:].split(",")[0]].rating for line in lines[1:]]
    assert ratings == sorted(ratings, reverse=True)


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"max_price": 96}, ["Trastevere Rooms", "Pensione Aurora"]),
        ({"max_price": 95.99}, ["Pensione Aurora"]),
        ({"min_rating": 4.6}, ["Palazzo Lume", "Casa Verde"]),
        ({"min_rating": 4.6, "max_price": 150}, ["Casa Verde"]),
    ],
)
def test_search_keeps_what_fits(filters: dict[str, float], names: list[str]) -> None:
    text = call(search_hotels, city="Rome", **filters).text
    assert [line[2:].split(",")[0] for line in text.splitlines()[1:]] == names


def test_search_leaves_out_hotels_that_are_closed_then() -> None:
    assert "Winter Lodge" in call(search_hotels, city="Oslo", arrival="2026-12-24").text
    assert "Winter Lodge" not in call(search_hotels, city="Oslo", arrival="2026-07-24").text


def test_search_that_finds_nothing_says_what_there_is() -> None:
    message = call(search_hotels, city="Rome", max_price=20)
    assert message.text == (
        "No hotel in Rome fits. Cheapest: Pensione Aurora, 79 EUR a night, rating 4.1. "
        "Best rated: Palazzo Lume, 210 EUR a night, rating 4.8."
    )
    assert message.status == "success"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"city": "Atlantis"}, "There are no hotels in Atlantis, only in Amsterdam"),
        ({}, "city: Field required"),
        ({"city": "Rome", "arrival": "soon"}, "soon is not a day or month; write it like 2026-05-12"),
        ({"city": "Rome", "max_price": "cheap"}, "max_price: Input should be a valid number"),
        ({"city": "Rome", "max_price": -1}, "max_price: Input should be greater than 0"),
        ({"city": "Rome", "min_rating": 6}, "min_rating: Input should be less than or equal to 5"),
    ],
)
def test_a_wrong_search_is_a_clear_error_for_the_model(args: dict[str, Any], said: str) -> None:
    message = call(search_hotels, **args)
    assert message.status == "error"
    assert said in message.text
    assert "\n" not in message.text


def test_booking_tells_total_and_the_same_confirmation_each_time() -> None:
    args = {"hotel": "casa verde", "nights": "3", "guest": "Kim", "arrival": "12 May"}
    message = call(book_hotel, **args)
    assert message.text.startswith("Booked Casa Verde for Kim, 3 nights, arriving 12 May: 372 EUR. Confirmation GD-")
    assert call(book_hotel, **args).text == message.text
    assert call(book_hotel, **args | {"guest": "Lee"}).text[-6:] != message.text[-6:]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"hotel": "Grand Budapest", "nights": 1, "guest": "Kim"}, "There is no hotel Grand Budapest; search first"),
        ({"hotel": "Casa Verde", "nights": 0, "guest": "Kim"}, "nights: Input should be greater than or equal to 1"),
        ({"hotel": "Casa Verde", "nights": 31, "guest": "Kim"}, "nights: Input should be less than or equal to 30"),
        ({"hotel": "Casa Verde", "nights": 1, "guest": ""}, "guest: String should have at least 1 character"),
        ({"hotel": "Casa Verde"}, "nights: Field required; guest: Field required"),
        (
            {"hotel": "Winter Lodge", "nights": 1, "guest": "Kim", "arrival": "July"},
            "Winter Lodge has no rooms in July, it is open from November to March",
        ),
    ],
)
def test_a_booking_that_cannot_be_made_is_a_clear_error(args: dict[str, Any], said: str) -> None:
    message = call(book_hotel, **args)
    assert message.status == "error"
    assert message.text == said


def test_a_booking_knows_its_total_before_it_is_made() -> None:
    assert Booking(hotel="Casa Verde", nights=3, guest="Kim").total == 372


@pytest.mark.parametrize(
    ("text", "city"),
    [("rome", "Rome"), (" Roma ", "Rome"), ("Lisbn", "Lisbon"), ("Wien", "Vienna"), ("home", None), ("", None)],
)
def test_cities_are_found_by_other_names_and_with_slips(text: str, city: str | None) -> None:
    assert find_city(text) == city


def test_hotels_are_found_with_slips() -> None:
    assert find_hotel("casa vrde") is HOTEL_BY_NAME["Casa Verde"]
    assert find_hotel("casa") is None


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("2026-05-12", 5),
        ("2026-12", 12),
        ("12 May", 5),
        ("sept 3", 9),
        ("December", 12),
        ("2026-13-01", None),
        ("", None),
    ],
)
def test_months_are_read_from_days_and_words(text: str, month: int | None) -> None:
    assert month_of(text) == month
