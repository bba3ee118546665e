"""The conversation in the deck, by keys: read without its tool calls, and written anew from any of its messages."""

import dataclasses
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from textual.events import Paste

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.tui.screens.checkpoints import PAGE
from graphdeck.tui.screens.find_text import FindTextScreen
from graphdeck.tui.screens.run_again import RunAgainScreen
from told import RunGraph, WriteGraph

SAID: list[dict[str, Any]] = [
    {"type": "human", "content": "a hotel in Rome", "id": "1"},
    {"type": "ai", "content": "", "id": "2", "tool_calls": [{"name": "search", "args": {"city": "Rome"}, "id": "k1"}]},
    {"type": "tool", "content": "4 found", "name": "search", "tool_call_id": "k1", "id": "3"},
    {"type": "ai", "content": "Book it?", "id": "4", "tool_calls": [{"name": "book", "args": {"n": 3}, "id": "k2"}]},
]


async def test_a_key_hides_tool_calls_in_all_threads_but_never_one_that_waits(
    open_deck: Any, recorded: Any, put: Callable[..., None]
) -> None:
    for thread, said in (("rome", SAID), ("oslo", SAID[1:3])):
        put(recorded, thread)
        for key in ((thread, None), (thread, f"{thread}1")):
            recorded.snapshots[key] = dataclasses.replace(recorded.snapshots[key], values={"messages": said})
    async with open_deck(recorded, thread="rome", size=(80, 24)) as deck:
        await deck.until_shown("a hotel in Rome")
        await deck.press("k")
        await deck.until_shown("Messages · tool calls hidden: 1")
        assert "4 found" not in deck.text
        assert deck.text.rstrip().endswith("M edit   ? keys")  # all keys of the pane fit
        assert "→ book  n=3  ◆ not run yet" in deck.text
        await deck.press("up", "v")
        await deck.until_shown("message of ai")
        await deck.press("escape", "home")
        assert deck.app.deck.panes.messages.highlighted.id == "1"
    async with open_deck(recorded, thread="oslo", size=(120, 34)) as deck:
        await deck.until_shown("4 found")
        await deck.press("k")
        await deck.until_shown("nothing but tool calls")
        await deck.press("k")
        await deck.until_shown("4 found")
        assert "tool calls hidden" not in deck.text


ANSWERS = """
    from langchain_core.messages import AIMessage
    from langgraph.graph import START, MessagesState, StateGraph

    def assistant(state): return {"messages": [AIMessage(f"answer to {state['messages'][-1].content}")]}
    graph = StateGraph(MessagesState).add_node(assistant).add_edge(START, "assistant").compile()
"""


