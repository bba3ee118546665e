"""Bad input gets a clear error with a next step and the right exit status, no traceback of ours, and harms nothing."""

import json
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph

ROOT = Path(__file__).parents[2]

GRAPH = """
from typing import Annotated, Any
from typing_extensions import TypedDict
from langgraph.graph import END, START, StateGraph

class State(TypedDict, total=False):
    n: int
    any: Any

def node(state):
    BODY

builder = StateGraph(State)
builder.add_node("work", node)
EDGE
builder.add_edge("work", END)
graph = builder.compile()
"""
START_EDGE = 'builder.add_edge(START, "work")'


def graph_of(body: str = 'return {"n": state.get("n", 0) + 1}', edge: str = START_EDGE) -> str:
    """A graph of one node, `work`, with this body."""
    return GRAPH.replace("BODY", body.replace("\n", "\n    ")).replace("EDGE", edge)


class State(TypedDict):
    n: int


@dataclass(frozen=True)
class Case:
    """A command that cannot do what it was asked for."""

    words: str
    """After `graphdeck`."""
    status: int
    """Its exit status."""
    said: tuple[str, ...]
    """What its error says, the next step included."""
    source: str = graph_of()
    """What is in agent.py."""


RUN = "run agent.py:graph --thread t --input {}"

TARGETS = {
    "no such file": Case("run missing.py:graph --input {}", 64, ("missing.py", "check the path")),
    "no such name": Case("run agent.py:grpah --input {}", 64, ("grpah", "graph")),
    "no such module": Case("run no_such_package.agent:graph --input {}", 64, ("no_such_package",)),
    "no such bundled graph": Case("run travle --input {}", 64, ("travle", "travel")),
    "import error": Case(
        RUN,
        1,
        ("ModuleNotFoundError", "no_such_module_here", 'agent.py", line 3'),
        "\n\nimport no_such_module_here\ngraph = None\n",
    ),
    "error while importing": Case(
        RUN,
        1,
        ("ZeroDivisionError", 'agent.py", line 2, in helper', 'agent.py", line 3, in <module>'),
        "def helper():\n    return 1 / 0\ngraph = helper()\n",
    ),
    "syntax error": Case(RUN, 1, ("SyntaxError", "agent.py", "line 1"), "graph = (\n"),
    "not a graph": Case(RUN, 64, ("graph", "int"), "graph = 3\n"),
    "no START edge": Case(RUN, 1, ("START to the first node",), graph_of(edge="")),
    "a draw of what is not there": Case("draw missing.py", 64, ("missing.py",)),
    "a checkpoint file as the graph": Case("run saved.sqlite --input {}", 64, ("saved.sqlite", "checkpoint file")),
    "a langgraph.json that is wrong": Case(
        "run bad/langgraph.json --input {}", 64, ("langgraph.json", "line 2", "column 9")
    ),
}

RUNS = {
    "a node that returns no dict": Case(RUN, 1, ("work", "[1, 2]"), graph_of("return [1, 2]")),
    "a node that writes no state key": Case(RUN, 1, ("work",), graph_of("return 7")),
    "input of the wrong type": Case('run agent.py:graph --input {"n":"three"}', 64, ("n: input should be", "n: int")),
    "input that is no object": Case("run agent.py:graph --input [1]", 64, ("input",)),
    "a key that the schema has not": Case('run agent.py:graph --input {"m":1}', 64, ("m", "n")),
    "a value that cannot be saved": Case(
        RUN, 1, ("work", "any", "Opaque"), graph_of('class Opaque: pass\nreturn {"any": Opaque()}')
    ),
    "a lock that cannot be saved": Case(
        RUN, 1, ("work", "any", "lock"), graph_of('import threading\nreturn {"any": threading.Lock()}')
    ),
    "a node that raises": Case(RUN, 1, ("KeyError", 'agent.py", line'), graph_of('return {"n": state["missing"]}')),
    "an error without words": Case(
        RUN, 1, ("MuteError",), graph_of("class MuteError(Exception): pass\nraise MuteError")
    ),
    "a breakpoint at no node": Case(f"{RUN} --before wrok", 64, ("wrok", "work")),
    "context where none is taken": Case(f"{RUN} --context 3", 64, ("context",)),
    "an answer to a thread that is not there": Case("run agent.py:graph --thread t --answer a=1", 1, ("t",)),
    "a file that no folder can hold": Case(f"{RUN} --db agent.py/threads.sqlite", 64, ("no folder",)),
    "a file that is a folder": Case(f"{RUN} --db folder", 1, ("folder",)),
    "the recursion limit": Case(
        f"{RUN} --recursion-limit 3",
        1,
        ("3", "--recursion-limit"),
        graph_of(edge=START_EDGE + '\nbuilder.add_edge("work", "work")'),
    ),
}

