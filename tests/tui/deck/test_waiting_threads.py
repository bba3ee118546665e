"""What the deck does with a thread that waits besides answering it: a new message, its end, an answer taken back."""

from typing import Any

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.records import PendingInterrupt
from graphdeck.graphs.values import Json
from graphdeck.tui.screens.approval import ApprovalScreen
from graphdeck.tui.screens.end_thread import EndScreen
from graphdeck.tui.screens.new_message import NewMessageScreen, rejected, why_not_reject
from graphdeck.tui.widgets.input_line import InputLine

AGENT = """
    from langchain_core.messages import AIMessage, ToolMessage
    from langgraph.graph import START, MessagesState, StateGraph
    from langgraph.types import interrupt

    def model(state):
        last = state["messages"][-1]
        if last.type == "tool" or "thanks" in last.content:
            return {"messages": [AIMessage(f"heard: {last.content}")]}
        return {"messages": [AIMessage("", tool_calls=[{"name": "book", "args": {"city": last.content}, "id": "c1"}])]}

    def tools(state):
        call = state["messages"][-1].tool_calls[0]
        said = interrupt({
            "action_requests": [{"name": call["name"], "args": call["args"]}],
            "review_configs": [{"action_name": "book", "allowed_decisions": ["approve", "reject"]}],
        })
        decided = said["decisions"][0]["type"]
        if decided == "reject" and call["args"]["city"] == "Oslo":
            interrupt("Really not?")
        return {"messages": [ToolMessage(f"{decided}ed", tool_call_id="c1")]}

    builder = StateGraph(MessagesState).add_node(model).add_node(tools)
    builder.add_edge(START, "model").add_edge("tools", "model")
    builder.add_conditional_edges(
        "model", lambda state: "tools" if state["messages"][-1].tool_calls else "__end__", ["tools", "__end__"]
    )
    graph = builder.compile()
"""

COUNTS = """
    from typing import TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt

    class State(TypedDict, total=False):
        n: int

    def count(state):
        return {"n": int(interrupt("how many?"))}

    graph = StateGraph(State).add_node(count).add_edge(START, "count").compile()
"""


async def wait_then_write(deck: Any, first: str, text: str) -> None:
    """Have the agent ask about a first message, leave its question waiting, and send another message."""
    await deck.until(lambda: deck.look.takes_text)
    await deck.press("escape")  # out of the input line, where the last message was written
    await deck.type(first)
    await deck.until(lambda: deck.look.questions and not deck.look.runs)
    await deck.press("escape")
    deck.app.deck.asks = False
    await deck.type(text)
    await deck.until(lambda: isinstance(deck.app.screen, NewMessageScreen) and "go back" in deck.text)


def contents(deck: Any) -> list[str]:
    return [str(message["content"]) for message in deck.look.values.get("messages", ())]


def test_only_what_takes_a_rejection_is_rejected() -> None:
    batch: Json = {"action_requests": [{"name": "book", "args": {}}], "review_configs": []}
    asked = sheet([PendingInterrupt(id="1", node="tools", ns=(), value=batch)])
    assert why_not_reject(asked) == ""
    assert rejected(asked).answers() == {"1": {"decisions": [{"type": "reject"}]}}
    number = PendingInterrupt(id="2", node="count", ns=(), value="how many?", schema={"type": "integer"})
    assert why_not_reject(sheet([number])) == "count takes no rejection: answer it (a)"


