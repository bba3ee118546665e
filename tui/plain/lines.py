"""The events of a run as lines for people. All text that graphdeck did not write goes through `text.safe`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from graphdeck.graphs import events
from graphdeck.graphs.events import Event
from graphdeck.graphs.records import PendingInterrupt, RunRequest
from graphdeck.graphs.values import Json
from graphdeck.tui.clock import duration
from graphdeck.tui.message_text import content_text, tool_calls
from graphdeck.tui.plain.answers import question_text, questions_text
from graphdeck.tui.plain.arguments import command_line, show_command
from graphdeck.tui.plain.terminal import Terminal, indent, node_names
from graphdeck.tui.stop_words import stands_inside, stop_words
from graphdeck.tui.text import safe, short_json, size
from graphdeck.tui.theme import Status

LONGEST_TEXT = 4_000
"""Characters of a message or print that are shown; the rest is counted."""

CONTINUABLE = ("graph", "lost")
"""Kinds of errors after which the same thread can go on."""


class RunLines:
    """Follows one run and says of each event what a person wants to know."""

    def __init__(self, request: RunRequest, terminal: Terminal, db: Path | None = None) -> None:
        self._request = request
        self._terminal = terminal
        self._db = db
        self._questions: dict[str, PendingInterrupt] = {}
        self._around: Sequence[str] = ()
        self._saved = False
        self._refuses_saving = False
        self._streamed: set[str] = set()
        self._open = ""
        """What the unfinished line belongs to: a message id, or a task and its stream; empty at the start of a line."""
        self._blank_lines = ""
        """Ends of lines that came last in the message that is being written."""

    def feed(self, event: Event, around: Sequence[str] = ()) -> str:
        """The text to print for an event, line ends included; may be empty.

        `around` is what an answer has to do with what is around its question.
        """
        self._around = around
        match event:
            case events.Token():
                return self._token(event)
            case events.Output():
                return self._output(event)
            case _:
                text = self._whole(event)
                return f"{self._end_line()}{text}\n" if text else ""

    # -- text that comes in pieces -----------------------------------------------------------------------------------

    def _token(self, event: events.Token) -> str:
        self._streamed.add(event.message)
        owner = f"message {event.message}"
        begun = self._blank_lines if self._open == owner else f"{self._end_line()}  {self._bold(_path(event))} "
        self._open = owner
        text = event.text.rstrip("\n")
        self._blank_lines = _hang("\n" * (len(event.text) - len(text)))  # held back: the message may end here
        return begun + _hang(safe(text, lines=True))

    def _output(self, event: events.Output) -> str:
        owner = f"{event.stream} {event.task}"
        mark = self._terminal.pick("│", "|") if event.stream == "stdout" else "!"
        head = f"  {self._terminal.style(f'{_path(event)} {mark}' if event.node else f'run {mark}', 'dim')} "
        begun = "" if self._open == owner else self._end_line() + head
        whole = event.text.replace("\r\n", "\n").replace("\r", "\n")  # a progress bar's next state: a line of its own
        text = whole.removesuffix("\n")
        self._open = owner if text == whole else ""
        return begun + safe(text, lines=True).replace("\n", "\n" + head) + ("" if self._open else "\n")

    def _end_line(self) -> str:
        open_, self._open, self._blank_lines = self._open, "", ""
        return "\n" if open_ else ""

    def _bold(self, text: str) -> str:
        return self._terminal.style(text, "bold")

    # -- whole events ------------------------------------------------------------------------------------------------

    def _whole(self, event: Event) -> str:
        match event:
            case events.RunStarted():
                return self._started(event)
            case events.Message():
                return self._message(event)
            case events.Custom():
                return f"  {_path(event) or 'run'}: {self._cut(event.data)}"
            case events.Decided():
                return self._decided(event)
            case events.TypeBlocked():
                return self._note(f"a stored value of type {event.type} was not built; --trust allows it")
            case events.RunEnded():
                return self._ended(event)
            case _:
                return self._of_node(event)

    def _of_node(self, event: Event) -> str:
        match event:
            case events.NodeStarted():
                return self._node("running", event)
            case events.NodeKept():
                return self._node("kept", event, "finished earlier, not run again")
            case events.NodeCached():
                return self._node("cached", event, "from the cache")
            case events.NodeFinished():
                keys = ", ".join(safe(key, identifier=True) for key in event.keys)
                return self._node("done", event, f"{duration(event.ms)}  {keys}")
            case events.NodeFailed():
                return self._failed(event)
            case events.NodeStopped():
                return self._node("stopped", event, "has not finished")
            case events.NodeRetry():
                return self._node("running", event, f"attempt {event.attempt} failed, again: {safe(event.error)}")
            case events.Interrupt():
                self._questions[event.id] = _pending(event)
                return self._node("waiting", event, "asks")
            case _:
                return ""

    def _started(self, event: events.RunStarted) -> str:
        if self._saved:  # a run that rules went on with
            return ""
        self._saved = bool(event.file)
        self._refuses_saving = bool(event.note) and not event.file  # a run that could not begin has no file either
        where = f", saved in {safe(event.file, identifier=True)}" if event.file else ""
        mode = "" if event.durability == "sync" else f", durability {event.durability}"
        title = self._bold(safe(event.graph, identifier=True))
        lines = [f"{title}  thread {safe(event.thread, identifier=True)}{where}{mode}"]
        if event.note:
            lines.append(self._note(event.note))
        return "\n".join(lines)

    def _decided(self, event: events.Decided) -> str:
        """Also forgets the questions: what is answered is not asked again at the end."""
        self._questions.pop(event.interrupt, None)
        approved = event.decision == "approve"
        glyph = self._terminal.glyph("done" if approved else "stopped")
        what = f"{'approved' if approved else 'rejected'} by rule {safe(event.rule)}"
        reason = f": {safe(event.reason)}" if event.reason else ""
        return f"{glyph} {safe(event.action, identifier=True)}  {what}{reason}"

    def _note(self, text: str) -> str:
        return f"{self._terminal.pick('·', '-')} {safe(text)}"

    def _node(self, state: Status, event: Event, rest: str = "") -> str:
        return f"{self._terminal.glyph(state)} {_path(event)}  {rest}".rstrip()

    def _failed(self, event: events.NodeFailed) -> str:
        if not event.node:  # the run's own error, which run_ended tells
            return indent(safe(event.traceback, lines=True).rstrip(), "    ")
        what = f"{safe(event.error)}: {safe(event.message[:LONGEST_TEXT], lines=True)}"
        lines = [self._node("failed", event, what)]
        if event.traceback:
            lines.append(indent(safe(event.traceback, lines=True).rstrip(), "    "))
        return "\n".join(lines)

    def _message(self, event: events.Message) -> str:
        data: dict[str, Json] = event.data if isinstance(event.data, dict) else {"content": event.data}
        lines = []
        text = content_text(data)
        if text and not (event.role == "ai" and data.get("id") in self._streamed):
            speaker = _path(event) if event.role == "ai" else safe(event.role)
            lines.append(f"  {self._bold(speaker)} {self._long(text)}")
        for call in tool_calls(data):
            arrow = self._terminal.pick("→", "->")
            lines.append(f"  {_path(event)} {arrow} {safe(call.name, identifier=True)} {self._cut(dict(call.args))}")
        return "\n".join(lines)

    def _long(self, text: str) -> str:
        shown = _hang(safe(text[:LONGEST_TEXT], lines=True))
        more = f"\n    ({size(len(text))}; graphdeck show has them all)" if len(text) > LONGEST_TEXT else ""
        return shown + more

    def _cut(self, value: Json) -> str:
        return short_json(value, max(20, self._terminal.columns - 16))

    # -- the end -----------------------------------------------------------------------------------------------------

    def _ended(self, event: events.RunEnded) -> str:
        following = node_names(event.next)
        glyph = self._terminal.glyph(event.status)
        match event.status:
            case "done":
                return f"{glyph} done\n{self._state()}" if self._saved else f"{glyph} done"
            case "waiting":
                return f"{self._waiting(glyph)}{self._why(event)}"
            case "breakpoint":
                return f"{glyph} breakpoint, next: {following}{self._why(event)}\n{self._go_on()}"
            case "failed" if event.error is not None and event.error["type"] not in CONTINUABLE:
                return f"{glyph} failed"
            case _:
                before = f", before {following}" if following else ""
                words = "recursion limit reached" if event.status == "recursion_limit" else event.status
                on = "retry" if event.status == "failed" else "go on"
                return f"{glyph} {words}{before}{self._why(event)}\n{self._go_on(on)}"

    def _why(self, event: events.RunEnded) -> str:
        """Why the run stopped, and what it stands before inside of subgraphs, each on a line of its own."""
        why, inside = stop_words(event.stops), stands_inside(event.paths, event.next)
        return (f"\n  why:    {why}" if why else "") + (f"\n  stands: before {inside}" if inside else "")

    def _go_on(self, words: str = "go on") -> str:
        if self._refuses_saving:
            return "  nothing is saved: a run of it begins anew"
        return f"  {words}:  {command_line(self._request, self._db)}"

    def _state(self) -> str:
        return f"  state:  {show_command(self._request.thread, self._db)}"

    def _waiting(self, glyph: str) -> str:
        asked = list(self._questions.values())
        heading = f"{glyph} waiting for {'an answer' if len(asked) == 1 else f'{len(asked)} answers'}"
        if self._refuses_saving:
            shown = "\n".join(question_text(question, self._terminal) for question in asked)
            return f"{heading}\n{shown}\n  nothing is saved: no answer can reach it"
        return f"{heading}\n{questions_text(asked, self._request, self._db, self._terminal, self._around)}"


def _pending(event: events.Interrupt) -> PendingInterrupt:
    return PendingInterrupt(
        id=event.id, node=event.node, ns=event.ns, value=event.value, schema=event.schema, frames=event.frames
    )


def _hang(text: str) -> str:
    """The text with all lines but its first one indented under a speaker."""
    return text.replace("\n", "\n    ")


def _path(event: Any) -> str:
    """The node's path from the outermost graph, `team:desk:review`."""
    names = [*(level.partition(":")[0] for level in event.ns), event.node]
    return ":".join(safe(name, identifier=True) for name in names if name)
