"""What graphdeck knows of graphs, threads and checkpoints: frozen records, the same for every front end."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from graphdeck.graphs.events import Frame
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.tasks import FailedTask as FailedTask
from graphdeck.graphs.tasks import FinishedTask as FinishedTask
from graphdeck.graphs.tasks import RanTask as RanTask
from graphdeck.graphs.values import Json

if TYPE_CHECKING:
    from graphdeck.graphs.node_details import NodeDetails
    from graphdeck.graphs.stopping import KeptStop, Stop

START: Final = "__start__"
END: Final = "__end__"

ThreadStatus: TypeAlias = Literal["running", "waiting", "failed", "done", "breakpoint", "stopped"]
GraphKind: TypeAlias = Literal["graph", "functional", "runnable"]
Durability: TypeAlias = Literal["sync", "async"]


# -- graphs ----------------------------------------------------------------------------------------------------


class GraphInfo(Frozen):
    """A graph that can be opened, known without running any code."""

    target: str
    """What opens it: `agent.py:graph`, a name of `langgraph.json`, or the bare name of a bundled graph."""
    title: str
    """Short name for lists."""
    origin: str
    """`project`, `langgraph.json` or `bundled`."""
    description: str = ""
    """One line on what it does; may be empty."""
    error: str = ""
    """Why it cannot be opened, as far as reading tells; empty where nothing is known against it."""


class Node(Frozen):
    """A node of a graph."""

    id: str
    """Node name; `__start__` and `__end__` for START and END."""
    kind: str = "node"
    """`start`, `end`, `node`, `subgraph`, `tools`, or of the functional API `entrypoint` or `task`."""
    doc: str = ""
    """First line of its docstring."""
    file: str = ""
    """Source file, where known."""
    line: int = 0
    """First line of its source, where known, from 1."""
    unknown_targets: bool = False
    """It has a router, or may `goto`, without declared targets."""
    defer: bool = False
    """It waits for all other tasks."""
    hidden_graph: str = ""
    """Why LangGraph does not find a graph that runs inside it, which can be neither drawn nor stopped in."""
    details: "NodeDetails | None" = None
    """How it was declared; None of START, END and what is not known."""


class Edge(Frozen):
    """An edge of a graph."""

    source: str
    """Node name."""
    target: str
    """Node name."""
    label: str = ""
    """What a conditional edge's router returns to take it, where that differs from the target."""
    conditional: bool = False
    """A router or `Command(goto=...)` decides."""
    observed: bool = False
    """Seen taken, not declared."""


class GraphShape(Frozen):
    """A loaded graph: what it is made of, what it takes, where it saves."""

    target: str
    """Target, as it was asked for."""
    title: str
    """Short name: the variable, or the name of `langgraph.json`."""
    nodes: tuple[Node, ...]
    """START first, END last, the others in the order of their definition."""
    edges: tuple[Edge, ...]
    """Declared edges."""
    subgraphs: Mapping[str, "GraphShape"] = field(default_factory=dict)
    """Shapes of the nodes that are graphs themselves, by node name."""
    kind: GraphKind = "graph"
    """Which API it was made with."""
    input_schema: Json = None
    """JSON schema of the input; None where it cannot be had."""
    input_is_partial: bool = False
    """The input may leave out what its schema demands: it is the state's, whose keys come as the graph runs."""
    output_schema: Json = None
    """JSON schema of the output; None where it cannot be had."""
    context_schema: Json = None
    """JSON schema of the context; None where the graph has none."""
    state_keys: tuple[str, ...] = ()
    """State keys."""
    tasks: tuple[Node, ...] = ()
    """Tasks of the functional API that the code of its nodes calls, as far as that can be known without running it."""
    takes_messages: bool = False
    """The input has a `messages` key that holds LangChain messages."""
    file: str = ""
    """Checkpoint file that runs of it write; empty where it refuses saving."""
    saving: str = ""
    """One sentence where graphdeck replaced or cannot use the graph's own saver; usually empty."""
    breakpoints_before: tuple[str, ...] = ()
    """Nodes with a static breakpoint before them, set at compile time."""
    breakpoints_after: tuple[str, ...] = ()
    """Nodes with a static breakpoint after them, set at compile time."""
    model: str = ""
    """Model and endpoint that a bundled graph will call; empty where it cannot be known."""
    description: str = ""
    """First line of the module's docstring, or the `description` of `langgraph.json`."""
    tools: Mapping[str, Json] = field(default_factory=dict)
    """JSON schemas of its tools' arguments, by tool name; those of its subgraphs are among them."""


# -- saved threads ---------------------------------------------------------------------------------------------


