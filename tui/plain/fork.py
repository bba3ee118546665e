"""`graphdeck fork`: another branch from a checkpoint, with edited state; the branch that is there stays."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import InputError
from graphdeck.graphs.forks import ForkPlan
from graphdeck.graphs.paths import split_path, with_value
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.stopping import KeptStop
from graphdeck.graphs.values import Json, json_line
from graphdeck.tui.message_text import is_message
from graphdeck.tui.plain.arguments import command_line, parse_json, shell_word
from graphdeck.tui.plain.checkpoints import whole_checkpoint
from graphdeck.tui.plain.kept_stops import stops_for
from graphdeck.tui.plain.terminal import Terminal, terminal_of
from graphdeck.tui.text import safe


@dataclass(frozen=True, kw_only=True, slots=True)
class ForkOptions:
    """The arguments of `graphdeck fork`, as they were given."""

    thread: str
    """Thread id."""
    checkpoint: str | None = None
    """Checkpoint id; None for the newest."""
    edits: tuple[str, ...] = ()
    """`PATH=JSON`, each: takes the place of what is there."""
    appended: tuple[str, ...] = ()
    """`KEY=JSON`, each: goes through the key's reducer."""
    as_node: str | None = None
    """The node that the values are said to come from."""
    target: str | None = None
    """The graph; None for the one that ran the thread last."""
    raw: bool = False
    """Edit the checkpoint past the graph."""
    stops: bool = False
    """The stops that the project keeps count."""


class Edit:
    """Values to write, and the keys of which they take the place of what is there."""

    def __init__(self, values: Mapping[str, Json]) -> None:
        self._present = values
        self.values: dict[str, Json] = {}
        self.replaced: list[str] = []

    def put(self, path: str, value: Json) -> None:
        """Put a value at a path: its whole key is written, or of a conversation that message alone, by its id."""
        key, *rest = split_path(path)
        whole = self.values.get(key, self._present.get(key))
        changed = with_value(whole, rest, value) if rest else value
        message = _changed_message(whole, changed, rest)
        if message is not None and key not in self.values:
            self.values[key] = [message]
            return
        if key in self.values and key not in self.replaced:
            raise InputError(f"several edits of {key!r} cannot be written at once", f"give the whole key: --set {key}=")
        self.values[key] = changed
        if key not in self.replaced:
            self.replaced.append(key)

    def append(self, key: str, value: Json) -> None:
        """Give a value to a key's reducer."""
        if key in self.values:
            raise InputError(f"{key!r} is given twice", "set or append a key, not both")
        self.values[key] = value


def _changed_message(whole: Json, changed: Json, rest: Sequence[str]) -> Json:
    """The one message that an edit inside a conversation changes, where its id can say which; else None."""
    if len(rest) < 2 or not isinstance(whole, list) or not isinstance(changed, list):
        return None
    before, after = whole[int(rest[0])], changed[int(rest[0])]
    if not (is_message(after) and isinstance(after, dict) and isinstance(before, dict)):
        return None
    return after if after.get("id") and after["id"] == before.get("id") else None


async def fork(engine: Engine, options: ForkOptions, *, db: Path | None, as_json: bool) -> int:
    """Say what would run and what that may repeat, write what was given, say how to go on; the exit status."""
    _check_together(options)
    checkpoint = await whole_checkpoint(engine, options.thread, options.checkpoint or "")
    plan = await engine.fork_plan(options.thread, checkpoint, as_node=options.as_node or "", graph=options.target or "")
    kept = await stops_for(engine, plan.graph, used=options.stops)
    plan = plan.with_stops(kept)
    edit = await _edit(engine, options, plan)
    terminal = terminal_of(sys.stdout)
    if not as_json:
        for line in plan_lines(plan, terminal):
            print(line, flush=True)
    if not edit.values and not options.as_node:
        _tell(plan, plan.checkpoint, kept, terminal, db, written=False, as_json=as_json)
        return 0
    values: Json = dict(edit.values)
    written = await engine.update(
        plan.thread,
        values,
        as_node=options.as_node,
        checkpoint=plan.checkpoint,
        replace=edit.replaced,
        raw=options.raw,
        file=plan.file,
        graph=plan.graph,
    )
    _tell(plan, written, kept, terminal, db, written=True, as_json=as_json)
    return await _still_unreadable(engine, plan, written) if options.raw else 0


async def _still_unreadable(engine: Engine, plan: ForkPlan, written: str) -> int:
    """Tell what a raw edit has left to be repaired; the exit status."""
    after = await engine.fork_plan(plan.thread, written, file=plan.file, graph=plan.graph)
    if after.unreadable:
        print(safe(f"the graph still cannot read it: {after.unreadable}"), file=sys.stderr)
    return 1 if after.unreadable else 0


def _check_together(options: ForkOptions) -> None:
    if options.raw and options.appended:
        raise InputError("--raw and --append exclude each other", "past the graph there is no reducer: use --set")
    if options.raw and options.as_node:
        raise InputError("--raw and --as-node exclude each other", "a raw edit leaves what runs next as it is")


async def _edit(engine: Engine, options: ForkOptions, plan: ForkPlan) -> Edit:
    """What is to be written; raises InputError and PathNotFound."""
    snapshot = await engine.state(plan.thread, plan.checkpoint, compared=False, file=plan.file)
    edit = Edit(snapshot.values)
    for path, value in _words("--set", options.edits):
        edit.put(path, value)
    for key, value in _words("--append", options.appended):
        edit.append(key, value)
    return edit


def _words(option: str, words: Sequence[str]) -> Iterator[tuple[str, Json]]:
    for word in words:
        path, equals, text = word.partition("=")
        if not equals or not path.strip("/"):
            raise InputError(f"{option} {word!r} is not PATH=JSON", f"""as in {option} 'city="Rome"'""")
        yield path, parse_json(f"{option} {path}", text)


def plan_lines(plan: ForkPlan, terminal: Terminal) -> Iterator[str]:
    """What runs next and what that may repeat, in one line; then what else there is to know."""
    yield safe(plan.headline)
    for remark in plan.remarks:
        yield f"  {terminal.pick('·', '-')} {safe(remark)}"


def _tell(
    plan: ForkPlan,
    checkpoint: str,
    kept: tuple[KeptStop, ...],
    terminal: Terminal,
    db: Path | None,
    *,
    written: bool,
    as_json: bool,
) -> None:
    command = command_line(RunRequest(graph=plan.graph, thread=plan.thread, kept=kept), db)
    if not (written or plan.is_head):
        command += f" --checkpoint {shell_word(checkpoint)}"
    if as_json:
        told: dict[str, Json] = {"thread": plan.thread, "checkpoint": checkpoint, "parent": plan.checkpoint}
        told |= {"written": written, "next": list(plan.next), "runs": plan.headline, "remarks": list(plan.remarks)}
        print(json_line({**told, "command": command}))
        return
    print(f"{terminal.glyph('done')} written as checkpoint {checkpoint}" if written else "nothing is written")
    print(f"go on:  {command}")
