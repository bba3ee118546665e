"""Offline answers for a schema of a person's details: reads name, age and address, or asks what is unclear."""

import re
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

FIELDS = frozenset({"name", "age", "address", "question"})
"""Properties that a schema must have for these rules to fill it."""

LONGEST = 4_000
"""Characters of a text that are read, so that the patterns below stay quick."""

_CAPITAL = r"[^\W\d_a-z][\w'’-]*"
_STREET = r"[^\W\d_a-z][\w'’. -]*?\s\d+\s?[a-zA-Z]?\b|\d+\s+[^\W\d_a-z][\w'’. -]*\w"
_ADDRESS = rf"((?:{_STREET})(?:,\s*(?:\d{{4,5}}\s+)?{_CAPITAL}(?:\s{_CAPITAL})*)*)"


def answer(messages: Sequence[BaseMessage], schema: str) -> AIMessage:
    """A call that fills the schema from the newest human message."""
    text = next((message.text for message in reversed(messages) if isinstance(message, HumanMessage)), "")
    call = {"name": schema, "args": read_person(text), "id": f"call_{len(messages)}", "type": "tool_call"}
    return AIMessage("", tool_calls=[call])


def read_person(text: str) -> dict[str, Any]:
    """Name, age and address as far as the text has them, and the question to ask where it does not.

    A line `(question) answer` settles what its question asked for.
    """
    found: dict[str, list[str]] = {"name": [], "age": [], "address": []}
    for line in text[-LONGEST:].splitlines():  # the newest answers are at the end
        reply = re.fullmatch(r"\((.*)\)\s*(.*)", line.strip())
        about = _about(reply[1]) if reply else ""
        said = reply[2] if reply else line
        read = {"name": _names(said), "age": _ages(said), "address": _addresses(said)}
        if about and said.strip() and not read[about]:
            read[about] = _bare(about, said)
        found.update({field: values for field, values in read.items() if values})
    clear = {field: values[0] for field, values in found.items() if len(values) == 1}
    age = clear.get("age")
    return {
        "name": clear.get("name"),
        "age": int(age) if age else None,
        "address": clear.get("address"),
        "question": _question(found),
    }


def _question(found: dict[str, list[str]]) -> str:
    """What to ask first; empty where each field has exactly one reading."""
    ask = {"name": "What is the name?", "age": "What is the age?", "address": "What is the address?"}
    for field, values in found.items():
        if len(values) > 1:
            return f"Which {field} is right: {' or '.join(values)}?"
    return next((ask[field] for field, values in found.items() if not values), "")


def _about(question: str) -> str:
    return next((field for field in ("name", "age", "address") if re.search(rf"\b{field}\b", question)), "")


def _bare(field: str, said: str) -> list[str]:
    """An answer that needs no words around it, since the question has them."""
    if field == "age":
        return re.findall(r"-?\d+", said)
    return [said.strip().rstrip(".")]


def _names(text: str) -> list[str]:
    introduction = r"(?i:my name is|name is|name's|name:|i am called|i am|i'm|i’m|this is|called)"
    introduced = re.findall(rf"\b{introduction}\s+({_CAPITAL}(?:\s+{_CAPITAL})*)", text)
    if not introduced:
        introduced = re.findall(
            rf"(?:^|\bor\s)({_CAPITAL}(?:\s+{_CAPITAL})*)(?=\s*(?:,|\bor\b|\bis\b|$))", text.strip()
        )
    return list(dict.fromkeys(introduced))


def _ages(text: str) -> list[str]:
    number = r"(-?\d+)"
    told = re.findall(
        rf"\b(?i:age|aged|age:|age is|i am|i'm|i’m|he is|she is|is)\s+{number}(?!\s+{_CAPITAL})\b(?:\s+or\s+{number})?"
        rf"|{number}(?:\s+or\s+{number})?\s*(?i:years?\b|y/?o\b)"
        rf"|,\s*{number}(?:\s+or\s+{number})?\s*(?=,|\.|$)|^\s*{number}\s*$",
        text,
    )
    return list(dict.fromkeys(group for groups in told for group in groups if group))


def _addresses(text: str) -> list[str]:
    told = re.search(rf"\b(?i:address(?:\s+is|:)?|live[sd]?\s+(?:at|in|on)|living\s+(?:at|in)|at)\s+{_ADDRESS}", text)
    if told:
        others = re.findall(rf"\bor\s+(?:at\s+|in\s+)?{_ADDRESS}", text[told.end() :])
        return list(dict.fromkeys([told[1], *others]))
    return list(dict.fromkeys(re.findall(_ADDRESS, text)))
