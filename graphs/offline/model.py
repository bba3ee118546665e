"""A chat model made of rules: it lets the bundled graphs run without a key and without a network."""

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field

from graphdeck.graphs.offline import glossary, notes, people, travel

DELAY_VARIABLE = "GRAPHDECK_OFFLINE_DELAY"
"""Environment variable: seconds between two streamed words."""


def _delay() -> float:
    try:
        return max(0.0, float(os.environ.get(DELAY_VARIABLE, "0.015")))
    except ValueError:
        return 0.015


class OfflineRules(BaseChatModel):
    """Rules that answer as a chat model would; not a language model, and it says so.

    It keeps nothing between calls: all that it knows is in the messages. Which rules answer follows from the tools
    that are bound: the hotel tools, those of the notebook, a schema of a person's details, or none.
    """

    delay: float = Field(default_factory=_delay)
    """Seconds between two streamed words, so that the eye can follow."""

    @property
    def _llm_type(self) -> str:
        return "offline-rules"

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer tools, as with any chat model; `with_structured_output` comes through here too."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], tool_choice=tool_choice, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=answer(messages, kwargs.get("tools") or ()))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        message = answer(messages, kwargs.get("tools") or ())
        for word in re.findall(r"\S+\s*|\s+", message.text):
            time.sleep(self.delay)
            yield ChatGenerationChunk(message=AIMessageChunk(content=word))
        for index, call in enumerate(message.tool_calls):
            args = json.dumps(call["args"], ensure_ascii=False)
            pieces = [
                tool_call_chunk(name=call["name"], args="", id=call["id"], index=index),
                *(tool_call_chunk(args=piece, index=index) for piece in re.findall(r".{1,12}", args)),
            ]
            for piece in pieces:
                yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=[piece]))


def answer(messages: Sequence[BaseMessage], tools: Sequence[dict[str, Any]]) -> AIMessage:
    """The rules' answer to a conversation; the tools are in OpenAI's form."""
    functions = {tool["function"]["name"]: tool["function"].get("parameters", {}) for tool in tools}
    if functions.keys() >= travel.TOOL_NAMES:
        return travel.answer(messages)
    if functions.keys() >= notes.TOOL_NAMES:
        return notes.answer(messages)
    for name, parameters in functions.items():
        if parameters.get("properties", {}).keys() >= people.FIELDS:
            return people.answer(messages, name)
    return glossary.answer(messages)