class ThreadRow(Frozen):
    """A thread in a list."""

    thread: str
    """Thread id."""
    status: ThreadStatus
    """By the table of thread status: running, waiting, failed, done, breakpoint, stopped."""
    file: str
    """Checkpoint file that holds it."""
    graph: str = ""
    """Target that ran it last; empty where no run of graphdeck is known."""
    title: str = ""
    """Given by a person; empty without one."""
    first_text: str = ""
    """First human text of its state."""
    step: int | None = None
    """Step of the newest checkpoint, -1 for the input."""
    updated: str = ""
    """Time of the newest checkpoint, ISO 8601 UTC."""
    next: tuple[str, ...] | None = ()
    """Nodes that it would run next; None where only the graph's code can tell."""
    interrupts: tuple[str, ...] = ()
    """Ids of the interrupts that wait for an answer."""
    holder: str = ""
    """Who runs it, where it is running: `pid 4711 on host since ...`."""
    tags: tuple[str, ...] = ()
    """Given by a person, in their order."""
    size: int | None = None
    """Bytes of its checkpoints and writes; None where it was not asked for."""
    checkpoints: int | None = None
    """Number of its checkpoints, those of subgraphs included; None where its size was not asked for."""
    answered: bool = False
    """It failed after a question of it had been answered, maybe with that answer: it would get the same one again."""
    stops: "tuple[Stop, ...]" = ()
    """Why it stopped or stands at a breakpoint, where that was kept."""
    error: str = ""
    """Why its rows cannot be read; the other threads are listed all the same."""


class FileProblem(Frozen):
    """A checkpoint file that cannot be read."""

    file: str
    """The file."""
    message: str
    """What is wrong with it."""
    hint: str = ""
    """The next step."""


class ThreadPage(Frozen):
    """A page of threads, newest activity first."""

    rows: tuple[ThreadRow, ...]
    """The threads."""
    cursor: str | None = None
    """Give it back to get the next page; None at the end."""
    problems: tuple[FileProblem, ...] = ()
    """Files that could not be read."""


class WaitingRow(Frozen):
    """A thread that waits for a person."""

    file: str
    """Checkpoint file that holds it."""
    thread: str
    """Thread id."""
    checkpoint: str
    """Id of its newest checkpoint."""
    since: str
    """When it stopped there, ISO 8601 UTC."""
    graph: str = ""
    """Target that it belongs to; empty where none is known."""
    title: str = ""
    """Given by a person; empty without one."""
    first_text: str = ""
    """First human text of its state."""
    interrupts: tuple["PendingInterrupt", ...] = ()
    """The questions that wait, each once, with its deepest path; none at a breakpoint."""
    breakpoint: tuple[str, ...] = ()
    """Nodes that run next, where a breakpoint stopped it."""
    stops: "tuple[Stop, ...]" = ()
    """Why it stopped there, where that was kept."""
    error: str = ""
    """Why its question cannot be read; the others are listed all the same."""


class WaitingPage(Frozen):
    """A page of what waits for a person."""

    rows: tuple[WaitingRow, ...]
    """The threads, in the order that was asked for."""
    cursor: str | None = None
    """Give it back to get the next page; None at the end."""
    total: int = 0
    """Threads that wait, on all pages."""
    problems: tuple[FileProblem, ...] = ()
    """Files that could not be read; what waits in them is not counted."""


class CheckpointRow(Frozen):
    """A checkpoint in a thread's history."""

    checkpoint: str
    """Checkpoint id."""
    parent: str | None
    """Checkpoint id of its parent."""
    step: int
    """-1 for the input."""
    source: str
    """`input`, `loop`, `update` or `fork`."""
    time: str
    """ISO 8601, UTC."""
    next: tuple[str, ...] | None
    """Nodes that its next step runs; None where only the graph's code can tell."""
    changed: tuple[str, ...]
    """State keys that differ from its parent."""
    ns: str = ""
    """`checkpoint_ns`: empty for the graph itself."""
    made_by: Sequence[RanTask] = ()
    """Finished tasks of the step that ended with this checkpoint; none of an input, an update or a fork."""
    after: Sequence[RanTask] = ()
    """Tasks of the step that began at this checkpoint, as far as their writes or their subgraphs are stored."""
    error: str = ""
    """Why it cannot be read; the others are listed all the same."""
    lengths_before: Mapping[str, int] = field(default_factory=dict)
    """How many items those lists among `changed` had in the parent that were lists there, as far as that is known."""


class PendingInterrupt(Frozen):
    """A question that waits for its answer."""

    id: str
    """Interrupt id: the key of its answer."""
    node: str
    """Node that asks."""
    ns: tuple[str, ...]
    """Subgraph path, `node:task id` for each level; empty for the graph itself."""
    value: Json
    """The payload, in JSON form."""
    schema: Json = None
    """JSON schema of the answer, where the graph declares one."""
    frames: tuple[Frame, ...] = ()
    """The user's frames, from where the node starts again to the line that asks; empty where none is the user's."""

    @property
    def path(self) -> tuple[str, ...]:
        """Node names from the outermost graph to the node that asks."""
        return (*(part.partition(":")[0] for part in self.ns), self.node)


