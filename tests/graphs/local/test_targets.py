"""What a text names: told from the text and by reading, never by running."""

import sqlite3
from pathlib import Path

import pytest

from graphdeck.graphs.errors import TargetError
from graphdeck.graphs.local.targets import (
    Target,
    bundled_graphs,
    entry_target,
    find_graphs,
    graphs_of,
    parse_target,
    source_hash,
)

GRAPH = '"""Counts."""\nfrom langgraph.graph import StateGraph\nbuilder = StateGraph(dict)\ngraph = builder.compile()\n'
TWO = "from m import b\none = b.compile()\ntwo = b.compile(name='x').with_config(tags=[])\n"
BOMB = "raise SystemExit('this file must only be read')\ngraph = b.compile()\n"


def write(folder: Path, **files: str) -> None:
    """Files by name, `__` for a slash and a `py` ending without its dot: `src__agent_py`."""
    for name, text in files.items():
        stem, _, ending = name.rpartition("_")
        path = folder / f"{stem.replace('__', '/')}.{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def refused(text: str, cwd: Path) -> TargetError:
    with pytest.raises(TargetError) as caught:
        parse_target(text, cwd)
    assert caught.value.exit_status == 64
    return caught.value


# -- one text --------------------------------------------------------------------------------------------------------


def test_a_file_and_the_name_in_it(tmp_path: Path) -> None:
    write(tmp_path, agent_py=GRAPH)
    target = parse_target("agent.py:graph", tmp_path)
    assert (target.kind, target.path, target.name, target.root) == ("file", tmp_path / "agent.py", "graph", tmp_path)
    assert target.text == "agent.py:graph"


def test_a_file_alone_means_its_only_graph(tmp_path: Path) -> None:
    write(tmp_path, agent_py=GRAPH)
    assert parse_target("agent.py", tmp_path) == parse_target("./agent.py:graph", tmp_path)


def test_a_file_with_several_graphs_leaves_the_choice_open(tmp_path: Path) -> None:
    write(tmp_path, agent_py=TWO)
    target = parse_target("agent.py", tmp_path)
    assert target.name == ""
    assert [info.target for info in graphs_of(target)] == ["agent.py:one", "agent.py:two"]


def test_the_text_of_a_target_names_it_again_from_its_project_root(tmp_path: Path) -> None:
    write(
        tmp_path, **{"project__src__agent_py": GRAPH, "project__langgraph_json": '{"graphs": {"a b": "src/agent.py"}}'}
    )
    for text in ("project/src/agent.py:graph", "project/langgraph.json:a b", "project", "project/src"):
        target = parse_target(text, tmp_path)
        assert target.root == tmp_path / "project"
        assert parse_target(target.text, target.root) == target


def test_nothing_is_run(tmp_path: Path) -> None:
    write(tmp_path, agent_py=BOMB)
    assert parse_target("agent.py:graph", tmp_path).name == "graph"
    assert [info.target for info in graphs_of(parse_target("agent.py", tmp_path))] == ["agent.py:graph"]


def test_a_module_is_found_by_reading_also_under_the_dependencies(tmp_path: Path) -> None:
    write(
        tmp_path,
        src__app__agent_py=GRAPH,
        langgraph_json='{"dependencies": ["./src"], "graphs": {"a": "app.agent:graph"}}',
    )
    target = parse_target("app.agent:graph", tmp_path)
    assert (target.kind, target.module, target.path) == ("module", "app.agent", tmp_path / "src/app/agent.py")
    assert parse_target("app.agent", tmp_path) == target


def test_an_installed_module_needs_no_file_here(tmp_path: Path) -> None:
    target = parse_target("some.package:graph", tmp_path)
    assert (target.kind, target.module, target.name, target.path) == ("module", "some.package", "graph", tmp_path)


def test_bare_names_of_bundled_graphs(tmp_path: Path) -> None:
    (tmp_path / "travel").mkdir()
    target = parse_target("travel", tmp_path)
    assert (target.kind, target.module, target.text) == ("bundled", "graphdeck.graphs.examples.travel", "travel")
    assert {info.target for info in bundled_graphs()} >= {"chain", "travel", "intake", "report"}
    assert all(info.description for info in bundled_graphs())
    assert "travel" in refused("trvel", tmp_path).hint


