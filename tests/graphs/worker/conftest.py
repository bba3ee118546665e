"""Projects of users' own graphs, loaded in this process as in a fresh one."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from graphdeck.graphs.local.targets import parse_target
from graphdeck.graphs.worker.load import Loaded, find
from graphdeck.graphs.worker.load import loaded as make_ready

Write = Callable[..., Path]
Load = Callable[[str], Loaded]

HEADER = """
import operator
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal
from typing_extensions import NotRequired, TypedDict
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import Command, Send, interrupt
from pydantic import BaseModel

class State(TypedDict, total=False):
    words: Annotated[list[str], operator.add]
    count: int

def say(state: State) -> dict[str, Any]:
    '''Say a word.'''
    return {"words": ["hello"]}
"""
GRAPH = """
builder = StateGraph(State)
builder.add_node("say", say)
builder.add_edge(START, "say")
builder.add_edge("say", END)
graph = builder.compile()
"""


@pytest.fixture
def clean_interpreter() -> Iterator[None]:
    """Modules, `sys.path` and variables are as before again, after a user's project was loaded."""
    modules: dict[str, ModuleType] = dict(sys.modules)
    path = list(sys.path)
    variables = dict(os.environ)
    yield
    sys.modules.clear()
    sys.modules.update(modules)
    sys.path[:] = path
    os.environ.clear()
    os.environ.update(variables)


@pytest.fixture
def header() -> str:
    """The imports that users' graphs begin with, a state and a node."""
    return HEADER


@pytest.fixture
def graph_source() -> str:
    """A whole module with a graph of one node."""
    return HEADER + GRAPH


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write files of a project, given as a mapping of paths to texts."""

    def write_files(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write_files


@pytest.fixture
def loaded(tmp_path: Path, clean_interpreter: None) -> Load:
    """Load a target of the project."""

    def load(text: str) -> Loaded:
        found = find(parse_target(text, tmp_path))
        return make_ready(found, found.value)

    return load


@pytest.fixture
def load_source(write: Write, loaded: Load) -> Load:
    """Load `graph` of a module with this source."""

    def load_text(source: str) -> Loaded:
        write({"agent.py": source})
        sys.modules.pop("agent", None)
        return loaded("agent.py:graph")

    return load_text
