"""Time, from one injected clock, so that tests and snapshots can stop it."""

import datetime
import time
from typing import Protocol


class Clock(Protocol):
    """Where graphdeck's screens get the time from."""

    def now(self) -> datetime.datetime:
        """The time of day, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since any fixed moment; never goes back."""
        ...


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime.datetime:
        """The time of day, in UTC."""
        return datetime.datetime.now(datetime.UTC)

    def monotonic(self) -> float:
        """Seconds since any fixed moment; never goes back."""
        return time.monotonic()


class StoppedClock:
    """A clock that stands still until it is moved on."""

    def __init__(self, now: str = "2026-05-04T12:04:11+00:00") -> None:
        self._now = _parse(now)
        self._start = self._now

    def now(self) -> datetime.datetime:
        """The time that it was set to."""
        return self._now

    def monotonic(self) -> float:
        """Seconds that it was moved on so far."""
        return (self._now - self._start).total_seconds()

    def move_on(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self._now += datetime.timedelta(seconds=seconds)


def age(then: str | datetime.datetime, now: datetime.datetime) -> str:
    """How long ago, in at most three characters: `5s`, `2m`, `3h`, `6d`, `8w`, `2y`; empty for no or a wrong time."""
    try:
        moment = _parse(then) if isinstance(then, str) else then
    except ValueError:
        return ""
    seconds = max(0, int((now - moment).total_seconds()))
    for limit, unit, name in ((60, 1, "s"), (3600, 60, "m"), (86400, 3600, "h"), (14 * 86400, 86400, "d")):
        if seconds < limit:
            return f"{seconds // unit}{name}"
    days = seconds // 86400
    return f"{days // 7}w" if days < 364 else f"{min(days // 365 or 1, 99)}y"


def time_of_day(then: str) -> str:
    """A moment as `12:04:11` in local time; empty for no or a wrong time."""
    try:
        return _parse(then).astimezone().strftime("%H:%M:%S")
    except ValueError:
        return ""


def elapsed(start: str, end: str) -> float:
    """Milliseconds from one moment to another; 0 where one of them is none, or they are the other way round."""
    try:
        return max(0.0, (_parse(end) - _parse(start)).total_seconds() * 1000)
    except ValueError:
        return 0.0


def duration(ms: float) -> str:
    """How long something took, in at most seven characters: `3 ms`, `0.2 s`, `1.2 s`, `48 s`, `2m 05s`, `3h 10m`."""
    seconds = max(0.0, ms / 1000)
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02}s"
    return f"{min(whole // 3600, 999)}h {whole % 3600 // 60:02}m"


def _parse(text: str) -> datetime.datetime:
    """A moment from ISO 8601; without a zone it is UTC. Raises ValueError."""
    moment = datetime.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
