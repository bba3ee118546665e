"""The deck asks again: after an edit of the inner state, and where answers were refused."""

import asyncio
import contextlib
import dataclasses
import fcntl
import textwrap
from pathlib import Path
from typing import Any

from textual.events import Paste

from graphdeck.graphs.events import RunEnded, RunStarted
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.lease import lease_path
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.records import PendingInterrupt, RunRequest
from graphdeck.tui.screens.approval import ApprovalScreen
from graphdeck.tui.widgets.long_text import LongText

DESK = """
    from typing import TypedDict
    from langgraph.graph import END, START, StateGraph
    from langgraph.types import interrupt

    class Outer(TypedDict, total=False):
        topic: str
        article: str

    class Desk(TypedDict, total=False):
        topic: str
        draft: str
        article: str

    def write(state):
        return {"draft": "draft about " + state["topic"]}

    def review(state):
        verdict = interrupt({"please_review": state["draft"]})
        if verdict == "never":
            raise ValueError("not like this")
        return {"article": f"{state['draft']} [{verdict}]"}

    desk = StateGraph(Desk).add_sequence([write, review]).add_edge(START, "write").compile()
    graph = StateGraph(Outer).add_node("desk", desk).add_edge(START, "desk").compile()
"""
VERDICT = """
    from pydantic import BaseModel, field_validator

    class Verdict(BaseModel):
        word: str

        @field_validator("word")
        def is_kind(cls, word):
            if word == "never":
                raise ValueError("not like this")
            return word
"""
VALIDATED = DESK.replace('state["draft"]})', 'state["draft"]}, response_schema=Verdict)')
SHIP = PendingInterrupt(id="q1", node="ship", ns=(), value={"action": "ship", "to": "Oslo"}, schema={"type": "integer"})


def until_free(file: Path, thread: str) -> None:
    """Wait until nobody holds the lease of a thread."""
    with contextlib.suppress(FileNotFoundError), lease_path(file, thread).open() as lease:
        fcntl.flock(lease, fcntl.LOCK_SH)


async def asked(deck: Any, text: str) -> None:
    """Wait until the dialog asks this, and let a moment pass."""
    deck.clock.move_on(2)
    await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen) and text in deck.text)
    deck.clock.move_on(2)


async def press(deck: Any, *keys: str) -> None:
    """Press keys slowly; `paste TEXT` pastes."""
    for key in keys:
        deck.clock.move_on(1)
        if key.startswith("paste "):
            deck.app.post_message(Paste(key.removeprefix("paste ")))
            await deck.pilot.pause()
        else:
            await deck.press(key)


async def test_the_inner_state_is_edited_and_its_question_asked_anew_and_answered(
    open_deck: Any, engine: LocalEngine, write_graph: Any, run_graph: Any
) -> None:
    await run_graph(write_graph(DESK), input={"topic": "tides"})
    async with open_deck(engine, thread="t") as deck:
        await asked(deck, "node desk › review")
        assert "draft   " in deck.app.screen.query_one(LongText).plain
        await press(deck, "o", "e", "down", "end", "ctrl+u", "paste by hand", "enter")
        await asked(deck, "+ draft   by hand")
        await press(deck, "a")
        await asked(deck, "please_review   by hand")
        await press(deck, "t", "paste fine", "enter")
        await deck.until(lambda: deck.look.status == "done" and not deck.look.runs)
        await deck.until(lambda: deck.look.values.get("article") == "by hand [fine]")


async def test_an_edit_that_is_refused_is_there_again_with_the_reason(
    open_deck: Any, engine: LocalEngine, write_graph: Any, run_graph: Any
) -> None:
    await run_graph(write_graph(DESK), input={"topic": "tides"})
    before = await engine.state("t")
    async with open_deck(engine, thread="t") as deck:
        await asked(deck, "please_review")
        await press(deck, "o", "e", "down", "ctrl+t", "end", "ctrl+u", "3", "enter")
        await asked(deck, "+ draft   3")
        await press(deck, "a")
        await asked(deck, "the state was not changed")
        assert "+ draft   3" in deck.text
        await press(deck, "escape", "escape", "escape")
        await deck.until(lambda: deck.app.screen is deck.app.deck)
    assert await engine.state("t") == before