async def test_an_answer_is_written_anew_once_it_was_read_what_runs(
    open_deck: Any, engine: LocalEngine, write_graph: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_graph(ANSWERS)
    for text in ("one", "two"):
        await run_graph(target, input={"messages": [{"type": "human", "content": text, "id": text}]})
    async with open_deck(engine, thread="t", size=(80, 24)) as deck:
        await deck.until(lambda: len(deck.look.messages) == 4)
        talk, ids = [message.text for message in deck.look.messages], [message.id for message in deck.look.messages]
        for keys, asks, left in (
            (("end",), "Write this message anew, from step 3?", 4),
            (("home", "down"), "Write this message anew, from step 0?", 2),
            (("home",), "Run again from step 0?", 2),
        ):
            await deck.press("3", *keys, "r")
            await deck.until(lambda: isinstance(deck.app.screen, RunAgainScreen))
            await deck.until_shown(asks)
            assert "runs assistant; may repeat what assistant" in deck.text
            deck.clock.move_on(2)
            await deck.press("y")
            await deck.until(lambda: deck.look.status == "done" and deck.look.messages[-1].id not in ids)
            ids.append(deck.look.messages[-1].id)
            await deck.until(lambda left=left: [message.text for message in deck.look.messages] == talk[:left])


GROWS = """
    import operator
    from typing import Annotated
    from langgraph.graph import START, MessagesState, StateGraph

    class State(MessagesState):
        log: Annotated[list[str], operator.add]
        plan: list[int]

    def first(state): return {"log": ["one", "two"], "plan": [1, 2, 3]}
    def second(state): return {"messages": ["an answer", "and another"], "plan": [1]}
    def third(state): return {"log": ["three"], "plan": [1, 2]}
    builder = StateGraph(State).add_sequence([first, second, third]).add_edge(START, "first")
    graph = builder.compile(interrupt_before=["second"])
"""


def tree(deck: Any) -> list[str]:
    """The state as it is shown."""
    view = deck.app.deck.panes.state
    return [view.row(index, view.size.width).plain for index in range(view.row_count())]


async def test_a_state_looks_the_same_however_one_came_to_it(
    open_deck: Any, engine: LocalEngine, write_graph: WriteGraph
) -> None:
    target = write_graph(GROWS)
    seen: dict[str, list[str]] = {}

    async def walk(deck: Any, *keys: str) -> None:
        """Look at a checkpoint, or at the newest one."""
        await deck.press(*keys)
        wanted = deck.app.deck.panes.timeline.highlighted.checkpoint
        await deck.until(lambda: deck.look.shown.checkpoint == wanted)
        assert seen.setdefault(wanted, tree(deck)) == tree(deck)

    async with open_deck(engine, graph=target) as deck:
        await deck.until(lambda: deck.look.takes_text)
        await deck.type("a hotel")  # a run is looked at while it goes on, and stops in between
        await deck.until(lambda: deck.look.status == "breakpoint" and len(deck.look.history) == 3)
        await deck.press("escape", "4", "space")
        await deck.until(lambda: deck.look.status == "done" and len(deck.look.history) == 5)
        await walk(deck)
        for keys in (*[("down", "enter")] * 4, *[("up", "enter")] * 3):
            await walk(deck, *keys)
        await deck.press("escape")
        await walk(deck, "home")
        thread, rows = deck.look.thread, deck.look.history
    marks = [{line.split()[1]: line.split()[-1] for line in seen[row.checkpoint] if line[1] in "▾▸"} for row in rows]
    assert marks[:3] == [
        {"messages": "3", "log": "+1", "plan": "+1"},
        {"messages": "+2", "log": '"two"]', "plan": "changed"},
        {"messages": "1", "log": "changed", "plan": "changed"},
    ]
    async with open_deck(engine, thread=thread, pick=False) as deck:
        await deck.until(lambda: len(deck.look.history) == 5)
        await walk(deck, "4", "home")
        await walk(deck, "down", "enter")  # the state before it was never looked at


async def test_a_state_of_long_ago_that_was_found_tells_what_its_step_changed(open_deck: Any, tmp_path: Path) -> None:
    class State(TypedDict, total=False):
        note: str
        log: Annotated[list[str], operator.add]

    def step(state: State) -> State:
        return {"note": f"note {len(state['log'])}.", "log": ["x"]}

    builder: Any = StateGraph(State).add_sequence([(f"step{n}", step) for n in range(120)]).add_edge(START, "step0")
    with SqliteSaver.from_conn_string(str(tmp_path / "long.sqlite")) as saver:
        builder.compile(checkpointer=saver).invoke({"log": []}, {"configurable": {"thread_id": "t"}})
    async with open_deck(LocalEngine(tmp_path, [tmp_path / "long.sqlite"]), pick=False) as deck:
        await deck.press("F")
        await deck.until(lambda: isinstance(deck.app.screen, FindTextScreen))
        deck.app.post_message(Paste("note 7."))
        await deck.press("enter")
        await deck.until_shown("found in 1 thread")
        await deck.press("enter")
        await deck.until(lambda: deck.look.old is not None and len(deck.look.history) == PAGE)
        assert [line.split()[-1] for line in tree(deck)] == ["changed", "+1"]


async def test_what_a_step_adds_is_counted_before_the_history_tells_it(
    open_deck: Any, recorded: Any, put: Callable[..., None]
) -> None:
    put(recorded, "rome")
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until(lambda: deck.look.history)
        shown = deck.look.snapshot
        for count in (2, 4):
            at, changed = f"rome{count + 1}", ("messages",)
            values = {"messages": [{"type": "human", "content": "more", "id": str(n)} for n in range(count)]}
            shown = dataclasses.replace(shown, checkpoint=at, parent=shown.checkpoint, values=values, changed=changed)
            for _ in range(2):  # read again, it is the same
                deck.app.deck.see(deck.look.with_state(dataclasses.replace(shown)))
                assert tree(deck)[0].split() == ["▾", "messages", str(count), f"+{1 if count == 2 else 2}"]
