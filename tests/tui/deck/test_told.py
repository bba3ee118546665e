"""What the deck tells: what was refused, what went wrong, where a subgraph, a breakpoint or another process stands."""

import asyncio
import dataclasses
from typing import Any

from graphdeck.graphs.errors import FileError, TargetError, TargetLoadError
from graphdeck.graphs.events import Checkpoint, NodeFailed, NodeStarted, Output, RunEnded, RunStarted
from graphdeck.graphs.records import CheckpointRow, FileProblem, GraphInfo, PendingInterrupt, Snapshot
from graphdeck.graphs.stopping import Stop
from graphdeck.tui.clock import time_of_day
from graphdeck.tui.screens.approval import ApprovalScreen
from graphdeck.tui.screens.picker import PickerScreen
from graphdeck.tui.widgets.input_line import InputLine

QUESTION = PendingInterrupt(id="q1", node="tools", ns=(), value={"action": "book_hotel", "nights": 3})


async def test_refused_input_comes_back_and_leaves_the_thread_as_it_stands(
    open_deck: Any, recorded: Any, put: Any
) -> None:
    put(recorded, "rome")
    recorded.shape = dataclasses.replace(recorded.shape, takes_messages=False)
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until_shown("● done")
        await deck.type('{"town": 1}')
        await deck.until(lambda: recorded.runs)
        assert deck.app.query_one(InputLine).text == ""
        given = recorded.runs[0].given
        given.put_nowait(RunStarted(thread="rome", graph="travel", run="r1"))
        error = {"type": "InputError", "message": "'town' is not known", "hint": "expected: city"}
        given.put_nowait(RunEnded(status="failed", error=error))
        await deck.until_shown("'town' is not known")
        assert deck.app.query_one(InputLine).text == '{"town": 1}'
        assert deck.app.query_one(InputLine).has_focus
        assert "● done" in deck.text
        assert "failed" not in deck.text


async def test_a_run_that_was_stopped_before_it_began_gives_its_input_back(
    open_deck: Any, recorded: Any, put: Any
) -> None:
    put(recorded, "rome")
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until_shown("● done")
        await deck.type("and Oslo?")
        await deck.until(lambda: recorded.runs)
        await deck.press("ctrl+c")
        given = recorded.runs[0].given
        given.put_nowait(RunStarted(thread="rome", graph="travel", run="r1"))
        given.put_nowait(RunEnded(status="stopped", stops=(Stop(kind="pause"),)))
        await deck.until_shown("stopped before it began: nothing has run")
        assert deck.app.query_one(InputLine).text == "and Oslo?"
        assert "● done" in deck.text


async def test_letters_are_commands_again_once_json_was_sent(open_deck: Any, recorded: Any, put: Any) -> None:
    put(recorded, "rome")
    recorded.shape = dataclasses.replace(recorded.shape, takes_messages=False)
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until_shown("● done")
        await deck.type("{}")
        await deck.until(lambda: recorded.runs)
        await deck.press("space")
        await deck.until(lambda: recorded.runs[0].stops == ["drain"])


async def test_the_keys_that_matter_while_typing_are_those_that_do_something(open_deck: Any, recorded: Any) -> None:
    async with open_deck(recorded, graph="travel") as deck:
        await deck.press("i")
        await deck.until_shown("Esc back")
        assert "Ctrl+C" not in deck.text
        await deck.type("a hotel")
        await deck.until_shown("Ctrl+C stop")


async def test_a_breakpoint_says_that_nothing_is_to_be_answered(open_deck: Any, recorded: Any, put: Any) -> None:
    put(recorded, "rome", "breakpoint")
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until_shown("breakpoint before tools  ·  nothing to answer: space goes on")
        assert not deck.app.deck.look.questions
        await deck.press("space")
        await deck.until(lambda: recorded.runs)
        assert "nothing to answer" not in deck.text


