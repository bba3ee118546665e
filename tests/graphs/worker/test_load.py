"""Loading users' graphs: under their own names, beside ours, with clear errors."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from graphdeck.graphs.errors import TargetError, TargetLoadError
from graphdeck.graphs.worker.load import Loaded, own_file

Write = Callable[[dict[str, str]], Path]
Load = Callable[[str], Loaded]


def load_error(loaded: Load, text: str) -> TargetLoadError:
    with pytest.raises(TargetLoadError) as caught:
        loaded(text)
    return caught.value


def target_error(loaded: Load, text: str) -> TargetError:
    with pytest.raises(TargetError) as caught:
        loaded(text)
    return caught.value


# -- what is a graph -------------------------------------------------------------------------------------------------


async def test_a_compiled_graph_runs(load_source: Load, graph_source: str) -> None:
    found = load_source('"""Says hello.\n\nAnd more."""' + graph_source)
    assert (found.kind, found.module, found.name, found.description) == ("graph", "agent", "graph", "Says hello.")
    assert await found.graph.ainvoke({"words": []}) == {"words": ["hello"]}


def test_an_uncompiled_graph_is_compiled(loaded: Load, write: Write, graph_source: str) -> None:
    write({"agent.py": graph_source})
    found = loaded("agent.py:builder")
    assert found.graph.invoke({"words": []}) == {"words": ["hello"]}
    assert found.builder is not None


async def test_an_entrypoint_of_the_functional_api(load_source: Load) -> None:
    found = load_source(
        "from langgraph.func import entrypoint\n@entrypoint()\nasync def graph(x: int) -> int:\n    return x + 1\n"
    )
    assert (found.kind, found.builder) == ("functional", None)
    assert await found.graph.ainvoke(1) == 2


CHAIN = """
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda
prompt = ChatPromptTemplate.from_messages([("system", "short"), ("human", "{topic}")])
def last(value):
    return value.to_messages()[-1]
def text(message):
    return message.content.upper()
