"""The README is true: its commands do what they say, and what it names is there."""

import os
import re
import runpy
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.tools.policy import config_folder, load_policy
from graphdeck.tui.actions import ACTIONS, action, shown_key
from graphdeck.tui.cli import commands
from graphdeck.tui.rules import MOST_IN_A_ROW

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

COUNTER = """
from typing import TypedDict
from langgraph.graph import END, START, StateGraph

class State(TypedDict):
    n: int

builder = StateGraph(State)
builder.add_node("count", lambda state: {"n": state["n"] + 1})
builder.add_edge(START, "count")
builder.add_edge("count", END)
graph = builder.compile()
"""

BOOKING = 'graphdeck run travel --message "Book a quiet hotel in Rome for 3 nights for Kim" --thread rome'
SCRIPT = (
    "graphdeck inbox",
    "graphdeck answer rome --approve",
    "graphdeck decisions --thread rome",
    "graphdeck threads --status waiting",
    "graphdeck show rome messages.0.content",
    "graphdeck history rome",
    "graphdeck diff rome 3",
    "graphdeck follow rome",
    'graphdeck rename rome "Rome in May"',
    "graphdeck tag rome urgent",
    'graphdeck threads --search "old town" --text',
    "graphdeck prune rome --keep 10 --dry-run",
    "graphdeck export rome --out rome.sqlite",
)
"""What the README does with the thread of the booking, in its order."""

IN_A_PROJECT = (
    "graphdeck run TARGET --input '{\"n\": 1}' --json",
    "graphdeck run TARGET --thread ID",
    "graphdeck threads | show | history | diff | follow | fork",
    "graphdeck draw TARGET",
    "graphdeck COMMAND --help",
    "graphdeck inbox | answer | decisions | repair",
    "graphdeck rename | tag | copy | prune | delete | export | import",
    "graphdeck configs",
    "graphdeck runs",
)
ANOTHER_WAY = (
    "graphdeck threads --db crawl.sqlite --status failed",
    "graphdeck history page-1 --db crawl.sqlite",
    "graphdeck fork page-1 --db crawl.sqlite --target crawl.py:graph --checkpoint 0"
    """ --set 'url="https://example.org/rome"'""",
    "graphdeck run crawl.py:graph --db crawl.sqlite --thread page-1",
)
"""What the README does with the thread of a script that does not know graphdeck."""
WITHOUT_AN_ANSWER = ("graphdeck repair ID", "graphdeck answer ID --end")
BY_CI = (
    "pip install uv",
    "uv run graphdeck",
    "uv run pytest",
    "uv run pytest -m soak",
    "uv run python tests/benchmarks",
    "uv run python docs/pictures.py",
)
"""Commands around the project, whose parts are looked for here; `.ci/run` runs the first ones as they are written."""


def blocks() -> list[str]:
    """The commands in the README's code blocks, without their comments."""
    lines = "".join(re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)).splitlines()
    return [re.sub(r"\s+#.*", "", line) for line in lines if line]


def inline(pattern: str) -> list[str]:
    """What stands in backquotes in the README's text and fits the pattern."""
    text = re.sub(r"^```.*?^```", "", README, flags=re.DOTALL | re.MULTILINE)
    return [code for code in re.findall(r"`([^`]+)`", text) if re.fullmatch(pattern, code)]


def opening() -> list[list[str]]:
    """The commands that open the workbench, as words after `graphdeck`."""
    found = [line for line in blocks() + inline("graphdeck .+") if line.split()[0] == "graphdeck"]
    words = [shlex.split(line)[1:] for line in found]
    return [each for each in words if not each or each[0] not in {*commands.commands, "COMMAND"}]


def test_every_command_of_the_readme_is_tried_here() -> None:
    known = {BOOKING, *SCRIPT, *ANOTHER_WAY, *IN_A_PROJECT, *WITHOUT_AN_ANSWER, *BY_CI}
    found = {*blocks(), *inline("graphdeck .+")}
    opened = {" ".join(["graphdeck", *words]) for words in opening()}
    assert found - opened - {"graphdeck decisions"} == known


def test_a_booking_from_a_script(tmp_path: Path) -> None:
    done = _shell(tmp_path, BOOKING)
    assert done.returncode == 2, done.stderr
    (printed,) = (line.strip() for line in done.stdout.splitlines() if line.startswith("    graphdeck run "))
    assert re.sub("[0-9a-f]{32}", "ID", printed) == "graphdeck run travel --thread rome --answer ID=true"
    rest = "\n".join(["set -e", *SCRIPT])
    done = _shell(tmp_path, rest)
    assert done.returncode == 0, done.stderr
    for text in (
        "graphdeck answer rome",
        "Booked Casa Verde for Kim",
        "applied",
        "no threads",
        "Book a quiet hotel",
        "assistant",
        "against its parent",
        "● done",
        "called Rome in May",
        "rome: urgent",
        "thread found in",
        "1 thread exported to rome.sqlite",
    ):
        assert text in done.stdout


