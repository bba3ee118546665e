"""A question that changes between the look and the answer: nothing is sent, by command or by rule."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.runs import LocalRun
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.values import Json
from graphdeck.tui.plain.answer import AnswerOptions, answer
from graphdeck.tui.plain.run import run
from told import WriteGraph

Meddle: TypeAlias = Callable[[], Awaitable[object]]

PRICES = """
    import operator, pathlib
    from typing import Annotated, TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt

    HERE = pathlib.Path(__file__).parent

    class State(TypedDict, total=False):
        log: Annotated[list, operator.add]

    def ask(number):
        price = int(HERE.joinpath(f"price{number}").read_text())
        return interrupt({
            "action_requests": [{"name": "pay", "args": {"price": price}}],
            "review_configs": [{"action_name": "pay", "allowed_decisions": ["approve", "reject"]}],
        })

    def one(state):
        HERE.joinpath("paid").write_text(str(ask(1)))
    def two(state):
        ask(2)

    builder = StateGraph(State).add_node(one).add_node(two)
    graph = builder.add_edge(START, "one").add_edge(START, "two").compile()
"""
"""Two calls to approve; each asks for the price of the moment, again when only the other one is answered."""

UP_TO_5 = """
[[rule]]
tool = "pay"
where.price = "<= 5"
then = "allow"
"""


class MeddledEngine(LocalEngine):
    """Has something happen once, after the look and before an answer is sent."""

    meddle: Meddle | None = None

    async def run(self, request: RunRequest) -> LocalRun:
        meddle, self.meddle = self.meddle, None
        if meddle is not None and request.resume:
            await meddle()
        elif meddle is not None:
            self.meddle = meddle
        return await super().run(request)


class Shop:
    """The graph above, and how its first price goes up while somebody answers."""

    def __init__(self, folder: Path, pool: WorkerPool, graph: str) -> None:
        self.engine = MeddledEngine(folder, pool=pool)
        self.graph = graph
        self._folder = folder
        self._elsewhere = LocalEngine(folder, pool=pool)

    def price(self, one: int, two: int) -> None:
        (self._folder / "price1").write_text(str(one))
        (self._folder / "price2").write_text(str(two))

    async def go_up(self) -> None:
        """In another terminal the second call is approved; the first one asks again, for more."""
        self.price(300, 4)
        ids = {each.node: each.id for each in (await self._elsewhere.state("t")).interrupts}
        approve: Json = {"decisions": [{"type": "approve"}]}
        request = RunRequest(graph=self.graph, thread="t", resume={ids["two"]: approve})
        assert [event async for event in (await self._elsewhere.run(request)).events()]

    @property
    def has_paid(self) -> bool:
        return (self._folder / "paid").exists()

    async def close(self) -> None:
        await self.engine.close()
        await self._elsewhere.close()


@pytest.fixture
async def shop(tmp_path: Path, pool: WorkerPool, write_graph: WriteGraph) -> Any:
    """Two calls wait in thread `t`, for 3 and for 4."""
    shop = Shop(tmp_path, pool, write_graph(PRICES))
    shop.price(3, 4)
    yield shop
    await shop.close()


async def start(shop: Shop) -> int:
    request = RunRequest(graph=shop.graph, thread="t", input={}, has_input=True)
    return await run(shop.engine, request, as_json=True)


async def test_answer_approves_only_what_it_has_looked_at(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert await start(shop) == 2
    [one] = [each.id for each in (await shop.engine.state("t")).interrupts if each.node == "one"]
    word = one + '={"decisions": [{"type": "approve"}]}'
    shop.engine.meddle = shop.go_up
    assert await answer(shop.engine, AnswerOptions(thread="t", answers=(word,))) == 1
    assert "has changed since it was read: nothing was sent" in capsys.readouterr().err
    assert not shop.has_paid
    assert await answer(shop.engine, AnswerOptions(thread="t", kind="approve")) == 0
    assert shop.has_paid


async def test_a_rule_allows_only_what_it_has_judged(
    shop: Shop, own_folders: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = own_folders / "config" / "graphdeck" / "graphdeck.toml"
    rules.parent.mkdir(parents=True)
    rules.write_text(UP_TO_5)
    shop.engine.meddle = shop.go_up
    assert await start(shop) == 2, "it waits for a person, as the rule has judged another price"
    assert not shop.has_paid
    assert '"price": 300' in capsys.readouterr().out
    [one] = (await shop.engine.state("t")).interrupts
    assert (one.node, "300" in str(one.value)) == ("one", True)
