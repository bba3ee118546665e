"""`graphdeck runs`: what is on record, one run over time, in 80 columns and in ASCII."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs.events import event_to_dict
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.lease import Lease
from graphdeck.tui.plain.runs import runs
from graphdeck.tui.plain.terminal import Terminal
from told import RunGraph, WriteGraph

SOURCE = """
    import time
    from typing import TypedDict
    from langchain_core.messages import AIMessage
    from langgraph.graph import START, StateGraph
    from langgraph.types import RetryPolicy

    class S(TypedDict, total=False):
        text: list

    tries = []

    def flaky(s):
        tries.append(1)
        if len(tries) == 1:
            raise ConnectionError("not yet")
        used = {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
        return {"text": [AIMessage("hi", id="m", usage_metadata=used)]}

    def steady(s):
        print("steady")

    def breaks(s):
        raise ValueError("all \\x1b[31mred")

    b = StateGraph(S)
    b.add_node("flaky", flaky, retry_policy=RetryPolicy(initial_interval=0.001, jitter=False))
    b.add_node("steady", steady)
    b.add_node("breaks", breaks)
    b.add_edge(START, "flaky")
    b.add_edge(START, "steady")
    b.add_edge(["flaky", "steady"], "breaks")
    graph = b.compile()
    """


async def test_runs_are_listed_and_one_is_shown_over_time(
    engine: LocalEngine, write_graph: WriteGraph, run_graph: RunGraph, capsys: pytest.CaptureFixture[str]
) -> None:
    async def show(run: str | None = None, *, thread: str = "", as_json: bool = False, **terminal: Any) -> list[str]:
        capsys.readouterr()
        await runs(engine, run, thread=thread, limit=None, as_json=as_json, terminal=Terminal(**terminal))
        return capsys.readouterr().out.splitlines()

    told = [event_to_dict(event) for event in await run_graph(write_graph(SOURCE), input={})]
    run = str(told[0]["run"])
    [listed] = (await show(thread="t", columns=160))[1:]
    assert listed.split()[2:5] == [run[:8], "t", "agent.py:graph"]
    assert listed.endswith("1      7       failed: ValueError: all ⟨U+001B⟩[31mred")
    assert await show(thread="u") == ["no runs are on record"]
    [record] = map(json.loads, await show(as_json=True))
    assert record == {
        "run": run, "thread": "t", "graph": "agent.py:graph", "file": told[0]["file"], "started": told[0]["time"],
        "ended": told[-1]["time"], "status": "failed", "why": record["why"], "stops": [], "steps": 1, "tokens": 7,
        "cost": None, "left_out": 0,
    }  # fmt: skip
    kept = list(map(json.loads, await show(run, as_json=True)))
    assert [each["seq"] for each in kept] == [each["seq"] for each in told if each["event"] not in ("token", "custom")]

    narrow = await show()
    assert len(narrow) == 2
    assert (await show(columns=50))[-1] == "(some texts are cut; --json has them whole)"
    shown = await show(run[:6])
    assert max(map(len, [*narrow, *shown])) <= 80
    assert shown[1].startswith("✗ failed: ValueError: all ⟨U+001B⟩")
    rows = {line.split()[1]: line for line in shown[3:6]}
    assert list(rows) == ["flaky", "steady", "breaks"]
    assert "↻" in rows["flaky"]
    assert rows["flaky"].endswith("×2")
    assert rows["breaks"].startswith("✗")
    assert "3 tasks, 2 at the same time" in "\n".join(shown)
    assert shown[-1].split() == ["flaky", "1", "3", "4", "7"]
    plain = await show(run, ascii_only=True)
    assert all("⟨" in line or line.isascii() for line in plain)
    starts = [line.index("#") for line in plain[3:6]]
    assert starts[2] >= max(starts[:2])

    file = Path(str(told[0]["file"]))
    [kept_as] = (file.parent / "runs").iterdir()
    begun = [line for line in kept_as.read_text().splitlines(keepends=True)[:-2] if '"node_failed"' not in line]
    kept_as.write_text("".join(begun))
    lost = await show(run)
    assert (lost[1], lost[5].split()[:2]) == ("✗ lost: what showed it was gone first", ["■", "breaks"])
    lease = Lease.take(file, "t", run)
    going_on = await show(run)
    assert going_on[1].endswith(" running")
    assert going_on[5][0] not in "■●✗"
    lease.release()


def test_the_command_says_what_it_does_not_find(cli: Callable[..., Any], threads_file: object) -> None:
    assert cli("runs").status == 64
    assert cli("runs", "--db", str(threads_file)).out == "no runs are on record\n"
    missing = cli("runs", "0000000", "--db", str(threads_file))
    assert (missing.status, missing.out) == (64, "")
    assert "no run '0000000' is on record" in missing.err
    assert cli("runs", "0000000", "--thread", "t").status == 64
