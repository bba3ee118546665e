"""What a person has decided about rules: project files that are trusted, and grants for one thread.

Both let calls run without asking, so they are kept for the user, in the state folder, and never in a project that
could bring them along.
"""

import contextlib
import fcntl
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from graphdeck.tools.policy.conditions import Json
from graphdeck.tools.policy.places import state_folder

_FILE: Final = "policy.json"


class Grant(NamedTuple):
    """A call that needs not be asked for again in one thread."""

    file: str
    """Checkpoint file of the thread."""
    thread: str
    """Thread id."""
    tool: str
    """The tool's name."""
    args: str | None
    """Its exact arguments, as canonical JSON; None for any."""
    since: str = ""
    """When it was given, ISO 8601 UTC."""

    def covers(self, tool: str, args: Mapping[str, Json], file: str, thread: str) -> bool:
        """Whether it is for this call."""
        here = (self.tool, self.thread) == (tool, thread) and bool(file) and self.file == os.path.realpath(file)
        return here and self.args in (None, canonical(args))


class Kept:
    """Reads and changes what is kept; a damaged file holds nothing."""

    def __init__(self, folder: Path | None = None) -> None:
        self._path = (folder or state_folder()) / _FILE

    # -- trust -------------------------------------------------------------------------------------------------------

    def trusts(self, path: Path, digest: str) -> bool:
        """Whether a project's file is trusted with this content."""
        return bool(digest) and _table(self._read(), "trusted").get(os.path.realpath(path)) == digest

    def trust(self, path: Path, digest: str) -> None:
        """Trust a project's file as long as its content is the one of this SHA-256; raises OSError."""
        place = os.path.realpath(path)
        self._change(lambda data: {**data, "trusted": {**_table(data, "trusted"), place: digest}})

    def distrust(self, path: Path) -> None:
        """Trust a project's file no longer; raises OSError."""
        place = os.path.realpath(path)
        self._change(
            lambda data: {
                **data,
                "trusted": {key: value for key, value in _table(data, "trusted").items() if key != place},
            }
        )

    # -- grants ------------------------------------------------------------------------------------------------------

    def grants(self) -> tuple[Grant, ...]:
        """All grants, the oldest first."""
        return tuple(_grants(self._read()))

    def grant(self, file: str, thread: str, tool: str, args: Mapping[str, Json] | None) -> Grant:
        """Let a call run without asking in one thread, with exactly these arguments or with any; raises OSError."""
        exact = None if args is None else canonical(args)
        given = Grant(os.path.realpath(file), thread, tool, exact, datetime.now(UTC).isoformat(timespec="seconds"))
        self._keep(lambda grants: [*(each for each in grants if each[:4] != given[:4]), given])
        return given

    def revoke(self, grant: Grant) -> None:
        """Ask for the call again; raises OSError."""
        self._keep(lambda grants: [each for each in grants if each[:4] != grant[:4]])

    def forget(self, threads: Iterable[str]) -> None:
        """Drop the grants of deleted threads, in any file: a later one may bear the same id; raises OSError."""
        gone = set(threads)
        if any(each.thread in gone for each in self.grants()):
            self._keep(lambda grants: [each for each in grants if each.thread not in gone])

    def _keep(self, change: Callable[[list[Grant]], list[Grant]]) -> None:
        self._change(lambda data: {**data, "grants": [each._asdict() for each in change(list(_grants(data)))]})

    # -- the file ----------------------------------------------------------------------------------------------------

    def _read(self) -> dict[str, Any]:
        try:
            data = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return data if isinstance(data, dict) else {}

    def _change(self, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """One process after the other; a reader sees the old or the new file, never half of it."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=_FILE)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as stream:
                    json.dump(change(self._read()), stream)
                os.replace(temporary, self._path)
            except BaseException:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(temporary)
                raise
        finally:
            os.close(folder)


def canonical(args: Mapping[str, Json]) -> str:
    """Arguments as the one JSON text that stands for them: 1, 1.0, "1" and true are four."""
    return json.dumps(args, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def _table(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _grants(data: Mapping[str, Any]) -> Iterable[Grant]:
    listed = data.get("grants")
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, dict) and _is_grant(each):
            yield Grant(**each)


def _is_grant(fields: Mapping[str, Any]) -> bool:
    """Whether they are all there: what is cut off here would be granted wider."""
    texts = {name: value for name, value in fields.items() if value is not None or name != "args"}
    return fields.keys() == set(Grant._fields) and all(isinstance(value, str) for value in texts.values())
