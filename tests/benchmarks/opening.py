"""From the key that opens a thread of 20 MB to the first paint of its state, in the real app."""

import statistics
import tempfile
from pathlib import Path

from figures import tell
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.sqlite import SqliteSaver
from saved import chat, config
from terminal import GRAPHDECK, Program

ROUNDS = 5
LARGE = (2_000, 10_000)
"""Messages, and characters of each."""
SMALL = (20_000, 1_000)


def main() -> None:
    """Print milliseconds with messages of 10 KB (bound: 150), and with ten times as many small ones."""
    with tempfile.TemporaryDirectory() as name:
        for (messages, characters), bound in ((LARGE, 150.0), (SMALL, None)):
            file = Path(name, f"{messages}.sqlite")
            with SqliteSaver.from_conn_string(str(file)) as saver:
                said = [HumanMessage(f"{number} " + "y" * characters) for number in range(messages)]
                chat(saver).invoke({"messages": said}, config("big"))
            times = [_open(file, messages + 1) for _ in range(ROUNDS)]
            what = f"ms until the state is painted, {messages:,} messages of {characters / 1000:.0f} KB"
            tell("opening a thread of 20 MB", what, statistics.median(times) * 1000, bound)


def _open(file: Path, messages: int) -> float:
    """Seconds until the state pane counts the messages."""
    with Program([GRAPHDECK, file.name], file.parent) as program:
        program.until("yyy")  # the thread is listed
        program.press("t")
        program.watch(1.0)
        program.press("\r")
        return program.until(f"{messages:,}")


if __name__ == "__main__":
    main()
