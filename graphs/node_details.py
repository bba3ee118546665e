"""What is known of a node beyond its place in the graph."""

from graphdeck.graphs.frozen import Frozen


class NodeDetails(Frozen):
    """How a node was declared, in words: what its source and `add_node` say."""

    doc: str = ""
    """Whole docstring; empty where it has no more than its first line."""
    end: int = 0
    """Last line of its source, where known, from 1."""
    retry: tuple[str, ...] = ()
    """Retry policies, its own or the graph's."""
    cache: str = ""
    """Cache policy, its own or the graph's."""
    timeout: str = ""
    """Timeout of one attempt."""
    tags: tuple[str, ...] = ()
    """Tags."""
    metadata: tuple[tuple[str, str], ...] = ()
    """Metadata, each value as text."""
    reads: tuple[str, ...] = ()
    """State keys that it is given."""
    input_schema: str = ""
    """Name of its input schema, where it has one of its own."""
    error_handler: str = ""
    """Node that runs when it fails."""
