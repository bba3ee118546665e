"""The deck by real keys, over an engine that says what the test has put into it."""

from typing import Any

from graphdeck.graphs.errors import TargetLoadError
from graphdeck.graphs.events import NodeStarted, RunEnded, RunStarted
from graphdeck.graphs.records import PendingInterrupt
from graphdeck.tui.screens.approval import ApprovalScreen
from graphdeck.tui.screens.confirm import ConfirmScreen
from graphdeck.tui.screens.help import HelpScreen
from graphdeck.tui.widgets.input_line import InputLine

QUESTION = PendingInterrupt(id="q1", node="tools", ns=(), value={"action": "book_hotel", "nights": 3})


async def test_the_drawing_of_last_time_and_the_threads_are_there_before_the_graph_is_loaded(
    open_deck: Any, recorded: Any, put: Any, monkeypatch: Any
) -> None:
    async def never(graph: str) -> Any:
        raise TargetLoadError("slow")

    put(recorded, "rome")
    monkeypatch.setattr(recorded, "describe", never)
    app = open_deck(recorded, graph="travel")
    async with app as deck:
        await deck.until_shown("text of rome")
        assert deck.look.graph == "travel"


async def test_typing_runs_a_new_thread_and_the_deck_follows(open_deck: Any, recorded: Any) -> None:
    async with open_deck(recorded, graph="travel") as deck:
        await deck.type("a hotel")
        await deck.until(lambda: recorded.runs)
        request = recorded.requests[0]
        assert request.input == {"messages": [{"role": "user", "content": "a hotel"}]}
        assert len(request.thread) == 36
        given = recorded.runs[0].given
        given.put_nowait(RunStarted(thread=request.thread, graph="travel", run="r1"))
        given.put_nowait(NodeStarted(task="1", node="assistant"))
        await deck.until_shown("running: assistant")
        assert deck.app.query_one(InputLine).text == ""
        given.put_nowait(RunEnded(status="done"))
        await deck.until_shown("● done")


async def test_a_question_opens_by_itself_only_when_nobody_types_and_its_answer_runs(
    open_deck: Any, recorded: Any, put: Any
) -> None:
    async with open_deck(recorded, graph="travel") as deck:
        await deck.type("book")
        await deck.until(lambda: recorded.runs)
        thread = recorded.requests[0].thread
        put(recorded, thread, "waiting", interrupts=(QUESTION,))
        given = recorded.runs[0].given
        given.put_nowait(RunStarted(thread=thread, graph="travel", run="r1"))
        given.put_nowait(RunEnded(status="waiting", next=("tools",)))
        await deck.until_shown("opens the question")
        for _ in range(5):
            deck.app.deck.ask()  # what its timer calls: the clock stands still, so a key was pressed just now
            await deck.pilot.pause()
        assert not isinstance(deck.app.screen, ApprovalScreen)
        deck.clock.move_on(1.1)
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen))
        await deck.pilot.pause()
        deck.clock.move_on(1)
        await deck.press("a")
        await deck.until(lambda: len(recorded.requests) == 2)
        assert recorded.requests[1].resume == {"q1": True}
        assert recorded.requests[1].thread == thread


async def test_leaving_a_question_leaves_it_waiting_and_a_brings_it_back(
    open_deck: Any, recorded: Any, put: Any
) -> None:
    put(recorded, "rome", "waiting", interrupts=(QUESTION,))
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen))
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is deck.app.deck)
        deck.clock.move_on(10)
        deck.app.deck.ask()
        await deck.pilot.pause()
        assert deck.app.screen is deck.app.deck
        assert not recorded.requests
        await deck.press("a")
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen))


async def test_input_on_a_waiting_thread_stays_in_its_line_until_it_is_said_what_becomes_of_the_question(
    open_deck: Any, recorded: Any, put: Any
) -> None:
    put(recorded, "rome", "waiting", interrupts=(QUESTION,))
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen))
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is deck.app.deck)
        await deck.type("go on")
        await deck.until_shown("book_hotel still waits for an answer")
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is deck.app.deck)
        assert deck.app.query_one(InputLine).text == "go on"
        assert not recorded.requests


