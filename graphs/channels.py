"""How LangGraph names the channels that lead from node to node."""

from typing import Final

BRANCH: Final = "branch:to:"
"""Begins the channel that starts the node of this name."""
JOIN: Final = "join:"
"""Begins the channel of a node that waits for several: `join:plan+search:book`."""
SENDS: Final = "__pregel_tasks"
"""Holds the `Send`s of a step."""


def target_of(channel: str) -> str:
    """The node that a channel leads to by its name; empty where it is no edge's."""
    if channel.startswith(BRANCH):
        return channel.removeprefix(BRANCH)
    return channel.rpartition(":")[2] if channel.startswith(JOIN) else ""
