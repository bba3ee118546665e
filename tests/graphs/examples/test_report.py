"""The bundled report: fan-out, subgraph, join and breakpoint."""

from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver

from graphdeck.graphs.examples import report
from graphdeck.tools.hotels import CITIES

CONFIG: RunnableConfig = {"configurable": {"thread_id": "hotels"}}


def with_saver(saver: BaseCheckpointSaver[str]) -> Any:
    return report.graph.copy(update={"checkpointer": saver})


async def test_it_stops_before_publish_and_goes_on(
    saver: BaseCheckpointSaver[str], capsys: pytest.CaptureFixture[str]
) -> None:
    graph = with_saver(saver)
    result = await graph.ainvoke(report.EXAMPLE_INPUT, CONFIG)
    state = await graph.aget_state(CONFIG)
    assert (state.next, state.interrupts) == (("publish",), ())
    assert "published" not in result
    assert capsys.readouterr().out == ""
    result = await graph.ainvoke(None, CONFIG)
    assert result["published"] is True
    assert capsys.readouterr().out == f"{result['text']}\n"


async def test_one_subgraph_a_city_runs_beside_the_comparison(saver: BaseCheckpointSaver[str]) -> None:
    steps: list[set[str]] = []
    started: list[str] = []
    async for part in with_saver(saver).astream(
        report.EXAMPLE_INPUT, CONFIG, stream_mode=["checkpoints", "tasks"], version="v2"
    ):
        if part["type"] == "checkpoints":
            steps.append(set(part["data"]["next"]))
        elif "input" in part["data"]:
            started.append(part["data"]["name"])
    assert steps == [{"__start__"}, {"plan"}, {"section", "compare"}, {"assemble"}, {"publish"}]
    assert started.count("section") == 3


async def test_the_text_keeps_the_order_of_the_cities(saver: BaseCheckpointSaver[str]) -> None:
    text = (await with_saver(saver).ainvoke({"title": "Two", "cities": ["Oslo", "Athens", "Nowhere"]}, CONFIG))["text"]
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == ["# Two", "## Oslo", "## Athens", "## Nowhere"]
    assert "Average price of a night: 127.50 EUR" in text
    assert text.endswith("## Nowhere\nNo hotels known.")


async def test_without_cities_it_is_about_all(saver: BaseCheckpointSaver[str]) -> None:
    result = await with_saver(saver).ainvoke({}, CONFIG)
    assert list(result["sections"]) == list(CITIES)


async def test_running_a_thread_again_keeps_no_old_section(saver: BaseCheckpointSaver[str]) -> None:
    graph = with_saver(saver)
    await graph.ainvoke(report.EXAMPLE_INPUT, CONFIG)
    again = await graph.ainvoke({"title": "One", "cities": ["Oslo"]}, CONFIG)
    assert [line for line in again["text"].splitlines() if line.startswith("#")] == ["# One", "## Oslo"]