if sys.platform == "linux":  # a folder that not even root can write
    RUNS["a folder that cannot be written"] = Case(f"{RUN} --db /proc/t.sqlite", 1, ("folder writable", "--db FILE"))

ARGUMENTS = {
    "input that is no JSON": Case("run agent.py:graph --input {n:1}", 64, ("--input", "column 2", "double quotes")),
    "input of a file that is not there": Case("run agent.py:graph --input @in.json", 64, ("in.json", "existing")),
    "input twice": Case(f"{RUN} --message hello", 64, ("exclude each other",)),
    "an answer without a thread": Case("run agent.py:graph --answer a=1", 64, ("--thread",)),
    "an answer that is no JSON": Case("run agent.py:graph --thread t --answer a=yes", 64, ("--answer a", "not JSON")),
}

READING = {
    "no file": Case("threads --db none.sqlite", 64, ("none.sqlite",)),
    "an empty file": Case("threads --db empty.sqlite", 1, ("empty.sqlite",)),
    "a text file": Case("threads --db agent.py", 1, ("agent.py",)),
    "a file of another program": Case("threads --db foreign.sqlite", 1, ("foreign.sqlite",)),
    "a truncated file": Case("show t --db truncated.sqlite", 1, ("truncated.sqlite",)),
    "history of a truncated file": Case("history t --db truncated.sqlite", 1, ("truncated.sqlite",)),
    "no such thread to show": Case("show nobody --db saved.sqlite", 64, ("nobody", "graphdeck threads")),
    "no such thread in history": Case("history nobody --db saved.sqlite", 64, ("nobody", "graphdeck threads")),
    "no such thread to rename": Case("rename nobody title --db saved.sqlite", 64, ("nobody",)),
    "one of the threads to delete": Case("delete t nobody --db saved.sqlite", 64, ("nobody",)),
    "no such path": Case("show t n.x --db saved.sqlite", 64, ('no "x" at n',)),
    "no such key": Case("show t m --db saved.sqlite", 64, ("m", "n")),
    "no such checkpoint": Case("show t --checkpoint 1ef --db saved.sqlite", 64, ("1ef", "graphdeck history")),
    "delete in a file of another program": Case("delete t --db foreign.sqlite", 1, ("foreign.sqlite",)),
    "rename in a file of another program": Case("rename t x --db foreign.sqlite", 1, ("foreign.sqlite",)),
    "run into a file of another program": Case(f"{RUN} --db foreign.sqlite", 1, ("foreign.sqlite",)),
    "run into a text file": Case(f"{RUN} --db notes.txt", 1, ("notes.txt",)),
    "run into a truncated file": Case(f"{RUN} --db truncated.sqlite", 1, ("truncated.sqlite",)),
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A checkpoint file with the thread `t`, whose state has `n`."""
    path = tmp_path_factory.mktemp("saved") / "saved.sqlite"
    builder = StateGraph(State).add_node("work", lambda state: {"n": state["n"] + 1})
    with SqliteSaver.from_conn_string(str(path)) as saver:
        graph: Any = builder.add_edge(START, "work").compile(checkpointer=saver)
        graph.invoke({"n": 1}, {"configurable": {"thread_id": "t"}})
    return path.read_bytes()


@pytest.fixture
def files(saved: bytes, tmp_path: Path) -> dict[str, bytes]:
    """A checkpoint file, and files that are none; what is in them, by name."""
    (tmp_path / "saved.sqlite").write_bytes(saved)
    (tmp_path / "truncated.sqlite").write_bytes(saved[: len(saved) // 2])
    (tmp_path / "empty.sqlite").touch()
    (tmp_path / "notes.txt").write_text("not a database\n" * 100)
    (tmp_path / "folder").mkdir()
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "langgraph.json").write_text('{"graphs": {"graph": "./agent.py:graph"},\n "env": nothing}')
    with sqlite3.connect(tmp_path / "foreign.sqlite") as connection:
        connection.execute("CREATE TABLE customers (name TEXT)")
    connection.close()
    return contents(tmp_path)


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder that are data."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in (".sqlite", ".txt")}


ALL = TARGETS | RUNS | ARGUMENTS | READING
JSON = {
    name: case for name, case in (TARGETS | RUNS | READING).items() if case.words.split()[0] not in ("delete", "rename")
}


@pytest.mark.parametrize("name", ALL)
async def test_people_are_told_what_and_what_next(
    name: str, files: dict[str, bytes], graphdeck: Any, tmp_path: Path
) -> None:
    case = ALL[name]
    (tmp_path / "agent.py").write_text(case.source)
    done = await graphdeck(*case.words.split())
    assert done.status == case.status, done
    assert done.err.startswith("error: ")
    for text in case.said:
        assert text in done.out + done.said, (text, done)
    _no_fault_of_ours(done.out + done.err)
    assert contents(tmp_path) == files


@pytest.mark.parametrize("name", JSON)
async def test_programs_are_told_the_same_as_json(
    name: str, files: dict[str, bytes], graphdeck: Any, tmp_path: Path
) -> None:
    case = ALL[name]
    (tmp_path / "agent.py").write_text(case.source)
    done = await graphdeck(*case.words.split(), "--json")
    assert done.status == case.status, done
    if case.words.startswith("run"):
        first, *_, last = done.events
        assert (first["event"], last["event"]) == ("run_started", "run_ended")
    else:
        (last,) = done.events
    assert set(last["error"]) == {"type", "message", "hint"}
    assert last["error"]["message"]
    assert last["error"]["hint"]
    _no_fault_of_ours(done.out + done.err)
    assert contents(tmp_path) == files


def _no_fault_of_ours(told: str) -> None:
    assert "graphdeck itself" not in told
    for room in ("tui", "graphs", "tools"):
        assert f"{ROOT / room}/" not in told


# -- what is odd but not wrong ---------------------------------------------------------------------------------------

HOSTILE = """
import dataclasses, uuid

@dataclasses.dataclass
class Shy:
    secret: str
    def __repr__(self): raise RuntimeError("no")

return {"any": {
    "brackets": "[red]a[/] [b", "escape": "\\x1b]0;owned\\x07\\x1b[2J", "long": "x" * 1_000_000, "nan": float("nan"),
    "keys": {(1, "a"): "tuple", 3: "int", None: "none"}, "shy": Shy("s"), "bidi": "a\\u202eb", "bytes": b"\\xff",
}}
"""


async def test_odd_values_are_saved_and_shown_without_harm(graphdeck: Any, tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(graph_of(HOSTILE.strip()))
    ran = await graphdeck(*RUN.split())
    assert ran.status == 0, ran
    for words in ("show t", "history t", "threads", "show t any", "show t any.escape"):
        done = await graphdeck(*words.split())
        assert done.status == 0, done
        for character in "\x1b\x07\u202e\x00":
            assert character not in done.out + done.err
    value = json.loads((await graphdeck("show", "t", "any", "--json")).out)["value"]
    assert value["escape"] == "\x1b]0;owned\x07\x1b[2J"
    assert value["brackets"] == "[red]a[/] [b"
    assert len(value["long"]) == 1_000_000
    assert value["nan"]["value"] == "nan"
    assert [[1, "a"], "tuple"] in [
        [key["value"], text] for key, text in value["keys"]["value"] if isinstance(key, dict)
    ]


@pytest.mark.parametrize("text", ["2**70", "{'deep': [[[2**64]]]}"])
async def test_a_number_that_no_file_can_hold_leaves_the_thread_before_its_node(
    text: str, graphdeck: Any, tmp_path: Path
) -> None:
    (tmp_path / "agent.py").write_text(graph_of(f'return {{"any": {text}}}'))
    ran = await graphdeck(*RUN.split())
    assert ran.status == 1
    assert "Integer exceeds 64-bit range" in ran.err
    _no_fault_of_ours(ran.out + ran.err)
    (shown,) = (await graphdeck("show", "t", "--json")).events
    assert (shown["next"], shown["values"]) == (["work"], {})
    (tmp_path / "agent.py").write_text(graph_of('return {"any": "small"}'))
    assert (await graphdeck("run", "agent.py:graph", "--thread", "t")).status == 0


async def test_half_a_character_harms_nothing(graphdeck: Any, tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(graph_of('print("b" + chr(0xD800))\nreturn {"any": "a" + chr(0xD800)}'))
    for more in ((), ("--json",)):
        assert (await graphdeck(*RUN.split(), *more)).status == 0
        assert (await graphdeck("show", "t", "any", *more)).status == 0
    given = await graphdeck("run", "agent.py:graph", "--thread", "u", "--input", '{"any": "\\ud800"}', "--json")
    assert given.events[-1]["status"] in ("done", "failed")
    _no_fault_of_ours(given.out + given.err)


@pytest.mark.parametrize(
    "thread", ["a/b/../c", " two  words ", "ünï 日本 👩\u200d👧", "$(date); 'q' \"r\"", "-", "..", "x" * 300]
)
async def test_any_text_can_be_a_thread_id(thread: str, graphdeck: Any, tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(graph_of())
    assert (await graphdeck("run", "agent.py:graph", "--thread", thread, "--input", "{}")).status == 0
    (row,) = (await graphdeck("threads", "--json")).events
    assert (row["thread"], row["status"]) == (thread, "done")
    for command, *more in (("show", "n"), ("history",), ("rename", "a title"), ("delete",)):
        assert (await graphdeck(command, thread, *more)).status == 0
    assert (await graphdeck("threads", "--json")).out == ""
    assert {path.name for path in tmp_path.iterdir()} <= {".graphdeck", "agent.py", "__pycache__"}
