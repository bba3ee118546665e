"""What becomes of saved threads: sizes, and what was deleted, exported or imported. Frozen records."""

from collections.abc import Mapping
from dataclasses import field

from graphdeck.graphs.frozen import Frozen


class ThreadSize(Frozen):
    """How much room a thread takes in its file."""

    thread: str
    """Thread id."""
    file: str
    """Checkpoint file that holds it."""
    checkpoints: int = 0
    """Number of its checkpoints, those of subgraphs included."""
    bytes: int = 0
    """Of its checkpoints and writes, as they are stored."""


class Pruned(Frozen):
    """What pruning a thread takes away, or would."""

    thread: str
    """Thread id."""
    file: str
    """Checkpoint file that holds it."""
    checkpoints: int
    """Checkpoints that go, those of subgraphs included."""
    kept: int
    """Checkpoints that stay, those of subgraphs included."""
    bytes: int
    """Of what goes; the file reuses the room, and gets smaller by `vacuum` only."""


class Exported(Frozen):
    """Threads that were copied to a file of their own."""

    file: str
    """The new file."""
    threads: tuple[str, ...]
    """Thread ids."""
    bytes: int
    """Of their checkpoints and writes."""


class Imported(Frozen):
    """Threads that were copied from a file."""

    file: str
    """The file that they are in now."""
    threads: tuple[str, ...]
    """Their ids there."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """By the id that was taken already, the new one."""
