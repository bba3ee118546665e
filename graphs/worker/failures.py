"""What a person is told of an error that ended a run, where the error alone does not say it."""

import re

from langgraph.errors import GraphRecursionError

from graphdeck.graphs import events
from graphdeck.graphs.errors import GraphdeckError, RunFailed
from graphdeck.graphs.worker.frames import error_text, user_traceback
from graphdeck.graphs.worker.saver import Unsaveable
from graphdeck.graphs.worker.translate import Translator


def unsaveable(refused: Unsaveable, translator: Translator) -> GraphdeckError:
    """The error for a value that cannot be saved; its node, which the stream has called finished, has failed."""
    node = translator.node_of(refused.task)
    kind = refused.reason.removeprefix("Type is not msgpack serializable: ")
    why = "cannot be saved: " + (refused.reason if kind == refused.reason else f"its type is {kind}")
    if node:
        translator.unsaved(refused.task, f"{refused.key!r} {why}")
    return RunFailed(
        f"{refused.key!r} of {f'node {node!r}' if node else 'the state'} {why}",
        "the thread is still before that node; return plain data, a dataclass or a Pydantic model, and continue",
    )


def limit_of(error: BaseException | None) -> int:
    """The limit of steps that a run has reached, which LangGraph's text tells even where the graph set it; else 0."""
    told = re.search(r"limit of (\d+)", str(error)) if isinstance(error, GraphRecursionError) else None
    return int(told[1]) if told else 0


def limit_reached(error: GraphRecursionError) -> GraphdeckError:
    """The error for a run at its limit."""
    limit = limit_of(error)
    steps = f"its limit of {limit} steps" if limit else "its limit of steps"
    return RunFailed(
        f"the run reached {steps}; its state is kept",
        "go on with as many again, or with more: --recursion-limit N (g in the deck)",
    )


def run_error(error: BaseException) -> events.NodeFailed:
    """The event for an error of the user's code outside of any node."""
    name, text = type(error).__name__, error_text(error)
    return events.NodeFailed(task="", node="", error=name, message=text, traceback=user_traceback(error))
