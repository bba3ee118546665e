"""The bundled graphs that hold a claim against rules, revise a draft, and confirm tools before they run."""

from typing import Any

import pytest
from langchain_core.messages import ToolMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Command

from graphdeck.graphs.examples import draft, expenses, notes

CONFIG: RunnableConfig = {"configurable": {"thread_id": "one"}}


class Thread:
    """A thread that is answered step by step."""

    def __init__(self, graph: Any, saver: BaseCheckpointSaver[str]) -> None:
        self.graph = graph.copy(update={"checkpointer": saver})
        self.values: dict[str, Any] = {}

    async def run(self, given: Any) -> Any:
        """The question that the run stops at; None where it ends."""
        self.values = await self.graph.ainvoke(given, CONFIG)
        pending = (await self.graph.aget_state(CONFIG)).interrupts
        return pending[0].value if pending else None

    async def answer(self, answer: object) -> Any:
        """The next question."""
        (pending,) = (await self.graph.aget_state(CONFIG)).interrupts
        return await self.run(Command(resume={pending.id: answer}))


# -- checking against a regulation -----------------------------------------------------------------


async def test_a_claim_that_breaks_rules_is_shown_with_them_and_decided_with_a_reason(
    saver: BaseCheckpointSaver[str],
) -> None:
    thread = Thread(expenses.graph, saver)
    question = await thread.run(expenses.EXAMPLE_INPUT)
    assert question["breaks"] == ["2. Meals: up to 60 EUR a person.", "3. Above 25 EUR a receipt is needed."]
    assert question["claim"]["amount"] == 212.5
    assert await thread.answer({"pay": True, "reason": "the client paid for nothing"}) is None
    assert (thread.values["decision"], thread.values["reason"]) == ("paid", "the client paid for nothing")


async def test_an_exception_without_a_reason_is_not_taken(saver: BaseCheckpointSaver[str]) -> None:
    thread = Thread(expenses.graph, saver)
    await thread.run(expenses.EXAMPLE_INPUT)
    with pytest.raises(ValueError, match="reason"):
        await thread.answer({"pay": True, "reason": ""})
    assert await thread.answer({"pay": False, "reason": "no receipt"}) is None
    assert thread.values["decision"] == "refused"


@pytest.mark.parametrize(
    ("claim", "decision", "reason"),
    [
        ({"what": "train", "amount": 40}, "paid", "within the rules"),
        ({"what": "taxi", "amount": 20, "receipt": False}, "paid", "within the rules"),
        ({"what": "two bottles of wine", "amount": 30}, "refused", "against the rules: 1. No alcohol and no fines."),
    ],
)
async def test_what_a_rule_settles_asks_nobody(
    saver: BaseCheckpointSaver[str], claim: dict[str, Any], decision: str, reason: str
) -> None:
    thread = Thread(expenses.graph, saver)
    assert await thread.run({"who": "Kim", **claim}) is None
    assert (thread.values["decision"], thread.values["reason"]) == (decision, reason)


# -- feedback on a draft ---------------------------------------------------------------------------


async def test_a_draft_is_revised_until_it_is_approved(
    saver: BaseCheckpointSaver[str], capsys: pytest.CaptureFixture[str]
) -> None:
    thread = Thread(draft.graph, saver)
    first = await thread.run(draft.EXAMPLE_INPUT)
    assert (first["round"], first["draft"].count("\n- ")) == (1, 3)
    second = await thread.answer("shorter please")
    assert (second["round"], second["draft"].count("\n- ")) == (2, 2)
    third = await thread.answer("replace Monday with Tuesday")
    assert "Tuesday" in third["draft"]
    fourth = await thread.answer("add: Bring a box")
    assert fourth["draft"].endswith("\n- Bring a box")
    assert capsys.readouterr().out == ""
    assert await thread.answer(True) is None
    assert thread.values["published"] is True
    assert thread.values["feedback"] == ["shorter please", "replace Monday with Tuesday", "add: Bring a box"]
    assert capsys.readouterr().out == f"{fourth['draft']}\n"


@pytest.mark.parametrize(
    ("feedback", "end"),
    [
        ("friendlier", "Thank you all, and see you soon!"),
        ("more jazz", "(Not understood: more jazz)"),
        (False, "(Not understood: not yet)"),
        ("", "(Not understood: not yet)"),
    ],
)
async def test_whatever_is_not_true_goes_back(saver: BaseCheckpointSaver[str], feedback: object, end: str) -> None:
    thread = Thread(draft.graph, saver)
    await thread.run(draft.EXAMPLE_INPUT)
    assert (await thread.answer(feedback))["draft"].endswith(end)


# -- confirming before a tool runs -----------------------------------------------------------------


async def test_each_call_is_confirmed_with_what_it_would_change(saver: BaseCheckpointSaver[str]) -> None:
    thread = Thread(notes.graph, saver)
    question = await thread.run(notes.EXAMPLE_INPUT)
    assert question["action_requests"] == [
        {"name": "write_note", "args": {"title": "shopping", "text": "milk\nbread"}, "description": "+milk\n+bread"},
        {"name": "delete_note", "args": {"title": "todo"}, "description": "-call Kim\n-pay the rent"},
    ]
    assert thread.values["notes"] == notes.FIRST_NOTES
    assert await thread.answer({"decisions": [{"type": "approve"}, {"type": "reject", "message": "keep it"}]}) is None
    assert thread.values["notes"] == {**notes.FIRST_NOTES, "shopping": "milk\nbread"}
    told = [message for message in thread.values["messages"] if isinstance(message, ToolMessage)]
    assert [(message.text, message.status) for message in told] == [
        ("Wrote shopping, 10 characters.", "success"),
        ("keep it", "error"),
    ]
    assert thread.values["messages"][-1].text == "Wrote shopping, 10 characters.\nkeep it"


async def test_a_call_can_be_edited_or_answered_in_its_place(saver: BaseCheckpointSaver[str]) -> None:
    thread = Thread(notes.graph, saver)
    await thread.run(notes.EXAMPLE_INPUT)
    edit = {"type": "edit", "edited_action": {"name": "write_note", "args": {"title": "food", "text": "tea"}}}
    assert await thread.answer({"decisions": [edit, {"type": "respond", "message": "done by hand"}]}) is None
    assert thread.values["notes"] == {**notes.FIRST_NOTES, "food": "tea"}
    assert thread.values["messages"][-1].text == "Wrote food, 3 characters.\ndone by hand"


async def test_what_asks_for_no_note_is_told_how(saver: BaseCheckpointSaver[str]) -> None:
    thread = Thread(notes.graph, saver)
    assert await thread.run({"messages": [{"role": "user", "content": "hello"}]}) is None
    assert "not a language model" in thread.values["messages"][-1].text
