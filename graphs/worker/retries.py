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
            loop.call_soon_threadsafe(translator.retry, match["node"], int(match["attempt"]), match["error"])
        return logging.getLogger().isEnabledFor(record.levelno)

    level = logger.level
    logger.setLevel(logging.INFO)
    logger.addFilter(heard)

    def forget() -> None:
        logger.removeFilter(heard)
        logger.setLevel(level)

    return forget
