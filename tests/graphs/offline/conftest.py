from collections.abc import Callable

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from graphdeck.graphs.offline.model import OfflineRules
from graphdeck.tools.hotels import HOTEL_TOOLS

Talk = Callable[..., list[AIMessage]]


@pytest.fixture
def talk() -> Talk:
    """Says each text in turn, runs the tools that the rules ask for, and returns all that they answered."""
    model = OfflineRules(delay=0).bind_tools(HOTEL_TOOLS)
    tools = {tool.name: tool for tool in HOTEL_TOOLS}

    def run(*texts: str) -> list[AIMessage]:
        messages: list[AnyMessage] = []
        for text in texts:
            messages.append(HumanMessage(text))
            while not isinstance(messages[-1], AIMessage):
                answer = model.invoke(messages)
                messages += [answer, *(tools[call["name"]].invoke(call) for call in answer.tool_calls)]
        return [message for message in messages if isinstance(message, AIMessage)]

    return run
