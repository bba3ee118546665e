"""Siblings that are wired alike, shown as one node."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from graphdeck.graphs.records import Edge, Node

Wiring: TypeAlias = tuple[object, ...]

_ITSELF = "\0"  # stands for the node in its own loops, so that members with loops compare equal


class Folded(NamedTuple):
    """A graph whose groups of equal siblings are one node each."""

    nodes: tuple[Node, ...]
    """Nodes and groups, each group in the place of its first member."""
    edges: tuple[Edge, ...]
    """Edges between them."""
    members: Mapping[str, str]
    """Group id by node id, for nodes that are in one."""


def fold(
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    at_least: int = 8,
    *,
    ascii: bool = False,
) -> Folded:
    """Make one node of every `at_least` or more nodes that have the same kind and the same declared edges.

    Observed edges, that come and go with runs, neither join nor part nodes; nodes that have no others stay apart.
    A group is named after its first and last member and its size: `worker_00…35 ×36`, in ASCII `worker_00...35 x36`.
    """
    groups: dict[Wiring, list[Node]] = {}
    declared = [edge for edge in edges if not edge.observed]
    wired = {name for edge in declared for name in (edge.source, edge.target)}
    for node, wiring in zip(nodes, _wirings(nodes, declared), strict=True):
        groups.setdefault(wiring, []).append(node)
    members: dict[str, str] = {}
    taken = {node.id for node in nodes}
    for group in groups.values():
        if len(group) >= at_least and group[0].id in wired:
            name = _group_name([node.id for node in group], taken, "{}...{} x{}" if ascii else "{}…{} ×{}")
            taken.add(name)
            members.update((node.id, name) for node in group)
    shown: dict[str, Node] = {}
    for node in nodes:
        shown.setdefault(members.get(node.id, node.id), node)
    folded_nodes = tuple(
        Node(
            id=name,
            kind=node.kind,
            unknown_targets=node.unknown_targets,
            defer=node.defer,
            hidden_graph=node.hidden_graph,
        )
        if node.id in members
        else node
        for name, node in shown.items()
    )
    folded_edges = dict.fromkeys(
        Edge(
            source=members.get(edge.source, edge.source),
            target=members.get(edge.target, edge.target),
            label=edge.label,
            conditional=edge.conditional,
            observed=edge.observed,
        )
        for edge in edges
    )
    return Folded(nodes=folded_nodes, edges=tuple(folded_edges), members=members)


def _wirings(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[Wiring]:
    arriving: dict[str, set[tuple[object, ...]]] = {}
    leaving: dict[str, set[tuple[object, ...]]] = {}
    for edge in edges:
        look = (edge.label, edge.conditional)
        loop = edge.source == edge.target
        leaving.setdefault(edge.source, set()).add((_ITSELF if loop else edge.target, *look))
        arriving.setdefault(edge.target, set()).add((_ITSELF if loop else edge.source, *look))
    return [
        (
            node.kind,
            node.unknown_targets,
            node.defer,
            node.hidden_graph,
            frozenset(arriving.get(node.id, ())),
            frozenset(leaving.get(node.id, ())),
        )
        for node in nodes
    ]


def _group_name(ids: Sequence[str], taken: set[str], pattern: str) -> str:
    first, last = ids[0], ids[-1]
    common = 0
    while common < min(len(first), len(last)) and first[common] == last[common]:
        common += 1
    while common and first[common - 1].isdigit():  # 30 and 35 become 30…35, not 30…5
        common -= 1
    name = pattern.format(first, last[common:], len(ids))
    while name in taken:
        name += "'"
    return name