def test_checkpoint_files_are_told_by_their_header(tmp_path: Path) -> None:
    home = tmp_path / ".graphdeck"
    home.mkdir()
    with sqlite3.connect(home / "threads.data") as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    target = parse_target(".graphdeck/threads.data", tmp_path)
    assert (target.kind, target.root) == ("checkpoint_file", tmp_path)
    (tmp_path / "empty.sqlite").touch()
    assert "is empty" in refused("empty.sqlite", tmp_path).message


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("agnet.py:graph", "no such file", "agent.py"),
        ("agent.py:grph", "no 'grph'", "graphs in it: graph"),
        ("nowhere/agent.py", "no such file", "does not exist either"),
        ("agent", "no file, graph or module", "agent.py"),
        ("", "empty", "name a file"),
        ("a\0b", "NUL", "name a file"),
        ("x" * 5000, "no file, graph or module", ""),
        ("C:\\work\\agent.py:graph", "no such file", "write paths with /"),
        ("notes.txt", "neither Python", "FILE.py:NAME"),
        ("empty", "no langgraph.json", "FILE.py:NAME"),
    ],
)
def test_what_is_not_there_is_said_with_a_next_step(tmp_path: Path, text: str, message: str, hint: str) -> None:
    write(tmp_path, agent_py=GRAPH, notes_txt="hello")
    (tmp_path / "empty").mkdir()
    error = refused(text, tmp_path)
    assert message in error.message
    assert hint in error.hint


def test_names_that_reading_cannot_know_are_left_to_the_import(tmp_path: Path) -> None:
    write(tmp_path, agent_py="from elsewhere import *\n", boom_py="raise RuntimeError('no')\n")
    assert parse_target("agent.py:anything", tmp_path).name == "anything"
    assert parse_target("boom.py:graph", tmp_path).name == "graph"


def test_a_folder_without_a_config_means_the_graphs_in_its_files(tmp_path: Path) -> None:
    write(tmp_path, a__one_py=GRAPH, b__one_py=GRAPH, b__two_py=GRAPH)
    assert parse_target("a", tmp_path) == parse_target("a/one.py:graph", tmp_path)
    target = parse_target("b", tmp_path)
    assert (target.kind, target.name) == ("folder", "")
    assert [info.target for info in graphs_of(target)] == ["one.py:graph", "two.py:graph"]


# -- langgraph.json --------------------------------------------------------------------------------------------------


def test_entries_of_a_config(tmp_path: Path) -> None:
    write(tmp_path, g_py=GRAPH, langgraph_json='{"graphs": {"first": "./g.py:graph", "x y": {"path": "g:graph"}}}')
    assert parse_target("first", tmp_path) == parse_target("langgraph.json:first", tmp_path)
    assert entry_target(parse_target("langgraph.json:first", tmp_path)).path == tmp_path / "g.py"
    dotted = entry_target(parse_target("langgraph.json:x y", tmp_path))
    assert (dotted.kind, dotted.module, dotted.config) == ("module", "g", tmp_path / "langgraph.json")
    assert parse_target("langgraph.json", tmp_path).name == ""
    assert "first, x y" in refused("langgraph.json:third", tmp_path).message


def test_broken_entries_are_listed_with_the_reason_and_do_not_stop_the_others(tmp_path: Path) -> None:
    entries = '"good": "g.py:graph", "gone": "h.py:graph", "name": "g.py:nope", "bad": "bad.py:graph"'
    write(tmp_path, g_py=GRAPH, bad_py="def (:\n", langgraph_json=f'{{"graphs": {{{entries}}}}}')
    errors = {info.title: info.error for info in find_graphs(tmp_path) if info.origin == "langgraph.json"}
    assert errors["good"] == ""
    assert "no such file h.py" in errors["gone"]
    assert "no 'nope'" in errors["name"]
    assert "line 1" in errors["bad"]


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ('{"graphs": {"a": "x.py:g",}}', "line 1, column 26", "trailing comma"),
        ('{"dependencies": ["." , ]}', "line 1, column 23", "trailing comma"),
        ('{\n  "graphs": {},\n  "graphs": {}\n}', "line 3, column 3", "'graphs' is there twice"),
        ('{"graphs": // all\n{}}', "line 1, column 12", "no comments"),
        ("{'graphs': {}}", "line 1, column 2", "double quotes"),
        ("", "line 1, column 1", "expecting value"),
        ('{"graphs": {"a": NaN}}', "", "NaN"),
        ('{"graphs": {}}', "", "missing or empty"),
        ("[]", "", "JSON object"),
        ('{"graphs": {"a": 3}}', "", "'a' is neither"),
        ('{"graphs": {"a": "a.py:g"}, "dependencies": ["./gone"]}', "", "gone does not exist"),
        ('{"graphs": {"a": "a.py:g"}, "env": 3}', "", '"env" must be'),
        ('{"graphs": ' + "[" * 100_000, "", "nested too deeply"),
    ],
)
def test_a_config_that_is_wrong_names_the_place(tmp_path: Path, text: str, place: str, problem: str) -> None:
    write(tmp_path, langgraph_json=text)
    error = refused("langgraph.json", tmp_path)
    assert "langgraph.json" in error.message
    assert place in error.message
    assert problem in error.message
    (only,) = (info for info in find_graphs(tmp_path) if info.origin == "langgraph.json")
    assert problem in only.error


