"""Named configs by keys: kept from the form of a run, taken again in another session, deleted."""

from pathlib import Path
from typing import Any

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.run_configs import RunConfig
from graphdeck.tui.screens.configs import ConfigsScreen
from graphdeck.tui.screens.confirm import ConfirmScreen
from graphdeck.tui.screens.run_form import RunFormScreen
from graphdeck.tui.widgets.config_list import ConfigList
from graphdeck.tui.widgets.form_line import FormLine
from told import WriteGraph

AGENT = """
    from typing import TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.runtime import Runtime
    from pydantic import BaseModel, SecretStr

    class State(TypedDict, total=False):
        said: str

    class Ctx(BaseModel):
        user: str
        door: SecretStr

    def work(state, runtime: Runtime[Ctx]):
        return {"said": f"{runtime.context.user} {runtime.context.door.get_secret_value()}"}

    graph = StateGraph(State, context_schema=Ctx).add_node(work).add_edge(START, "work").compile()
"""


async def open_form(deck: Any) -> RunFormScreen:
    await deck.until(lambda: deck.look.shape)
    await deck.press("g")
    return await form_of(deck)


async def form_of(deck: Any) -> RunFormScreen:
    await deck.until(lambda: isinstance(deck.app.screen, RunFormScreen) and len(deck.app.screen.query(FormLine)) > 2)
    await deck.pilot.pause()
    screen: RunFormScreen = deck.app.screen
    return screen


async def list_of(deck: Any, rows: int) -> ConfigList:
    await deck.press("ctrl+g")
    await deck.until(lambda: isinstance(deck.app.screen, ConfigsScreen))
    found: ConfigList = deck.app.screen.query_one(ConfigList)
    await deck.until(lambda: found.row_count() == rows and "reads" not in found.empty_text)
    return found


async def test_a_config_is_kept_taken_in_another_session_and_deleted(
    open_deck: Any, engine: LocalEngine, write_graph: WriteGraph, tmp_path: Path
) -> None:
    target = write_graph(AGENT)
    await engine.describe(target)
    async with open_deck(engine, graph=target, size=(80, 24)) as deck:
        form = await open_form(deck)
        await deck.press("a", "down", "#", "~", "down", "down", "7")
        await list_of(deck, 0)
        await deck.press("k", "x", "l", "enter")
        await deck.until(lambda: deck.app.screen is form)
        await deck.until_shown("kept as xl, version 1; without door: maybe secret, never written")
        assert deck.text.splitlines()[0].rstrip().endswith("config xl")
        await deck.press("8")
        await deck.until_shown("config xl, changed")
        await list_of(deck, 1)
        await deck.press("k", "enter")
        await deck.until_shown("kept as xl, version 2")
        await deck.press("ctrl+s")
        await deck.until_shown("kept for all runs of this graph")
        assert "config xl" in deck.text.splitlines()[0]
    assert "#~" not in (tmp_path / ".graphdeck" / "configs.json").read_text()

    async with open_deck(engine, graph=target, size=(80, 24)) as deck:
        form = await open_form(deck)
        found = await list_of(deck, 1)
        await deck.press("v")
        await deck.until(lambda: found.row_count() == 2)
        await deck.press("down")
        await deck.until_shown("xl@1, version 1")
        await deck.press("enter")
        await deck.until_shown("xl@1 is taken; fill in door")
        await form_of(deck)
        await deck.until(lambda: "door" in str(deck.app.focused.parent.query(".name").first().content))
        await deck.press("x", "ctrl+r")
        await deck.until(lambda: deck.look.status == "done")
        await deck.until(lambda: deck.look.values.get("said") == "a x")
        assert deck.app.deck.setups.of(target).recursion_limit == 7
        assert deck.app.deck.setups.of(target).words.startswith("config xl@1, context: user=a")

        form = await open_form(deck)
        found = await list_of(deck, 1)
        await deck.press("d")
        await deck.until(lambda: isinstance(deck.app.screen, ConfirmScreen))
        assert "its 2 versions go" in deck.text
        for _ in range(5):
            deck.clock.move_on(2)
            await deck.press("y")
            if not isinstance(deck.app.screen, ConfirmScreen):
                break
        await deck.until(lambda: found.row_count() == 0)
        assert "xl@1" not in deck.text.partition("Named configs")[2]
        await deck.press("escape")
        assert deck.app.screen is form
        assert "config" not in deck.text.splitlines()[0]


async def test_a_hostile_name_and_a_damaged_file_harm_nothing(
    open_deck: Any, engine: LocalEngine, write_graph: WriteGraph, tmp_path: Path
) -> None:
    target = write_graph(AGENT)
    await engine.keep_config(target, RunConfig(name="[b]\u202edrow", context={"user": "\u202eana", "gone": 1}))
    async with open_deck(engine, graph=target, size=(80, 24)) as deck:
        form = await open_form(deck)
        await list_of(deck, 1)
        assert "[b]⟨U+202E⟩drow" in deck.text
        await deck.press("enter")
        await deck.until_shown("the graph's context has no gone any more")
        assert "config [b]⟨U+202E⟩drow" in deck.text.splitlines()[0]
        (tmp_path / ".graphdeck" / "configs.json").write_text('{"agent.py:graph": {')
        await deck.press("ctrl+g")
        await deck.until(lambda: "is damaged" in " ".join(deck.text.split()))
        await deck.press("k")
        await deck.until_shown("Enter keeps what is in the form")
        assert "\u202e" not in deck.text
        await deck.press("x", "enter")
        await deck.until(lambda: "is damaged" in " ".join(deck.text.split()))
        await deck.press("escape", "escape")
        await deck.until(lambda: deck.app.screen is form)
    assert (tmp_path / ".graphdeck" / "configs.json").read_text() == '{"agent.py:graph": {'