async def test_a_refused_answer_comes_back_with_the_reason_and_is_not_there_for_the_next_question(
    open_deck: Any, recorded: Any, put: Any
) -> None:
    put(recorded, "rome", "waiting", interrupts=(SHIP,))
    async with open_deck(recorded, thread="rome") as deck:
        await asked(deck, "Oslo")
        await press(deck, "t", "3", "enter")
        await deck.until(lambda: recorded.runs)
        error = {"type": "answer", "message": "the answer was not taken: too many", "hint": "its question still waits"}
        for event in (RunStarted(thread="rome", graph="travel", run="r1"), RunEnded(status="failed", error=error)):
            recorded.runs[0].given.put_nowait(event)
        await asked(deck, "the answer was not taken: too many")
        assert "answers 3" in deck.text
        await press(deck, "s")
        await deck.until(lambda: len(recorded.runs) == 2)
        assert recorded.requests[1].resume == {"q1": 3}
        for event in (RunStarted(thread="rome", graph="travel", run="r2"), RunEnded(status="waiting", next=("ship",))):
            recorded.runs[1].given.put_nowait(event)
        await asked(deck, "Oslo")
        assert "answers 3" not in deck.text
        assert "too many" not in deck.text


async def test_what_was_answered_elsewhere_is_told_with_the_next_question_which_no_early_key_answers(
    open_deck: Any, engine: LocalEngine, pool: WorkerPool, tmp_path: Any, write_graph: Any, run_graph: Any
) -> None:
    target = write_graph(DESK.replace("verdict = interrupt", 'interrupt("first?")\n        verdict = interrupt'))
    await run_graph(target, input={"topic": "tides"})
    async with open_deck(engine, thread="t") as deck:
        await asked(deck, "first?")
        elsewhere = LocalEngine(tmp_path, pool=pool)
        (question,) = (await elsewhere.state("t")).interrupts
        run = await elsewhere.run(RunRequest(graph=target, thread="t", resume={question.id: "no"}))
        assert [event async for event in run.events()]
        await asyncio.to_thread(until_free, Path((await elsewhere.state("t")).file), "t")
        dialog = deck.app.screen
        await deck.press("a")
        await deck.until(lambda: deck.app.screen is not dialog)
        await deck.press("a")  # typed ahead
        deck.clock.move_on(2)
        await asked(deck, "please_review")
        assert "answered elsewhere by" in deck.text
        assert "UTC" in deck.text
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is deck.app.deck)
        await elsewhere.close()
    assert (await engine.state("t")).status == "waiting"


async def test_what_was_decided_of_several_is_there_again_whatever_was_looked_at_meanwhile(
    open_deck: Any, recorded: Any, put: Any
) -> None:
    put(recorded, "rome", "waiting", interrupts=(SHIP, dataclasses.replace(SHIP, id="q2", value="which weight?")))
    put(recorded, "oslo", "waiting", interrupts=(dataclasses.replace(SHIP, value="another one?"),))
    async with open_deck(recorded, thread="rome") as deck:
        await asked(deck, "Oslo")
        await press(deck, "t", "3", "enter")
        await asked(deck, "which weight?")
        await press(deck, "escape")
        await deck.until_shown("decided 1 of 2, nothing is sent")
        deck.app.deck.open_thread("oslo")
        await asked(deck, "another one?")
        assert "answers 3" not in deck.text  # though its question has the same id
        await press(deck, "escape")
        await deck.until(lambda: deck.app.screen is deck.app.deck)
        deck.app.deck.open_thread("rome")
        await asked(deck, "which weight?")
        assert "answers 3" in deck.text
        await press(deck, "t", "4", "enter", "s")
        await deck.until(lambda: recorded.runs)
    assert recorded.requests[0].resume == {"q1": 3, "q2": 4}


