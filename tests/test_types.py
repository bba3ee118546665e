"""Everything is strictly typed, the tests too."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def test_mypy_finds_nothing(tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="the type checker comes with the extra `lint`")
    # Type checkers cannot see setuptools' editable finder: a folder of links shows them the namespace.
    (tmp_path / "graphdeck").mkdir()
    for room in ("graphs", "tools", "tui"):
        (tmp_path / "graphdeck" / room).symlink_to(ROOT / room)
    # The benchmarks are scripts of one folder, which import each other by their bare names; so is what tests share.
    folders = [tmp_path, ROOT / "tests" / "benchmarks", ROOT / "tests" / "support"]
    environment = {"MYPYPATH": ":".join(map(str, folders)), "PATH": ""}
    command = [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml")]
    cache = ["--cache-dir", str(ROOT / ".mypy_cache")]
    done = subprocess.run(
        [*command, *cache, "-p", "graphdeck.graphs", "-p", "graphdeck.tools", "-p", "graphdeck.tui"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    done = subprocess.run(
        [*command, *cache, "tests"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