async def test_the_state_of_a_subgraph_is_beside_the_question(open_deck: Any, recorded: Any, put: Any) -> None:
    put(recorded, "rome", "waiting", interrupts=(QUESTION,))

    def inner(ns: str, *below: Snapshot, **values: Any) -> Snapshot:
        return Snapshot(thread="rome", checkpoint=ns, step=0, status="waiting", next=(), values=values, ns=ns,
                        subgraphs=below)  # fmt: skip

    team = inner("team:1", inner("team:1|desk:2", draft="tides [1]"), outline="why")
    outer = recorded.snapshots["rome", None]
    other = inner("team:3", draft="of the other task")
    recorded.snapshots["rome", None] = dataclasses.replace(outer, subgraphs=(team, other))
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen))
        await deck.press("escape")
        await deck.until_shown('draft  "tides [1]"')
        for text in ("team ›", "desk ›", "team 2 ›", 'outline  "why"', '"of the other task"'):
            assert text in deck.text


async def test_it_is_said_what_is_loaded_and_where_threads_are_saved(
    open_deck: Any, recorded: Any, travel: Any, monkeypatch: Any
) -> None:
    loaded = asyncio.Event()

    async def describe(graph: str) -> Any:
        await loaded.wait()
        said = "its in-memory checkpointer is replaced by the file threads.sqlite"
        return dataclasses.replace(travel, saving=said, file="/home/kim/project/.graphdeck/threads.sqlite")

    recorded.shape = None
    monkeypatch.setattr(recorded, "describe", describe)
    async with open_deck(recorded, graph="agent.py:graph", size=(140, 34)) as deck:
        await deck.until_shown("loads agent.py:graph …")
        loaded.set()
        await deck.until_shown("its in-memory checkpointer is replaced by the file threads.sqlite")
        assert "saved in .graphdeck/thr" in deck.text


async def test_a_history_that_is_still_read_is_not_said_to_be_empty(
    open_deck: Any, recorded: Any, put: Any, monkeypatch: Any
) -> None:
    read = asyncio.Event()

    async def history(thread: str, **_: Any) -> Any:
        await read.wait()
        return [CheckpointRow(checkpoint="c", parent=None, step=1, source="loop", time="", next=(), changed=("city",))]

    put(recorded, "rome", "done")
    monkeypatch.setattr(recorded, "history", history)
    async with open_deck(recorded, graph="travel", size=(80, 24)) as deck:
        await deck.press("4")
        await deck.until_shown("no checkpoints yet")
        deck.app.deck.open_thread("rome")
        await deck.until_shown("reads its checkpoints …")
        read.set()
        await deck.until_shown("loop")


async def test_a_long_error_shows_its_first_line_and_where_the_rest_is(open_deck: Any, recorded: Any, put: Any) -> None:
    put(recorded, "rome", "breakpoint")
    async with open_deck(recorded, thread="rome", size=(80, 24)) as deck:
        await deck.until_shown("before tools")
        await deck.press("space")
        await deck.until(lambda: recorded.runs)
        given = recorded.runs[0].given
        given.put_nowait(RunStarted(thread="rome", graph="travel", run="r1"))
        given.put_nowait(NodeStarted(task="1", node="tools"))
        message = "the worker was killed" + " dead" * 40 + "\nlast words"
        given.put_nowait(RunEnded(status="lost", error={"type": "WorkerLost", "message": message, "hint": "go on"}))
        await deck.until_shown("… (5 shows all of it)")
        assert "⏎" not in deck.text
        await deck.press("5")
        await deck.until_shown("last words")