class Snapshot(Frozen):
    """The state of a thread at one checkpoint."""

    thread: str
    """Thread id."""
    checkpoint: str
    """Checkpoint id."""
    step: int | None
    """-1 for the input."""
    status: ThreadStatus
    """Status of the thread, seen from this checkpoint."""
    next: tuple[str, ...] | None
    """Nodes that the next step runs; None where only the graph's code can tell."""
    values: Mapping[str, Json]
    """State keys with their values in JSON form."""
    interrupts: tuple[PendingInterrupt, ...] = ()
    """Questions that wait, each once, with its deepest path."""
    failed: tuple[FailedTask, ...] = ()
    """Failed tasks of the step."""
    finished: tuple[FinishedTask, ...] = ()
    """Tasks of the step that have finished beside others that asked, failed or were stopped."""
    changed: tuple[str, ...] = ()
    """State keys that differ from the parent checkpoint."""
    lengths_before: Mapping[str, int] = field(default_factory=dict)
    """How many items those lists among `changed` had in the parent that were lists there, as far as that is known."""
    parent: str | None = None
    """Checkpoint id of the parent."""
    source: str = ""
    """`input`, `loop`, `update` or `fork`."""
    time: str = ""
    """ISO 8601, UTC."""
    graph: str = ""
    """Target that ran the thread last; empty where no run of graphdeck is known."""
    file: str = ""
    """Checkpoint file."""
    ns: str = ""
    """`checkpoint_ns`: empty for the graph itself."""
    subgraphs: tuple["Snapshot", ...] = ()
    """States of the subgraphs that are in the middle of this step."""
    stops: "tuple[Stop, ...]" = ()
    """Why the last run stopped here, where that was kept."""
    authors: Mapping[str, str] = field(default_factory=dict)
    """Of the newest checkpoint: which node wrote a message, by message id; only the newest, as far as it is known."""

    @property
    def path(self) -> tuple[str, ...]:
        """Node names from the outermost graph to the one that runs this subgraph; empty for the graph itself."""
        levels = self.ns.split("|") if self.ns else ()
        return tuple(level.partition(":")[0] for level in levels if not level.isdigit())  # it counts those of one task

    @property
    def node(self) -> str:
        """Node that runs this subgraph; empty for the graph itself."""
        return self.path[-1] if self.path else ""


class Value(Frozen):
    """One value of a state."""

    path: str
    """Path as it was asked for, dotted or a JSON Pointer."""
    value: Json
    """In JSON form."""


# -- runs ------------------------------------------------------------------------------------------------------


class RunRequest(Frozen):
    """What a run is to do."""

    graph: str
    """Target."""
    thread: str
    """Thread id; made where it does not exist."""
    input: Json = None
    """Input, meant only where `has_input`."""
    has_input: bool = False
    """The run starts with `input`; else it answers with `resume`, or just goes on."""
    resume: Mapping[str, Json] = field(default_factory=dict)
    """Answers by interrupt id."""
    checkpoint: str | None = None
    """Checkpoint id to run from; None for the newest."""
    before: tuple[str, ...] = ()
    """Nodes to stop before: `review`, `team:desk:review`, or `review if total > 3`."""
    after: tuple[str, ...] = ()
    """Nodes to stop after, likewise."""
    clear: tuple[str, ...] = ()
    """Nodes, by their paths, at which the graph's own breakpoints do not stop this run; `*` for all."""
    kept: "tuple[KeptStop, ...]" = ()
    """The project's own: one that the graph cannot have is told of, and refuses no run."""
    to: str = ""
    """Node to run to, by its path: the run stops before it."""
    watch: tuple[str, ...] = ()
    """Paths of values to stop at the change of: `total`, `messages.-1`, or `team:desk:total` in a subgraph."""
    step: bool = False
    """Stop when one super-step is done, of the innermost graphs that the thread stands in."""
    context: Json = None
    """Values for the graph's context schema."""
    recursion_limit: int | None = None
    """Steps at the most; None for LangGraph's own limit."""
    durability: Durability | None = None
    """When checkpoints are written; None for `sync`."""
    config: str = ""
    """Name of the kept config that fills in what is left open; for front ends, the worker knows none."""
    drop_question: bool = False
    """Input may replace a question that waits."""
    file: str = ""
    """Checkpoint file that holds the thread; empty for the one that the target's runs go to."""
    trust: bool = False
    """Allow, from now on in this project, the stored types that were blocked."""
    ask_all: bool = False
    """No rule and no grant lets a tool call run; for front ends, the worker knows no rules."""
    by: Mapping[str, str] = field(default_factory=dict)
    """Who or what decided each answer, by interrupt id, or all others, by the empty one: `key`, `command line`, or
    `rule NAME`."""
    seen: Mapping[str, str] = field(default_factory=dict)
    """Hashes of the payloads that were answered, or that may be dropped, by interrupt id: a question that has changed
    refuses its answer, and is not dropped."""
