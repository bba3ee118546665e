"""What all tests share: one warm host for the whole session, engines on fresh folders, and graphs to run."""

import gc
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from graphdeck.graphs.events import Event
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.records import RunRequest
from told import RunGraph, WriteGraph

GARBAGE = 50_000
"""New objects after which garbage is looked for; by Python's 700, a third of the time of all pilots would go there."""

settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("same")
"""Every run draws the same examples, however slowly; `--hypothesis-profile default` draws others."""


def pytest_collection_finish() -> None:
    """What is imported by now stays, and need not be looked at again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may reach a model over the network, whatever the shell has set."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "GRAPHDECK_MODEL", "NO_COLOR", "GRAPHDECK_ASCII"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GRAPHDECK_OFFLINE_DELAY", "0")


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The user's settings and state are in a fresh folder, `config` and `state`, not in those of whoever runs tests."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    return home


@pytest_asyncio.fixture(scope="session")
async def pool() -> AsyncIterator[WorkerPool]:
    """The warm host."""
    pool = WorkerPool()
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def engine(tmp_path: Path, pool: WorkerPool) -> AsyncIterator[LocalEngine]:
    """The engine of an empty project."""
    engine = LocalEngine(tmp_path, pool=pool)
    yield engine
    await engine.close()


@pytest.fixture
def write_graph(tmp_path: Path) -> WriteGraph:
    """Write a Python file into the project; gives the target of its variable `graph`."""

    def write(source: str, name: str = "agent.py", variable: str = "graph") -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(source))
        return f"{name}:{variable}"

    return write


@pytest.fixture
def run_graph(engine: LocalEngine) -> RunGraph:
    """Run a graph to the end of its run and give all its events; `input` only where it is given."""

    async def run(graph: str, thread: str = "t", **request: Any) -> list[Event]:
        request.setdefault("has_input", "input" in request)
        started = await engine.run(RunRequest(graph=graph, thread=thread, **request))
        return [event async for event in started.events()]

    return run
