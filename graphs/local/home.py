"""The `.graphdeck` folder beside a checkpoint file: what graphdeck remembers, and never writes into the file."""

import fcntl
import functools
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphdeck.graphs.errors import FileError
from graphdeck.graphs.events import Frame

if TYPE_CHECKING:
    from graphdeck.graphs.stopping import Stop

FOLDER = ".graphdeck"
DEFAULT_FILE = "threads.sqlite"


def default_file(project: Path) -> Path:
    """The checkpoint file of a project that names none."""
    return project / FOLDER / DEFAULT_FILE


def home_of(file: Path) -> Path:
    """The `.graphdeck` folder of a checkpoint file: the one it lies in, else the one beside it."""
    folder = Path(os.path.realpath(file)).parent
    return folder if folder.name == FOLDER else folder / FOLDER


def state_folder(home: Path, kind: str) -> Path:
    """Where what belongs into a `.graphdeck` folder is kept where that cannot be written: the user's state folder."""
    state = os.environ.get("XDG_STATE_HOME", "")  # the specification has relative paths ignored
    folder = Path(state) if os.path.isabs(state) else Path("~/.local/state").expanduser()
    return folder / "graphdeck" / kind / hashlib.sha256(os.fsencode(home)).hexdigest()[:32]


def make_home(home: Path) -> None:
    """Make the folder, with a `.gitignore` of its own."""
    home.mkdir(parents=True, exist_ok=True)
    ignore = home / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")


def thread_file_name(file: Path, thread: str) -> str:
    """A file name for one thread of one checkpoint file, whatever its id holds."""
    text = f"{os.path.realpath(file)}\n{thread}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file of ours; empty where the file is not there or is damaged."""
    try:
        return json_object(path.read_bytes())
    except OSError:
        return {}


