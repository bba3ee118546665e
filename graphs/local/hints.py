"""Hints for targets that are not there: names that are spelled like them, and what is there instead."""

import difflib
from collections.abc import Sequence
from pathlib import Path

from graphdeck.graphs.local.reading import SourceGraphs
from graphdeck.graphs.records import GraphInfo


def near_files(path: Path) -> str:
    """A hint with the names of files that are spelled like one that is not there; may be empty."""
    if not path.parent.is_dir():
        return f"the folder {path.parent} does not exist either"
    names = [entry.name for entry in path.parent.iterdir() if not entry.name.startswith(".")]
    close = difflib.get_close_matches(path.name, names, n=3, cutoff=0.6)
    return did_you_mean(close or [name for name in (f"{path.name}.py",) if name in names])


def near_names(name: str, source: SourceGraphs) -> str:
    """A hint with the graphs of a file that lacks a name, else with similar names; may be empty."""
    if source.graphs:
        return f"graphs in it: {', '.join(source.graphs)}"
    return did_you_mean(difflib.get_close_matches(name, source.names or (), n=3))


def listing(found: Sequence[GraphInfo]) -> str:
    """A hint that lists graphs; empty where there are none."""
    return f"graphs in it: {', '.join(info.target for info in found)}" if found else ""


def did_you_mean(names: Sequence[str]) -> str:
    """A hint with similar names; empty where there are none."""
    return f"did you mean {' or '.join(names)}?" if names else ""