def test_a_key_in_another_object_or_in_a_text_is_no_duplicate(tmp_path: Path) -> None:
    graphs = '"a": "{\\"a\\": 1, \\"a\\": 2}", "b": {"path": "b.py", "description": "a"}'
    write(tmp_path, b_py=GRAPH, langgraph_json=f'{{"graphs": {{{graphs}}}}}')
    assert parse_target("langgraph.json:b", tmp_path).name == "b"


# -- lists and hashes ------------------------------------------------------------------------------------------------


def test_without_a_target_own_graphs_come_first_and_bundled_ones_last(tmp_path: Path) -> None:
    write(tmp_path, agent_py=GRAPH, other_py="import re\npattern = re.compile('x')\nname = 'compile('\n")
    found = find_graphs(tmp_path)
    assert found[0].target == "agent.py:graph"
    assert found[0].description == "Counts."
    assert [info.origin for info in found[1:]] == ["bundled"] * len(bundled_graphs())


def test_a_config_of_a_parent_folder_is_found_and_named_from_here(tmp_path: Path) -> None:
    write(tmp_path, g_py=GRAPH, langgraph_json='{"graphs": {"a": "g.py:graph"}}', sub__other_py=GRAPH)
    (first, *rest) = find_graphs(tmp_path / "sub")
    assert first.target == "../langgraph.json:a"
    assert {info.origin for info in rest} == {"bundled"}
    assert parse_target(first.target, tmp_path / "sub").root == tmp_path


def test_graphs_that_reading_finds(tmp_path: Path) -> None:
    source = """
import re
from langgraph.func import entrypoint
from langgraph.graph import StateGraph
from langchain.agents import create_agent
builder = StateGraph(dict).add_node("a", print)
compiled = builder.compile()
agent: object = create_agent(model=None)
alone = StateGraph(dict)
_private = alone2 = builder.compile()
pattern = re.compile("x")
if True:
    inside = builder.compile()
if __name__ == "__main__":
    never = builder.compile()
@entrypoint()
def flow(x): ...
def make():
    return builder.compile()
called = make().invoke({})
"""
    write(tmp_path, many_py=source)
    names = [info.target.partition(":")[2] for info in graphs_of(parse_target("many.py", tmp_path))]
    assert names == ["compiled", "agent", "alone", "alone2", "inside", "flow"]


def test_a_file_that_does_not_parse_is_listed_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, broken_py="import langgraph\n\ndef (:\n", unrelated_py="def (:\n")
    (found,) = (info for info in find_graphs(tmp_path) if info.origin == "project")
    assert found.error.startswith("broken.py, line 3")


def test_the_hash_changes_with_the_sources_alone(tmp_path: Path) -> None:
    write(tmp_path, g_py=GRAPH, other_py="", langgraph_json='{"graphs": {"a": "g.py:graph"}}')

    def hashes() -> list[str]:
        targets: list[Target] = [parse_target(text, tmp_path) for text in ("g.py:graph", "langgraph.json:a")]
        return [source_hash(target) for target in targets]

    before = hashes()
    write(tmp_path, other_py="x = 1\n")
    assert hashes() == before
    write(tmp_path, g_py=GRAPH + "\n")
    assert all(new != old for new, old in zip(hashes(), before, strict=True))
