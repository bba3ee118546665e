"""What is promised feature by feature, and whether the tests that are named for it are there."""

import ast
from collections.abc import Sequence
from functools import cache
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent


def missing(named: Sequence[str]) -> list[str]:
    """The named tests, each `FILE::NAME` below the folder of tests, that pytest does not collect or skips."""
    return [each for each in named if each.partition("::")[2] not in _collected_from(each.partition("::")[0])]


@cache
def _collected_from(file: str) -> frozenset[str]:
    """The tests that pytest collects from a file: functions of the module that are not skipped."""
    module = ast.parse((TESTS / file).read_text())
    functions = [node for node in module.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    skipped = {each.name for each in functions if any("skip" in ast.unparse(mark) for mark in each.decorator_list)}
    return frozenset(each.name for each in functions if each.name.startswith("test_")) - skipped
