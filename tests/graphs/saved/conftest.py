"""Checkpoint files made by the real savers, and readers of them that are closed at the end."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver

from graphdeck.graphs.saved.file import CheckpointFile, open_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the checkpoint file of a test is."""
    return tmp_path / "threads.sqlite"


@pytest.fixture
def saver(path: Path) -> Iterator[SqliteSaver]:
    """LangGraph's own saver, writing that file; it does not wait for the disk."""
    with SqliteSaver.from_conn_string(str(path)) as saver:
        saver.setup()
        saver.conn.execute("PRAGMA synchronous=OFF")
        yield saver


@pytest.fixture
def look(path: Path) -> Iterator[Callable[[], CheckpointFile]]:
    """Opens the file for reading."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(open_file(path))