def _shell(folder: Path, script: str) -> "subprocess.CompletedProcess[str]":
    """Run a script with the installed graphdeck, on a machine where nothing is cached."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=folder, env=environment)


def test_the_rules_do_what_is_said_of_them(tmp_path: Path) -> None:
    section = README[README.index("## Rules") : README.index("## Find a thread")]
    (example,) = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)
    (tmp_path / "graphdeck.toml").write_text(example)
    policy = load_policy(None, tmp_path)
    assert not policy.problems
    assert policy.verdict("search_hotels", {"city": "Rome"}, "t").effect == "allow"
    assert policy.verdict("book_hotel", {"total": 1001}, "t")[:2] == ("refuse", "ask finance first")
    assert policy.verdict("book_hotel", {"total": 10}, "t").effect == "ask"
    assert policy.verdict("book_hotel", {"total": "10"}, "t").effect == "ask"
    assert config_folder({}) == Path("~/.config/graphdeck").expanduser()
    assert f"After {MOST_IN_A_ROW} answers" in section
    keys = {key: action("deck" if key == "P" else "approval", name).shown_key for key, name in
            {"P": "rules", "g": "grant", "G": "grant_tool", "u": "take_back"}.items()}  # fmt: skip
    assert all(key == shown and f"`{key}`" in section for key, shown in keys.items())


async def test_the_commands_in_a_project(graphdeck: Any, tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(COUNTER)
    ran = await graphdeck(*_words(IN_A_PROJECT[0]), "--before", "count")
    assert ran.status == 2
    thread = ran.events[0]["thread"]
    assert ran.events[-1]["status"] == "breakpoint"
    assert (await graphdeck(*_words(IN_A_PROJECT[1], ID=thread))).status == 0
    assert (await graphdeck("show", thread, "n")).out == "2\n"
    assert (await graphdeck(*_words(IN_A_PROJECT[-1]))).out.count(thread[:8]) == 2
    for command in re.findall(r"(\w+)(?: \||$)", " | ".join([IN_A_PROJECT[2], *IN_A_PROJECT[5:]])):
        done = await graphdeck(*_words(IN_A_PROJECT[4], COMMAND=command))
        assert done.status == 0
        assert f"graphdeck {command}" in done.out
    for form, text in {"": "count", "--mermaid": "flowchart", "--json": '"nodes"'}.items():
        done = await graphdeck(*_words(IN_A_PROJECT[3]), *form.split())
        assert done.status == 0
        assert text in done.out


async def test_a_thread_of_a_plain_script_is_finished_another_way(
    graphdeck: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (script,) = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    (tmp_path / "crawl.py").write_text(script)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(IndexError):
        runpy.run_path("crawl.py", run_name="__main__")
    told = "page-1", "IndexError", "runs fetch; may repeat what fetch, parse did", "● done"
    for command, text in zip(ANOTHER_WAY, told, strict=True):
        done = await graphdeck(*_words(command))
        assert done.status == 0
        assert text in done.out
    assert (await graphdeck("show", "page-1", "title", "--db", "crawl.sqlite")).out == "Rome\n"


async def test_an_answer_is_taken_back_and_a_thread_ended(graphdeck: Any, tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(COUNTER.replace("+ 1", "/ interrupt('By what?')").replace(
        "from typing", "from langgraph.types import interrupt\nfrom typing"))  # fmt: skip
    ran = await graphdeck("run", "agent.py", "--input", '{"n": 1}', "--json")
    thread, question = ran.events[0]["thread"], ran.events[-2]["id"]
    assert (await graphdeck("answer", thread, f"{question}=0")).status == 1
    repaired = await graphdeck(*_words(WITHOUT_AN_ANSWER[0], ID=thread))
    assert (repaired.status, "By what?" in repaired.out) == (2, True)
    assert (await graphdeck(*_words(WITHOUT_AN_ANSWER[1], ID=thread))).status == 0
    assert (await graphdeck("threads", "--status", "done", "--json")).events[0]["thread"] == thread


def _words(command: str, **more: str) -> list[str]:
    placeholders = {"TARGET": "agent.py:graph", **more}
    return [placeholders.get(word, word) for word in shlex.split(command)[1:]]


@pytest.mark.parametrize("words", opening(), ids=" ".join)
async def test_the_workbench_opens(
    words: list[str], graphdeck: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "agent.py").write_text(COUNTER)
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "module.py").write_text(COUNTER)
    ran = await graphdeck("run", "agent.py", "--input", '{"n": 1}', "--thread", "t", "--db", "threads.sqlite")
    assert ran.status == 0
    opened: list[tuple[LocalEngine, str | None, bool, bool]] = []

    def run_app(
        engine: LocalEngine, graph: str | None, thread: str | None, *, pick: bool, inbox: bool = False, **_: bool
    ) -> int:
        opened.append((engine, graph, pick, inbox))
        return 0

    monkeypatch.setattr("gc.disable", lambda: None)
    monkeypatch.setattr("sys.setswitchinterval", lambda seconds: None)
    monkeypatch.setattr("graphdeck.tui.app.run_app", run_app)
    monkeypatch.setattr("graphdeck.tui.cli.on_a_terminal", lambda: True)
    assert (await graphdeck(*words)).status == 0
    ((engine, graph, pick, inbox),) = opened
    assert inbox == ("--inbox" in words)
    if graph is not None:
        shape = await engine.describe(graph)
        assert len(shape.nodes) > 2
    elif words and not inbox:
        assert [row.thread for row in (await engine.threads()).rows] == ["t"]
        assert not pick
    else:
        first, *_ = await engine.graphs()
        assert first.target == "agent.py:graph"
        assert pick
    await engine.close()


# -- what it names ---------------------------------------------------------------------------------------------------


def test_links_lead_somewhere() -> None:
    headings = {re.sub(r"\W+", "-", title.lower()) for title in re.findall(r"^## (.+)$", README, re.MULTILINE)}
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert len(links) > 5
    for link in links:
        assert link.removeprefix("#") in headings if link.startswith("#") else (ROOT / link).is_file()


def test_paths_are_there() -> None:
    for path in inline(r"(graphs|tui|tools|tests|docs|\.ci)/\S*"):
        assert (ROOT / path).exists(), path
    for command in BY_CI:
        if command.startswith("uv run python "):
            script = ROOT / command.rpartition(" ")[2]
            assert script.is_file() or (script / "__main__.py").is_file(), command


def test_the_first_commands_are_those_of_ci() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    for command in ("pip install --quiet uv", "uv run pytest"):
        assert command in script
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["scripts"] == {"graphdeck": "graphdeck.tui.start:main"}
    assert "graphdeck[test,lint]" in project["dependency-groups"]["dev"]
    assert any(marker.startswith("soak:") for marker in project["tool"]["pytest"]["ini_options"]["markers"])
    assert project["project"]["requires-python"] == ">=3.11,<3.14"
    assert "Python 3.11 to 3.13" in README


def test_keys_are_those_of_the_action_table() -> None:
    table = README[README.index("## Keys") : README.index("## Command line")]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| ")][1:]
    named = {key for row in rows for key in re.findall(r"`([^`]+)`|\b(Ctrl\+\w|space)\b", row) for key in key if key}
    approval = README[README.index("## Approve") : README.index("The same without a screen")]
    named |= set(re.findall(r"`(\w|Ctrl\+\w)`", approval)) - {"0", "3"}
    known = {shown_key(key) for action in ACTIONS for key in action.key.split(",")}
    assert {
        "a",
        "r",
        "e",
        "m",
        "i",
        "t",
        "n",
        "p",
        "s",
        "S",
        "v",
        "I",
        "space",
        "Ctrl+C",
        "Ctrl+P",
        "?",
        "/",
        "q",
        "1",
        "6",
    } <= named
    assert named <= known


def test_environment_variables_are_read() -> None:
    sources = "\n".join(path.read_text() for room in ("tui", "graphs") for path in (ROOT / room).rglob("*.py"))
    settings = README[README.index("## Settings") : README.index("## What is stored where")]
    variables = set(re.findall(r"`([A-Z][A-Z_]+)(?:=\d)?`", settings))
    assert "GRAPHDECK_ASCII" in variables
    for variable in variables:
        assert f'"{variable}"' in sources, variable


def test_exit_statuses_are_those_of_the_command_line() -> None:
    text = " ".join(README.split())
    told = re.search(r"Exit status: (.+?)\. ", text)
    assert told is not None
    assert re.findall(r"(?:^|; )(\d+) ", told[1]) == ["0", "1", "2", "64", "130"]
