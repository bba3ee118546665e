"""What LangGraph makes the ids of tasks of, so that a guess at the task of an id can be proved.

An id is a hash of where the task ran, which node it is, and who started it. Rows keep the id of a task of the
functional API, and how it was called, but not its name; and of the task of a `Send` not always which one it was.
"""

from typing import Final

from graphdeck.graphs.frozen import Frozen

_PULL: Final = "~__pregel_pull, "
_PUSH: Final = "~__pregel_push, "


class Caller(Frozen):
    """A task that may call others."""

    id: str
    """Task id."""
    path: str
    """How it came to run, as rows tell it."""
    ns: str
    """Where what runs inside of it is: the `checkpoint_ns` that a subgraph in it would have."""

    def calls(self, name: str, task: str, index: int) -> "Caller":
        """The task that it called, by the place among its calls, from 0."""
        path = f"{_PUSH}{self.path}, {index:010d}, {True:010d}"
        return Caller(id=task, path=path, ns=inside(self.ns, f"{name}:{task}"))


class StepStart(Frozen):
    """Where the tasks of a step begin."""

    checkpoint: str
    """Id of the checkpoint before the step."""
    step: int
    """The step, one more than the checkpoint's."""
    ns: str = ""
    """`checkpoint_ns` of the graph that makes the step."""

    def pulled(self, node: str, task: str) -> Caller:
        """The task that an edge or the input started."""
        return self.at_path(f"{_PULL}{node}", node, task)

    def at_path(self, path: str, node: str, task: str) -> Caller:
        """The task of a path, which no other one called."""
        return Caller(id=task, path=path, ns=inside(self.ns, f"{node}:{task}"))

    def entered(self, entrypoint: str) -> str:
        """Id of the task of an entrypoint of the functional API."""
        return self._id(self.ns, entrypoint, "__pregel_pull", "__start__")

    def sent(self, node: str, index: int) -> str:
        """Id of the task of a `Send`, by its place among those of the step."""
        return self._id(self.ns, node, "__pregel_push", str(index))

    def called(self, name: str, caller: Caller, index: int) -> str:
        """Id of a task that another one called, by the place among the caller's calls, from 0."""
        return self._id(caller.ns, name, "__pregel_push", caller.path, str(index))

    def _id(self, ns: str, node: str, *rest: str) -> str:
        from xxhash import xxh3_128_hexdigest  # not for the first paint

        parts = "".join((inside(ns, node), str(self.step), node, *rest))
        try:
            start = bytes.fromhex(self.checkpoint.replace("-", ""))
        except ValueError:  # another program's checkpoint ids
            return ""
        found = xxh3_128_hexdigest(start + parts.encode("utf-8", "surrogatepass"))
        return "-".join((found[:8], found[8:12], found[12:16], found[16:20], found[20:]))


def send_path(place: int) -> str:
    """The path of the task of a `Send`, by its place among those of the step."""
    return f"{_PUSH}{place:010d}, {False:010d}"


def sent_place(path: str) -> int | None:
    """The place among the `Send`s of the step, of the path of such a task; None for all others."""
    place = path.removeprefix(_PUSH).partition(",")[0]
    return int(place) if path.startswith(_PUSH) and place.isdigit() else None


def inside(ns: str, level: str) -> str:
    """A `checkpoint_ns` one level further in."""
    return f"{ns}|{level}" if ns else level


def call_of(path: str) -> tuple[str, int] | None:
    """The caller's path and the place among its calls, of the path of a called task; None for all others."""
    rest = path.removeprefix(_PUSH)
    if rest == path or not rest.startswith("~"):
        return None
    caller, index, *_ = (*rest.rsplit(", ", 2), "")
    return (caller, int(index)) if index.isdigit() else None


def pulled_node(path: str) -> str:
    """The node of the path of a task that an edge or the input started; empty for all others."""
    return path.removeprefix(_PULL) if path.startswith(_PULL) else ""
