"""Each use of a human in the loop has a bundled graph that runs to its end by `graphdeck run --answer` alone."""

import json
from typing import Any

import pytest

from graphdeck.graphs.examples import draft, expenses, intake, notes, travel

USES: dict[str, tuple[str, Any, list[Any], str]] = {
    "approval before an action": ("travel", travel.EXAMPLE_INPUT, [True], "Booked Casa Verde for Kim"),
    "clarifying and correcting": ("intake", intake.EXAMPLE_INPUT, ["35", {"name": "Jo Berg"}], "Jo Berg"),
    "checking against a regulation": (
        "expenses", expenses.EXAMPLE_INPUT, [{"pay": False, "reason": "no receipt"}], "refused",
    ),
    "confirming before a tool runs": (
        "notes",
        notes.EXAMPLE_INPUT,
        [{"decisions": [{"type": "approve"}, {"type": "reject", "message": "keep it"}]}],
        "keep it",
    ),
    "feedback on a draft": ("draft", draft.EXAMPLE_INPUT, ["add: Bring a box", True], "Bring a box"),
}  # fmt: skip


@pytest.mark.parametrize("use", USES)
async def test_a_use_from_its_question_to_its_end(use: str, graphdeck: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHDECK_OFFLINE_DELAY", "0")
    name, given, answers, outcome = USES[use]
    ran = await graphdeck("run", name, "--input", json.dumps(given), "--thread", "one", "--json")
    for answer in answers:
        assert ran.status == 2
        (question,) = (event for event in ran.events if event["event"] == "interrupt")
        word = f"{question['id']}={json.dumps(answer)}"
        ran = await graphdeck("run", name, "--thread", "one", "--answer", word, "--json")
    assert ran.status == 0
    assert outcome in (await graphdeck("show", "one")).out
