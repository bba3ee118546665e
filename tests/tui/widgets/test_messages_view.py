"""The conversation: who says what, wrapping, tool calls, text as it comes, staying at the end."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st
from textual.widget import Widget

from graphdeck.graphs.events import Event, Message, Token
from graphdeck.graphs.values import Json
from graphdeck.tui.paragraphs import fold as fold_line
from graphdeck.tui.text import width
from graphdeck.tui.widgets.conversation import ChatMessage, conversation_of, merge
from graphdeck.tui.widgets.messages_view import LINE_LIMIT, MessagesView
from graphdeck.tui.widgets.run_state import RunView, fold

Lines: TypeAlias = Callable[[Widget], list[str]]
NewApp: TypeAlias = Callable[..., Any]

SAID: list[Json] = [
    {"type": "human", "content": "a quiet hotel in Rome", "id": "1"},
    {"type": "ai", "content": "", "id": "2", "tool_calls": [{"name": "search", "args": {"city": "Rome"}, "id": "k1"}]},
    {"type": "tool", "content": "4 found", "name": "search", "tool_call_id": "k1", "id": "3"},
    {"type": "ai", "content": "Book it?", "id": "4", "tool_calls": [{"name": "book", "args": {"n": 3}, "id": "k2"}]},
]


def written(*events: Event) -> Sequence[ChatMessage]:
    return fold(RunView(), events).messages


async def test_a_conversation(harness: NewApp, lines: Lines) -> None:
    view = MessagesView()
    async with harness(view).run_test(size=(60, 10)):
        view.show(conversation_of({"messages": SAID}))
        assert lines(view)[:5] == [
            " you        a quiet hotel in Rome",
            ' ai         → search  city="Rome"',
            " search     4 found",
            " ai         Book it?",
            "            → book  n=3  ◆ not run yet",
        ]


async def test_each_of_several_calls_is_marked_until_its_own_result_is_there(harness: NewApp, lines: Lines) -> None:
    view = MessagesView()
    calls: list[Json] = [{"name": name, "args": {}, "id": name} for name in ("look", "mail", "pay")]
    asked: Json = {"type": "ai", "content": "", "id": "1", "tool_calls": calls}
    saved = conversation_of({"messages": [asked]})
    result = ChatMessage(role="tool", text="sent", name="mail", answers="mail")
    async with harness(view).run_test(size=(60, 10)):
        view.show(saved)
        view.show((*saved, result))
        assert [line.endswith("not run yet") for line in lines(view)[:4]] == [True, False, False, True]
        assert lines(view)[2] == " mail       sent"  # the result follows its call, not the last one


async def test_a_result_belongs_to_the_last_call_of_its_id(harness: NewApp, lines: Lines) -> None:
    view = MessagesView()
    calls: list[Json] = [
        {"type": "ai", "content": "", "tool_calls": [{"name": "look", "args": {}, "id": "1"}]} for _ in range(2)
    ]
    results: list[Json] = [
        {"type": "tool", "content": text, "name": "look", "tool_call_id": "1"} for text in ("first", "second")
    ]
    async with harness(view).run_test(size=(60, 10)):
        view.show(conversation_of({"messages": [calls[0], results[0], calls[1], results[1], results[0]]}))
        said = [line.split(maxsplit=1)[1] for line in lines(view) if line]
        assert said == ["→ look", "first", "→ look", "second", "first"]


async def test_content_blocks_are_told_apart(harness: NewApp, lines: Lines) -> None:
    view = MessagesView()
    image: Json = {"type": "image", "base64": "aGVsbG8=", "mime_type": "image/png"}
    old: Json = {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,aGVsbG8h"}}
    link: Json = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
    odd: Json = {"type": "chart", "points": [1, 2]}
    thought: Json = {"type": "thinking", "thinking": "which hotel?"}
    content: list[Json] = [thought, {"type": "text", "text": "look:"}, image, old, link, odd, {"type": "tool_use"}]
    failed: Json = {"type": "tool", "content": "no room", "name": "book", "status": "error"}
    async with harness(view).run_test(size=(60, 10)):
        view.show(conversation_of({"messages": [{"type": "ai", "content": content}, failed]}))
        assert lines(view)[:7] == [
            " ai         thinks: which hotel?",
            "            look:",
            "            image image/png, 5 bytes",
            "            image image/jpeg, 6 bytes",
            "            image https://example.org/a.png",
            '            {"type": "chart", "points": [1, 2]}',
            " ✗ book     no room",
        ]


async def test_the_message_of_the_cursor_is_copied_and_opened(harness: NewApp) -> None:
    view = MessagesView()
    app = harness(view)
    async with app.run_test(size=(60, 10), message_hook=app.hear) as pilot:
        view.show(conversation_of({"messages": SAID}))
        view.focus()
        assert view.selected_text == "Book it?"
        await pilot.press("up", "up")
        assert view.selected_text == "4 found"
        view.show((*conversation_of({"messages": SAID}), ChatMessage(role="ai", text="later")))
        assert view.selected_text == "4 found"  # a person is there
        await pilot.press("enter")
        await pilot.click(MessagesView, offset=(15, 0))
        assert view.selected_whole == ("message of human", SAID[0])
        assert [event.message.role for event in app.heard(MessagesView.MessageChosen)] == ["tool"]
        await pilot.click(MessagesView, offset=(15, 0), times=2)
        assert [event.message.role for event in app.heard(MessagesView.MessageChosen)] == ["tool", "human"]


async def test_long_text_wraps_at_words_and_keeps_its_lines(harness: NewApp, lines: Lines) -> None:
    view = MessagesView()
    async with harness(view).run_test(size=(33, 10)) as pilot:
        view.show([ChatMessage(role="ai", text="one two three four five\n\nsix 日本語日本語日本語", node="assistant")])
        assert lines(view)[:5] == [
            " assistant  one two three four",
            "            five",
            "",
            "            six",
            "            日本語日本語日本語",
        ]
        await pilot.resize_terminal(60, 10)
        await pilot.pause()
        assert lines(view)[0] == " assistant  one two three four five"


async def test_text_shows_as_it_is_written(harness: NewApp, lines: Lines) -> None:
    view = MessagesView()
    async with harness(view).run_test(size=(40, 10)):
        view.show(written(Token(task="1", node="a", message="m", text="Casa ")))
        assert lines(view)[0] == " a          Casa ▌"
        view.show(written(*(Token(task="1", node="a", message="m", text=text) for text in ("Casa ", "Verde"))))
        assert lines(view)[:2] == [" a          Casa Verde▌", ""]


async def test_the_end_stays_in_view_unless_a_person_scrolled_up(harness: NewApp, lines: Lines) -> None:
    view = MessagesView()
    messages = [ChatMessage(role="human", text=f"message {n}", id=str(n)) for n in range(40)]
    async with harness(view).run_test(size=(40, 10)) as pilot:
        view.show(messages[:30])
        await pilot.pause()
        assert lines(view)[-1].endswith("message 29")
        view.show(messages[:31])
        await pilot.pause()
        assert lines(view)[-1].endswith("message 30")
        view.focus()
        await pilot.press("home")
        view.show(messages)
        await pilot.pause()
        assert lines(view)[0].endswith("message 0")
        await pilot.press("end")
        assert lines(view)[-1].endswith("message 39")


async def test_what_a_person_reads_stays_where_it_is_whatever_comes_goes_or_is_hidden(
    harness: NewApp, lines: Lines
) -> None:
    view = MessagesView()
    said: list[Json] = []
    for turn in range(250):
        call: Json = {"name": "look", "args": {}, "id": f"{turn}"}
        said += [
            {"type": "human", "content": f"question {turn}", "id": f"h{turn}"},
            {"type": "ai", "content": "", "id": f"c{turn}", "tool_calls": [call]},
            {"type": "tool", "content": "found\n" * 6, "name": "look", "tool_call_id": f"{turn}", "id": f"t{turn}"},
            {"type": "ai", "content": f"answer {turn}", "id": f"a{turn}"},
        ]
    saved = conversation_of({"messages": said})
    async with harness(view).run_test(size=(40, 10)) as pilot:

        async def show(messages: Sequence[ChatMessage]) -> list[str]:
            view.show(messages)
            at_once = lines(view)  # nothing is painted in the wrong place first
            await pilot.pause()
            assert lines(view) == at_once
            return at_once

        await show(saved)
        view.scroll_to(
            y=view.max_scroll_y - 500, animate=False, immediate=True
        )  # by the mouse: the cursor stays behind
        read = lines(view)
        writing = [Token(task="1", node="a", message="m", text="word " * count) for count in (1, 200, 900)]
        for tokens in writing:  # each layout leaves other lines out, far above
            assert await show((*saved, *written(tokens))) == read
        view.focus()
        await pilot.press("home", "down", *["pagedown"] * 9)
        read, text = lines(view), view.selected_text
        for messages in (saved, (*saved, *written(*writing)), saved[40:], (*saved[60:], *written(*writing))):
            assert (await show(messages), view.selected_text) == (read, text)
        view.shows_calls = False
        await pilot.pause()
        assert view.selected_text in lines(view)[view.cursor - view.scroll_offset.y]


async def test_tool_calls_are_hidden_but_for_those_that_wait(harness: NewApp, lines: Lines) -> None:
    view = MessagesView()
    lost: Json = {"type": "tool", "content": "whose?", "name": "look", "tool_call_id": "gone", "id": "5"}
    async with harness(view).run_test(size=(60, 10)):
        view.shows_calls = False
        assert (view.row_count(), lines(view)[0]) == (0, " no messages")
        view.show(conversation_of({"messages": [*SAID, lost]}))
        assert lines(view)[:4] == [
            " you        a quiet hotel in Rome",
            " ai         Book it?",
            "            → book  n=3  ◆ not run yet",
            "",
        ]
        assert view.hidden_calls == 2
        view.show(conversation_of({"messages": SAID[1:3]}))
        assert (view.row_count(), lines(view)[0]) == (0, " nothing but tool calls")
        view.shows_calls = True
        assert (view.hidden_calls, lines(view)[1]) == (0, " search     4 found")


async def test_what_is_for_the_graph_alone_is_not_shown_but_a_call_in_it_that_waits(
    harness: NewApp, lines: Lines
) -> None:
    view = MessagesView()
    calls: list[Json] = [{"name": name, "args": {}, "id": name} for name in ("look", "pay")]
    mark = "do-not-render-"
    messages: list[Json] = [
        {"type": "human", "content": "said to the graph", "id": f"{mark}1"},
        {"type": "ai", "content": "Look.", "id": "2", "tool_calls": calls[:1]},
        {"type": "tool", "content": "done", "name": "look", "tool_call_id": "look", "id": f"{mark}3"},
        {"type": "ai", "content": "said by the graph", "id": f"{mark}4", "tool_calls": calls[1:]},
    ]
    async with harness(view).run_test(size=(60, 10)):
        tokens = written(Token(task="1", node="a", message=f"{mark}5", text="Casa "))
        view.show((*conversation_of({"messages": messages}), *tokens))
        assert lines(view)[:4] == [
            " ai         Look.",
            "            → look",  # it has run
            " ai         → pay  ◆ not run yet",
            "",
        ]


async def test_only_the_newest_lines_are_laid_out(harness: NewApp, lines: Lines) -> None:
    view = MessagesView()
    messages = [ChatMessage(role="ai", text="line\n" * 100, id=str(n)) for n in range(LINE_LIMIT // 100 + 30)]
    async with harness(view).run_test(size=(40, 10)) as pilot:
        view.show(messages)
        await pilot.pause()
        assert view.row_count() <= LINE_LIMIT + 101
        view.focus()
        await pilot.press("home")
        assert "earlier messages" in lines(view)[0]


async def test_a_megabyte_is_cut_and_says_so(harness: NewApp, lines: Lines) -> None:
    view = MessagesView()
    data: Json = {"type": "ai", "content": "x" * 1_000_000}
    async with harness(view).run_test(size=(60, 10)) as pilot:
        view.show(written(Message(task="1", node="a", role="ai", data=data)))
        await pilot.pause()
        assert lines(view)[-1].strip() == "… 1,000,000 characters: v shows all"


async def test_hostile_text_is_shown_as_it_is(harness: NewApp, lines: Lines) -> None:
    view = MessagesView()
    call: Json = {"name": "b\u202ex", "args": {"[b]k\u200b": "\x1b["}, "id": "1"}
    data: Json = {"type": "ai", "content": "[red]\x1b]0;t\x07 \ud800", "tool_calls": [call]}
    async with harness(view).run_test(size=(80, 10)):
        view.show(written(Message(task="1", node="n\u200b", role="ai", data=data)))
        shown = "\n".join(lines(view))
        assert "[red]⟨U+001B⟩]0;t⟨U+0007⟩ ⟨U+D800⟩" in shown
        assert '→ b⟨U+202E⟩x  [b]k⟨U+200B⟩="\\u001b["' in shown
        assert "n⟨U+200B⟩" in shown


def test_a_state_without_messages_has_no_conversation() -> None:
    assert conversation_of({"city": "Rome", "messages": ["text"]}) == ()
    assert [message.text for message in conversation_of({"chat": [{"type": "human", "content": "hi"}]})] == ["hi"]


def test_a_saved_message_has_the_node_that_wrote_it() -> None:
    said = conversation_of({"messages": SAID[:2]}, authors={"2": "planner"})
    assert [message.node for message in said] == ["", "planner"]


def test_what_a_run_adds_follows_what_was_saved() -> None:
    saved = conversation_of({"messages": SAID[:2]})
    live = conversation_of({"messages": SAID[1:3]})
    assert [message.id for message in merge(saved, live)] == ["1", "2", "3"]


@given(st.text(st.sampled_from("ab  yz日é"), max_size=60), st.integers(2, 20))
@settings(deadline=None)
def test_wrapping_loses_nothing_and_fits(line: str, cells: int) -> None:
    parts = fold_line(line, cells)
    assert "".join(parts) == line
    assert all(width(part) <= cells for part in parts)


def test_wrapping_breaks_after_spaces_whatever_the_alphabet() -> None:
    assert fold_line("one two three", 8) == ["one two ", "three"]
    assert fold_line("óne twó three", 8) == ["óne twó ", "three"]
    assert fold_line("abcdefghij", 4) == ["abcd", "efgh", "ij"]
