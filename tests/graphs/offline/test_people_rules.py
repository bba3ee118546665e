"""The offline rules that read a person's details."""

from typing import Any

import pytest

from graphdeck.graphs.offline.people import read_person

KIM = {"name": "Kim Larsen", "age": 34, "address": "12 Harbour Street, Oslo", "question": ""}


@pytest.mark.parametrize(
    "text",
    [
        "My name is Kim Larsen, I am 34, and I live at 12 Harbour Street, Oslo",
        "I'm Kim Larsen, 34 years old. My address is 12 Harbour Street, Oslo.",
        "Kim Larsen, 34, 12 Harbour Street, Oslo",
        "Name: Kim Larsen, age: 34, address: 12 Harbour Street, Oslo",
        "This is Kim Larsen. Aged 34. Living at 12 Harbour Street, Oslo",
        "Kim Larsen is 34 and lives at 12 Harbour Street, Oslo",
    ],
)
def test_a_clear_text_is_read_whole(text: str) -> None:
    assert read_person(text) == KIM


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("", "What is the name?"),
        ("hello there", "What is the name?"),
        ("I am Kim Larsen", "What is the age?"),
        ("I am Kim Larsen, 34 years old", "What is the address?"),
        ("I am Kim Larsen, I am 34 or 35, at 12 Harbour Street, Oslo", "Which age is right: 34 or 35?"),
        (
            "I am Kim Larsen, 34, I live at 12 Harbour Street, Oslo or at 7 Mill Lane, Bergen",
            "Which address is right: 12 Harbour Street, Oslo or 7 Mill Lane, Bergen?",
        ),
    ],
)
def test_what_is_missing_or_has_two_readings_is_asked_for(text: str, question: str) -> None:
    assert read_person(text)["question"] == question


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("(Which age is right: 34 or 35?) 35", "age", 35),
        ("(Which age is right: 34 or 35?) I am 35 years old", "age", 35),
        ("(What is wrong?) the name is Jo Berg", "name", "Jo Berg"),
        ("the age is 36", "age", 36),
        ("(What is the address?) Storgata 5, 0155 Oslo", "address", "Storgata 5, 0155 Oslo"),
        ("(What is the name?) kim", "name", "kim"),
    ],
)
def test_a_later_line_wins_and_settles_its_question(line: str, field: str, value: Any) -> None:
    read = read_person(f"My name is Kim Larsen, I am 34 or 35, and I live at 12 Harbour Street, Oslo\n{line}")
    assert read[field] == value


def test_a_very_long_text_is_read_from_its_end() -> None:
    assert read_person("A b 1 " * 200_000 + "\nmy name is Kim Larsen")["name"] == "Kim Larsen"
