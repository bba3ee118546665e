"""Nothing that a terminal obeys or hides comes through; honest text does."""

import json
import unicodedata
from collections.abc import Iterator
from itertools import repeat
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from graphdeck.graphs.values import Json, to_json
from graphdeck.tui.text import ascii_mode, clip, cut, fit, one_line, safe, short_json, width

HONEST = [
    "a quiet hotel in Rome, 3 nights, naïve café — “yes”",
    "👩‍👩‍👧 👩🏽‍💻 ❤️‍🔥 🏴‍☠️ 1️⃣ 🇮🇹 👁️‍🗨️",
    "می‌روم و نمی‌دانم",
    "नमस्ते क्‍ष र्‍य",
    "안녕하세요 日本語 ひらがな",
    "שלום ‏(abc)‏ עולם",
    "สวัสดี​ครับ",
]

HOSTILE = {
    "\x1b]0;title\x07": "⟨U+001B⟩]0;title⟨U+0007⟩",
    "a\x9b31mred": "a⟨U+009B⟩31mred",
    "\x00\x7f": "⟨U+0000⟩⟨U+007F⟩",
    "Kim \u202edrow": "Kim ⟨U+202E⟩drow",
    "\u2066x\u2069": "⟨U+2066⟩x⟨U+2069⟩",
    "hi\U000e0041\U000e0042": "hi⟨U+E0041⟩⟨U+E0042⟩",
    "ad\u200bmin": "ad⟨U+200B⟩min",
    "pay\u200dpal": "pay⟨U+200D⟩pal",
    "क\u200d ": "क⟨U+200D⟩ ",
    "ab\u200fcd": "ab⟨U+200F⟩cd",
    "می\u200c\u200cروم": "می⟨U+200C⟩⟨U+200C⟩روم",
    "x\ufe0fy": "x⟨U+FE0F⟩y",
    "line\u2028line": "line⟨U+2028⟩line",
    "soft\u00adhyphen": "soft⟨U+00AD⟩hyphen",
    "lone \ud83d": "lone ⟨U+D83D⟩",
    "over\rwritten": "over⟨U+000D⟩written",
}

ANY_TEXT = st.text(st.characters(codec=None), max_size=60) | st.text(
    st.sampled_from("ab \n\t\r\x1b\x9b\u200b\u200c\u200d\u200e\u202e\u2066\ufe0f\U000e0041\ud800👩❤क\u094dم\u0301"),
    max_size=30,
)


@pytest.mark.parametrize("text", HONEST)
def test_honest_text_is_not_touched(text: str) -> None:
    assert safe(text) == text


@pytest.mark.parametrize(("text", "shown"), HOSTILE.items())
def test_hostile_text_is_shown_as_it_is(text: str, shown: str) -> None:
    assert safe(text) == shown


@pytest.mark.parametrize("text", ["می‌روم", "❤️", "a\u00a0b", "a\nb", "a\tb", "שלום‏"])
def test_an_identifier_hides_nothing(text: str) -> None:
    assert "⟨U+" in safe(text, identifier=True)


@given(ANY_TEXT, st.booleans(), st.booleans(), st.booleans())
@settings(deadline=None)
def test_no_control_no_surrogate_no_override_ever(text: str, identifier: bool, lines: bool, ascii_only: bool) -> None:
    shown = safe(text, identifier=identifier, lines=lines, ascii_only=ascii_only)
    for character in shown:
        assert unicodedata.category(character) not in ("Cc", "Cs") or (lines and not identifier and character == "\n")
        assert not "\u202a" <= character <= "\u202e"
        assert not "\u2066" <= character <= "\u2069"
        assert not "\U000e0000" <= character <= "\U000e007f"
        assert character.isascii() or not ascii_only
    shown.encode("utf-8")


def test_line_breaks_and_tabs() -> None:
    assert safe("a\r\nb\tc") == "a⟨U+000D⟩⏎b⇥c"
    assert safe("a\r\nb\tc", lines=True) == "a\nb   c"
    assert safe("a\nb\tc", ascii_only=True) == "a\\nb\\tc"


