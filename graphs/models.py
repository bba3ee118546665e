"""The one place that makes a chat model: an OpenAI-compatible one where the environment names it, else offline rules.

Set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own (Ollama, llama-server, vLLM); GRAPHDECK_MODEL names the
model. Importing this module imports no LangChain, so that asking which model it would be costs nothing.
"""

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

DEFAULT_MODEL = "gpt-5-mini"
OPENAI_URL = "https://api.openai.com/v1"
OFFLINE = "offline rules, not a language model"


def chat_model() -> "BaseChatModel":
    """The chat model that the environment asks for."""
    key, url = _setting("OPENAI_API_KEY"), _setting("OPENAI_BASE_URL")
    if not key and not url:
        from graphdeck.graphs.offline.model import OfflineRules

        return OfflineRules()
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    return ChatOpenAI(
        model=_setting("GRAPHDECK_MODEL") or DEFAULT_MODEL,
        base_url=url or OPENAI_URL,  # always given, so that what `describe_model` says is what is called
        api_key=SecretStr(key or "none"),  # the client refuses an empty key, a local server ignores it
    )


def describe_model() -> str:
    """Name and endpoint of the model that `chat_model` makes, such as `qwen3 at localhost:11434`."""
    key, url = _setting("OPENAI_API_KEY"), _setting("OPENAI_BASE_URL")
    if not key and not url:
        return OFFLINE
    address = url or OPENAI_URL
    host = urlsplit(address).netloc.rpartition("@")[2]  # without a user and password
    return f"{_setting('GRAPHDECK_MODEL') or DEFAULT_MODEL} at {host or address}"


def _setting(name: str) -> str:
    return os.environ.get(name, "").strip()
