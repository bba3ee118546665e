"""Named configs in words, for both front ends; raw text."""

from graphdeck.graphs.run_configs import RunConfig, path_words
from graphdeck.tui.text import short_json


def holds(config: RunConfig) -> str:
    """What a config has, what it lacks, and what is of no use any more."""
    told = [f"context {short_json(config.context, 400)}"] if config.context is not None else []
    told += [f"limit {config.recursion_limit}"] if config.recursion_limit is not None else []
    told += [config.durability] if config.durability != "sync" else []
    told += [left_out_words(config)] if config.left_out else []
    told += [gone_words(config)] if config.gone else []
    return "; ".join(told) or "no context, LangGraph's own limit, durability sync"


def left_out_words(config: RunConfig) -> str:
    """Which values were not written."""
    return f"without {path_words(config.left_out)}: maybe secret, never written"


def gone_words(config: RunConfig) -> str:
    """Which keys the graph has no longer."""
    return f"the graph's context has no {', '.join(config.gone)} any more"