def test_piled_marks_are_counted() -> None:
    shown = safe("z" + "\u0301" * 1000)
    assert shown == "z" + "\u0301" * 8 + "⟨+992 marks⟩"


def test_width_is_in_cells_and_cutting_says_so() -> None:
    assert width("日本") == 4
    assert cut("日本語", 6) == "日本語"
    assert cut("日本語", 5) == "日本…"
    assert cut("hello", 4) == "hel…"
    assert [cut("hello", cells) for cells in (0, 1)] == ["", "…"]
    assert fit("日本", 6) == "日本  "
    assert fit("7", 3, right=True) == "  7"


@given(ANY_TEXT, st.integers(0, 40))
@example("\u094d\u200d", 1)  # joins the space that fills its row
@settings(deadline=None)
def test_cut_text_fits_and_whole_text_is_whole(text: str, cells: int) -> None:
    shown = safe(text)
    kept = cut(shown, cells)
    assert width(kept) <= cells
    assert kept == shown or kept.endswith("…") or cells == 0
    assert width(fit(shown, cells)) == cells
    assert width(one_line(text, cells)) <= cells


def test_a_text_of_zero_width_is_still_cut() -> None:
    assert one_line("\u0301" * 100_000, 10).endswith("…")


def test_clip_says_how_long_it_was() -> None:
    assert clip("abc", 3) == ("abc", "")
    assert clip("x" * 1_000_000, 3) == ("xxx", "… 1,000,000 characters")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"a": [1, True, None], "b": 1.5}, '{"a": [1, true, null], "b": 1.5}'),
        (to_json({3, 1}), "set {1, 3}"),
        (to_json((1, "x")), '(1, "x")'),
        (to_json({(1, 2): "x"}), '{(1, 2): "x"}'),
        (to_json(float("nan")), "nan"),
        (to_json(b"abc"), "bytes YWJj"),
        ({"type": "human", "content": "a quiet hotel"}, "human a quiet hotel"),
        ({"type": "ai", "content": [{"type": "text", "text": "hm"}, {"type": "image_url"}]}, "ai hm[image_url]"),
        (
            {"type": "ai", "content": "", "tool_calls": [{"name": "book", "args": {"nights": 3}, "id": "1"}]},
            "ai → book(nights=3)",
        ),
        ({"type": "tool", "name": "book", "content": "booked"}, "tool book: booked"),
        ("two\nlines \x1b", '"two\\nlines \\u001b"'),
        (2**70, "1180591620717411303424"),
    ],
)
def test_a_value_in_one_line(value: Json, shown: str) -> None:
    assert short_json(value, 200) == shown


def test_a_number_too_long_to_write_out_is_named() -> None:
    assert short_json(10**5000, 200) == "<whole number of 16,610 bits>"


def test_a_value_is_cut_before_it_is_read() -> None:
    """The endless ones would never end if more of them were looked at than is shown."""

    class Endless(list[Json]):
        def __iter__(self) -> Iterator[Json]:
            while True:
                yield "x" * 1_000_000

    class EndlessDict(dict[str, Json]):
        def __iter__(self) -> Iterator[str]:
            return repeat("x")

        def items(self) -> Any:
            while True:
                yield "x" * 1_000_000, 1

    assert width(short_json(Endless(), 40)) <= 40
    assert width(short_json(EndlessDict(), 40)) <= 40


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT | st.just("$type"), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.integers(0, 80))
@settings(deadline=None)
def test_any_value_has_a_line(value: Json, cells: int) -> None:
    shown = short_json(value, cells)
    assert width(shown) <= cells
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in shown)


@given(st.lists(st.integers() | st.text(st.characters(codec="ascii", categories=["L", "N"])), max_size=5))
def test_plain_values_are_json(value: list[Json]) -> None:
    assert json.loads(short_json(value, 500)) == value


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({}, False),
        ({"GRAPHDECK_ASCII": "1"}, True),
        ({"GRAPHDECK_ASCII": "0", "LC_ALL": "C"}, False),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "C"}, False),
        ({"LC_CTYPE": "UTF-8"}, False),
    ],
)
def test_ascii_is_asked_for_or_follows_from_the_locale(environ: dict[str, str], asked: bool) -> None:
    assert ascii_mode(environ) is asked
