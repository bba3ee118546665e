"""Ages and durations stay short, and the stopped clock stands still."""

import pytest

from graphdeck.tui.clock import StoppedClock, age, duration, time_of_day


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0s"), (59, "59s"), (60, "1m"), (3599, "59m"), (7200, "2h"), (86400, "1d"), (13 * 86400, "13d"),
     (14 * 86400, "2w"), (363 * 86400, "51w"), (364 * 86400, "1y"), (4000 * 86400, "10y")],
)  # fmt: skip
def test_age(seconds: int, shown: str) -> None:
    clock = StoppedClock("2026-05-04T12:00:00+00:00")
    then = clock.now()
    clock.move_on(seconds)
    assert age(then, clock.now()) == shown
    assert age(then.isoformat(), clock.now()) == shown


def test_a_time_that_is_none_or_ahead() -> None:
    clock = StoppedClock("2026-05-04T12:00:00+00:00")
    assert age("", clock.now()) == ""
    assert age("yesterday", clock.now()) == ""
    assert age("2026-05-04T13:00:00+00:00", clock.now()) == "0s"
    assert age("2026-05-04T11:59:00", clock.now()) == "1m"  # without a zone it is UTC
    assert time_of_day("nonsense") == ""


@pytest.mark.parametrize(
    ("ms", "shown"),
    [(0, "0 ms"), (3.4, "3 ms"), (99, "99 ms"), (99.6, "0.1 s"), (1234, "1.2 s"), (9960, "10 s"), (59_600, "1m 00s"),
     (125_000, "2m 05s"), (11_400_000, "3h 10m"), (-5, "0 ms")],
)  # fmt: skip
def test_duration(ms: float, shown: str) -> None:
    assert duration(ms) == shown


@pytest.mark.parametrize("exponent", range(12))
def test_a_duration_fits_its_column(exponent: int) -> None:
    assert len(duration(9.99 * 10**exponent)) <= 8


def test_the_stopped_clock_only_moves_when_it_is_moved() -> None:
    clock = StoppedClock()
    assert (clock.monotonic(), clock.now()) == (clock.monotonic(), clock.now())
    clock.move_on(1.5)
    assert clock.monotonic() == 1.5