async def test_space_goes_on_and_pauses_and_control_c_climbs(open_deck: Any, recorded: Any, put: Any) -> None:
    put(recorded, "rome", "breakpoint")
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until_shown("before tools")
        await deck.press("space")
        await deck.until(lambda: recorded.runs)
        assert not recorded.requests[0].has_input
        await deck.press("space")
        await deck.until(lambda: recorded.runs[0].stops == ["drain"])
        await deck.press("space")
        await deck.press("ctrl+c")
        await deck.until_shown("cancels the running node")
        await deck.press("ctrl+c")
        await deck.until(lambda: recorded.runs[0].stops == ["drain", "cancel", "kill"])


async def test_threads_run_side_by_side_and_ctrl_c_stops_the_shown_one(open_deck: Any, recorded: Any, put: Any) -> None:
    put(recorded, "rome", "breakpoint")
    put(recorded, "oslo")
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until_shown("text of oslo")
        await deck.press("space")
        await deck.until(lambda: recorded.runs)
        await deck.press("t", "down", "enter")
        await deck.until(lambda: deck.look.thread == "oslo" and deck.look.snapshot)
        await deck.type("more")
        await deck.until(lambda: len(recorded.runs) == 2)
        rome, oslo = recorded.runs
        rome.given.put_nowait(RunStarted(thread="rome", graph="travel", run="r1"))
        oslo.given.put_nowait(RunStarted(thread="oslo", graph="travel", run="r2"))
        assert {key.thread for key in deck.look.runs} == {"rome", "oslo"}
        await deck.press("ctrl+c")
        await deck.until(lambda: oslo.stops == ["drain"])
        assert not rome.stops
        rome.given.put_nowait(RunEnded(status="done"))
        await deck.until_shown("text of rome: done")
        assert deck.look.running
        oslo.given.put_nowait(RunEnded(status="stopped"))
        await deck.until(lambda: not deck.look.runs)
        assert deck.look.thread == "oslo"


async def test_an_older_checkpoint_is_shown_with_a_banner_and_escape_comes_back(
    open_deck: Any, recorded: Any, put: Any
) -> None:
    put(recorded, "rome")
    async with open_deck(recorded, thread="rome", size=(80, 24)) as deck:
        await deck.until(lambda: deck.look.history)
        await deck.press("4", "down", "enter")
        await deck.until_shown("step 0 of 1, 3m ago")
        await deck.press("2")
        await deck.until_shown('"Oslo"')
        await deck.press("escape")
        await deck.until_shown('"Rome"')
        assert "step 0 of 1" not in deck.text


async def test_what_other_processes_write_shows_up_by_itself(open_deck: Any, recorded: Any, put: Any) -> None:
    async with open_deck(recorded, graph="travel") as deck:
        await deck.until_shown("no threads yet")
        put(recorded, "rome")
        recorded.is_changed = True
        await deck.until_shown("text of rome")


async def test_without_a_target_a_graph_is_chosen_first(open_deck: Any, recorded: Any) -> None:
    async with open_deck(recorded) as deck:
        await deck.until_shown("Bundled with graphdeck")
        await deck.press("enter")
        await deck.until_shown("assistant")
        assert deck.look.graph == "travel"


async def test_threads_can_be_looked_at_without_a_graph(open_deck: Any, recorded: Any, put: Any) -> None:
    put(recorded, "rome", "waiting", interrupts=(QUESTION,))
    async with open_deck(recorded, pick=False, size=(80, 24)) as deck:
        await deck.until_shown("text of rome")
        assert deck.app.screen is deck.app.deck
        await deck.press("enter")
        await deck.until_shown("assistant")
        assert deck.look.graph == "travel", "the graph that ran the thread is opened with it"


async def test_deleting_asks_first_and_enter_is_no_yes(open_deck: Any, recorded: Any, put: Any) -> None:
    put(recorded, "rome")
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until(lambda: deck.look.row)
        await deck.press("D")
        await deck.until(lambda: isinstance(deck.app.screen, ConfirmScreen))
        await deck.until_shown("2 checkpoints, 2.0 kB. This cannot be undone.")
        await deck.press("enter")
        assert isinstance(deck.app.screen, ConfirmScreen)
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is deck.app.deck)
        assert recorded.rows
        await deck.press("D")
        await deck.until(lambda: isinstance(deck.app.screen, ConfirmScreen))
        await deck.press("y")
        await deck.until_shown("too soon after another key")
        deck.clock.move_on(1)
        await deck.press("y")
        await deck.until_shown("thread deleted")
        await deck.until(lambda: not recorded.rows and deck.look.thread == "")


