"""Answers are checked under the lease, before LangGraph is given them."""

from collections.abc import Mapping
from typing import Any

from graphdeck.graphs.questions import check
from graphdeck.graphs.records import PendingInterrupt
from graphdeck.graphs.values import Json, to_json


def check_answers(pending: Mapping[str, Any], answers: Mapping[str, Json]) -> None:
    """Raise AnswerRefused unless every answer's interrupt waits and takes an answer of this shape.

    `pending` has LangGraph's interrupts by id.
    """
    asked = [
        PendingInterrupt(
            id=identity, node="", ns=(), value=to_json(interrupt.value), schema=to_json(interrupt.response_schema)
        )
        for identity, interrupt in pending.items()
    ]
    check.check_answers(asked, answers)
