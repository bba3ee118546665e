"""What is typed to choose threads, understood."""

from datetime import UTC, datetime
from typing import Any

import pytest

from graphdeck.graphs.wanted import ALL, Wanted
from graphdeck.tui.thread_terms import Terms, read_terms

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", {}),
        ("  rome   in May ", {"query": "rome in May"}),
        ("status:failed graph:travel rome", {"status": "failed", "graph": "travel", "query": "rome"}),
        ("STATUS:Wait sort:si", {"status": "waiting", "sort": "size"}),
        ('tag:"my trip" "status:failed"', {"tag": "my trip", "query": "status:failed"}),
        ("since:2h", {"since": "2026-05-04T10:00:00+00:00"}),
        ("since:2026-05-01", {"since": "2026-05-01"}),
        ("10:30", {"query": "10:30"}),
    ],
)
def test_words_and_terms(text: str, wanted: dict[str, Any]) -> None:
    assert read_terms(text, NOW) == Terms(wanted=Wanted(**wanted))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("status:", "status: running waiting breakpoint failed stopped done"),
        ("sort:s", "sort: updated status thread graph title step size"),
        ("graph:", "graph: a part of its name"),
        ("since:2", "since: 30m, 2h, 3d, 1w, or a day as 2026-05-31"),
        ("since:2026-05-", "since: 30m, 2h, 3d, 1w, or a day as 2026-05-31"),
    ],
)
def test_a_term_that_has_only_begun_says_how_it_may_go_on(text: str, hint: str) -> None:
    assert read_terms(text, NOW) == Terms(hint=hint)


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        (
            "rome statos:failed",
            'no term statos: (but status sort graph tag since); in quotes it is looked for: "statos:',
        ),
        ("status:lost", "status: running waiting breakpoint failed stopped done"),
        ("since:monday", "since: 30m, 2h, 3d, 1w, or a day as 2026-05-31"),
    ],
)
def test_what_cannot_be_understood_is_told_and_lists_nothing_anew(text: str, trouble: str) -> None:
    terms = read_terms(text, NOW)
    assert terms.trouble.startswith(trouble)
    assert terms.wanted == ALL
