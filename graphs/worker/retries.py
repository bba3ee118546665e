"""Retries of nodes, which LangGraph tells in its log alone."""

import asyncio
import logging
import re
from collections.abc import Callable

from graphdeck.graphs.worker.translate import Translator

_RETRY = re.compile(
    r"Retrying task (?P<node>.*) after [\d.]+ seconds \(attempt (?P<attempt>\d+)\) after (?P<error>.*)", re.S
)


def watch_retries(translator: Translator) -> Callable[[], None]:
    """Have the translator told of each retry; returns how to stop."""
    logger = logging.getLogger("langgraph.pregel._retry")
    loop = asyncio.get_running_loop()

    def heard(record: logging.LogRecord) -> bool:
        match = _RETRY.match(record.getMessage())
        if match:
            attempt, task = int(match["attempt"]), _task_of(record)
            loop.call_soon_threadsafe(translator.retry, task, match["node"], attempt, match["error"])
        return logging.getLogger().isEnabledFor(record.levelno)

    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addFilter(heard)

    def forget() -> None:
        logger.removeFilter(heard)
        logger.setLevel(level)

    return forget


def _task_of(record: logging.LogRecord) -> str:
    """Id of the task that is tried again: the text names only its node, which many tasks may run at once.

    It is in the function that logs, LangGraph's `run_with_retry`, where the error's traceback begins; empty where a
    version of LangGraph has it elsewhere.
    """
    trace = record.exc_info[2] if record.exc_info else None
    task = trace.tb_frame.f_locals.get("task") if trace else None
    return str(getattr(task, "id", ""))
