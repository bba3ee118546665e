"""The offline rules as a travel agent: what many ways of asking come to, through the model's own door."""

from collections.abc import Callable
from typing import Any

import pytest
from langchain_core.messages import AIMessage

Talk = Callable[..., list[AIMessage]]


def calls(answers: list[AIMessage], tool: str) -> list[dict[str, Any]]:
    """The arguments of all calls of a tool."""
    return [call["args"] for answer in answers for call in answer.tool_calls if call["name"] == tool]


@pytest.mark.parametrize(
    ("text", "searches"),
    [
        ("find a hotel in Rome", [{"city": "Rome"}]),
        ("hotels in rome and oslo", [{"city": "Rome"}, {"city": "Oslo"}]),
        ("Where can I stay in Roma?", [{"city": "Rome"}]),
        ("a room in Lisbn please", [{"city": "Lisbon"}]),
        ("Ein Hotel in Wien", [{"city": "Vienna"}]),
        ("Rome", [{"city": "Rome"}]),
        ("Rome under 150", [{"city": "Rome", "max_price": 150.0}]),
        ("Rome, max €99.50 a night", [{"city": "Rome", "max_price": 99.5}]),
        ("Rome, at most 120 euros a night", [{"city": "Rome", "max_price": 120.0}]),
        ("Rome for 1,200 EUR", [{"city": "Rome", "max_price": 1200.0}]),
        ("Rome with a budget of 450 in total for 3 nights", [{"city": "Rome", "max_price": 150.0}]),
        ("Rome for less than 3 nights", [{"city": "Rome"}]),
        ("Rome, rated at least 4.5", [{"city": "Rome", "min_rating": 4.5}]),
        ("a 4 star hotel in Rome", [{"city": "Rome", "min_rating": 4.0}]),
        ("Oslo in May", [{"city": "Oslo", "arrival": "May"}]),
        ("Oslo from 12 May", [{"city": "Oslo", "arrival": "12 May"}]),
        ("Oslo on 2026-05-12", [{"city": "Oslo", "arrival": "2026-05-12"}]),
        ("two pairs of rooms, then", []),
        ("then a hotel in Pragu", [{"city": "Prague"}]),
        ("May I have a room in Oslo?", [{"city": "Oslo"}]),
        ("find a hotel in Atlantis", [{"city": "Atlantis"}]),
        ("don't book anything, just look in Prague", [{"city": "Prague"}]),
    ],
)
def test_a_wish_becomes_a_search_and_books_nothing(talk: Talk, text: str, searches: list[dict[str, Any]]) -> None:
    answers = talk(text)
    assert calls(answers, "search_hotels") == searches
    assert calls(answers, "book_hotel") == []


@pytest.mark.parametrize(
    ("text", "booked"),
    [
        ("book Casa Verde for 3 nights for Kim", {"hotel": "Casa Verde", "nights": 3, "guest": "Kim"}),
        ("Reserve casa verde, two nights, guest is kim", {"hotel": "Casa Verde", "nights": 2, "guest": "kim"}),
        (
            "book the cheapest hotel in Oslo for a week for Ann-Marie O'Neil",
            {"hotel": "Birch and Wool", "nights": 7, "guest": "Ann-Marie O'Neil"},
        ),
        (
            "A quiet hotel in Rome under 150 EUR, please book 3 nights for Kim",
            {"hotel": "Casa Verde", "nights": 3, "guest": "Kim"},
        ),
        (
            "I'm Kim van der Berg, book a hotel in Vienna for the weekend",
            {"hotel": "Stille Gasse", "nights": 2, "guest": "Kim van der Berg"},
        ),
        (
            "book me a place with a pool in Athens in May, one night, my name is Éva",
            {"hotel": "Hill of Cicadas", "nights": 1, "guest": "Éva", "arrival": "May"},
        ),
    ],
)
def test_a_whole_wish_is_booked_in_one_go(talk: Talk, text: str, booked: dict[str, Any]) -> None:
    answers = talk(text)
    assert calls(answers, "book_hotel") == [booked]
    assert answers[-1].text.startswith(f"Booked {booked['hotel']} for {booked['guest']}")
    assert not answers[-1].tool_calls


