"""The installed program in a real pseudo-terminal, as a person uses it."""

import asyncio
import os
import select
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.lease import holder_of
from graphdeck.graphs.local.workers import WorkerPool

OpenTerminal = Callable[..., Any]
QUIET = 0.6
"""Seconds without a key after which a decision counts."""

TYPING = "Esc back"
"""In the last line while the input line has the focus."""

ASKS = "yes and send"
"""In the dialog where one plain question waits."""

LOOKING = "i input"
"""In the last line while keys are commands."""

ESCAPE = 0.3
"""Seconds after which Esc is a key of its own, not the beginning of the next one, and the focus has moved."""

UNTIL_DRAINED = """while not runtime.control.drain_requested:
        time.sleep(0.01)"""
SLOW = f"""
import time
from typing import TypedDict
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

class S(TypedDict, total=False):
    log: str

def one(state):
    return {{"log": "one"}}

def slow(state, runtime: Runtime):
    print("SLOW " + "STARTS")
    {UNTIL_DRAINED}
    return {{"log": "slow"}}

def never(state):
    return {{"log": "never"}}

builder = StateGraph(S)
for node in (one, slow, never):
    builder.add_node(node.__name__, node)
builder.add_edge(START, "one")
builder.add_edge("one", "slow")
builder.add_edge("slow", "never")
builder.add_edge("never", END)
graph = builder.compile()
"""


def leave_input(deck: Any) -> None:
    """Press Esc, after which letters are commands."""
    deck.press("\x1b")
    deck.wait_for(LOOKING)
    deck.settle(ESCAPE)


def test_book_by_key_leave_a_question_and_answer_it_after_a_restart(open_terminal: OpenTerminal) -> None:
    deck = open_terminal("travel")
    deck.wait_for("assistant", "tools", "offline rules")
    deck.press("i")
    deck.wait_for(TYPING)
    deck.press("Book a quiet hotel in Rome for 2 nights for Kim\r")
    deck.wait_for("Casa Verde", ASKS, "runs again")
    deck.settle(QUIET)
    deck.press("\r")  # Enter never means approve
    deck.settle(QUIET)
    deck.wait_for(ASKS)
    deck.press("a")
    deck.wait_for("Booked Casa Verde for Kim", "● done")

    leave_input(deck)
    deck.press("n")
    deck.wait_for("new thread", TYPING)
    deck.press("Book a cheap hotel in Oslo for 1 night for Robin\r")
    deck.wait_for(ASKS, "Robin")
    deck.settle(QUIET)
    deck.press("\x1b")
    deck.wait_without(ASKS)
    deck.wait_for("waits for you")
    leave_input(deck)
    deck.press("q")
    assert deck.wait_for_end() == 0

    again = open_terminal("travel")
    again.wait_for("◆ Book a cheap hotel", "● Book a quiet hotel")
    again.press("t")
    again.settle(ESCAPE)
    again.press("\r")
    again.wait_for("Robin", "waits for you")
    again.settle(QUIET)
    if ASKS not in again.text:
        again.press("a")
    again.wait_for(ASKS)
    again.settle(QUIET)
    again.press("a")
    again.wait_for("for Robin, 1 night", "● done")
    again.press("q")
    assert again.wait_for_end() == 0


def test_a_closed_terminal_drains_the_run(open_terminal: OpenTerminal, tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(SLOW)
    terminal = open_terminal("run", "agent.py:graph", "--thread", "t", "--input", "{}")
    terminal.wait_for("SLOW STARTS")
    file = tmp_path / ".graphdeck" / "threads.sqlite"
    holder = holder_of(file, "t")
    assert holder is not None
    watch = os.pidfd_open(holder.pid)
    terminal.close()

    async def state() -> tuple[str, tuple[str, ...] | None]:
        await asyncio.get_running_loop().run_in_executor(None, _wait_for_exit, watch)
        engine = LocalEngine(tmp_path, pool=WorkerPool())
        snapshot = await engine.state("t")
        await engine.close()
        return snapshot.status, snapshot.next

    assert asyncio.run(state()) == ("stopped", ("never",))
    assert holder_of(file, "t") is None
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def _wait_for_exit(process: int) -> None:
    ready, _, _ = select.select([process], [], [], 20)
    os.close(process)
    assert ready, "the worker outlived its front end"


def test_ctrl_c_walks_the_ladder_in_a_run(open_terminal: OpenTerminal, tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(SLOW.replace(UNTIL_DRAINED, "time.sleep(600)"))
    terminal = open_terminal("run", "agent.py:graph", "--thread", "t", "--input", "{}")
    terminal.wait_for("SLOW STARTS")
    for said in ("stopping", "cancelling"):
        terminal.press("\x03")
        terminal.wait_for(said)
    terminal.press("\x03")
    assert terminal.wait_for_end() == 130


def test_the_terminal_gets_no_escape_of_the_users(open_terminal: OpenTerminal, tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(
        SLOW.replace(
            UNTIL_DRAINED, "import os; os.write(1, b'RAW\\x1b]0;owned\\x07\\x1b[2J\\x1b[H'); print('\\x1b[31m')"
        )
    )
    deck = open_terminal("agent.py:graph", columns=80, lines=24)
    deck.wait_for("slow")
    deck.press("i")
    deck.wait_for(TYPING)
    deck.press("{}\r")
    deck.wait_for("● done")
    leave_input(deck)
    deck.press("5")
    deck.wait_for("RAW")
    deck.press("q")
    assert deck.wait_for_end() == 0
    assert b"\x1b]0;owned" not in deck.raw
    assert deck.process.signalstatus != signal.SIGKILL


def test_a_deck_that_is_terminated_gives_the_terminal_back(open_terminal: OpenTerminal) -> None:
    deck = open_terminal("travel")
    deck.wait_for("assistant")
    os.kill(deck.process.pid, signal.SIGTERM)
    assert deck.wait_for_end() == 128 + signal.SIGTERM
    for taken, given_back in ((b"\x1b[?1049h", b"\x1b[?1049l"), (b"\x1b[?1003h", b"\x1b[?1003l")):
        assert deck.raw.rfind(given_back) > deck.raw.rfind(taken) >= 0


def test_a_deck_is_left_for_the_shell_and_comes_back_whole(open_terminal: OpenTerminal) -> None:
    deck = open_terminal("travel")
    deck.wait_for("assistant", LOOKING)
    deck.settle(QUIET)
    before = deck.text
    deck.press("\x1a")
    deck.wait_until_stopped()
    assert deck.raw.rfind(b"\x1b[?1049l") > deck.raw.rfind(b"\x1b[?1049h")
    os.kill(deck.process.pid, signal.SIGCONT)
    deck.wait_until(lambda: deck.text == before)
