"""`graphdeck configs` and `run --config`: the named configs, in lines or as JSON, and a run with one of them."""

import sys
from collections.abc import Iterator, Sequence
from typing import Final

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.run_configs import KeptConfigs, RunConfig, filled
from graphdeck.graphs.values import Json, json_line
from graphdeck.tui.config_words import gone_words, holds
from graphdeck.tui.plain.errors import UNREADABLE, error_text
from graphdeck.tui.plain.terminal import Column, Terminal, listed
from graphdeck.tui.text import one_line, safe

_COLUMNS: Final = (
    Column("name", most=24),
    Column("graph", most=24),
    Column("version"),
    Column("kept (UTC)"),
    Column("holds", least=12),
)


async def with_config(engine: Engine, request: RunRequest) -> RunRequest:
    """The request with what its config fills in, if any; what the graph has no longer is told on standard error."""
    if not request.config:
        return request
    config = await engine.config(request.graph, request.config)
    if config.gone:
        told = f"config {config.name}: {gone_words(config)}, so it was left away"
        print(safe(told), file=sys.stderr, flush=True)
    return filled(request, config)


async def configs(engine: Engine, graph: str, *, versions: bool, as_json: bool, terminal: Terminal) -> int:
    """Print the configs of a graph, or of all graphs of the project; the exit status."""
    kept = await engine.configs(graph)
    found = kept.configs if versions else kept.newest
    for line in (json_line(config_json(each)) for each in found) if as_json else config_lines(found, terminal):
        print(line)
    return _tell_problems(kept)


def _tell_problems(kept: KeptConfigs) -> int:
    sys.stdout.flush()
    for problem in kept.problems:
        print(error_text(problem, "it stays as it is; correct the file"), file=sys.stderr, flush=True)
    return UNREADABLE if kept.problems else 0


def config_json(config: RunConfig) -> dict[str, Json]:
    """A config as a JSON object, with all that is kept of it; its name is under `config`."""
    return {
        "config": config.name,
        "graph": config.graph,
        "version": config.version,
        "time": config.time,
        "context": config.context,
        "recursion_limit": config.recursion_limit,
        "durability": config.durability,
        "left_out": [list(path) for path in config.left_out],
        "gone": list(config.gone),
    }


def config_lines(found: Sequence[RunConfig], terminal: Terminal) -> list[str]:
    """Configs as a table, or two lines each where the terminal is too narrow for one."""
    return listed(_COLUMNS, found, _cells, _two_lines, terminal) if found else ["no configs are kept"]


def _two_lines(config: RunConfig) -> Iterator[str]:
    name, graph, version, time, holds = _cells(config)
    yield f"{name}  version {version}  {time}"
    yield f"    {graph}  {holds}"


def _cells(config: RunConfig) -> list[str]:
    return [
        safe(config.name, identifier=True),
        safe(config.graph, identifier=True),
        str(config.version),
        safe(config.time[:19].replace("T", " "), identifier=True),
        one_line(holds(config), 400),
    ]
