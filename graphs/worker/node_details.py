"""What a node was declared with, in words: policies, tags, metadata, the keys that it reads."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from langchain_core.runnables import RunnableBinding
from langgraph.pregel._read import PregelNode
from langgraph.types import CachePolicy, RetryPolicy, TimeoutPolicy

from graphdeck.graphs.node_details import NodeDetails
from graphdeck.graphs.values import json_line, to_json
from graphdeck.graphs.worker.load import AnyBuilder, AnyGraph
from graphdeck.graphs.worker.sources import Source

MAX_TEXT = 2_000
"""Characters of a docstring and of one value of the metadata that are told."""


def details_of(name: str, graph: AnyGraph, builder: AnyBuilder | None, source: Source) -> NodeDetails:
    """The details of a node of a compiled graph."""
    node: PregelNode = graph.nodes[name]
    policies = node.retry_policy or graph.retry_policy
    cache = node.cache_policy or graph.cache_policy
    return NodeDetails(
        doc=source.whole_doc[:MAX_TEXT],
        end=source.end,
        **policies_in_words(policies or (), cache, node.timeout, has_cache=graph.cache is not None),
        tags=tuple(map(str, _tags(node))),
        metadata=tuple((str(key), _text(value)) for key, value in (node.metadata or {}).items()),
        reads=_reads(node),
        input_schema=_own_schema(name, builder),
        error_handler=node.error_handler_node or "",
    )


def policies_in_words(
    retry: Sequence[RetryPolicy], cache: CachePolicy[Any] | None, timeout: TimeoutPolicy | None, *, has_cache: bool
) -> dict[str, Any]:
    """The policies of a node or of a task, as fields of its details."""
    return {
        "retry": tuple(map(_retry, retry)),
        "cache": _cache(cache, has_cache=has_cache) if cache else "",
        "timeout": _timeout(timeout) if timeout else "",
    }


def _retry(policy: RetryPolicy) -> str:
    jitter = ", with jitter" if policy.jitter else ""
    return (
        f"{policy.max_attempts} attempts in all, {policy.initial_interval:g} s before the second, "
        f"then {policy.backoff_factor:g} times as long, at most {policy.max_interval:g} s{jitter}; "
        f"on {', '.join(map(_name, _causes(policy)))}"
    )


def _causes(policy: RetryPolicy) -> Sequence[object]:
    return policy.retry_on if isinstance(policy.retry_on, Sequence) else (policy.retry_on,)


def _cache(policy: CachePolicy[Any], *, has_cache: bool) -> str:
    kept = "results are kept" if policy.ttl is None else f"results are kept for {policy.ttl:g} s"
    by = f"by {_name(policy.key_func)}"
    return f"{kept}, {by}" if has_cache else f"{kept}, {by}; but the graph was compiled without a cache"


def _timeout(policy: TimeoutPolicy) -> str:
    whole = f"{_seconds(policy.run_timeout):g} s for an attempt" if policy.run_timeout is not None else ""
    idle = ""
    if policy.idle_timeout is not None:
        idle = f"{_seconds(policy.idle_timeout):g} s without progress (refreshed by {policy.refresh_on})"
    return ", ".join(part for part in (whole, idle) if part)


def _seconds(time: float | timedelta) -> float:
    return time.total_seconds() if isinstance(time, timedelta) else time


def _tags(node: PregelNode) -> Iterator[object]:
    yield from node.tags or ()
    if isinstance(node.bound, RunnableBinding):
        yield from node.bound.config.get("tags") or ()


def _reads(node: PregelNode) -> tuple[str, ...]:
    channels = [node.channels] if isinstance(node.channels, str) else node.channels
    return tuple(channel for channel in channels if not channel.startswith("__"))


def _own_schema(name: str, builder: AnyBuilder | None) -> str:
    spec = builder.nodes.get(name) if builder else None
    if builder is None or spec is None or spec.input_schema is builder.state_schema:
        return ""
    return _name(spec.input_schema)


def _name(thing: object) -> str:
    """What a class or function calls itself."""
    name = getattr(thing, "__name__", None)
    return name if isinstance(name, str) else type(thing).__name__


def _text(value: object) -> str:
    plain = to_json(value)
    return (plain if isinstance(plain, str) else json_line(plain))[:MAX_TEXT]
