"""The list of threads in the real app, among many: how long a key waits for what it shows."""

import statistics
from pathlib import Path

from figures import tell
from terminal import GRAPHDECK, Program

KEYS = 20
PAUSE = 0.25
"""Seconds between two keys: longer than what one of them sets off."""
ESCAPE = 0.1
"""Seconds that Textual waits after Esc for what may follow it."""


def tell_screen(path: Path, threads: int) -> None:
    """Print milliseconds in a file of so many threads, `thread-1` and so on."""
    what = f"list of {threads:,} threads"
    with Program([GRAPHDECK, path.name], path.parent) as program:
        program.until("thread-")
        program.watch(2.0)  # it has come to rest
        tell(what, "ms until a key is answered, median of scrolling by pages", _keys(program, "\x1b[6~"), 50)
        program.press("/")
        program.until("words in id")
        wanted = f"thread-{threads // 2}"
        program.press(wanted[:-1])
        program.watch(2.0)
        program.press(wanted[-1])
        tell(what, "ms from the last letter of an id to what is found", program.until("1+ found") * 1000, 100)
        program.press("\x1b")
        program.watch(0.5)
        program.press("/")
        program.watch(0.2)
        program.press("no such")
        tell(what, "ms until a letter is answered, while first texts are looked through", _typed(program), 50)
        tell(what, "ms until the first texts of all are looked through", program.until("0 found") * 1000)
        program.press("\x1b")
        program.watch(0.5)
        program.press("F")
        program.until("small and capital letters")
        program.press("no such text\r")
        program.until("so far")
        program.watch(0.5)
        program.press("\x1b")
        stopped = program.until("before it was stopped") - ESCAPE
        tell(what, "ms from Esc until the search of all states is stopped", stopped * 1000, 50)


def _keys(program: Program, key: str) -> float:
    times = []
    for _ in range(KEYS):
        program.press(key)
        times.append(program.painted() * 1000)
        program.watch(PAUSE)
    return statistics.median(times)


def _typed(program: Program) -> float:
    times = []
    for letter in "abcde":
        program.press(letter)
        times.append(program.painted() * 1000)
    return statistics.median(times)
