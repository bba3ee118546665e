"""What holds for every bundled graph: it is a page to copy from, and says what it is."""

import ast
import importlib
import inspect
import pkgutil
from types import ModuleType

import pytest
from langchain_core.runnables import Runnable

from graphdeck.graphs import examples

NAMES = [module.name for module in pkgutil.iter_modules(examples.__path__)]


@pytest.fixture(params=NAMES)
def module(request: pytest.FixtureRequest, offline: None) -> ModuleType:
    return importlib.import_module(f"graphdeck.graphs.examples.{request.param}")


def test_these_are_bundled() -> None:
    assert sorted(NAMES) == ["chain", "draft", "expenses", "intake", "notes", "report", "travel"]


def test_it_has_a_graph_without_a_checkpointer_and_an_example(module: ModuleType) -> None:
    assert isinstance(module.graph, Runnable)
    assert getattr(module.graph, "checkpointer", None) is None
    assert module.EXAMPLE_INPUT


def test_it_is_a_page_that_explains_itself(module: ModuleType) -> None:
    source = inspect.getsource(module)
    assert len(source.splitlines()) <= 110
    tree = ast.parse(source)
    first = (ast.get_docstring(tree) or "").splitlines()[0]
    assert first.endswith(".")
    assert len(first) <= 115
    definitions = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    assert [node.name for node in definitions if not ast.get_docstring(node)] == []


def test_no_node_or_edge_is_left_loose(module: ModuleType) -> None:
    drawing = module.graph.get_graph()
    sources, targets = {edge.source for edge in drawing.edges}, {edge.target for edge in drawing.edges}
    inner = set(drawing.nodes) - {drawing.first_node().id, drawing.last_node().id}
    assert inner <= sources & targets
