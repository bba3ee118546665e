"""The bundled intake form, asked back and corrected."""

from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.types import Command

from graphdeck.graphs.examples import intake

CONFIG: RunnableConfig = {"configurable": {"thread_id": "kim"}}
CLEAR = "My name is Kim Larsen, I am 34, and I live at 12 Harbour Street, Oslo"
READ = {"name": "Kim Larsen", "age": 34, "address": "12 Harbour Street, Oslo"}


class Form:
    """A thread of the form that is answered step by step."""

    def __init__(self, saver: BaseCheckpointSaver[str]) -> None:
        self.graph: Any = intake.graph.copy(update={"checkpointer": saver})

    async def start(self, message: str) -> Any:
        """The first question."""
        await self.graph.ainvoke({"message": message}, CONFIG)
        return await self.question()

    async def answer(self, answer: object) -> Any:
        """The next question; None where the form is done."""
        (pending,) = (await self.graph.aget_state(CONFIG)).interrupts
        await self.graph.ainvoke(Command(resume={pending.id: answer}), CONFIG)
        return await self.question()

    async def question(self) -> Any:
        pending = (await self.graph.aget_state(CONFIG)).interrupts
        return pending[0].value if pending else None

    async def details(self) -> dict[str, Any]:
        values = (await self.graph.aget_state(CONFIG)).values
        return {field: values[field] for field in READ}


@pytest.fixture
def form(saver: BaseCheckpointSaver[str]) -> Form:
    return Form(saver)


async def test_a_clear_message_needs_one_confirmation(form: Form) -> None:
    question = await form.start(CLEAR)
    assert question == {"question": "Is this right?", "details": READ, "problem": ""}
    assert await form.answer(True) is None
    assert await form.details() == READ


async def test_an_ambiguous_message_is_asked_back(form: Form) -> None:
    assert await form.start(intake.EXAMPLE_INPUT["message"]) == "Which age is right: 34 or 35?"
    assert (await form.answer("35"))["details"] == READ | {"age": 35}
    assert await form.answer(True) is None
    assert await form.details() == READ | {"age": 35}


async def test_missing_details_are_asked_for_one_by_one(form: Form) -> None:
    assert await form.start("hello") == "What is the name?"
    assert await form.answer("Kim Larsen") == "What is the age?"
    assert await form.answer("many") == "What is the age?"
    assert await form.answer("34") == "What is the address?"
    assert (await form.answer("12 Harbour Street, Oslo"))["details"] == READ


@pytest.mark.parametrize(
    ("correction", "reason"),
    [
        ({"age": 131}, "age: Input should be less than or equal to 130"),
        ({"age": -1}, "age: Input should be greater than or equal to 0"),
        ({"age": "old"}, "age: Input should be a valid integer"),
        ({"name": ""}, "name: String should have at least 2 characters"),
        ({"name": None, "age": []}, "name: Input should be a valid string; age: Input should be a valid integer"),
    ],
)
async def test_wrong_corrections_come_back_with_the_reason_and_spoil_nothing(
    form: Form, correction: dict[str, Any], reason: str
) -> None:
    await form.start(CLEAR)
    question = await form.answer(correction)
    assert question["details"] == READ | correction
    assert question["problem"].startswith(reason)
    assert await form.answer({"name": "Jo Berg", "age": "36"}) is None
    assert await form.details() == READ | {"name": "Jo Berg", "age": 36}


async def test_accepting_what_is_wrong_does_not_help(form: Form) -> None:
    await form.start(CLEAR)
    await form.answer({"age": 131})
    assert (await form.answer(True))["problem"].startswith("age:")


async def test_a_text_adds_to_the_message(form: Form) -> None:
    await form.start(CLEAR)
    assert (await form.answer("the age is 36"))["details"] == READ | {"age": 36}


async def test_no_asks_what_is_wrong(form: Form) -> None:
    await form.start(CLEAR)
    assert await form.answer(False) == "What is wrong?"
    assert (await form.answer("the name is Jo Berg"))["details"] == READ | {"name": "Jo Berg"}


async def test_a_text_after_a_wrong_correction_wins(form: Form) -> None:
    await form.start(CLEAR)
    await form.answer({"age": 131})
    assert await form.answer("the age is 36") == {
        "question": "Is this right?",
        "details": READ | {"age": 36},
        "problem": "",
    }


async def test_a_second_message_starts_afresh(form: Form) -> None:
    await form.start(CLEAR)
    await form.answer(True)
    assert await form.start("I am Jo Berg") == "What is the age?"
    assert await form.details() == {"name": "Jo Berg", "age": None, "address": None}
