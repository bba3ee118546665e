"""A 1,000-step loop through `graphdeck run --json`, beside plain LangGraph with AsyncSqliteSaver in one process.

A plain saver waits for the disk at each step (`synchronous=FULL`), a worker's does not (`NORMAL`, as safe against a
crash of the program). The second figure compares with a plain saver that does not wait either.
"""

import json
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from figures import tell_ratio
from terminal import GRAPHDECK

STEPS = 1000
ROUNDS = 3
GRAPH = f"""
from typing import TypedDict
from langgraph.graph import END, START, StateGraph

class S(TypedDict, total=False):
    n: int

builder = StateGraph(S)
builder.add_node("spin", lambda s: {{"n": s.get("n", 0) + 1}})
builder.add_edge(START, "spin")
builder.add_conditional_edges("spin", lambda s: "spin" if s["n"] < {STEPS} else END, ["spin", END])
graph = builder.compile()
"""
PLAIN = f"""
import asyncio, sys, time
sys.path.insert(0, sys.argv[1])
from agent import graph
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

async def main():
    async with AsyncSqliteSaver.from_conn_string(sys.argv[2]) as saver:
        await saver.conn.execute(f"PRAGMA synchronous={{sys.argv[3]}}")
        lent = graph.copy(update={{"checkpointer": saver}})
        config = {{"configurable": {{"thread_id": "t"}}, "recursion_limit": {STEPS + 10}}}
        start = time.perf_counter()
        async for _ in lent.astream({{"n": 0}}, config, stream_mode="updates", durability="sync"):
            pass
        print(time.perf_counter() - start)

asyncio.run(main())
"""


def main() -> None:
    """Print the ratio (bound: 1.25), and the one to plain LangGraph that does not wait for the disk."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "agent.py").write_text(GRAPH)
        full, normal, ours = [], [], []
        for number in range(ROUNDS):
            full.append(_plain(folder, f"full-{number}.sqlite", "FULL"))
            ours.append(_ours(folder, f"ours-{number}.sqlite"))
            normal.append(_plain(folder, f"normal-{number}.sqlite", "NORMAL"))
    loop = f"{STEPS}-step loop"
    tell_ratio(loop, ("graphdeck run", ours), ("plain LangGraph", full), 1.25)
    tell_ratio(loop, ("graphdeck run", ours), ("plain, synchronous=NORMAL", normal))


def _plain(folder: Path, file: str, synchronous: str) -> float:
    command = [sys.executable, "-c", PLAIN, str(folder), str(folder / file), synchronous]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _ours(folder: Path, file: str) -> float:
    """Seconds from `run_started` to `run_ended`."""
    output = folder / "events.jsonl"
    limit = str(STEPS + 10)
    command = [GRAPHDECK, "run", "agent.py:graph", "--input", '{"n": 0}', "--recursion-limit", limit, "--json"]
    with output.open("w") as stream:
        subprocess.run([*command, "--db", file], cwd=folder, stdout=stream, check=True)
    found = [json.loads(line) for line in output.read_text().splitlines()]
    assert found[-1]["status"] == "done"
    first, last = (datetime.fromisoformat(event["time"]) for event in (found[0], found[-1]))
    return (last - first).total_seconds()


if __name__ == "__main__":
    main()
