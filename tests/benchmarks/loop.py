"""A 1,000-step loop through `graphdeck run --json`, beside plain LangGraph with AsyncSqliteSaver in one process."""

import json
import statistics
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

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
        lent = graph.copy(update={{"checkpointer": saver}})
        config = {{"configurable": {{"thread_id": "t"}}, "recursion_limit": {STEPS + 10}}}
        start = time.perf_counter()
        async for _ in lent.astream({{"n": 0}}, config, stream_mode="updates", durability="sync"):
            pass
        print(time.perf_counter() - start)

asyncio.run(main())
"""


def main() -> None:
    """Print the time of both and their ratio (bound: 1.25)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "agent.py").write_text(GRAPH)
        plain, ours = [], []
        for number in range(ROUNDS):
            plain.append(_plain(folder, folder / f"plain-{number}.sqlite"))
            ours.append(_ours(folder, folder / f"ours-{number}.sqlite"))
    base, measured = statistics.median(plain), statistics.median(ours)
    print(
        f"{STEPS}-step loop: plain {base:.2f} s, graphdeck run {measured:.2f} s, ratio {measured / base:.2f} (<= 1.25)"
    )


def _plain(folder: Path, file: Path) -> float:
    command = [sys.executable, "-c", PLAIN, str(folder), str(file)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _ours(folder: Path, file: Path) -> float:
    """Seconds from `run_started` to `run_ended`."""
    output = folder / "events.jsonl"
    program = str(Path(sys.executable).with_name("graphdeck"))
    limit = str(STEPS + 10)
    command = [program, "run", "agent.py:graph", "--input", '{"n": 0}', "--recursion-limit", limit, "--json"]
    with output.open("w") as stream:
        subprocess.run([*command, "--db", str(file)], cwd=folder, stdout=stream, check=True)
    found = [json.loads(line) for line in output.read_text().splitlines()]
    assert found[-1]["status"] == "done"
    first, last = (datetime.fromisoformat(event["time"]) for event in (found[0], found[-1]))
    return (last - first).total_seconds()


if __name__ == "__main__":
    main()
