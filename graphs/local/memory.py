"""What graphdeck remembers of a project's targets: the file that each used, its last shape, and edges seen taken."""

import dataclasses
import hashlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

from graphdeck.graphs.local.home import FOLDER, edit_json, read_json, write_json
from graphdeck.graphs.local.names import NAMES
from graphdeck.graphs.records import Edge, GraphShape, Node

MOST_EDGES: Final = 500
"""Edges seen taken that are kept for a target; of more, the newest."""


def remembered_files(project: Path) -> list[Path]:
    """The checkpoint files that targets of this project used, without repeats; those that are gone are left out."""
    found = read_json(project / FOLDER / NAMES).get("files", {})
    paths = [Path(file) for file in dict.fromkeys(found.values())]
    return [path for path in paths if path.exists()]


def file_of_target(project: Path, target: str) -> Path | None:
    """The checkpoint file that a target of this project used last; None where none is remembered."""
    file = read_json(project / FOLDER / NAMES).get("files", {}).get(target)
    return Path(file) if isinstance(file, str) else None


def remember_file(project: Path, target: str, file: Path) -> None:
    """Remember which checkpoint file a target used."""
    edit_json(project / FOLDER / NAMES, lambda data: {**data, "files": {**data.get("files", {}), target: str(file)}})


def last_shape(project: Path, target: str, source: str) -> GraphShape | None:
    """The shape kept for a target, if its source is still the same."""
    data = read_json(_shape_path(project, target))
    if data.get("source") != source or not isinstance(data.get("shape"), dict):
        return None
    try:
        return shape_from_dict(data["shape"])
    except (TypeError, KeyError):  # written by another version
        return None


def keep_shape(project: Path, target: str, source: str, shape: Mapping[str, Any]) -> None:
    """Keep the shape of a target for the next start."""
    write_json(_shape_path(project, target), {"source": source, "shape": shape})


def _shape_path(project: Path, target: str) -> Path:
    return _path(project, "shapes", target)


def _path(project: Path, kind: str, target: str) -> Path:
    name = hashlib.sha256(target.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return project / FOLDER / kind / f"{name}.json"


def with_seen_edges(project: Path, target: str, shape: GraphShape) -> GraphShape:
    """The shape with the kept edges that were seen taken; without those whose nodes it has no longer."""
    seen = _edges_in(read_json(_path(project, "edges", target)))
    if not seen:
        return shape
    from graphdeck.graphs.observed import with_observed  # most graphs declare their edges

    return with_observed(shape, set(seen))


def keep_seen_edges(project: Path, target: str, shape: GraphShape | None, taken: Collection[tuple[str, str]]) -> None:
    """Keep edges that were seen taken, by the paths of both ends.

    Where the shape is known, those that it declares and those whose nodes it has no longer are forgotten.
    """
    from graphdeck.graphs.observed import observed_pairs, with_observed

    if shape is not None and with_observed(shape, taken) is shape:  # all of them are declared, as those of most graphs
        return

    def edit(data: dict[str, Any]) -> dict[str, Any]:
        known = dict.fromkeys((*_edges_in(data), *sorted(taken)))
        wanted = known if shape is None else set(observed_pairs(with_observed(shape, known)))
        return {"edges": [list(pair) for pair in known if pair in wanted][-MOST_EDGES:]}

    edit_json(_path(project, "edges", target), edit)


def _edges_in(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    edges = data.get("edges")
    pairs = [tuple(edge) for edge in edges if isinstance(edge, list)] if isinstance(edges, list) else []
    return [pair for pair in pairs if len(pair) == 2 and all(isinstance(name, str) for name in pair)]


def shape_to_dict(shape: GraphShape) -> dict[str, Any]:
    """A shape as plain data."""
    return dataclasses.asdict(shape)


def shape_from_dict(data: Mapping[str, Any]) -> GraphShape:
    """The shape that `shape_to_dict` described; raises TypeError or KeyError where it is another version's."""
    fields = dict(data)
    for name in ("nodes", "tasks"):
        fields[name] = tuple(map(_node_from_dict, fields[name]))
    fields["edges"] = tuple(Edge(**edge) for edge in fields["edges"])
    fields["subgraphs"] = {name: shape_from_dict(shape) for name, shape in fields["subgraphs"].items()}
    for name in ("state_keys", "breakpoints_before", "breakpoints_after"):
        fields[name] = tuple(fields[name])
    return GraphShape(**fields)


def _node_from_dict(data: Mapping[str, Any]) -> Node:
    if data["details"] is None:
        return Node(**data)
    from graphdeck.graphs.node_details import NodeDetails  # the first paint may know no graph yet

    details = dict(data["details"])
    for name in ("retry", "tags", "reads"):
        details[name] = tuple(details[name])
    details["metadata"] = tuple((key, value) for key, value in details["metadata"])
    return Node(**{**data, "details": NodeDetails(**details)})