graph = prompt | last | text | RunnableLambda(str.split, name="split")
"""


async def test_a_sequence_is_one_node_a_step_sync_and_async(load_source: Load) -> None:
    found = load_source(CHAIN)
    assert found.kind == "runnable"
    assert list(found.graph.nodes) == ["__start__", "ChatPromptTemplate", "last", "text", "split"]
    given = {"input": {"topic": "sea tides"}}
    assert found.graph.invoke(given) == {"output": ["SEA", "TIDES"]}
    assert await found.graph.ainvoke(given) == {"output": ["SEA", "TIDES"]}


async def test_a_stored_chat_prompt_keeps_its_messages_types(load_source: Load) -> None:
    found = load_source(CHAIN)
    serde = JsonPlusSerializer(allowed_msgpack_modules=found.allowed_types)
    graph = found.graph.copy(update={"checkpointer": InMemorySaver(serde=serde)})
    config: RunnableConfig = {"configurable": {"thread_id": "1"}}
    graph.invoke({"input": {"topic": "tides"}}, config, interrupt_after=["ChatPromptTemplate"])
    stored = graph.get_state(config).values["output"]
    assert [type(message).__name__ for message in stored] == ["SystemMessage", "HumanMessage"]
    assert graph.invoke(None, config) == {"output": ["TIDES"]}


def test_parallel_steps_are_one_node_and_equal_names_are_counted(load_source: Load) -> None:
    found = load_source(
        "from langchain_core.runnables import RunnableLambda as L\n"
        "def up(x): return x.upper()\n"
        "graph = L(up) | L(up) | {'a': L(up), 'b': L(len)}\n"
    )
    assert list(found.graph.nodes) == ["__start__", "up", "up 2", "RunnableParallel<a,b>"]
    assert found.graph.invoke({"input": "hi"}) == {"output": {"a": "HI", "b": 2}}


def test_any_other_runnable_is_one_node(load_source: Load) -> None:
    found = load_source(
        "from langchain_core.runnables import RunnableLambda\ngraph = RunnableLambda(lambda x: x + 1, name='a|b:c')"
    )
    assert list(found.graph.nodes) == ["__start__", "a b c"]
    assert found.graph.invoke({"input": 1}) == {"output": 2}


def test_a_file_alone_means_its_only_graph_also_where_only_the_import_tells(loaded: Load, write: Write) -> None:
    write({"agent.py": "from langchain_core.runnables import RunnableLambda as L\nhello = L(len) | L(str)\n"})
    assert loaded("agent.py").name == "hello"


@pytest.mark.parametrize(
    ("source", "message", "hint"),
    [
        ("graph = {}", "is a dict, not a graph", "name a compiled graph"),
        ("graph = None", "is a NoneType, not a graph", "name a compiled graph"),
        ("class graph: ...", "is a class, not a graph", "call it at module level"),
    ],
)
def test_what_is_no_graph_is_said(loaded: Load, write: Write, source: str, message: str, hint: str) -> None:
    write({"agent.py": source})
    error = target_error(loaded, "agent.py:graph")
    assert error.exit_status == 64
    assert message in error.message
    assert hint in error.hint


def test_graphs_that_are_there_are_listed(loaded: Load, write: Write, graph_source: str) -> None:
    write({"agent.py": graph_source + "other = builder.compile()\nnothing = 3\nfrom os.path import *\n"})
    assert "graph, other" in target_error(loaded, "agent.py:nothing").hint
    assert "graph, other" in target_error(loaded, "agent.py:gone").hint
    assert "graph, other" in target_error(loaded, "agent.py").message
    assert target_error(loaded, "agent.py").hint == "name one, such as agent.py:other"
    assert target_error(loaded, ".").hint == "graphs in it: agent.py:graph, agent.py:other"


# -- names -----------------------------------------------------------------------------------------------------------


def test_a_file_in_a_package_has_its_dotted_name(loaded: Load, write: Write, graph_source: str) -> None:
    agent = "from .parts.names import NAME\nfrom pkg.parts import names\nassert names.NAME is NAME\n" + graph_source
    write({"src/pkg/__init__.py": "", "src/pkg/parts/__init__.py": "", "src/pkg/parts/names.py": "NAME = 'x'"})
    write({"src/pkg/agent.py": agent})
    found = loaded("src/pkg/agent.py")
    assert found.module == "pkg.agent"
    assert set(found.own_modules) == {"pkg", "pkg.agent", "pkg.parts", "pkg.parts.names"}
    assert sys.modules["pkg"].agent is sys.modules["pkg.agent"]


@pytest.mark.parametrize("name", ["queue", "math", "tenacity", "yaml", "test", "graphs", "tools", "agent"])
def test_the_users_file_is_loaded_whatever_else_has_its_name(
    loaded: Load, write: Write, graph_source: str, name: str
) -> None:
    other = sys.modules.get(name)
    root = write({f"{name}.py": graph_source + "mine = True\n"})
    found = loaded(f"{name}.py:graph")
    assert found.module == name
    assert sys.modules[name].__file__ == str(root / f"{name}.py")
    assert sys.modules[name] is not other


def test_an_edit_in_the_same_second_with_the_same_length_is_seen(loaded: Load, write: Write, graph_source: str) -> None:
    write({"agent.py": graph_source.replace("hello", "first")})
    assert loaded("agent.py:graph").graph.invoke({"words": []}) == {"words": ["first"]}
    del sys.modules["agent"]
    write({"agent.py": graph_source.replace("hello", "newer")})
    assert loaded("agent.py:graph").graph.invoke({"words": []}) == {"words": ["newer"]}


def test_a_project_with_our_folder_names_keeps_its_own_modules_and_we_keep_ours(
    write: Write, graph_source: str
) -> None:
    """In a fresh interpreter, where ours are imported first, as in the host."""
    root = write(
        {
            "tools/__init__.py": "",
            "tools/search.py": "NAME = 'my search'",
            "tui/__init__.py": "NAME = 'my tui'",
            "graphs/__init__.py": "",
            "graphs/events.py": "NAME = 'my events'",
            "graphs/agent.py": "from tools.search import NAME as a\nfrom tui import NAME as b\n"
            "from graphs.events import NAME as c\nNAMES = [a, b, c]\n" + graph_source,
        }
    )
    script = (
        "from pathlib import Path\n"
        "from graphdeck.graphs import events\n"
        "from graphdeck.graphs.local.targets import parse_target\n"
        "from graphdeck.graphs.worker.load import find, loaded\n"
        f"found = find(parse_target('graphs/agent.py:graph', Path({str(root)!r})))\n"
        "found = loaded(found, found.value)\n"
        "import sys\n"
        "import graphdeck.tools, graphdeck.graphs.schema\n"
        "assert events is sys.modules['graphdeck.graphs.events']\n"
        "print(found.module, sys.modules[found.module].NAMES, sorted(found.own_modules))\n"
    )
    ran = subprocess.run([sys.executable, "-P", "-c", script], cwd=root, capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    own = ["graphs", "graphs.agent", "graphs.events", "tools", "tools.search", "tui"]
    assert ran.stdout.strip() == f"graphs.agent {['my search', 'my tui', 'my events']} {own}"


# -- langgraph.json --------------------------------------------------------------------------------------------------


def test_dependencies_and_variables_are_set_before_the_import(
    loaded: Load, write: Write, graph_source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FROM_SHELL", "shell")
    write(
        {
            "langgraph.json": '{"dependencies": [".", "./lib", "httpx"], "env": ".env",'
            ' "graphs": {"a": {"path": "./agent.py:graph", "description": "Said in the config"}}}',
            ".env": "FROM_SHELL=file\nFROM_FILE=file\n",
            "lib/helper.py": "import os\nSEEN = (os.environ['FROM_SHELL'], os.environ['FROM_FILE'])\n",
            "agent.py": "import helper\nassert helper.SEEN == ('shell', 'file'), helper.SEEN\n" + graph_source,
        }
    )
    found = loaded("langgraph.json:a")
    assert found.description == "Said in the config"
    assert set(found.own_modules) == {"agent", "helper"}


def test_variables_may_stand_in_the_config_itself(loaded: Load, write: Write, graph_source: str) -> None:
    config = '{"env": {"IN_CONFIG": "yes"}, "graphs": {"a": "agent:graph"}}'
    write({"langgraph.json": config, "agent.py": "import os\nassert os.environ['IN_CONFIG'] == 'yes'\n" + graph_source})
    assert loaded("langgraph.json:a").module == "agent"


# -- errors of the user's code ---------------------------------------------------------------------------------------


def test_an_import_error_shows_the_users_frames_alone(loaded: Load, write: Write) -> None:
    write({"agent.py": "import helper\ngraph = 1\n", "helper.py": "def f():\n    return 1 / 0\nf()\n"})
    error = load_error(loaded, "agent.py:graph")
    assert error.exit_status == 1
    lines = [line for line in error.message.splitlines() if line.startswith("  File")]
    assert [line.rpartition("/")[2] for line in lines] == [
        'agent.py", line 1, in <module>',
        'helper.py", line 3, in <module>',
        'helper.py", line 2, in f',
    ]
    assert error.message.endswith("ZeroDivisionError: division by zero")
    assert "agent" not in sys.modules


@pytest.mark.parametrize(
    ("source", "message", "hint"),
    [
        ("x = 1\ndef (:\n", "line 2", "correct the file"),
        ("import no_such_package_here", "No module named 'no_such_package_here'", "install what provides"),
        ("import sys\nsys.exit(3)", "calls sys.exit(3)", "__main__"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", "correct the file"),
        ("raise RuntimeError('no licence for [/boom]')", "no licence for [/boom]", "correct the file"),
    ],
)
def test_whatever_the_import_raises_is_a_load_error(
    loaded: Load, write: Write, source: str, message: str, hint: str
) -> None:
    write({"agent.py": f"{source}\ngraph = 1\n"})
    error = load_error(loaded, "agent.py:graph")
    assert "agent.py" in error.message
    assert message in error.message
    assert hint in error.hint


def test_a_graph_without_start_edge(loaded: Load, write: Write, header: str) -> None:
    no_start = header + "builder = StateGraph(State)\nbuilder.add_node('say', say)\n"
    write({"compiled.py": no_start + "graph = builder.compile()\n", "builder.py": no_start})
    for text in ("compiled.py:graph", "builder.py:builder"):
        error = load_error(loaded, text)
        assert "entrypoint" in error.message
        assert "START" in error.hint


def test_a_module_that_is_not_there(loaded: Load) -> None:
    error = target_error(loaded, "no_such_module_here.agent:graph")
    assert "no module 'no_such_module_here'" in error.message


# -- types and savers ------------------------------------------------------------------------------------------------


def test_the_targets_own_types_are_built_again_and_no_others(loaded: Load, write: Write, graph_source: str) -> None:
    shared = (
        "import enum, typing\nfrom dataclasses import dataclass\nfrom pydantic import BaseModel\n"
        "@dataclass\nclass Crate:\n    size: int\n"
        "class Colour(enum.Enum):\n    RED = 'red'\n"
        "class Model(BaseModel):\n    x: int\n"
        "class Pair(typing.NamedTuple):\n    a: int\n"
        "class Plain: ...\n"
    )
    write({"agent.py": "from shared import Crate\nfrom pathlib import Path\n" + graph_source, "shared.py": shared})
    found = loaded("agent.py:graph")
    assert found.allowed_types == tuple(("shared", name) for name in ("Colour", "Crate", "Model", "Pair"))
    types = sys.modules["shared"]
    values = [types.Crate(1), types.Colour.RED, types.Model(x=1)]
    serde = JsonPlusSerializer(allowed_msgpack_modules=found.allowed_types)
    assert serde.loads_typed(serde.dumps_typed(values)) == values


SAVERS = """
import sqlite3
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
def connect(name):
    return sqlite3.connect(name, check_same_thread=False)