async def test_leaving_asks_once_while_a_run_is_on(open_deck: Any, recorded: Any, put: Any) -> None:
    put(recorded, "rome", "breakpoint")
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until_shown("before tools")
        await deck.press("space")
        await deck.until(lambda: recorded.runs)
        await deck.press("q")
        await deck.until_shown("A run is on. Leave?")
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is deck.app.deck)
        assert deck.app.is_running
        await deck.press("q")
        deck.clock.move_on(1)
        await deck.press("y")
        await deck.until(lambda: deck.app._exit)


async def test_the_help_says_why_a_key_is_off_and_runs_the_others(open_deck: Any, recorded: Any) -> None:
    async with open_deck(recorded, graph="travel") as deck:
        await deck.press("question_mark")
        await deck.until(lambda: isinstance(deck.app.screen, HelpScreen))
        await deck.until_shown("answer: no question waits in this thread")
        await deck.press("enter")
        assert isinstance(deck.app.screen, HelpScreen), "the first one is off"
        await deck.until_shown("Open the question that waits in this thread")  # below the list: what it would do
        await deck.until_shown("off now: no question waits in this thread")
        await deck.press(*["down"] * 8)
        await deck.until_shown("watch a value")  # whole there, in the list it is cut
        await deck.press(*["up"] * 8)
        await deck.press("down", "down", "enter")
        await deck.until(lambda: deck.app.focused is not None and deck.app.focused.id == "input")


async def test_the_palette_runs_the_same_actions(open_deck: Any, recorded: Any) -> None:
    async with open_deck(recorded, graph="travel") as deck:
        await deck.press("ctrl+p", *"theme")
        await deck.until_shown("Change between the dark and the light theme")
        await deck.press("enter")
        await deck.until(lambda: deck.app.theme == "graphdeck-light")


async def test_a_click_opens_a_thread_and_a_click_on_a_key_does_what_it_says(
    open_deck: Any, recorded: Any, put: Any
) -> None:
    put(recorded, "rome")
    async with open_deck(recorded, graph="travel") as deck:
        await deck.until_shown("text of rome")
        await deck.click("text of rome")
        await deck.until(lambda: deck.look.thread == "rome")
        await deck.click("5 Log")
        await deck.until(lambda: deck.app.deck.panes.pane == "log")
        await deck.click("i input")
        await deck.until(lambda: deck.app.focused is not None and deck.app.focused.id == "input")


async def test_panes_and_focus_stay_when_the_terminal_changes_its_size(open_deck: Any, recorded: Any, put: Any) -> None:
    put(recorded, "rome")
    async with open_deck(recorded, thread="rome", size=(80, 24)) as deck:
        await deck.until(lambda: deck.look.history)
        for key in ("2", "4", "6"):
            await deck.press(key)
            focused = deck.app.focused
            assert focused is not None
            for width, height in ((130, 40), (58, 18), (80, 24)):
                await deck.pilot.resize_terminal(width, height)
                await deck.pilot.pause()
                assert deck.app.focused is focused, key
                assert focused.size.width > 10
                assert focused.region.height > 2


async def test_all_panes_are_shown_from_120_by_34_and_two_at_80_by_24(open_deck: Any, recorded: Any) -> None:
    async with open_deck(recorded, graph="travel") as deck:

        def shown() -> list[str]:
            return [pane.id for pane in deck.app.query(".pane") if pane.display]

        assert shown() == ["threads", "graph", "state", "messages"]
        await deck.pilot.resize_terminal(80, 24)
        await deck.until(lambda: shown() == ["graph", "state"])
        await deck.press("3")
        assert shown() == ["messages"]
        await deck.press("1")
        await deck.pilot.resize_terminal(50, 18)
        await deck.until(lambda: shown() == ["graph"])
