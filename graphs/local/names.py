"""What people call threads: titles, tags and targets, kept beside a checkpoint file and never in it."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.local.home import edit_json, home_of, read_json

NAMES: Final = "names.json"
_THREADS: Final = "threads"


class Named(Frozen):
    """What a person said of a thread."""

    title: str = ""
    """Empty without one."""
    graph: str = ""
    """Target that it belongs to, where its rows tell none."""
    tags: tuple[str, ...] = ()
    """In the order in which they were given."""

    @classmethod
    def read(cls, data: object) -> Self:
        """From a file that anybody may have edited: what is not of its kind is left out."""
        known: Mapping[str, Any] = data if isinstance(data, dict) else {}
        title, graph, tags = known.get("title"), known.get("graph"), known.get("tags")
        return cls(
            title=title if isinstance(title, str) else "",
            graph=graph if isinstance(graph, str) else "",
            tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        )

    def write(self) -> dict[str, Any]:
        """Plain data; empty where nothing is said."""
        data = {"title": self.title, "graph": self.graph, "tags": list(self.tags)}
        return {name: value for name, value in data.items() if value}


UNNAMED: Final = Named()


def names_of(file: Path) -> dict[str, Named]:
    """The threads of a checkpoint file that a person has said something of."""
    return {thread: Named.read(data) for thread, data in _of_file(read_json(home_of(file) / NAMES), file).items()}


def change_name(file: Path, thread: str, change: Callable[[Named], Named]) -> Named:
    """Change what is said of a thread, one process after the other; what is said then."""
    changed = UNNAMED

    def edit(threads: dict[str, Any]) -> dict[str, Any]:
        nonlocal changed
        changed = change(Named.read(threads.get(thread)))
        return {**threads, thread: changed.write()}

    _edit(file, edit)
    return changed


def add_names(file: Path, names: Mapping[str, Named]) -> None:
    """Say something of threads of which nothing was said."""
    _edit(file, lambda threads: {**threads, **{thread: named.write() for thread, named in names.items()}})


def forget_names(file: Path, threads: Sequence[str]) -> None:
    """Forget what was said of deleted threads; writes nothing where there is nothing."""
    if (home_of(file) / NAMES).exists():
        _edit(file, lambda known: {thread: data for thread, data in known.items() if thread not in threads})


def with_tags(named: Named, add: Iterable[str], remove: Iterable[str]) -> tuple[str, ...]:
    """The tags after some were added and some taken away, each once."""
    gone = set(remove)
    return tuple(tag for tag in dict.fromkeys((*named.tags, *add)) if tag not in gone)


def _edit(file: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    def edit(data: dict[str, Any]) -> dict[str, Any]:
        files = data.get(_THREADS)
        threads = {thread: said for thread, said in change(_of_file(data, file)).items() if said}
        kept = {**(files if isinstance(files, dict) else {}), _key(file): threads}
        return {**data, _THREADS: {name: said for name, said in kept.items() if said}}

    edit_json(home_of(file) / NAMES, edit)


def _of_file(data: Mapping[str, Any], file: Path) -> dict[str, Any]:
    files = data.get(_THREADS)
    found = files.get(_key(file)) if isinstance(files, dict) else None
    return found if isinstance(found, dict) else {}


def _key(file: Path) -> str:
    """The file as seen from the folder that both lie in, so that a folder can be moved; several files share one."""
    return os.path.relpath(os.path.realpath(file), home_of(file).parent)