"""


def test_own_savers(loaded: Load, write: Write, graph_source: str) -> None:
    root = write({"agent.py": ""})
    file = root / "own.sqlite"
    write(
        {
            "agent.py": graph_source
            + SAVERS
            + f"file = builder.compile(SqliteSaver(connect({str(file)!r})))\n"
            + "in_memory = builder.compile(SqliteSaver(connect(':memory:')))\n"
            + "memory = builder.compile(InMemorySaver())\n"
            + "refused = builder.compile(False)\n"
            + "special = builder.compile(InMemorySaver(serde=JsonPlusSerializer(pickle_fallback=True)))\n"
            + "with SqliteSaver.from_conn_string(':memory:') as saver:\n    closed = builder.compile(saver)\n"
            + "class Mine(InMemorySaver.__mro__[1]): ...\nother = builder.compile(Mine())\n"
        }
    )
    names = ("graph", "file", "in_memory", "memory", "refused", "special", "closed", "other")
    found = {name: loaded(f"agent.py:{name}").graph for name in names}
    saver = {name: own_file(graph) for name, graph in found.items()}
    kinds = {name: info.kind for name, info in saver.items()}
    assert kinds == {
        "graph": "none",
        "file": "file",
        "in_memory": "memory",
        "memory": "memory",
        "refused": "refused",
        "special": "memory",
        "closed": "closed",
        "other": "other",
    }
    assert saver["file"].path == file
    assert isinstance(found["special"].checkpointer, InMemorySaver)
    assert {name: info.serde for name, info in saver.items() if info.serde} == {
        "special": found["special"].checkpointer.serde
    }
    assert "Cannot operate on a closed database" in saver["closed"].reason
    assert "Mine" in saver["other"].reason
    for graph in found.values():
        if isinstance(graph.checkpointer, SqliteSaver) and isinstance(graph.checkpointer.conn, sqlite3.Connection):
            graph.checkpointer.conn.close()
