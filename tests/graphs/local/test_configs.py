"""Named configs of a project: kept by name and version, without secrets, whoever else writes or damages their file."""

import asyncio
import dataclasses
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs.errors import ConfigNotFound, FileError, InputError, TargetLoadError
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.run_configs import RunConfig, filled
from told import RunGraph, WriteGraph, ended

AGENT = """
    from typing import TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.runtime import Runtime
    from pydantic import BaseModel, SecretStr

    class State(TypedDict, total=False):
        said: str

    class Ctx(BaseModel):
        user: str
        door: SecretStr = SecretStr("")
        size: str = "small"

    def work(state, runtime: Runtime[Ctx]):
        return {"said": f"{runtime.context.user} {runtime.context.door.get_secret_value()}"}

    graph = StateGraph(State, context_schema=Ctx).add_node(work).add_edge(START, "work").compile()
"""
LARGE = RunConfig(name="large", context={"user": "ana", "door": "hunter2", "size": "large"}, recursion_limit=50)


async def test_a_config_is_kept_in_versions_without_secrets_and_found_by_its_name(
    engine: LocalEngine, write_graph: WriteGraph, tmp_path: Path, pool: WorkerPool
) -> None:
    graph = write_graph(AGENT)
    first = await engine.keep_config(graph, LARGE)
    assert (first.version, first.graph, first.left_out) == (1, graph, (("door",),))
    assert first.context == {"user": "ana", "size": "large"}
    assert await engine.keep_config(graph, dataclasses.replace(LARGE, name=" large ")) == first
    second = await engine.keep_config(graph, dataclasses.replace(LARGE, recursion_limit=None, durability="async"))
    assert second.version == 2
    await engine.keep_config(graph, RunConfig(name="plain"))
    file = tmp_path / ".graphdeck" / "configs.json"
    assert "hunter2" not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    later = LocalEngine(tmp_path, pool=pool)
    assert [(each.name, each.version) for each in (await later.configs(graph)).configs] == [
        ("large", 2), ("large", 1), ("plain", 1)
    ]  # fmt: skip
    assert [each.version for each in (await later.configs()).newest] == [2, 1]
    assert await later.config(graph, "large") == second
    assert await later.config(graph, "large@1") == first
    wrong = {"lage": "did you mean large?", "q": "it has: large, plain", "large@7": "it has: 2, 1"}
    for name, hint in wrong.items():
        with pytest.raises(ConfigNotFound) as unknown:
            await later.config(graph, name)
        assert unknown.value.hint == hint
    write_graph(AGENT, "other.py")
    with pytest.raises(ConfigNotFound) as elsewhere:
        await later.config("other.py:graph", "large")
    assert elsewhere.value.hint == "one of that name is kept for agent.py:graph"
    for name in ("", " ", "a\nb", "a\x1b[1m", "x" * 61, "large@3"):
        with pytest.raises(InputError):
            await later.keep_config(graph, RunConfig(name=name))
    await later.forget_config(graph, "large")
    await later.forget_config(graph, "nothing")
    assert [each.name for each in (await later.configs(graph)).configs] == ["plain"]
    await later.close()


async def test_a_run_is_filled_from_a_config_what_it_says_itself_wins_and_secrets_are_asked_for() -> None:
    kept = RunConfig(
        name="c", context={"user": "ana", "old": 1}, recursion_limit=9, durability="async",
        left_out=(("door",), ("old_key",)), gone=("old", "old_key"),
    )  # fmt: skip
    request = RunRequest(graph="g", thread="t", config="c")
    with pytest.raises(InputError, match="kept without door") as asked:
        filled(request, kept)
    assert """--context '{"door": ...}'""" in asked.value.hint
    given = filled(dataclasses.replace(request, context={"door": "x"}), kept)
    assert (given.context, given.recursion_limit, given.durability) == ({"user": "ana", "door": "x"}, 9, "async")
    own: Any = {"context": {"door": "x", "user": "kim"}, "recursion_limit": 3, "durability": "sync"}
    given = filled(dataclasses.replace(request, **own), kept)
    assert {name: getattr(given, name) for name in own} == own


async def test_configs_of_two_terminals_are_all_kept(
    engine: LocalEngine, write_graph: WriteGraph, tmp_path: Path, pool: WorkerPool
) -> None:
    graph = write_graph(AGENT)
    await engine.describe(graph)
    other = LocalEngine(tmp_path, pool=pool)
    await asyncio.gather(
        *(each.keep_config(graph, RunConfig(name="c", recursion_limit=limit))
          for limit in range(1, 15, 2) for each, limit in ((engine, limit), (other, limit + 1)))
    )  # fmt: skip
    found = (await engine.configs(graph)).configs
    assert [each.version for each in found] == list(range(14, 0, -1))
    assert {each.recursion_limit for each in found} == set(range(1, 15))
    await asyncio.gather(*(other.keep_config(graph, RunConfig(name="c", recursion_limit=99 + n)) for n in range(9)))
    assert [each.version for each in (await engine.configs(graph)).configs] == list(range(23, 3, -1))
    await other.close()


