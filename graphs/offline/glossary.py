"""Offline answers where no tool is offered: the words of LangGraph, and an honest refusal for all else."""

import re
from collections.abc import Sequence

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

WORDS = {
    "graph": "A graph is a set of nodes joined by edges that all read and write one shared state.",
    "node": "A node is a function that reads the state and returns the part of it that changes.",
    "edge": "An edge says which node runs after another one.",
    "conditional edge": "A conditional edge asks a function, while the graph runs, which node comes next.",
    "state": "The state is what all nodes of a graph share: they read it, and write to it key by key.",
    "reducer": "A reducer says how a node's write is joined with what a key of the state already holds.",
    "thread": "A thread is one saved conversation or job of a graph: a row of checkpoints under one id.",
    "checkpoint": "A checkpoint is the whole state of a thread, saved after a step, from which it can go on.",
    "checkpointer": "A checkpointer is the part of LangGraph that saves checkpoints, for example in an SQLite file.",
    "step": "A step is one round of a graph: all nodes that are due run together, then their writes are joined.",
    "interrupt": "An interrupt stops a node in the middle to ask a person, and saves the question with the thread.",
    "resume": "To resume is to answer an interrupt: the node runs again from its first line, with the answer at hand.",
    "breakpoint": "A breakpoint is a place before or after a node where the run stops without asking anything.",
    "subgraph": "A subgraph is a graph that is used as a node of another one.",
    "fork": "A fork is a second line of checkpoints that starts at an old checkpoint of a thread.",
    "tool": "A tool is a function with a described signature that a language model may ask to have called.",
    "chain": "A chain is a row of steps in which each one takes what the step before it returned.",
}

HONEST = "I am a set of offline rules, not a language model"


def answer(messages: Sequence[BaseMessage]) -> AIMessage:
    """The sentence on the longest of the known words in the newest question."""
    text = next((message.text for message in reversed(messages) if isinstance(message, HumanMessage)), "")
    asked = [word for word in WORDS if re.search(rf"\b{word}s?\b", text, re.IGNORECASE)]
    if asked:
        return AIMessage(WORDS[max(asked, key=len)])
    return AIMessage(
        f"{HONEST}: without a model I can only explain LangGraph's words, such as {', '.join(list(WORDS)[:6])}. "
        "Set OPENAI_API_KEY or OPENAI_BASE_URL to ask anything else."
    )
