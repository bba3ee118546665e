"""What people call threads: titles, tags and targets, kept beside a checkpoint file and never in it."""

import functools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from graphdeck.graphs.local.home import change_json, home_of, read_json
from graphdeck.graphs.named import UNNAMED, Named

NAMES: Final = "names.json"
_THREADS: Final = "threads"


def names_of(file: Path) -> Mapping[str, Named]:
    """The threads of a checkpoint file that a person has said something of."""
    try:
        written = (home_of(file) / NAMES).stat()
    except OSError:
        return {}
    return _names(file, (written.st_ino, written.st_mtime_ns, written.st_size))


@functools.lru_cache(maxsize=64)
def _names(file: Path, written: tuple[int, ...]) -> Mapping[str, Named]:
    """Read again only when it was written: every page of a list asks for them."""
    return {thread: read_name(data) for thread, data in _of_file(read_json(home_of(file) / NAMES), file).items()}


def change_name(file: Path, thread: str, change: Callable[[Named], Named]) -> Named:
    """Change what is said of a thread, one process after the other; what is said then."""
    changed = UNNAMED

    def edit(threads: dict[str, Any]) -> dict[str, Any]:
        nonlocal changed
        changed = change(read_name(threads.get(thread)))
        return {**threads, thread: _write(changed)}

    _edit(file, edit)
    return changed


def add_names(file: Path, names: Mapping[str, Named]) -> None:
    """Say something of threads of which nothing was said."""
    _edit(file, lambda threads: {**threads, **{thread: _write(named) for thread, named in names.items()}})


def forget_names(file: Path, threads: Sequence[str]) -> None:
    """Forget what was said of deleted threads; writes nothing where there is nothing."""
    if (home_of(file) / NAMES).exists():
        _edit(file, lambda known: {thread: data for thread, data in known.items() if thread not in threads})


def with_tags(named: Named, add: Iterable[str], remove: Iterable[str]) -> tuple[str, ...]:
    """The tags after some were added and some taken away, each once."""
    gone = set(remove)
    return tuple(tag for tag in dict.fromkeys((*named.tags, *add)) if tag not in gone)


def read_name(data: object) -> Named:
    """From a file that anybody may have edited: what is not of its kind is left out."""
    known: Mapping[str, Any] = data if isinstance(data, dict) else {}
    title, graph, tags = known.get("title"), known.get("graph"), known.get("tags")
    return Named(
        title=title if isinstance(title, str) else "",
        graph=graph if isinstance(graph, str) else "",
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
    )


def _write(named: Named) -> dict[str, Any]:
    """Plain data; empty where nothing is said."""
    data = {"title": named.title, "graph": named.graph, "tags": list(named.tags)}
    return {name: value for name, value in data.items() if value}


def _edit(file: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    def edit(data: dict[str, Any]) -> dict[str, Any]:
        files = data.get(_THREADS)
        threads = {thread: said for thread, said in change(_of_file(data, file)).items() if said}
        kept = {**(files if isinstance(files, dict) else {}), _key(file): threads}
        return {**data, _THREADS: {name: said for name, said in kept.items() if said}}

    change_json(home_of(file) / NAMES, edit)


def _of_file(data: Mapping[str, Any], file: Path) -> dict[str, Any]:
    files = data.get(_THREADS)
    found = files.get(_key(file)) if isinstance(files, dict) else None
    return found if isinstance(found, dict) else {}


def _key(file: Path) -> str:
    """The file as seen from the folder that both lie in, so that a folder can be moved; several files share one."""
    return os.path.relpath(os.path.realpath(file), home_of(file).parent)