async def test_an_answer_is_sent_though_its_thread_was_read_while_another_process_ran_it(
    open_deck: Any, recorded: Any, put: Any
) -> None:
    put(recorded, "rome", "waiting", interrupts=(SHIP,))
    waits = recorded.snapshots["rome", None]
    async with open_deck(recorded, thread="rome") as deck:
        await asked(deck, "Oslo")
        recorded.snapshots["rome", None] = dataclasses.replace(waits, status="running")
        deck.app.deck.read_thread(at_once=True)
        await deck.until(lambda: deck.look.elsewhere)
        recorded.snapshots["rome", None] = waits
        await press(deck, "t", "3", "enter")
        await deck.until(lambda: recorded.runs)
        error = {"type": "answer", "message": "answered elsewhere by someone", "hint": "its question still waits"}
        for event in (RunStarted(thread="rome", graph="travel", run="r1"), RunEnded(status="failed", error=error)):
            recorded.runs[0].given.put_nowait(event)
        await asked(deck, "answered elsewhere by someone")
    assert recorded.requests[0].resume == {"q1": 3}


async def test_a_node_that_fails_with_the_answer_says_so(
    open_deck: Any, engine: LocalEngine, write_graph: Any, run_graph: Any
) -> None:
    await run_graph(write_graph(DESK), input={"topic": "tides"})
    async with open_deck(engine, thread="t", size=(60, 20)) as deck:
        await asked(deck, "please_review")
        await press(deck, "t", "paste never", "enter")
        await deck.until(lambda: "not like this" in deck.text and not deck.look.runs)


async def test_arguments_are_edited_by_their_schemas_also_where_the_graph_was_loaded_later(
    open_deck: Any, recorded: Any, put: Any, travel: Any, monkeypatch: Any
) -> None:
    loaded = asyncio.Event()
    schema: Any = {"type": "object", "properties": {"to": {"type": "string"}, "copies": {"type": "integer"}}}

    async def describe(_: str) -> Any:
        await loaded.wait()
        return dataclasses.replace(travel, title="post", tools={"send": schema})

    recorded.shape = None
    monkeypatch.setattr(recorded, "describe", describe)
    call: Any = {"type": "tool_approval", "name": "send", "args": {"to": "ann"}}
    put(recorded, "rome", "waiting", interrupts=(dataclasses.replace(SHIP, value=call, schema=None),))
    async with open_deck(recorded, thread="rome") as deck:
        await asked(deck, "send asks to run")
        loaded.set()
        await asked(deck, "post › text of rome")
        await press(deck, "e")
        await asked(deck, "copies")
        assert "integer" in deck.text, deck.text


# -- the inbox -------------------------------------------------------------------------------------------------------


async def asked_in_the_inbox(deck: Any, text: str) -> None:
    """Wait until the inbox asks this and its keys count, and let a moment pass."""
    await deck.until(lambda: text in deck.text and deck.app.screen.panel.has_focus_within)
    deck.clock.move_on(2)


async def test_the_inbox_edits_the_inner_state_and_tells_why_an_edit_or_an_answer_was_not_taken(
    open_deck: Any, engine: LocalEngine, write_graph: Any, run_graph: Any
) -> None:
    await run_graph(write_graph(textwrap.dedent(VERDICT) + textwrap.dedent(VALIDATED)), input={"topic": "tides"})
    async with open_deck(engine, pick=False, size=(160, 40)) as deck:
        await deck.press("I")
        await deck.until_shown("1 waits for you")
        await deck.press("enter")
        await asked_in_the_inbox(deck, "draft about tides")
        await press(deck, "o", "e", "down", "end", "ctrl+u", "paste by hand", "enter")
        await asked_in_the_inbox(deck, "+ draft   by hand")
        await press(deck, "a")
        await asked_in_the_inbox(deck, "please_review   by hand")
        await press(deck, "i", "paste never", "enter")
        await asked_in_the_inbox(deck, "not like this")
        assert 'answers {"word": "never"}' in deck.text
        await press(deck, "i", "end", "ctrl+u", "paste fine", "enter")
        await deck.until_shown("Nothing waits for you.")
    assert (await engine.state("t")).values["article"] == "by hand [word='fine']"
