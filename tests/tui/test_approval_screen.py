"""The dialog, by real keys: what it shows, what each key sends, and which keys decide nothing."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from textual.app import App
from textual.events import Paste
from textual.pilot import Pilot
from textual.widgets import TextArea

from graphdeck.graphs.events import Frame
from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.records import PendingInterrupt
from graphdeck.graphs.values import Json
from graphdeck.tui import theme
from graphdeck.tui.asked import Asked
from graphdeck.tui.clock import StoppedClock
from graphdeck.tui.screens.approval import ApprovalScreen
from graphdeck.tui.widgets.action_rows import ActionRows
from graphdeck.tui.widgets.long_text import LongText

SOURCE = '''\
from langgraph.types import interrupt


def tools(state):
    """Books."""
    hotel, nights = state["hotel"], state["nights"]
    quote = price(hotel, nights)
    ok = interrupt({"action": "book_hotel", "quote": quote})
    return {"ok": ok}
'''


def question(
    value: Json, key: str = "q1", ns: tuple[str, ...] = (), frames: tuple[Frame, ...] = (), schema: Json = None
) -> PendingInterrupt:
    return PendingInterrupt(id=key, node="review", ns=ns, value=value, frames=frames, schema=schema)


def batch(count: int = 2, allowed: Sequence[str] = ("approve", "reject")) -> PendingInterrupt:
    first: list[tuple[str, dict[str, Json]]] = [
        (
            "book_hotel",
            {"hotel": "Casa Verde, Via del Moro 12", "nights": 3, "total": "372.00", "guest": "Kim \u202edrow"},
        ),
        ("send_mail", {"to": "bo@example.org", "body": "Dear Bo,\n\nwe arrive on Monday.\n"}),
    ]
    calls = first + [(f"tool_{number}", {"n": number}) for number in range(3, count + 1)]
    return PendingInterrupt(
        id="b1",
        node="HumanInTheLoopMiddleware.after_model",
        ns=(),
        value={
            "action_requests": [{"name": name, "args": args} for name, args in calls[:count]],
            "review_configs": [{"action_name": name, "allowed_decisions": list(allowed)} for name, _ in calls[:count]],
        },
    )


def plain_source(_: str) -> str:
    return SOURCE


class Harness(App[None]):
    """Opens the dialog over an empty screen, and keeps what it gave."""

    CSS_PATH = None

    def __init__(self, *interrupts: PendingInterrupt) -> None:
        super().__init__()
        self.clock = StoppedClock()
        asked = Asked(graph="travel", thread="t1", title="Rome in May", sheet=sheet(interrupts))
        self.dialog = ApprovalScreen(asked, self.clock, plain_source)
        self.given: list[Any] = []

    def on_mount(self) -> None:
        for each in theme.themes():
            self.register_theme(each)
        self.theme = theme.DARK
        self.push_screen(self.dialog, lambda outcome: self.given.append(getattr(outcome, "answers", None)))

    def text(self) -> str:
        """The screen as text."""
        strips = self.screen._compositor.render_strips()  # Textual has no public door to what it painted
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)


async def paste(pilot: Pilot[None], text: str) -> None:
    """Paste into the field that has the focus."""
    pilot.app.post_message(Paste(text))
    await pilot.pause()


async def slowly(pilot: Pilot[None], *keys: str) -> None:
    """Press keys as a person who reads."""
    app = pilot.app
    assert isinstance(app, Harness)
    for key in keys:
        app.clock.move_on(1)
        await pilot.press(key)
        await pilot.pause()


async def opened(pilot: Pilot[None]) -> None:
    await pilot.pause()
    await pilot.pause()


FRAMES = (Frame(file="/project/agent.py", line=8, function="tools"),)


async def test_it_shows_graph_thread_path_payload_and_the_lines_that_run_again() -> None:
    app = Harness(question("Is this right?", ns=("team:1", "desk:2"), frames=FRAMES))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        shown = app.text()
    for part in ("travel › Rome in May", "node team › desk › review", "Is this right?"):
        assert part in shown
    assert "node `review` runs again from its first line" in shown
    assert "agent.py:8 · tools" in shown
    assert re.search(r'6   hotel, nights = state\["hotel"\], state\["nights"\] +runs again', shown)
    assert re.search(r"8 ▸ ok = interrupt\(.*\n▌ +your answer arrives here", shown)
    assert "Books." not in shown


async def test_middleware_repeats_no_line_of_the_user_and_unknown_lines_are_not_denied() -> None:
    for asked, said in ((batch(), "none of your lines repeat"), (question("?"), "is not known")):
        app = Harness(asked)
        async with app.run_test(size=(100, 40)) as pilot:
            await opened(pilot)
            assert said in app.dialog.query_one(LongText).plain


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["a"], True),
        (["r"], False),
        (["t", "n", "o", "enter"], "no"),
        (["t", "h", "ctrl+j", "i", "enter"], "h\ni"),
        (["t", "enter"], ""),
        (["t", "ctrl+t", "0", "enter"], 0),
    ],
)
async def test_a_plain_question_takes_yes_no_text_and_json(keys: list[str], answer: Json) -> None:
    app = Harness(question("go?"))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await slowly(pilot, *keys)
    assert app.given == [{"q1": answer}]
    assert type(app.given[0]["q1"]) is type(answer)


async def test_the_field_says_what_exactly_it_sends() -> None:
    app = Harness(question("go?"))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await slowly(pilot, "t")
        await paste(pilot, "false")
        assert 'sends the text "false"' in app.text()
        await slowly(pilot, "ctrl+t")
        assert "sends JSON false" in app.text()
        await slowly(pilot, "x", "enter")
        assert "not JSON" in app.text()
        assert app.given == []


async def test_pasted_controls_are_left_out_of_the_answer_and_line_breaks_are_kept() -> None:
    app = Harness(question("go?"))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await slowly(pilot, "t")
        await paste(pilot, "a\x1b]0;x\x07\r\nb\u202e")
        await slowly(pilot, "enter")
    assert app.given == [{"q1": "a]0;x\nb"}]


async def test_a_new_size_keeps_what_is_typed_and_every_key_in_reach() -> None:
    app = Harness(batch())
    async with app.run_test(size=(120, 34)) as pilot:
        await opened(pilot)
        await slowly(pilot, "r", "x")
        await pilot.resize_terminal(60, 20)
        await opened(pilot)
        assert app.dialog.query_one(TextArea).text == "x"
        await slowly(pilot, "escape")
        shown = app.text()
    for label in (
        "a approve",
        "r reject",
        "e edit",
        "m answer for the tool",
        "v approve all",
        "n next",
        "p previous",
        "s send both",
        "Esc leave waiting",
    ):
        assert label in shown


async def test_each_of_several_actions_is_decided_and_all_are_sent_together() -> None:
    app = Harness(batch(3), question("go?", key="q2"))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await slowly(pilot, "r", *"dear", "enter")
        assert "rejected: dear" in app.text()
        await slowly(pilot, "a", "s")
        assert app.given == []
        assert "send: waits for a decision on 3, 4" in app.text()
        await slowly(pilot, "a", "r")
        assert "all decided: s sends them together" in app.text()
        await slowly(pilot, "s")
    decisions: Json = [{"type": "reject", "message": "dear"}, {"type": "approve"}, {"type": "approve"}]
    assert app.given == [{"b1": {"decisions": decisions}, "q2": False}]


async def test_a_decision_can_be_changed_before_it_is_sent() -> None:
    app = Harness(batch())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await slowly(pilot, "a", "a", "p", "r", "enter", "s")
    assert app.given == [{"b1": {"decisions": [{"type": "reject"}, {"type": "approve"}]}}]


async def test_keys_that_were_typed_ahead_decide_nothing() -> None:
    app = Harness(question("go?"))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("a")  # at the moment of painting
        app.clock.move_on(0.3)
        await pilot.press("a")  # too soon after painting and after the other key
        app.clock.move_on(0.3)
        await pilot.press("r")
        await pilot.pause()
        assert app.given == []
        assert "too soon after another key" in app.text()
        await slowly(pilot, "a")
    assert app.given == [{"q1": True}]


async def test_the_next_action_is_not_decided_by_the_key_that_decided_the_one_before() -> None:
    app = Harness(batch(3))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        app.clock.move_on(1)
        await pilot.press("a", "a", "a", "s")
        await opened(pilot)
        assert "send: waits for a decision on 2, 3" in app.text()
    assert app.given == []


async def test_enter_and_other_keys_never_decide() -> None:
    app = Harness(question("go?"))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await slowly(pilot, "enter", "y", "space", "tab", "enter", "A", "s", "n", "p")
        assert app.given == []


async def test_escape_closes_the_field_first_and_leaves_the_thread_waiting_then() -> None:
    app = Harness(question("go?"))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await slowly(pilot, "t", "x", "escape")
        assert app.given == []
        assert not app.dialog.query_one(TextArea).has_focus
        await slowly(pilot, "escape")
    assert app.given == [None]


async def test_what_is_not_allowed_is_not_sent() -> None:
    app = Harness(batch(1, allowed=["postpone"]))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        assert "only postpone is allowed here" in app.text()
        for key, name in (("a", "approve"), ("r", "reject"), ("e", "edit"), ("m", "answer for the tool")):
            await slowly(pilot, key)
            assert f"{name}: not allowed here" in app.text()
        await slowly(pilot, "t")
        await paste(pilot, '{"type": "postpone",\n "until": "noon"}')
        await slowly(pilot, "enter")
    assert app.given == [{"b1": {"decisions": [{"type": "postpone", "until": "noon"}]}}]


async def test_an_answer_that_does_not_fit_its_schema_stays_in_the_field_with_the_reason() -> None:
    app = Harness(question("days?", schema={"type": "integer"}))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await slowly(pilot, "t", *'"3"', "enter")
        assert "must be integer, not string" in app.text()
        assert app.dialog.query_one(TextArea).text == '"3"'
        await slowly(pilot, "backspace", "home", "delete", "end", "enter")
    assert app.given == [{"q1": 3}]


async def test_a_long_payload_is_whole_and_what_is_out_of_sight_is_said() -> None:
    app = Harness(question({"text": "x" * 300_000 + "END", "list": list(range(500))}))
    async with app.run_test(size=(60, 20)) as pilot:
        await opened(pilot)
        assert re.search(r"[\d,]+ more rows below \(PgDn, End\)", app.text())
        rows = app.dialog.query_one(LongText).plain
        assert sum(row.count("x") for row in rows.split("\n")) >= 300_000
        assert "499" in rows
        await slowly(pilot, "end")
        shown = app.text()
        assert "more rows below" not in shown
        assert "above" in shown


async def test_values_keep_their_types_and_records_are_tables_of_their_own() -> None:
    args: dict[str, Json] = {"hotel": "Casa Verde, Via del Moro 12", "nights": 3, "floor": "3", "note": "", "pets": []}
    app = Harness(question({"action": "book", "args": args, "blob": {"$type": "bytes", "value": "AAE="}}))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        rows = [row.rstrip() for row in app.dialog.query_one(LongText).plain.split("\n")]
    assert rows[:8] == [
        "action   book",
        "args",
        "  hotel    Casa Verde, Via del Moro 12",
        "  nights   3",
        '  floor    "3"',
        '  note     ""',
        "  pets     []",
        'blob     {"$type": "bytes", "value": "AAE="}',
    ]


async def test_hostile_text_reaches_no_terminal_and_is_pointed_at() -> None:
    hostile = "[bold]x[/]\x1b]0;title\x07 \u202edrow\ud800 \U000e0041"
    app = Harness(PendingInterrupt(id="q1", node=hostile, ns=(hostile,), value={hostile: hostile, "plain": "fine"}))
    async with app.run_test(size=(100, 30)) as pilot:
        await opened(pilot)
        shown = app.text()
    assert not set("\x1b\x07\u202e\ud800\U000e0041") & set(shown)
    assert "[bold]x[/]⟨U+001B⟩" in shown
    assert "right-to-left override (U+202E)" in shown
    assert "control characters: " in shown


async def test_honest_text_is_not_marked() -> None:
    app = Harness(question("می‌خواهم 👩‍👩‍👧 in Zürich"))
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        assert "hidden character" not in app.text()


async def test_the_mouse_decides_as_the_keys_do() -> None:
    app = Harness(batch())
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.click("#keys", offset=(1, 0))
        await opened(pilot)
        assert "approved" not in app.text()
        app.clock.move_on(1)
        await pilot.click("#keys", offset=(1, 0))
        await opened(pilot)
        assert "approved" in app.text()
        await pilot.click(ActionRows, offset=(5, 0))
        await opened(pilot)
        assert "action 1 of 2" in app.text()


async def test_nothing_is_drawn_over_it() -> None:
    app = Harness(question("go?"))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await opened(pilot)
        before = app.text()
        app.notify("look here", timeout=60)
        await opened(pilot)
        assert app.text() == before


async def test_two_hundred_actions_keep_the_current_one_in_view() -> None:
    app = Harness(batch(200))
    async with app.run_test(size=(60, 20)) as pilot:
        await opened(pilot)
        await slowly(pilot, "p")
        shown = app.text()
        assert "action 200 of 200" in shown
        assert "200 tool_200" in shown
        assert "send all 200" in shown
        assert "Esc leave waiting" in shown


@pytest.mark.parametrize("size", [(80, 24), (120, 34), (60, 20)])
def test_a_batch_looks_like_this(snap_compare: Callable[..., bool], size: tuple[int, int]) -> None:
    async def decide_one(pilot: Pilot[None]) -> None:
        await opened(pilot)
        await slowly(pilot, "n", "a")

    assert snap_compare(Harness(batch()), terminal_size=size, run_before=decide_one)


def test_a_typed_answer_looks_like_this(snap_compare: Callable[..., bool]) -> None:
    async def type_no(pilot: Pilot[None]) -> None:
        await opened(pilot)
        await slowly(pilot, "t", "n", "o")

    app = Harness(question({"quote": 372.0, "hotel": "Casa Verde"}, ns=("team:1", "desk:2"), frames=FRAMES))
    assert snap_compare(app, terminal_size=(80, 24), run_before=type_no)
