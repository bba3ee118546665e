"""What people call threads."""

from typing import Final

from graphdeck.graphs.frozen import Frozen


class Named(Frozen):
    """What a person said of a thread."""

    title: str = ""
    """Empty without one."""
    graph: str = ""
    """Target that it belongs to, where its rows tell none."""
    tags: tuple[str, ...] = ()
    """In the order in which they were given."""


UNNAMED: Final = Named()
