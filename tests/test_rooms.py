"""Who may import whom: the rooms of the project, held statically by import-linter and at run time here."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("graphs", "tools", "tui")
LIMITS = {"file": 400, "class": 300, "function": 60}


def loaded_by(code: str) -> set[str]:
    """Top-level and dotted names of the modules that a fresh interpreter has after running `code`."""
    program = f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd="/")
    return set(done.stdout.split())


def sources() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def test_the_painting_process_never_loads_langgraph() -> None:
    modules = loaded_by(
        "import graphdeck.tui.app, graphdeck.tui.cli, graphdeck.graphs.local.engine, graphdeck.graphs.local.host"
    )
    assert not modules & {"langgraph", "langchain_core", "langchain", "langchain_openai"}


FIRST_PAINT = """
channels engine errors events first_bytes frozen named paths questions questions.model questions.read records schema
stopping tasks thread_key values wanted
local local.config local.engine local.garbage local.hints local.home local.lease local.library local.memory local.names
local.reading local.targets local.threads
saved saved.changes saved.decode saved.delta saved.file saved.inner saved.lookup saved.rows saved.state saved.status
saved.remembered saved.texts saved.threads
actions amounts app approval_gate asked attention background batch bridge clock garbage history_bridge key_driver
key_turns keys_first live_run message_text paragraphs rules run_setup start text theme threads_bridge
screens screens.checkpoints screens.deck screens.deck_answers screens.deck_control screens.deck_finding
screens.deck_flow screens.deck_forks screens.deck_forms screens.deck_history screens.deck_lines screens.deck_listing
screens.deck_moves screens.deck_nodes screens.deck_painting screens.deck_runs screens.deck_threads
screens.deck_waiting screens.deck_whose screens.graph_pane
screens.inbox_door screens.inner_states screens.look screens.pane screens.panes screens.thread_acts screens.thread_rows
screens.timeline_pane screens.why_not
widgets widgets.conversation widgets.filter_line widgets.graph_view widgets.input_line widgets.key_footer
widgets.live_rows widgets.log_lines widgets.log_view widgets.long_text widgets.messages_view widgets.node_state
widgets.one_line widgets.part_rows widgets.rows widgets.run_state widgets.sized widgets.state_tree widgets.status_line
widgets.taken_edges widgets.thread_list widgets.thread_row widgets.timeline widgets.tree_rows
"""
"""Our modules, named from their room on, that the workbench may load before it paints the deck for the first time."""


def test_the_first_paint_waits_for_no_more_modules_than_it_needs(tmp_path: Path) -> None:
    modules = loaded_by(
        "import asyncio, pathlib\n"
        "import graphdeck.tui.start\n"
        "from graphdeck.graphs.local.engine import LocalEngine\n"
        "from graphdeck.tui.app import GraphdeckApp\n"
        "async def paint():\n"
        f"    engine = LocalEngine(pathlib.Path({str(tmp_path)!r}))\n"
        "    async with GraphdeckApp(engine, pick=False).run_test(size=(120, 34)) as pilot:\n"
        "        assert pilot.app.deck.is_active\n"
        "    await engine.close()\n"
        "asyncio.run(paint())"
    )
    ours = {name.split(".", 2)[2] for name in modules if re.match(r"graphdeck\.\w+\.", name)}
    assert ours - set(FIRST_PAINT.split()) == set(), "import them where they are needed, or add them with good reason"
    assert set(FIRST_PAINT.split()) - ours == set(), "take them out of the list"
    assert "click" not in modules


def test_rules_are_read_after_the_first_paint() -> None:
    modules = loaded_by("import graphdeck.tui.app, graphdeck.tui.rules")
    assert not modules & {"graphdeck.tools.policy", "graphdeck.tui.screens.policy", "tomllib"}


def test_help_loads_neither_textual_nor_langgraph() -> None:
    modules = loaded_by(
        "import contextlib, io\nfrom graphdeck.tui.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n    main(['--help'])"
    )
    assert not modules & {"textual", "rich", "langgraph", "langchain_core", "graphdeck.graphs.local.engine"}


def test_plain_output_loads_neither_textual_nor_langgraph(tmp_path: Path) -> None:
    modules = loaded_by(
        "import contextlib, io\nfrom graphdeck.tui.cli import main\n"
        "with contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(SystemExit):\n"
        f"    main(['threads', '--db', {str(tmp_path / 'none.sqlite')!r}])"
    )
    assert "graphdeck.graphs.local.engine" in modules
    assert not modules & {"textual", "langgraph", "langchain_core"}


def test_the_worker_never_loads_textual() -> None:
    modules = loaded_by("import graphdeck.graphs.worker.main")
    assert "textual" not in modules
    assert not {name for name in modules if name.startswith(("graphdeck.tui", "graphdeck.graphs.saved"))}


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_are_absolute_and_through_the_namespace(path: Path) -> None:
    text = path.read_text()
    assert not re.findall(r"^\s*from \.", text, re.M)
    assert not re.findall(r"^\s*(?:from|import) (?:tui|graphs|tools)\b", text, re.M)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_classes_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= LIMITS["file"]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            limit = LIMITS["class" if isinstance(node, ast.ClassDef) else "function"]
            assert (node.end_lineno or 0) - node.lineno < limit, f"{node.name} has more than {limit} lines"
