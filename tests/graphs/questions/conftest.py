"""Agents of the installed langchain with its own middleware, in this process, and what their tools were called with."""

import functools
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command
from pydantic import BaseModel, Field

from graphdeck.graphs.records import PendingInterrupt
from graphdeck.graphs.values import Json, to_json
from graphdeck.graphs.worker.tools import tool_schemas

Calls = Sequence[tuple[str, Mapping[str, Json]]]
Mode = Literal["batched", "per_call"]


class Guest(BaseModel):
    name: str
    age: int = Field(ge=0)


class Caller(BaseChatModel):
    """Calls the tools that the first message lists as JSON, then is done."""

    @property
    def _llm_type(self) -> str:
        return "caller"

    def bind_tools(self, tools: Any, **_: Any) -> Any:
        return self

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        if any(isinstance(message, ToolMessage) for message in messages):
            reply = AIMessage("done")
        else:
            calls = json.loads(str(messages[0].content))
            reply = AIMessage(
                "", tool_calls=[{"name": name, "args": args, "id": f"c{at}"} for at, (name, args) in enumerate(calls)]
            )
        return ChatResult(generations=[ChatGeneration(message=reply)])


class Desk:
    """An agent with two tools behind the middleware; every question is a thread of its own."""

    def __init__(self, mode: Mode, allowed: Mapping[str, Sequence[str]]) -> None:
        self.ran: list[tuple[str, Any]] = []
        """Tools that ran, with their arguments in JSON form."""

        @tool
        def book(hotel: str, nights: int, guests: list[Guest] | None = None) -> str:
            "Book a hotel."
            named = None if guests is None else [guest.model_dump() for guest in guests]
            self.ran.append(("book", {"hotel": hotel, "nights": nights, "guests": named}))
            return "booked"

        @tool
        def mail(to: str, urgent: bool = False, weight: float | None = None) -> str:
            "Send a mail."
            self.ran.append(("mail", {"to": to, "urgent": urgent, "weight": weight}))
            return "sent"

        review: Any = {name: {"allowed_decisions": list(kinds)} for name, kinds in allowed.items()}
        self.graph: Any = create_agent(
            Caller(),
            [book, mail],
            middleware=[HumanInTheLoopMiddleware(review, interrupt_mode=mode)],
            checkpointer=InMemorySaver(),
        )
        self.tools = tool_schemas(self.graph)
        self._threads = itertools.count()

    def ask(self, calls: Calls) -> tuple[RunnableConfig, list[PendingInterrupt]]:
        """A new thread that waits for decisions about these calls, and its questions as the engine tells them."""
        self.ran.clear()
        config: RunnableConfig = {"configurable": {"thread_id": str(next(self._threads))}}
        self.graph.invoke({"messages": [("user", json.dumps(calls))]}, config)
        return config, [
            PendingInterrupt(
                id=interrupt.id,
                node="desk",
                ns=(),
                value=to_json(interrupt.value),
                schema=to_json(interrupt.response_schema),
            )
            for interrupt in self.graph.get_state(config).interrupts
        ]

    def resume(self, config: RunnableConfig, answers: Mapping[str, Json]) -> dict[str, ToolMessage]:
        """What the tools told the model, by tool call; raises what LangGraph or the middleware raises."""
        result = self.graph.invoke(Command(resume=dict(answers)), config)
        return {message.tool_call_id: message for message in result["messages"] if isinstance(message, ToolMessage)}


@pytest.fixture(scope="session")
def desk() -> Callable[[Mode, Mapping[str, Sequence[str]]], Desk]:
    """Makes agents; one of each kind."""

    @functools.cache
    def make(mode: Mode, allowed: tuple[tuple[str, tuple[str, ...]], ...]) -> Desk:
        return Desk(mode, dict(allowed))

    return lambda mode, allowed: make(mode, tuple((name, tuple(kinds)) for name, kinds in sorted(allowed.items())))
