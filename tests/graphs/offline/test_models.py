"""Which chat model the environment asks for, and what it is called."""

import subprocess
import sys

import pytest
from langchain_openai import ChatOpenAI

from graphdeck.graphs.models import chat_model, describe_model
from graphdeck.graphs.offline.model import OfflineRules


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_API_BASE", "GRAPHDECK_MODEL"):
        monkeypatch.delenv(name, raising=False)


def test_without_key_and_url_rules_answer() -> None:
    assert isinstance(chat_model(), OfflineRules)
    assert describe_model() == "offline rules, not a language model"


@pytest.mark.parametrize(
    ("environment", "description", "base_url", "key"),
    [
        ({"OPENAI_API_KEY": "sk-1"}, "gpt-5-mini at api.openai.com", "https://api.openai.com/v1", "sk-1"),
        (
            {"OPENAI_BASE_URL": "http://localhost:11434/v1", "GRAPHDECK_MODEL": "qwen3"},
            "qwen3 at localhost:11434",
            "http://localhost:11434/v1",
            "none",
        ),
        (
            {"OPENAI_BASE_URL": "http://me:secret@[::1]:8080/v1", "OPENAI_API_KEY": "k"},
            "gpt-5-mini at [::1]:8080",
            "http://me:secret@[::1]:8080/v1",
            "k",
        ),
    ],
)
def test_key_or_url_make_an_openai_client(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], description: str, base_url: str, key: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    model = chat_model()
    assert isinstance(model, ChatOpenAI)
    assert model.openai_api_base == base_url
    assert model.openai_api_key is not None
    assert not callable(model.openai_api_key)
    assert model.openai_api_key.get_secret_value() == key
    assert describe_model() == description
    assert description.startswith(model.model_name)


def test_an_old_base_url_variable_cannot_make_the_description_untrue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    monkeypatch.setenv("OPENAI_API_BASE", "http://elsewhere.example/v1")
    model = chat_model()
    assert isinstance(model, ChatOpenAI)
    assert model.openai_api_base == "https://api.openai.com/v1"


def test_blank_variables_count_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "  ")
    monkeypatch.setenv("OPENAI_BASE_URL", "")
    assert isinstance(chat_model(), OfflineRules)


def test_describing_the_model_imports_no_langchain() -> None:
    code = (
        "import os, sys; os.environ['OPENAI_API_KEY'] = 'sk-1';"
        "from graphdeck.graphs.models import describe_model; describe_model();"
        "print([name for name in sys.modules if name.startswith(('langchain', 'openai', 'langgraph'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
