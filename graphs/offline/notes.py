"""Offline answers for the notebook: reads what to write and delete from a sentence, then tells what came of it."""

import re
from collections.abc import Sequence

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.messages.tool import ToolCall

from graphdeck.graphs.offline.glossary import HONEST

TOOL_NAMES = frozenset({"write_note", "delete_note"})

HELP = f'{HONEST}: say, for example, write "milk, bread" to shopping, or delete todo.'

LONGEST = 4_000
"""Characters of a message that are read."""

_WRITE = r"\b(?:write|put|save|add)\s+[\"“'](?P<text>[^\"”']+)[\"”']\s+(?:to|into|in|as)\s+(?P<title>[\w-]+)"
_DELETE = r"\b(?:delete|remove)\s+(?:the\s+)?(?:note\s+)?(?P<gone>[\w-]+)"


def answer(messages: Sequence[BaseMessage]) -> AIMessage:
    """Calls for what the newest human message asks, or what came of them."""
    newest = messages[-1] if messages else None
    if isinstance(newest, ToolMessage):
        after = next(at for at in range(len(messages), 0, -1) if not isinstance(messages[at - 1], ToolMessage))
        return AIMessage("\n".join(message.text for message in messages[after:]))
    text = newest.text[:LONGEST] if isinstance(newest, HumanMessage) else ""
    calls = [
        ToolCall(name=name, args=args, id=f"call_{len(messages)}_{number}", type="tool_call")
        for number, (name, args) in enumerate(_asked(text), 1)
    ]
    return AIMessage("", tool_calls=calls) if calls else AIMessage(HELP)


def _asked(text: str) -> list[tuple[str, dict[str, str]]]:
    """What to write and to delete, in the order of the sentence."""
    found = []
    for match in re.finditer(f"{_WRITE}|{_DELETE}", text, re.IGNORECASE):
        if match["gone"]:
            found.append(("delete_note", {"title": match["gone"]}))
        else:
            lines = "\n".join(part.strip() for part in match["text"].split(","))
            found.append(("write_note", {"title": match["title"], "text": lines}))
    return found
