"""The `.graphdeck` folder beside a checkpoint file: what graphdeck remembers, and never writes into the file."""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from graphdeck.graphs.events import Frame

FOLDER = ".graphdeck"
DEFAULT_FILE = "threads.sqlite"


def default_file(project: Path) -> Path:
    """The checkpoint file of a project that names none."""
    return project / FOLDER / DEFAULT_FILE


def home_of(file: Path) -> Path:
    """The `.graphdeck` folder of a checkpoint file: the one it lies in, else the one beside it."""
    folder = Path(os.path.realpath(file)).parent
    return folder if folder.name == FOLDER else folder / FOLDER


def make_home(home: Path) -> None:
    """Make the folder, with a `.gitignore` of its own."""
    home.mkdir(parents=True, exist_ok=True)
    ignore = home / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")


def thread_key(file: Path, thread: str) -> str:
    """A file name for one thread of one checkpoint file, whatever its id holds."""
    text = f"{os.path.realpath(file)}\n{thread}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file of ours; empty where the file is not there or is damaged."""
    try:
        data = json.loads(path.read_text())
    except (OSError, ValueError):
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


def make_home_of(path: Path) -> None:
    """Make the folder that a file of ours goes into, and its `.graphdeck` where it lies in one."""
    for folder in (path.parent, *path.parent.parents):
        if folder.name == FOLDER:
            make_home(folder)
            break
    path.parent.mkdir(parents=True, exist_ok=True)


# -- what is kept for a thread ---------------------------------------------------------------------------------------


def note_stop(file: Path, thread: str, checkpoint: str, nodes: Sequence[str]) -> None:
    """Remember that a breakpoint stopped the thread at this checkpoint; rows alone cannot tell."""
    path = home_of(file) / "stops" / f"{thread_key(file, thread)}.json"
    write_json(path, {"thread": thread, "checkpoint": checkpoint, "nodes": list(nodes)})


def stopped_by_breakpoint(file: Path, thread: str, checkpoint: str) -> bool:
    """Whether `note_stop` was told of this thread at this checkpoint."""
    path = home_of(file) / "stops" / f"{thread_key(file, thread)}.json"
    return read_json(path).get("checkpoint") == checkpoint


def note_frames(file: Path, interrupt: str, frames: Sequence[Frame]) -> None:
    """Keep the frames of an interrupt, so that a restart still has them."""
    if frames:
        write_json(_frames_path(file, interrupt), {"frames": [asdict(frame) for frame in frames]})


def frames_of(file: Path, interrupt: str) -> tuple[Frame, ...]:
    """The frames that `note_frames` was given; empty where none are known."""
    found = read_json(_frames_path(file, interrupt)).get("frames", [])
    return tuple(Frame(file=f["file"], line=f["line"], function=f["function"]) for f in found)


def _frames_path(file: Path, interrupt: str) -> Path:
    name = hashlib.sha256(interrupt.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return home_of(file) / "frames" / f"{name}.json"


# -- types that may be built -----------------------------------------------------------------------------------------


def trusted_types(file: Path) -> list[str]:
    """Dotted names of the stored types that a person has allowed beyond the target's own."""
    return list(read_json(home_of(file) / "types.json").get("trusted", []))


def note_blocked(file: Path, types: Sequence[str]) -> None:
    """Remember types that were not built, so that `trust_blocked` can allow them."""
    path = home_of(file) / "types.json"
    data = read_json(path)
    blocked = sorted({*data.get("blocked", []), *types} - set(data.get("trusted", [])))
    if blocked != data.get("blocked", []):
        write_json(path, {"trusted": data.get("trusted", []), "blocked": blocked})


def trust_blocked(file: Path) -> list[str]:
    """Allow all types that were blocked up to now; the types newly allowed."""
    path = home_of(file) / "types.json"
    data = read_json(path)
    blocked = list(data.get("blocked", []))
    if blocked:
        write_json(path, {"trusted": sorted({*data.get("trusted", []), *blocked}), "blocked": []})
    return blocked
