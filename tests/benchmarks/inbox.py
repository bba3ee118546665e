"""The first page of what waits for a person, over 20,000 threads of ten checkpoints, 500 of them waiting.

Every thread was asked once, so that none can be left out by a look at the questions alone.
"""

import operator
import statistics
import tempfile
from pathlib import Path
from typing import Annotated, Any, TypedDict

from figures import tell
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt
from saved import config, seconds, spread

from graphdeck.graphs.engine import PAGE
from graphdeck.graphs.local.library import Library
from graphdeck.graphs.saved.file import at_once

THREADS = 20_000
WAITING = 500
STEPS = 10
ROUNDS = 5


class Booking(TypedDict, total=False):
    """The state of the threads."""

    said: Annotated[list[str], operator.add]


def main() -> None:
    """Print milliseconds of the first page, total included: of a file just opened (bound: 150), and after a write."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "many.sqlite")
        fill_waiting(path)
        with SqliteSaver.from_conn_string(str(path)) as writer:  # as a service that is running
            writer.setup()
            opened = [seconds(lambda: first_page(path)) for _ in range(ROUNDS)]
            library = Library([path], may_be_missing=False)
            again = [seconds(lambda: write_and_look(writer, library)) for _ in range(ROUNDS + 1)][1:]
            library.close()
    what = f"ms, {THREADS:,} threads of {STEPS} checkpoints, {WAITING} waiting"
    tell("inbox, first page", what, statistics.median(opened) * 1000, 150)
    tell("inbox, again after a write", what, statistics.median(again) * 1000, 150)


def first_page(path: Path) -> None:
    """Open the file and read the first page."""
    library = Library([path], may_be_missing=False)
    page = at_once(library.waiting(PAGE, None, True))
    library.close()
    assert (len(page.rows), page.total) == (PAGE, WAITING)


def write_and_look(writer: SqliteSaver, library: Library) -> None:
    """What a screen does when the file has changed."""
    writer.conn.execute(
        "UPDATE checkpoints SET metadata = metadata || ' ' WHERE rowid = (SELECT max(rowid) FROM checkpoints)"
    )
    writer.conn.commit()
    assert at_once(library.waiting(PAGE, None, True)).total == WAITING


def fill_waiting(path: Path) -> None:
    """Two threads made by a real graph, one at its end and one at a question, and many copies of both."""
    with SqliteSaver.from_conn_string(str(path)) as saver:
        graph = booking(saver)
        for thread, answered in (("answered", True), ("asking", False)):
            graph.invoke({"said": ["x" * 3000]}, config(thread))
            if answered:
                (question,) = graph.get_state(config(thread)).interrupts
                graph.invoke(Command(resume={question.id: "yes"}), config(thread))
        spread(saver, "answered", "thread-", THREADS - WAITING)
        spread(saver, "asking", "waiting-", WAITING, apart=(THREADS - WAITING) // WAITING)
        for model in ("answered", "asking"):
            saver.delete_thread(model)


def booking(saver: SqliteSaver) -> Any:
    """A chain of nodes of which the last asks."""
    builder = StateGraph(Booking)

    def node(number: int) -> Any:
        def say(state: Booking) -> Booking:
            return {"said": [interrupt({"action": "book", "nights": 3}) if number == STEPS - 2 else "y" * 100]}

        return say

    for number in range(STEPS - 1):
        builder.add_node(f"n{number}", node(number))
        builder.add_edge(f"n{number - 1}" if number else START, f"n{number}")
    return builder.compile(checkpointer=saver)


if __name__ == "__main__":
    main()