async def test_prints_are_counted_until_the_log_is_seen(open_deck: Any, recorded: Any, put: Any) -> None:
    put(recorded, "rome", "breakpoint")
    async with open_deck(recorded, thread="rome", size=(80, 24)) as deck:
        await deck.until_shown("before tools")
        await deck.press("space")
        await deck.until(lambda: recorded.runs)
        given = recorded.runs[0].given
        given.put_nowait(RunStarted(thread="rome", graph="travel", run="r1"))
        for number in range(3):
            given.put_nowait(Output(task="", node="", stream="stdout", text=f"printed \x1b[31m[b]{number}\n"))
        await deck.until_shown("5 Log 3")
        await deck.press("5")
        await deck.until_shown("printed ⟨U+001B⟩[31m[b]2")
        assert "5 Log 3" not in deck.text


async def test_a_failed_node_is_marked_its_error_told_and_space_tries_again(
    open_deck: Any, recorded: Any, put: Any
) -> None:
    put(recorded, "rome", "breakpoint")
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until_shown("before tools")
        await deck.press("space")
        await deck.until(lambda: recorded.runs)
        put(recorded, "rome", "failed")
        given = recorded.runs[0].given
        given.put_nowait(RunStarted(thread="rome", graph="travel", run="r1"))
        given.put_nowait(Checkpoint(id="rome2", parent="rome1", step=1, source="loop", next=("tools",), changed={}))
        given.put_nowait(NodeStarted(task="1", node="tools"))
        given.put_nowait(
            NodeFailed(
                task="1", node="tools", error="ValueError", message="no room", traceback="File travel.py, line 3"
            )
        )
        error = {"type": "graph", "message": "ValueError: no room", "hint": "mend it and go on"}
        given.put_nowait(RunEnded(status="failed", next=("tools",), error=error))
        await deck.until_shown("mend it and go on")
        assert "✗ failed: tools" in deck.text
        await deck.press("5")
        await deck.until_shown("File travel.py, line 3")
        await deck.press("space")
        await deck.until(lambda: len(recorded.requests) == 2)


async def test_a_broken_target_shows_its_error_and_a_key_loads_it_again(
    open_deck: Any, recorded: Any, travel: Any, monkeypatch: Any
) -> None:
    answers: list[Any] = [TargetLoadError("agent.py cannot be imported\nline 3, in <module>", "mend it"), travel]

    async def describe(graph: str) -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    recorded.shape = None
    monkeypatch.setattr(recorded, "describe", describe)
    async with open_deck(recorded, graph="agent.py:graph", size=(80, 24)) as deck:
        await deck.until_shown("line 3, in <module>")
        await deck.press("f5")
        await deck.until_shown("assistant")
        assert "line 3" not in deck.text


async def test_a_file_with_several_graphs_lets_one_be_chosen(open_deck: Any, recorded: Any, monkeypatch: Any) -> None:
    async def describe(graph: str) -> Any:
        raise TargetError("agent.py holds several graphs", "name one")

    recorded.shape = None
    recorded.infos = [GraphInfo(target=f"agent.py:{name}", title=name, origin="project") for name in ("one", "two")]
    monkeypatch.setattr(recorded, "describe", describe)
    async with open_deck(recorded, graph="agent.py") as deck:
        await deck.until(lambda: isinstance(deck.app.screen, PickerScreen) and "agent.py:two" in deck.text)
        await deck.press("down", "enter")
        await deck.until(lambda: deck.look.graph == "agent.py:two")


async def test_a_file_that_is_not_there_shows_its_error(open_deck: Any, recorded: Any, monkeypatch: Any) -> None:
    async def describe(graph: str) -> Any:
        raise TargetError("there is no gone.py", "name another")

    recorded.shape = None
    monkeypatch.setattr(recorded, "describe", describe)
    async with open_deck(recorded, graph="gone.py") as deck:
        await deck.until_shown("there is no gone.py")
        await deck.press("f5")
        await deck.until_shown("read again")
        assert deck.app.screen is deck.app.deck


async def test_a_fault_of_our_own_is_told_and_the_deck_goes_on(
    open_deck: Any, recorded: Any, put: Any, monkeypatch: Any
) -> None:
    async def break_down(*_: Any, **__: Any) -> Any:
        raise RuntimeError("no such table")

    put(recorded, "rome", "breakpoint")
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until_shown("before tools")
        monkeypatch.setattr(recorded, "run", break_down)
        await deck.press("space")
        await deck.until_shown("a fault in graphdeck itself: RuntimeError: no such table")
        assert not deck.look.runs