async def test_what_became_secret_in_another_file_since_is_left_out(
    engine: LocalEngine, write_graph: WriteGraph, tmp_path: Path
) -> None:
    schema = "from dataclasses import dataclass\nfrom pydantic import SecretStr\n@dataclass\nclass Ctx:\n    door: {}\n"
    write_graph(schema.format("str"), "told_ctx.py")
    graph = write_graph("""
        from langgraph.graph import START, StateGraph
        from told_ctx import Ctx
        graph = StateGraph(dict, context_schema=Ctx).add_node("work", lambda _: {}).add_edge(START, "work").compile()
    """)
    await engine.describe(graph)
    write_graph(schema.format("SecretStr"), "told_ctx.py")
    assert engine.last_shape(graph) is not None
    assert (await engine.keep_config(graph, RunConfig(name="c", context={"door": "hunter2"}))).context == {}


async def test_keys_that_the_schema_has_no_longer_are_kept_told_and_harm_no_run(
    engine: LocalEngine, write_graph: WriteGraph, run_graph: RunGraph
) -> None:
    graph = write_graph(AGENT)
    await engine.keep_config(graph, LARGE)
    write_graph(AGENT.replace("door: SecretStr = SecretStr", "gate: SecretStr = SecretStr").replace(
        "runtime.context.door", "runtime.context.gate").replace("size: str", "wide: str"))  # fmt: skip
    assert (await engine.configs(graph)).configs[0].gone == ()  # its new shape is not known yet
    config = await engine.config(graph, "large")
    assert (config.gone, config.context) == (("size", "door"), {"user": "ana", "size": "large"})
    request = filled(RunRequest(graph=graph, thread="t", config="large"), config)
    assert ended(await run_graph(graph, input={}, context=request.context)).status == "done"
    write_graph(f"    import not_installed{AGENT}")
    with pytest.raises(TargetLoadError, match="not_installed"):  # nobody knows what is secret in it
        await engine.keep_config(graph, LARGE)
    assert len((await engine.configs(graph)).configs) == 1


async def test_a_damaged_file_is_told_and_stays_and_so_does_what_another_version_wrote(
    engine: LocalEngine, write_graph: WriteGraph, tmp_path: Path
) -> None:
    graph = write_graph(AGENT)
    await engine.keep_config(graph, LARGE)
    file = tmp_path / ".graphdeck" / "configs.json"
    whole = json.loads(file.read_text())
    for damaged in (file.read_text()[:-9], "[1]", "\x00", '"x"'):
        file.write_text(damaged)
        for act in (
            engine.configs(graph), engine.config(graph, "large"), engine.keep_config(graph, LARGE),
            engine.forget_config(graph, "large"),
        ):  # fmt: skip
            with pytest.raises(FileError, match="is damaged"):
                await act
        assert file.read_text() == damaged
    [good] = whole[graph]["large"]
    odd = [{**good, "durability": "exit"}, 3]
    other = {"large": [*odd, good], "list": {"a": 1}, "zero": [{**good, "recursion_limit": 0}]}
    file.write_text(json.dumps({graph: other, "b.py:g": 7}))
    kept = await engine.configs()
    assert [(each.name, each.version) for each in kept.configs] == [("large", 1)]
    assert [problem.partition(" of ")[0] for problem in kept.problems[:3]] == ["'large'", "'list'", "'zero'"]
    assert kept.problems[0].endswith("cannot be read in part")
    assert "b.py:g" in kept.problems[3]
    with pytest.raises(FileError, match="something else for 'list'"):
        await engine.keep_config(graph, RunConfig(name="list"))
    await engine.keep_config(graph, RunConfig(name="large", recursion_limit=3))
    await engine.forget_config(graph, "zero")
    left = json.loads(file.read_text())
    assert (left["b.py:g"], left[graph]["list"], left[graph]["large"][1:]) == (7, {"a": 1}, other["large"])
    file.chmod(0)
    if not _reads(file):  # root reads all
        with pytest.raises(FileError, match="cannot be read"):
            await engine.configs(graph)


def _reads(file: Path) -> bool:
    try:
        return bool(file.read_text())
    except PermissionError:
        return False