async def test_what_was_typed_is_kept_until_the_person_has_said_what_becomes_of_the_question(
    open_deck: Any, engine: LocalEngine, write_graph: Any
) -> None:
    async with open_deck(engine, graph=write_graph(AGENT), size=(80, 24)) as deck:
        await wait_then_write(deck, "Rome", "thanks, later")
        assert "1 tool call stays without a result: book" in " ".join(deck.text.split())
        await deck.press("d")
        assert "too soon after another key" in deck.text
        await deck.press("escape")
        await deck.until(lambda: deck.app.deck.is_active)
        assert deck.app.deck.query_one(InputLine).text == "thanks, later"
        assert deck.look.questions
        await deck.press("enter")
        await deck.until(lambda: isinstance(deck.app.screen, NewMessageScreen) and "go back" in deck.text)
        deck.clock.move_on(2)
        await deck.press("d")
        await deck.until(lambda: deck.look.status == "done" and "heard: thanks, later" in contents(deck))
        assert contents(deck) == ["Rome", "", "thanks, later", "heard: thanks, later"]


async def test_a_question_is_rejected_before_the_message_goes_which_is_kept_where_the_thread_asks_again(
    open_deck: Any, engine: LocalEngine, write_graph: Any
) -> None:
    async with open_deck(engine, graph=write_graph(AGENT)) as deck:
        await wait_then_write(deck, "Rome", "thanks, later")
        deck.clock.move_on(2)
        await deck.press("r")
        await deck.until(lambda: deck.look.status == "done" and "heard: thanks, later" in contents(deck))
        said = ["Rome", "", "rejected", "heard: rejected", "thanks, later", "heard: thanks, later"]
        assert contents(deck) == said
        (record,) = await engine.decisions(thread=deck.look.thread)
        assert (record.decision, record.by) == ({"decisions": [{"type": "reject"}]}, "key")

        await wait_then_write(deck, "Oslo", "thanks again")
        deck.clock.move_on(2)
        await deck.press("r")
        await deck.until(lambda: deck.app.deck.query_one(InputLine).text == "thanks again")
        await deck.until_shown("it asks again: what you typed was not sent")
        assert contents(deck) == [*said, "Oslo", ""]


async def test_an_answer_with_which_a_node_failed_is_taken_back_then_the_thread_is_ended(
    open_deck: Any, engine: LocalEngine, write_graph: Any, run_graph: Any
) -> None:
    target = write_graph(COUNTS)
    await run_graph(target, input={})
    (question,) = (await engine.state("t")).interrupts
    await run_graph(target, resume={question.id: "many"})
    async with open_deck(engine, graph=target, thread="t", size=(80, 24)) as deck:
        await deck.until_shown('count failed with its answer, "many"')
        assert "u take back" in deck.text.splitlines()[-1]
        deck.clock.move_on(2)
        await deck.press("u")
        await deck.until(lambda: deck.look.questions)
        assert deck.look.status == "waiting"
        deck.clock.move_on(2)
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen) and "how many?" in deck.text)

        await deck.press("escape")
        await deck.until(lambda: deck.app.deck.is_active)
        await deck.press("E")
        await deck.until(lambda: isinstance(deck.app.screen, EndScreen) and "the question of count" in deck.text)
        await deck.press("y")
        assert "too soon after another key" in deck.text
        deck.clock.move_on(2)
        await deck.press("enter")
        deck.clock.move_on(2)
        await deck.press("y")
        await deck.until(lambda: deck.look.status == "done" and not deck.look.questions)
        await deck.until_shown("the thread is ended")
        await deck.press("E")
        assert "it is at its end" in deck.text


async def test_a_thread_is_ended_from_the_inbox_and_the_next_question_comes(
    open_deck: Any, engine: LocalEngine, write_graph: Any, run_graph: Any
) -> None:
    target = write_graph(COUNTS)
    for thread in ("one", "two"):
        await run_graph(target, thread, input={})
    async with open_deck(engine, inbox=True) as deck:
        await deck.until_shown("2 wait for you")
        await deck.press("E")
        await deck.until(lambda: isinstance(deck.app.screen, EndScreen) and "the question of count" in deck.text)
        deck.clock.move_on(2)
        await deck.press("y")
        await deck.until_shown("1 waits for you")
        await deck.until_shown("how many?")
        assert [(await engine.state(thread)).status for thread in ("one", "two")] == ["waiting", "done"]