async def test_a_thread_that_runs_elsewhere_says_who_runs_it_and_offers_what_can_be_done(
    open_deck: Any, recorded: Any, put: Any
) -> None:
    since = "2026-05-04T12:03:00+00:00"
    put(recorded, "rome", "running", holder=f"pid 4711 on box since {since}")
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until_shown(f"running: elsewhere, pid 4711 on box since {time_of_day(since)}")
        assert "go on" not in deck.text
        await deck.press("space")
        await deck.until_shown("running elsewhere: pid 4711")
        assert not recorded.requests


async def test_an_error_under_the_picker_is_still_there_when_it_closes(
    open_deck: Any, recorded: Any, monkeypatch: Any
) -> None:
    async def threads(**asked: Any) -> Any:
        raise FileError("notes.sqlite is not a checkpoint file", "name another file")

    monkeypatch.setattr(recorded, "threads", threads)
    async with open_deck(recorded, size=(80, 24)) as deck:
        await deck.until(lambda: isinstance(deck.app.screen, PickerScreen) and "travel" in deck.text)
        await deck.press("down", "escape")
        await deck.until_shown("notes.sqlite is not a checkpoint file")
        await deck.press("1")
        await deck.until(lambda: "notes.sqlite" not in deck.text)


async def test_a_file_that_cannot_be_read_is_told_once_beside_the_threads_of_the_others(
    open_deck: Any, recorded: Any, put: Any
) -> None:
    put(recorded, "rome")
    recorded.problems = (FileProblem(file="bad.sqlite", message="bad.sqlite is not a SQLite file"),)
    async with open_deck(recorded, graph="travel") as deck:
        await deck.until_shown("bad.sqlite is not a SQLite file")
        assert "text of rome" in deck.text
        await deck.press("t")
        await deck.until(lambda: "bad.sqlite" not in deck.text)
        recorded.asked.clear()
        deck.app.deck.read_threads()
        await deck.until(lambda: "threads 0" in recorded.asked)
        assert "bad.sqlite" not in deck.text


async def test_control_q_leaves_from_a_dialog_and_its_question_goes_on_waiting(
    open_deck: Any, recorded: Any, put: Any
) -> None:
    put(recorded, "rome", "waiting", interrupts=(QUESTION,))
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen))
        await deck.press("q")
        assert deck.app.is_running
        await deck.press("ctrl+q")
        await deck.until(lambda: deck.app._exit)
        assert not recorded.requests


async def test_nothing_opens_over_a_question(open_deck: Any, recorded: Any, put: Any) -> None:
    put(recorded, "rome", "waiting", interrupts=(QUESTION,))
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen))
        question = deck.app.screen
        for key in ("ctrl+p", "question_mark", "f1", "ctrl+o", "o", "R", "D", "slash"):
            await deck.press(key)
            await deck.pilot.pause()
            assert deck.app.screen is question, key
            assert len(deck.app.screen_stack) == 2, key


async def test_an_ascii_terminal_gets_nothing_else(open_deck: Any, recorded: Any, put: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("GRAPHDECK_ASCII", "1")
    put(recorded, "rome", "waiting", interrupts=(QUESTION,), title="Röme")
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen))
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is deck.app.deck)
        for key in ("1", "ctrl+p", "question_mark", "o", "D", "a"):
            opens = key != "1"
            await deck.press(key)
            await deck.until(lambda opens=opens: (deck.app.screen is not deck.app.deck) == opens)
            assert deck.text.isascii(), [line for line in deck.text.splitlines() if not line.isascii()]
            if opens:
                await deck.press("escape")
                await deck.until(lambda: deck.app.screen is deck.app.deck)
