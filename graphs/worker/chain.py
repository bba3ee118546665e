"""LangChain runnables as graphs: a sequence becomes one node a step, any other runnable one node.

The state is `input`, what the runnable was given, and `output`, what the last step gave. A person gives such a graph
what the runnable's own `invoke` takes; `input` is filled from it.
"""

from collections.abc import Sequence
from typing import Any, TypedDict

from langchain_core.messages import BaseMessage
from langchain_core.prompt_values import ChatPromptValue
from langchain_core.prompts.chat import BaseChatPromptTemplate
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda, RunnableSequence
from langgraph.graph import END, START, StateGraph

PROMPT_VALUES = tuple(
    ("langchain_core.prompt_values", name)
    for name in ("StringPromptValue", "ChatPromptValue", "ChatPromptValueConcrete", "ImagePromptValue")
)
"""Types that prompts hand to models, and that such a graph therefore stores."""


class ChainInput(TypedDict):
    """What a runnable is given."""

    input: Any


class ChainState(ChainInput):
    """A runnable's way from its input to its output."""

    output: Any


class ChainOutput(TypedDict):
    """What a runnable gives."""

    output: Any


class ChainBuilder(StateGraph[ChainState, None, ChainInput, ChainOutput]):
    """A StateGraph with one node for each step of a runnable."""

    runnable: Runnable[Any, Any]
    steps: dict[str, Runnable[Any, Any]]
    """The steps by node name, in their order."""

    def __init__(self, runnable: Runnable[Any, Any]) -> None:
        super().__init__(ChainState, input_schema=ChainInput, output_schema=ChainOutput)
        self.runnable = runnable
        self.steps = {}
        steps = list(runnable.steps) if isinstance(runnable, RunnableSequence) else [runnable]
        before: Runnable[Any, Any] | None = None
        source = START
        for step in steps:
            name = self._free_name(step)
            self.steps[name] = step
            self.add_node(name, _node(name, step, before))
            self.add_edge(source, name)
            before, source = step, name
        self.add_edge(source, END)

    def _free_name(self, step: Runnable[Any, Any]) -> str:
        """The step's name, without the characters that LangGraph reserves, and counted where it is taken."""
        name = step.get_name().replace("|", " ").replace(":", " ").strip() or type(step).__name__
        count = sum(1 for taken in self.steps if taken == name or taken.startswith(f"{name} "))
        return f"{name} {count + 1}" if count else name


def _node(name: str, step: Runnable[Any, Any], before: Runnable[Any, Any] | None) -> RunnableLambda[Any, Any]:
    def read(state: ChainState) -> Any:
        return state["input"] if before is None else _unpack(state["output"], before)

    def run(state: ChainState, config: RunnableConfig) -> dict[str, Any]:
        return {"output": _pack(step.invoke(read(state), config), step)}

    async def arun(state: ChainState, config: RunnableConfig) -> dict[str, Any]:
        return {"output": _pack(await step.ainvoke(read(state), config), step)}

    return RunnableLambda(run, arun, name=name)


def _pack(value: Any, step: Runnable[Any, Any]) -> Any:
    """What is stored of a step's output: a chat prompt's messages, since a stored ChatPromptValue loses their types."""
    if isinstance(step, BaseChatPromptTemplate) and isinstance(value, ChatPromptValue):
        return value.to_messages()
    return value


def _unpack(value: Any, step: Runnable[Any, Any]) -> Any:
    if isinstance(step, BaseChatPromptTemplate) and _are_messages(value):
        return ChatPromptValue(messages=value)
    return value


def _are_messages(value: object) -> bool:
    return isinstance(value, Sequence) and all(isinstance(item, BaseMessage) for item in value)
