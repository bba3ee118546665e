"""Answers that a person types: what a text stands for, and what exactly it sends."""

import json
from typing import NoReturn

from graphdeck.graphs.values import Json, json_line


def typed(text: str, as_json: bool) -> Json:
    """The value that a typed answer stands for; ValueError where JSON is meant and is not there."""
    if not as_json:
        return text
    try:
        value: Json = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}" if "\n" in text else f"column {error.colno}"
        raise ValueError(
            f"not JSON: {error.msg} at {where}" if text.strip() else "not JSON: nothing is typed"
        ) from None
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return value


def sends(text: str, as_json: bool) -> str:
    """What a typed answer will send, in words; ValueError as `typed`."""
    value = typed(text, as_json)
    return f"sends JSON {json_line(value)}" if as_json else f"sends the text {json.dumps(text, ensure_ascii=False)}"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"not JSON: {name} is not a JSON value")