@pytest.mark.parametrize(
    "texts",
    [
        ("quiet hotel in Rome", "yes", "3 nights, Kim"),
        ("I need a room", "rome", "the second one", "three", "Kim"),
        ("hotels in Rome", "book Casa Verde", "Kim, 3 nights"),
        ("hotels in Rome", "Casa Verde please, 3 nights for Kim"),
        ("book a quiet room in Rome for Kim", "3"),
        ("Rome under 150", "ok, 3 nights, the name is Kim"),
        ("hotels in Oslo", "rather Rome, under 130", "book it for 3 nights for Kim"),
        ("book a hotel in Oslo for 5 nights", "no", "Rome under 150", "book it, 3 nights, for Kim"),
    ],
)
def test_what_is_missing_is_asked_for_and_remembered(talk: Talk, texts: tuple[str, ...]) -> None:
    assert calls(talk(*texts), "book_hotel") == [{"hotel": "Casa Verde", "nights": 3, "guest": "Kim"}]


def test_two_cities_are_booked_side_by_side(talk: Talk) -> None:
    answers = talk("Book one in Paris and one in Vienna for two nights for Kim")
    assert [len(answer.tool_calls) for answer in answers] == [2, 2, 0]
    assert [args["hotel"] for args in calls(answers, "book_hotel")] == ["Jardin Secret", "Stille Gasse"]
    ids = [call["id"] for answer in answers for call in answer.tool_calls]
    assert len(set(ids)) == 4


def test_a_second_booking_needs_its_own_wish_and_keeps_the_guest(talk: Talk) -> None:
    answers = talk("book Casa Verde for 3 nights for Kim", "now one in Oslo", "yes, 2 nights")
    assert [args["guest"] for args in calls(answers, "book_hotel")] == ["Kim", "Kim"]
    assert [args["nights"] for args in calls(answers, "book_hotel")] == [3, 2]


def test_a_search_after_a_booking_books_nothing(talk: Talk) -> None:
    answers = talk("book Casa Verde for 3 nights for Kim", "hotels in Oslo for 2 nights")
    assert [args["hotel"] for args in calls(answers, "book_hotel")] == ["Casa Verde"]


def test_another_city_takes_the_place_of_a_chosen_hotel(talk: Talk) -> None:
    answers = talk("book Casa Verde", "rather something in Oslo, 2 nights, for Kim")
    assert [args["hotel"] for args in calls(answers, "book_hotel")] == ["Winter Lodge"]


def test_where_nothing_fits_nothing_is_booked_and_the_reason_is_told(talk: Talk) -> None:
    answers = talk("book a hotel in Rome under 20 EUR, 3 nights for Kim")
    assert calls(answers, "book_hotel") == []
    assert "No hotel in Rome fits. Cheapest: Pensione Aurora" in answers[-1].text


def test_a_city_without_hotels_is_told_with_those_that_have_some(talk: Talk) -> None:
    assert "no hotels in Atlantis, only in Amsterdam" in talk("a hotel in Atlantis")[-1].text


def test_a_missing_city_is_asked_for(talk: Talk) -> None:
    assert talk("book a hotel for 3 nights for Kim")[-1].text.startswith("Which city?")


@pytest.mark.parametrize("text", ["no thanks", "No, never mind", "cancel"])
def test_no_books_nothing(talk: Talk, text: str) -> None:
    answers = talk("hotels in Rome", text)
    assert answers[-1].text.startswith("Nothing was booked.")


@pytest.mark.parametrize("text", ["hi", "tell me a joke", "who are you?", "", "What is 2 + 2?"])
def test_off_topic_the_rules_say_what_they_are(talk: Talk, text: str) -> None:
    (answer,) = talk(text)
    assert answer.text.startswith("I am a set of offline rules, not a language model")
    assert not answer.tool_calls


def test_a_very_long_message_is_answered_from_its_beginning(talk: Talk) -> None:
    answers = talk("find a hotel in Rome. " + "the quick brown fox " * 50_000)
    assert calls(answers, "search_hotels") == [{"city": "Rome"}]
