"""Tokens of the messages that are being written, coalesced so that a fast model does not flood the screen."""

import asyncio
from collections.abc import Callable
from typing import Final

from langchain_core.messages import AIMessageChunk, message_chunk_to_message
from langchain_core.messages.ai import add_ai_message_chunks

from graphdeck.graphs.events import Event, Message, Token
from graphdeck.graphs.values import to_json

INTERVAL: Final = 1 / 30
"""Seconds between two token events of one message."""


class _Writing:
    """A message that is being written."""

    def __init__(self, ns: tuple[str, ...], task: str, node: str) -> None:
        self.ns, self.task, self.node = ns, task, node
        self.chunks: list[AIMessageChunk] = []
        self.unsent: list[str] = []


class TokenBuffer:
    """Collects chunks of messages; sends their text about 30 times a second, and each message whole at its end."""

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self._writing: dict[str, _Writing] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, ns: tuple[str, ...], task: str, node: str, chunk: AIMessageChunk, *, streams: bool = True) -> None:
        """Take a chunk of a message; one that does not stream is only told whole."""
        identity = chunk.id or task
        writing = self._writing.get(identity)
        if writing is None:
            writing = self._writing[identity] = _Writing(ns, task, node)
        writing.chunks.append(chunk)
        text = str(chunk.text) if streams else ""
        if text:
            writing.unsent.append(text)
            if self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(INTERVAL, self.flush)
        if chunk.chunk_position == "last":
            self._finish(identity)

    def flush(self) -> None:
        """Send the text that has not been sent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for identity, writing in self._writing.items():
            if writing.unsent:
                text = "".join(writing.unsent)
                writing.unsent.clear()
                self._emit(Token(ns=writing.ns, task=writing.task, node=writing.node, message=identity, text=text))

    def finish_task(self, task: str) -> None:
        """A task has ended, and its messages with it."""
        self.flush()
        for identity in [identity for identity, writing in self._writing.items() if writing.task == task]:
            self._finish(identity)

    def close(self) -> None:
        """The run has ended: what was being written stays as it is."""
        self.flush()
        for identity in list(self._writing):
            self._finish(identity)

    def _finish(self, identity: str) -> None:
        self.flush()
        writing = self._writing.pop(identity)
        first, *others = writing.chunks
        whole = message_chunk_to_message(add_ai_message_chunks(first, *others) if others else first)
        self._emit(Message(ns=writing.ns, task=writing.task, node=writing.node, role=whole.type, data=to_json(whole)))
