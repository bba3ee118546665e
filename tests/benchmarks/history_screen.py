"""A history of 2,000 checkpoints on the screen of the real app, and a text looked for in a state of 20 MB."""

import statistics
import tempfile
from pathlib import Path

from figures import tell
from saved import LONG_STEPS, fill_special
from terminal import GRAPHDECK, Program

KEYS = 20
ROUNDS = 7
HEADING = "  ·  loop  ·  "
"""Of the newest step, beside the tree; both are painted at once."""


def main() -> None:
    """Print milliseconds from a key to what it shows."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "special.sqlite")
        fill_special(path)
        _timeline(path)
        _search(path)


def _timeline(path: Path) -> None:
    what = f"history of {LONG_STEPS:,} steps"
    shown, read = [], []
    for _ in range(ROUNDS):
        with Program([GRAPHDECK, path.name, "--thread", "long"], path.parent) as program:
            program.until("go")
            program.watch(2.0)  # its newest checkpoints have been read
            program.press("h")
            shown.append(program.until(HEADING) * 1000)
            read.append(program.until("this step changed nothing") * 1000)
    tell(what, "ms from the key to its tree and its newest step, median", statistics.median(shown), 50)
    tell(what, "ms from the key to its tree and its newest step, worst", max(shown))
    tell(what, "ms from the key to what that step changed, median", statistics.median(read))
    with Program([GRAPHDECK, path.name, "--thread", "long"], path.parent) as program:
        program.until("go")
        program.watch(2.0)
        program.press("h")
        program.watch(1.0)
        for _ in range(LONG_STEPS // 100):  # page after page
            program.press("\x1b[F")
            program.watch(0.2)
        tell(what, "ms until a key is answered there, median of going up and down", _keys(program), 50)


def _search(path: Path) -> None:
    with Program([GRAPHDECK, path.name, "--thread", "big"], path.parent) as program:
        program.until("yyy")
        program.press("2")
        program.watch(1.0)
        program.press("/")
        program.watch(0.5)
        program.press("no such text")
        took = program.until("found nowhere")
        tell("looking for a text in 20 MB", "ms until all is looked through", took * 1000)
        program.press("\x1b\x1b[B")
        program.watch(0.5)
        tell("looking for a text in 20 MB", "ms until a key is answered after that, median", _keys(program), 50)


def _keys(program: Program) -> float:
    """Milliseconds until something is painted after a key, the median of some."""
    times = []
    for number in range(KEYS):
        program.press("\x1b[B" if number % 2 else "\x1b[A")
        times.append(program.painted() * 1000)
        program.watch(0.25)
    return statistics.median(times)


if __name__ == "__main__":
    main()