def json_object(text: bytes) -> dict[str, Any]:
    """A JSON object; an empty one where the text is torn or damaged."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write a JSON object so that a reader sees the old or the new one, never half of it."""
    make_home_of(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w") as stream:
            json.dump(data, stream, ensure_ascii=True)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def edit_json(
    path: Path,
    change: Callable[[dict[str, Any]], Mapping[str, Any]],
    read: Callable[[Path], dict[str, Any]] | None = None,
) -> None:
    """Change a JSON object of ours, one process after the other; writes nothing where nothing changes.

    Raises OSError, also where the file is there and cannot be read: what it holds would be lost.
    """
    make_home_of(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        before = (read or _read_to_change)(path)
        after = change(dict(before))
        if after != before:
            write_json(path, after)
    finally:
        os.close(folder)


def change_json(path: Path, change: Callable[[dict[str, Any]], Mapping[str, Any]]) -> None:
    """The same for what a person wants kept: raises FileError."""
    try:
        edit_json(path, change)
    except OSError as error:
        raise FileError(
            f"{path} cannot be changed: {error.strerror}", "check its permissions, and the folder's"
        ) from error


def _read_to_change(path: Path) -> dict[str, Any]:
    """A JSON object that is about to be written anew; a damaged file, as of a slip in an editor, is kept beside it."""
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return {}
    data = json_object(text)
    if not data and b"".join(text.split()) not in (b"", b"{}"):
        os.replace(path, path.with_name(f"{path.name}.damaged"))
    return data


def make_home_of(path: Path) -> None:
    """Make the folder that a file of ours goes into, and its `.graphdeck` where it lies in one."""
    for folder in (path.parent, *path.parent.parents):
        if folder.name == FOLDER:
            make_home(folder)
            break
    path.parent.mkdir(parents=True, exist_ok=True)


# -- what is kept for a thread ---------------------------------------------------------------------------------------


def note_pause(
    file: Path,
    thread: str,
    checkpoint: str = "",
    *,
    is_breakpoint: bool = False,
    stops: "Sequence[Stop]" = (),
    frames: Mapping[str, Sequence[Frame]],
) -> None:
    """Keep what the rows of a paused thread cannot tell, in place of what was kept of its last pause.

    That is why its run stopped at the checkpoint, and the user's frames by interrupt id.
    """
    from graphdeck.graphs.stopping import stop_to_dict  # the first screen needs none of it

    path = _pause_path(file, thread)
    known = {identity: [asdict(frame) for frame in found] for identity, found in frames.items() if found}
    told = [stop_to_dict(stop) for stop in stops]
    if is_breakpoint or known or told:
        breakpoint_at = checkpoint if is_breakpoint else ""
        pause = {"thread": thread, "breakpoint": breakpoint_at, "at": checkpoint, "stops": told, "frames": known}
        write_json(path, pause)
    else:
        path.unlink(missing_ok=True)


def note_frames(file: Path, thread: str, interrupt: str, frames: Sequence[Frame]) -> None:
    """Keep the frames of a question, in place of those kept for it; all else that is kept of the thread stays."""
    told = [asdict(frame) for frame in frames]
    edit_json(
        _pause_path(file, thread),
        lambda data: {"thread": thread, **data, "frames": {**data.get("frames", {}), interrupt: told}},
    )


def note_going_on(file: Path, thread: str, checkpoint: str) -> None:
    """A run goes on from a checkpoint: what stopped the thread there does so no longer, however this run may end.

    The frames of its questions stay, and so does that it was told of a breakpoint there.
    """
    path = _pause_path(file, thread)
    data = read_json(path)
    passed = checkpoint if checkpoint in (data.get("breakpoint"), data.get("passed")) else ""
    frames = data.get("frames", {})
    going = {"thread": thread, "breakpoint": "", "passed": passed, "at": checkpoint, "stops": [], "frames": frames}
    write_json(path, going)


def note_killed(file: Path, thread: str, checkpoint: str) -> None:
    """A run was killed at a checkpoint, which is empty where it had written none: its worker could not tell."""
    from graphdeck.graphs.stopping import Stop, stop_to_dict

    path = _pause_path(file, thread)
    data = read_json(path)
    if at := checkpoint or data.get("at", ""):
        write_json(path, {**data, "thread": thread, "at": at, "stops": [stop_to_dict(Stop(kind="kill"))]})


def stops_of(file: Path, thread: str, checkpoint: str) -> "tuple[Stop, ...]":
    """Why the thread's last run stopped, if it did so at this checkpoint."""
    data = read_json(_pause_path(file, thread))
    if data.get("at") != checkpoint:
        return ()
    from graphdeck.graphs.stopping import stop_from_dict

    try:
        return tuple(map(stop_from_dict, data["stops"]))
    except (KeyError, TypeError):  # damaged, or written by another version
        return ()


def was_told_of_breakpoint(file: Path, thread: str, checkpoint: str) -> bool:
    """Whether a breakpoint has stopped the thread at this checkpoint, maybe before a run that did not come further."""
    data = read_json(_pause_path(file, thread))
    return checkpoint in (data.get("breakpoint"), data.get("passed"))


def stopped_by_breakpoint(file: Path, thread: str, checkpoint: str) -> bool:
    """Whether `note_pause` was told of a breakpoint at this checkpoint."""
    return read_json(_pause_path(file, thread)).get("breakpoint") == checkpoint


def breakpoints_of(file: Path) -> dict[str, str]:
    """The threads that `note_pause` was told a breakpoint stopped, each with the checkpoint where."""
    found: dict[str, str] = {}
    try:
        entries = [(entry.path, entry.stat().st_mtime_ns) for entry in os.scandir(home_of(file) / "pauses")]
    except OSError:
        return found
    for path, changed in entries:
        thread, at = _breakpoint_in(path, changed)
        if at and Path(path).stem == thread_file_name(file, thread):
            found[thread] = at
    return found


@functools.lru_cache(maxsize=20_000)
def _breakpoint_in(path: str, changed: int) -> tuple[str, str]:
    """Thread and checkpoint from a pause's file, which is read again when it has changed."""
    data = read_json(Path(path))
    return str(data.get("thread", "")), str(data.get("breakpoint", ""))


def frames_of(file: Path, thread: str, interrupt: str) -> tuple[Frame, ...]:
    """The frames of a question that the thread waits for; empty where none are known."""
    found = read_json(_pause_path(file, thread)).get("frames", {}).get(interrupt, [])
    return tuple(Frame(file=f["file"], line=f["line"], function=f["function"]) for f in found)


def _pause_path(file: Path, thread: str) -> Path:
    return home_of(file) / "pauses" / f"{thread_file_name(file, thread)}.json"


# -- types that may be built -----------------------------------------------------------------------------------------


def trusted_types(file: Path) -> list[str]:
    """Dotted names of the stored types that a person has allowed beyond the target's own."""
    return list(read_json(home_of(file) / "types.json").get("trusted", []))


def note_blocked(file: Path, types: Sequence[str]) -> None:
    """Remember types that were not built, so that `trust_blocked` can allow them."""

    def note(data: dict[str, Any]) -> dict[str, Any]:
        trusted = data.get("trusted", [])
        return {"trusted": trusted, "blocked": sorted({*data.get("blocked", []), *types} - set(trusted))}

    edit_json(home_of(file) / "types.json", note)


def trust_blocked(file: Path) -> None:
    """Allow all types that were blocked up to now."""

    def trust(data: dict[str, Any]) -> dict[str, Any]:
        return {"trusted": sorted({*data.get("trusted", []), *data.get("blocked", [])}), "blocked": []}

    path = home_of(file) / "types.json"
    if path.exists():
        edit_json(path, trust)
