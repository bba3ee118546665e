"""The order of a graph's nodes from top to bottom."""

from collections.abc import Collection, Iterable, Sequence
from typing import TypeAlias

from graphdeck.graphs.records import END, START, Edge

Pair: TypeAlias = tuple[str, str]


def orders(nodes: Sequence[str], edges: Iterable[Edge]) -> list[tuple[str, ...]]:
    """Orders worth comparing, the most usual first; in each, edges run downwards unless they close a cycle.

    They differ in where END stands (last, or below the node that reaches it) and in whether branches that only lead
    back come before or after those that lead on.
    """
    targets = targets_of(nodes, edges)
    back = back_edges(nodes, targets)
    forward = {node: [target for target in targets[node] if (node, target) not in back] for node in nodes}
    ending = _reaching_end(forward)
    usual = sorted(nodes, key=lambda node: node == END)
    onward_first = sorted(usual, key=lambda node: node not in ending)
    onward_last = sorted(usual, key=lambda node: (node in ending, node == END))
    found = [
        _topological(nodes, forward, usual, hold_end=True),
        _topological(nodes, forward, onward_first, hold_end=True),
        _topological(nodes, forward, onward_first, hold_end=False),
        _topological(nodes, forward, onward_last, hold_end=True),
    ]
    return list(dict.fromkeys(found))


def back_edges(nodes: Sequence[str], targets: dict[str, list[str]]) -> set[Pair]:
    """The edges that close a cycle, as a depth-first walk from START, then from every node left, meets them."""
    back: set[Pair] = set()
    done: set[str] = set()
    for root in sorted(nodes, key=lambda node: node != START):
        if root in done:
            continue
        path = {root: iter(targets[root])}  # the walk's open nodes, in order
        while path:
            node = next(reversed(path))
            for target in path[node]:
                if target in path:
                    back.add((node, target))
                elif target not in done:
                    path[target] = iter(targets[target])
                    break
            else:
                done.add(node)
                del path[node]
    return back


def targets_of(nodes: Sequence[str], edges: Iterable[Edge]) -> dict[str, list[str]]:
    """Where the edges of each node lead, each target once."""
    targets: dict[str, dict[str, None]] = {node: {} for node in nodes}
    for edge in edges:
        targets[edge.source][edge.target] = None
    return {node: list(found) for node, found in targets.items()}


def _reaching_end(forward: dict[str, list[str]]) -> Collection[str]:
    sources: dict[str, list[str]] = {node: [] for node in forward}
    for node, targets in forward.items():
        for target in targets:
            sources[target].append(node)
    found = {END}
    todo = [END] if END in forward else []
    while todo:
        new = [node for node in sources[todo.pop()] if node not in found]
        found.update(new)
        todo.extend(new)
    return found


def _topological(
    nodes: Sequence[str], forward: dict[str, list[str]], preference: Sequence[str], *, hold_end: bool
) -> tuple[str, ...]:
    """Sources before targets, staying on the branch that was just begun; of several nodes the preferred one first."""
    rank = {node: place for place, node in enumerate(preference)}
    missing = dict.fromkeys(nodes, 0)
    for targets in forward.values():
        for target in targets:
            missing[target] += 1
    first = sorted((node for node in nodes if not missing[node]), key=lambda node: (node != START, rank[node]))
    ready = first[::-1]
    order: list[str] = []
    while ready:
        node = ready.pop()
        if node == END and ready and (hold_end or not order):
            ready.insert(0, END)
            continue
        order.append(node)
        new = [target for target in forward[node] if _arrives(missing, target)]
        ready.extend(sorted(new, key=rank.__getitem__, reverse=True))
    return tuple(order)


def _arrives(missing: dict[str, int], target: str) -> bool:
    missing[target] -= 1
    return not missing[target]
