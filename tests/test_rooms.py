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
