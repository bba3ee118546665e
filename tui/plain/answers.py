"""Questions that wait, in lines: who asks what, what runs again, and the command that answers them."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from graphdeck.graphs.questions.example import example
from graphdeck.graphs.questions.model import Action, Decision, Sheet
from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.records import PendingInterrupt, RunRequest
from graphdeck.graphs.values import Json, json_line
from graphdeck.tools.invisible import is_name
from graphdeck.tui.call_facts import effect_of, preview_of, warnings
from graphdeck.tui.plain.arguments import command_line
from graphdeck.tui.plain.terminal import Terminal, indent
from graphdeck.tui.source_lines import Excerpt, excerpts
from graphdeck.tui.text import safe

MOST_SOURCE_LINES = 12
"""Lines of source shown before a question; the ones before them are counted."""

FROM_FIRST = " from its first line"


def questions_text(
    questions: Sequence[PendingInterrupt],
    request: RunRequest,
    db: Path | None,
    terminal: Terminal,
    around: Sequence[str] = (),
) -> str:
    """All that a person needs to answer the questions of a thread; `request` ran it last.

    `around` is what an answer has to do with what is around them.
    """
    blocks = [question_text(question, terminal) for question in questions]
    return "\n".join([*blocks, *around_lines(around, terminal), answering(questions, request, db)])


def around_lines(sentences: Sequence[str], terminal: Terminal) -> list[str]:
    """What an answer has to do with what is around its question, a line each."""
    return [f"  {terminal.pick('·', '-')} {safe(sentence)}" for sentence in sentences]


def question_text(question: PendingInterrupt, terminal: Terminal) -> str:
    """One question: who asks, the whole payload, the shape of its answer, what runs again."""
    path = ":".join(safe(name, identifier=True) for name in question.path)
    lines = [f"  {terminal.style(path, 'bold')}  {safe(question.id)}", indent(value_text(question.value), "    ")]
    lines += [f"    {line}" for action in sheet([question]).actions for line in call_lines(action, terminal)]
    if question.schema is not None:
        lines.append(f"    its answer fits {safe(json_line(question.schema))}")
    return "\n".join([*lines, indent(runs_again(path, question, terminal), "    ")])


def call_lines(action: Action, terminal: Terminal) -> Iterator[str]:
    """What is not what it seems in an action, and what its call would do."""
    sign = terminal.pick("⚠", "!")
    for found in warnings(action):
        yield f"{sign} {safe(f'{found.path}: {found.text}' if found.path else found.text)}"
    if does := effect_of(action):
        yield f"{safe(action.name, identifier=True)} {does}"
    if shown := preview_of(action, Path.cwd()):
        signs = {"added": "+", "removed": "-", "command": "$", "text": " "}
        yield from (f"  {signs[line.kind]} {safe(line.text, identifier=is_name(line.text))}" for line in shown.lines)


def runs_again(path: str, question: PendingInterrupt, terminal: Terminal) -> str:
    """What a resume repeats: a node always runs again from its first line."""
    if not question.frames:
        # Without frames the middleware asks, or a run asked that graphdeck did not see: then nothing is known.
        from_middleware = all(action.is_tool for action in sheet([question]).actions)
        return f"when it goes on, {path} runs again{'; none of your lines repeat' if from_middleware else FROM_FIRST}"
    lines = [f"when it goes on, {path} runs again{FROM_FIRST}:"]
    found = excerpts(question.frames)
    for number, excerpt in enumerate(found, 1):
        lines += _source(excerpt, terminal, asks=number == len(found))
    return "\n".join(lines)


def _source(excerpt: Excerpt, terminal: Terminal, *, asks: bool) -> list[str]:
    frame = excerpt.frame
    place = f"  {safe(frame.file, identifier=True)}:{frame.line} in {safe(frame.function, identifier=True)}"
    if excerpt.trouble:
        return [f"{place}: {safe(excerpt.trouble)}"]
    shown = excerpt.lines[-MOST_SOURCE_LINES:]
    left_out = len(excerpt.lines) - len(shown)
    lines = [place, *([f"    ({left_out} lines before these)"] if left_out else [])]
    pointer = terminal.pick("▸", ">")
    texts = textwrap.dedent("\n".join(text.expandtabs(4) for _, text in shown)).split("\n")
    for (number, _), text in zip(shown, texts, strict=True):
        mark = pointer if number == frame.line else " "
        lines.append(f"    {number:>4} {mark} {safe(text)}")
    if asks:
        lines[-1] += "    (your answer arrives here)"
    return lines


def answering(questions: Sequence[PendingInterrupt], request: RunRequest, db: Path | None) -> str:
    """The command that answers the questions, filled in with examples; for tool calls, the rejecting one too."""
    asked = sheet(questions)
    each = "" if len(questions) == 1 else "each "
    lines = [f"  answer (the JSON after {each}= is an example):"]
    lines.append(f"    {command_line(request, db, example_answers(asked))}")
    if all(action.is_tool and action.may_reject for action in asked.actions):
        lines.append(f"  or reject:\n    {command_line(request, db, _decided(asked, 'reject'))}")
    return "\n".join(lines)


def example_answers(asked: Sheet) -> dict[str, Json]:
    """An answer for each question, of the shape that it takes: approving where that is allowed."""
    return _decided(asked, "approve")


def _decided(asked: Sheet, kind: Any) -> dict[str, Json]:
    decisions = {index: _decision(action, Decision(kind)) for index, action in enumerate(asked.actions)}
    return Sheet(asked.actions, decisions).answers()


def _decision(action: Action, wanted: Decision) -> Decision:
    """The decision that is wanted, else one that the action takes."""
    others = (Decision("edit", value=action.payload), Decision("respond", reason="TEXT"), Decision("reject"))
    for decision in (wanted, *others) if action.is_tool else (wanted,):
        if not action.wrong(decision):
            return decision
    return Decision("answer", value=example(action.schema))


def value_text(value: Json) -> str:
    """A value for people, whole: text as it is, all else as indented JSON."""
    if isinstance(value, str):
        return safe(value, lines=True)
    return safe(json.dumps(value, ensure_ascii=False, indent=2), lines=True)
