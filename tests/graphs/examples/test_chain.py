"""The bundled chain."""

import importlib

import pytest
from langchain_core.runnables import RunnableSequence

from graphdeck.graphs.examples import chain


@pytest.fixture(autouse=True)
def made_offline(offline: None) -> None:
    """The chain makes its model while it is imported, so that happens again without a key."""
    importlib.reload(chain)


def test_it_is_a_row_of_prompt_model_and_parser() -> None:
    assert isinstance(chain.graph, RunnableSequence)
    assert chain.graph.steps == [chain.prompt, chain.model, chain.parser]


def test_it_explains_a_word_and_streams_it() -> None:
    whole = chain.graph.invoke(chain.EXAMPLE_INPUT)
    assert whole.startswith("A conditional edge asks a function")
    pieces = list(chain.graph.stream(chain.EXAMPLE_INPUT))
    assert len(pieces) > 10
    assert "".join(pieces) == whole


def test_it_is_honest_about_what_rules_do_not_know() -> None:
    assert "not a language model" in chain.graph.invoke({"topic": "love"})
