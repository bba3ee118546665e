"""What differs between two values, path by path."""

from typing import Literal, TypeAlias

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.values import Json

ChangeKind: TypeAlias = Literal["added", "removed", "changed"]


class Change(Frozen):
    """One difference between two values."""

    path: str
    """Where, as a JSON Pointer: `/messages/7/content`; the empty text is the whole value."""
    kind: ChangeKind
    """Whether it is new, gone, or another value."""
    before: Json = None
    """The value on the first side; None where it was added."""
    after: Json = None
    """The value on the second side; None where it was removed."""
