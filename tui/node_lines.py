"""A node in words: how it was declared, its edges, its source."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Final

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.node_details import NodeDetails
from graphdeck.graphs.records import Edge, GraphShape, Node
from graphdeck.graphs.stopping import FINDABLE
from graphdeck.graphs.tasks import TaskValues
from graphdeck.graphs.values import Json
from graphdeck.tui.paragraphs import Paragraph
from graphdeck.tui.sign_words import OBSERVED, UNKNOWN_TARGETS, hidden_words
from graphdeck.tui.source_lines import SourceReader, read_source
from graphdeck.tui.step_lines import node_names
from graphdeck.tui.task_log import TaskRun
from graphdeck.tui.text import one_line, safe
from graphdeck.tui.theme import ACCENT, MUTED, WARNING, glyphs

_KINDS: Final = {
    "start": "where the graph begins",
    "end": "where the graph ends",
    "entrypoint": "an entrypoint of the functional API",
    "task": "a task of the functional API",
}
_CELLS: Final = 2_000
_UNKNOWN: Final = "not known"
_NOTHING_YET: Final = "nothing, as far as is known"
_CALLED: Final = "what it was called with: no checkpoint keeps that, only a run of this session tells it"
_RETURNED: Final = ("__return__", "__end__", "__root__")
_HEAD: Final = 12


class SeenNode(Frozen):
    """A node of a graph, or of a graph inside it, with its edges."""

    path: str
    """Its path, `team:desk:review`."""
    node: Node
    """What is known of it."""
    incoming: tuple[Edge, ...] = ()
    """Edges to it."""
    outgoing: tuple[Edge, ...] = ()
    """Edges from it."""
    times: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """How often its edges were taken, by the paths of both ends, as far as runs of this session tell."""
    stops: str = ""
    """What stops a run at it, in words."""

    def times_taken(self, edge: Edge) -> int:
        """How often this edge of it was taken."""
        level = self.path[: len(self.path) - len(self.node.id)]
        return self.times.get((level + edge.source, level + edge.target), 0)


def find_node(
    shape: GraphShape, edges: Iterable[Edge], path: str, times: Mapping[tuple[str, str], int]
) -> SeenNode | None:
    """The node of a path; `edges` are those of the whole graph, observed ones among them. None without such a node."""
    *graphs, name = path.split(":")
    for each in graphs:
        inner = shape.subgraphs.get(each)
        if inner is None:
            return None
        shape, edges = inner, inner.edges
    node = next((node for node in (*shape.nodes, *shape.tasks) if node.id == name), None)
    if node is None:
        return None
    known = tuple(edges)
    return SeenNode(
        path=path,
        node=node,
        incoming=tuple(edge for edge in known if edge.target == name),
        outgoing=tuple(edge for edge in known if edge.source == name),
        times=times,
    )


def node_paragraphs(seen: SeenNode, read: SourceReader = read_source) -> list[Paragraph]:
    """All of it, to be read from the top."""
    return [*_facts(seen), *_edges(seen), Paragraph(), *_source(seen.node, read)]


# -- how it was declared ---------------------------------------------------------------------------------------------


def _facts(seen: SeenNode) -> Iterator[Paragraph]:
    node = seen.node
    details = node.details or NodeDetails()
    doc = details.doc or node.doc
    if doc:
        yield Paragraph(text=safe(doc, lines=True))
        yield Paragraph()
    yield _fact("kind", _KINDS.get(node.kind, node.kind))
    if seen.stops:
        yield _fact("breakpoint", seen.stops)
    for policy in details.retry:
        yield _fact("retry", policy)
    for name, text in (("cache", details.cache), ("timeout", details.timeout), ("on error", details.error_handler)):
        if text:
            yield _fact(name, text)
    if node.hidden_graph:
        yield Paragraph(
            head=f"{'inside':<{_HEAD}}",
            head_style=MUTED,
            text=f"{hidden_words(node)}. Nothing in it can be drawn or stopped at. {FINDABLE}.",
            style=WARNING,
        )
    if node.defer:
        yield _fact("defer", "waits until all other tasks are done")
    if details.tags:
        yield _fact("tags", ", ".join(details.tags))
    for key, value in details.metadata:
        yield _fact("metadata", f"{key} = {value}")
    if details.reads:
        own = f"  ({details.input_schema})" if details.input_schema else ""
        yield _fact("reads", ", ".join(details.reads) + own)


def _fact(name: str, text: str) -> Paragraph:
    return Paragraph(head=f"{name:<{_HEAD}}", head_style=MUTED, text=one_line(text, _CELLS))


# -- edges -----------------------------------------------------------------------------------------------------------


def _edges(seen: SeenNode) -> Iterator[Paragraph]:
    yield from (_edge("from", edge.source, edge, seen.times_taken(edge)) for edge in seen.incoming)
    yield from (_edge("to", edge.target, edge, seen.times_taken(edge)) for edge in seen.outgoing)
    if seen.node.unknown_targets:
        yield Paragraph(head=f"{'to':<{_HEAD}}", head_style=MUTED, text=UNKNOWN_TARGETS, style=WARNING)


def _edge(name: str, other: str, edge: Edge, times: int) -> Paragraph:
    kinds = ["conditional"] if edge.conditional else []
    if edge.label:
        kinds.append(f'for "{one_line(edge.label, 200)}"')
    if edge.observed:
        kinds.append(OBSERVED)
    if times:
        kinds.append(f"taken {glyphs().times}{times:,}")
    return Paragraph(
        head=f"{name:<{_HEAD}}",
        head_style=MUTED,
        text=node_names([other]),
        style=ACCENT if edge.observed else "",
        note=", ".join(kinds),
        note_style=MUTED,
    )


# -- source ----------------------------------------------------------------------------------------------------------


def _source(node: Node, read: SourceReader) -> Sequence[Paragraph]:
    if not node.file:
        is_edge = node.kind in ("start", "end")
        return [] if is_edge else [Paragraph(text="none of your code is its source", style=MUTED)]
    place = Paragraph(text=f"{safe(node.file, identifier=True)}:{node.line}", style="bold")
    try:
        lines = read(node.file).split("\n")  # not splitlines: Python counts by \n alone
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return [place, Paragraph(text=f"the file cannot be read ({one_line(reason, 200)})", style=WARNING)]
    last = max(node.line, node.details.end if node.details else 0)
    if last > len(lines):
        return [place, Paragraph(text="the file has changed since: F5 in the deck loads it again", style=WARNING)]
    digits = len(str(last))
    return [
        place,
        *(
            Paragraph(head=f"{number:>{digits}} {glyphs().vertical} ", head_style=MUTED, text=safe(text.expandtabs(4)))
            for number, text in enumerate(lines[node.line - 1 : last], node.line)
        ),
    ]


# -- a task, whole ---------------------------------------------------------------------------------------------------


def task_value(
    task: TaskRun, values: TaskValues, state: Mapping[str, Json] | None, after: Mapping[str, Json] | None
) -> dict[str, Json]:
    """All that is known of a task, as a value; what is not known is said."""
    value: dict[str, Json] = {"task": task.id, "state": task.state}
    if task.step is not None:
        value["step"] = task.step
    if task.began:
        value["began at checkpoint"] = task.began
    if task.ms is not None:
        value["milliseconds"] = round(task.ms, 1)
    if task.attempts > 1:
        value["attempts"] = task.attempts
    if task.error:
        value["error"] = task.error
    if task.traceback:
        value["traceback"] = task.traceback
    value["input"] = _input(task, values, state)
    if values.wrote or not after:
        value["wrote"] = result_of(values) if values.wrote else list(task.keys) or _NOTHING_YET
    else:
        value["wrote"] = list(task.keys)
        value["state after its step"] = dict(after)
    return value


def _input(task: TaskRun, values: TaskValues, state: Mapping[str, Json] | None) -> Json:
    if values.has_argument:
        return values.argument
    if task.call:
        return _CALLED if task.given is None else task.given
    return _UNKNOWN if task.sent or state is None else dict(state)


def result_of(values: TaskValues) -> Json:
    """What a task wrote; of one of the functional API what it returned."""
    returned = [value for key, value in values.wrote.items() if key in _RETURNED]
    return returned[0] if returned else dict(values.wrote)
