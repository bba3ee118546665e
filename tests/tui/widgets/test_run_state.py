"""A run's events, folded: what the deck says of nodes, conversation and log at every moment."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from graphdeck.graphs.events import (
    Checkpoint,
    Custom,
    Event,
    Interrupt,
    Message,
    NodeCached,
    NodeFailed,
    NodeFinished,
    NodeKept,
    NodeRetry,
    NodeStarted,
    NodeStopped,
    Output,
    RunEnded,
    RunStarted,
    RunStatus,
    Token,
    TypeBlocked,
)
from graphdeck.graphs.records import END, START, FailedTask, FinishedTask, PendingInterrupt, Snapshot, ThreadStatus
from graphdeck.tui.theme import NodeStatus
from graphdeck.tui.widgets.log_lines import LINE_LIMIT
from graphdeck.tui.widgets.node_state import NodeState, combine
from graphdeck.tui.widgets.run_state import RunView, fold, from_snapshot

STARTED = RunStarted(thread="t", graph="agent.py:graph", run="r1")


def checkpoint(step: int, *next_nodes: str, ns: tuple[str, ...] = ()) -> Checkpoint:
    return Checkpoint(
        id=f"c{step}", parent=None, step=step, source="loop", next=next_nodes, changed={"key": (1, "h")}, ns=ns
    )


def statuses(events: Sequence[Event], view: RunView | None = None) -> dict[str, NodeStatus]:
    return {name: node.status for name, node in fold(view or RunView(), events).nodes.items()}


def test_a_node_goes_from_queued_over_running_to_done() -> None:
    run = [STARTED, checkpoint(0, "ask"), NodeStarted(task="1", node="ask"), NodeFinished(task="1", node="ask", ms=12)]
    assert statuses(run[:1]) == {START: "done"}
    assert statuses(run[:2])["ask"] == "queued"
    assert statuses(run[:3])["ask"] == "running"
    view = fold(RunView(), run)
    ended = NodeState(outcome="done", together=1, times=1, open=frozenset("1"), last_ms=12, total_ms=12, step=0)
    assert view.nodes["ask"] == ended
    again = [checkpoint(1, "ask"), NodeStarted(task="2", node="ask"), NodeFinished(task="2", node="ask", ms=30)]
    assert (fold(view, again).nodes["ask"].last_ms, fold(view, again).nodes["ask"].total_ms) == (30, 42)
    assert (view.status, view.step, view.checkpoint, view.changed) == ("running", 0, "c0", ("key",))


def test_folding_in_pieces_is_folding_at_once() -> None:
    run: list[Event] = [
        STARTED,
        checkpoint(0, "a", "b"),
        NodeStarted(task="1", node="a"),
        NodeStarted(task="2", node="b"),
        Token(task="1", node="a", message="m", text="he"),
        NodeFinished(task="1", node="a", ms=1),
        Token(task="1", node="a", message="m", text="llo"),
        NodeFailed(task="2", node="b", error="ValueError", message="no", traceback="line"),
        RunEnded(status="failed", next=("b",), error={"type": "graph", "message": "no", "hint": "fix it"}),
    ]
    view = RunView()
    for event in run:
        view = fold(view, [event])
    assert view == fold(RunView(), run)


def test_folding_changes_no_earlier_view() -> None:
    before = fold(RunView(), [STARTED, checkpoint(0, "a")])
    fold(before, [NodeStarted(task="1", node="a"), Output(task="1", node="a", stream="stdout", text="x\n")])
    assert before.nodes["a"].status == "queued"
    assert before.log == ()


def test_of_several_tasks_of_a_node_the_worst_outcome_stays() -> None:
    fan: list[Event] = [STARTED, checkpoint(0, "w"), *(NodeStarted(task=str(n), node="w") for n in range(4))]
    assert fold(RunView(), fan).nodes["w"].active == {"0", "1", "2", "3"}
    fan += [
        NodeFinished(task="0", node="w", ms=1),
        NodeFailed(task="1", node="w", error="E", message="", traceback=""),
        NodeStopped(task="2", node="w"),
    ]
    assert statuses(fan)["w"] == "running"
    fan.append(NodeStopped(task="3", node="w"))
    assert statuses(fan)["w"] == "failed"
    ended = fold(RunView(), fan)
    assert (ended.nodes["w"].times, ended.nodes["w"].together) == (4, 4)
    again = fold(ended, [checkpoint(1, "w"), NodeStarted(task="4", node="w")])
    assert (again.nodes["w"].times, again.nodes["w"].together) == (5, 1)


def test_a_later_step_forgets_the_outcome_of_an_earlier_one() -> None:
    first: list[Event] = [
        STARTED,
        checkpoint(0, "a"),
        NodeStarted(task="1", node="a"),
        NodeStopped(task="1", node="a"),
        checkpoint(1, "a"),
        NodeStarted(task="2", node="a"),
        NodeFinished(task="2", node="a", ms=1),
    ]
    assert statuses(first)["a"] == "done"


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (NodeKept(task="1", node="a"), "kept"),
        (NodeCached(task="1", node="a"), "cached"),
        (NodeStopped(task="1", node="a"), "stopped"),
    ],
)
def test_other_ways_to_end(event: Event, status: NodeStatus) -> None:
    assert statuses([STARTED, checkpoint(0, "a"), event])["a"] == status


def test_a_question_in_a_subgraph_makes_every_level_wait() -> None:
    ns = ("team:11", "desk:22")
    run: list[Event] = [
        STARTED,
        checkpoint(0, "team"),
        NodeStarted(task="11", node="team"),
        NodeStarted(task="22", node="desk", ns=ns[:1]),
        NodeStarted(task="33", node="review", ns=ns),
        Interrupt(id="i", task="33", node="review", ns=ns, value="sure?"),
    ]
    found = statuses(run)
    assert [found[name] for name in ("team", "team:desk", "team:desk:review")] == ["waiting"] * 3
    view = fold(RunView(), [*run, *run[-1:]])
    assert [question.id for question in view.interrupts] == ["i"]


def test_going_on_after_a_question_clears_it_and_keeps_counts_and_conversation() -> None:
    asked: list[Event] = [
        STARTED,
        checkpoint(0, "a"),
        NodeStarted(task="1", node="a"),
        Message(task="1", node="a", role="ai", data={"type": "ai", "content": "hm", "id": "m"}),
        Interrupt(id="i", task="1", node="a", value=None),
        RunEnded(status="waiting", next=("a",)),
    ]
    view = fold(RunView(), asked)
    assert (view.status, view.nodes["a"].status, view.next) == ("waiting", "waiting", ("a",))
    view = fold(view, [RunStarted(thread="t", graph="agent.py:graph", run="r2")])
    assert (view.status, view.interrupts, view.nodes["a"].outcome) == ("running", (), "idle")
    view = fold(view, [NodeStarted(task="1", node="a"), NodeFinished(task="1", node="a", ms=5)])
    assert (view.nodes["a"].times, len(view.messages)) == (1, 1)
    other = fold(view, [RunStarted(thread="u", graph="agent.py:graph", run="r3")])
    assert (other.messages, other.nodes) == ((), {START: NodeState(outcome="done")})


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("done", "done"),
        ("breakpoint", "breakpoint"),
        ("stopped", "stopped"),
        ("recursion_limit", "stopped"),
        ("failed", "done"),
    ],
)
def test_the_end_of_a_run_marks_the_node_that_it_stands_before(status: RunStatus, shown: NodeStatus) -> None:
    run: list[Event] = [
        STARTED,
        checkpoint(0, "a"),
        NodeStarted(task="1", node="a"),
        NodeFinished(task="1", node="a", ms=1),
        RunEnded(status=status, next=() if status == "done" else ("a",)),
    ]
    view = fold(RunView(), run)
    assert view.status == status
    assert view.nodes["a"].status == shown
    assert (END in view.nodes) is (status == "done")


@pytest.mark.parametrize(("status", "shown"), [("lost", "failed"), ("stopped", "stopped")])
def test_nothing_runs_when_the_run_is_over(status: RunStatus, shown: NodeStatus) -> None:
    run: list[Event] = [STARTED, checkpoint(0, "a"), NodeStarted(task="1", node="a"), RunEnded(status=status)]
    assert statuses(run)["a"] == shown


def test_edges_are_taken_from_what_ended_to_what_starts() -> None:
    run: list[Event] = [
        STARTED,
        checkpoint(-1, START),
        checkpoint(0, "a"),
        NodeStarted(task="1", node="a"),
        NodeFinished(task="1", node="a", ms=1),
        checkpoint(1, "b", "c"),
        NodeStarted(task="2", node="b"),
        NodeStarted(task="3", node="c"),
    ]
    view = fold(RunView(), run)
    assert view.taken.times == {(START, "a"): 1, ("a", "b"): 1, ("a", "c"): 1}
    assert view.taken.newest == {("a", "b"), ("a", "c")}


def test_an_edge_to_many_tasks_counts_once_a_step_also_inside_a_subgraph_and_when_a_run_goes_on() -> None:
    inside = ("team:t1",)
    loop: list[Event] = []
    for step in (1, 2):
        sent = [str(number) for number in range(3)]
        loop += [checkpoint(step - 1, "b", ns=inside), *(NodeStarted(task=task, node="b", ns=inside) for task in sent)]
        loop += [NodeFinished(task=task, node="b", ms=1, ns=inside) for task in sent]
    view = fold(RunView(), [STARTED, checkpoint(0, "team"), NodeStarted(task="t1", node="team"), *loop])
    assert view.taken.times == {(START, "team"): 1, ("team:__start__", "team:b"): 1, ("team:b", "team:b"): 1}
    assert view.taken.newest == {(START, "team"), ("team:b", "team:b")}
    shown = view.nodes
    assert (shown["team:__start__"].status, shown["team:__end__"].status) == ("done", "idle")
    over = NodeFinished(task="t1", node="team", ms=1)
    left, ended = fold(view, [over]), fold(view, [checkpoint(2, ns=inside), over])
    assert left.nodes["team:__end__"].status == "idle", "its last task sent the graph around it on"
    assert ended.nodes["team:__end__"].status == "done"
    unsaved = [event for event in loop if not isinstance(event, Checkpoint)]
    assert fold(RunView(), [STARTED, *unsaved, over]).nodes["team:__end__"].status == "done", "no checkpoint tells"
    on = [RunEnded(status="stopped", next=("team",)), STARTED, NodeStarted(task="t1", node="team")]
    assert fold(view, on).taken.times == view.taken.times


def test_what_nobody_tells_is_no_edge_where_several_ended_or_one_failed() -> None:
    both = [NodeStarted(task="1", node="a"), NodeStarted(task="2", node="b")]
    ends: list[Event] = [NodeFinished(task="1", node="a", ms=1), NodeFinished(task="2", node="b", ms=1)]
    begin: list[Event] = [STARTED, checkpoint(0, "a", "b"), *both]
    after: list[Event] = [checkpoint(1, "c"), NodeStarted(task="3", node="c")]
    entries = {(START, "a"): 1, (START, "b"): 1}
    assert fold(RunView(), [*begin, *ends, *after]).taken.times == entries
    failed = NodeFailed(task="2", node="b", error="E", message="", traceback="")
    assert fold(RunView(), [*begin, ends[0], failed, *after]).taken.times == entries
    handled = NodeFinished(task="4", node="__error_handler__b", ms=1)
    taken = fold(RunView(), [*begin, ends[0], failed, handled, *after]).taken
    assert taken.times == {**entries, ("b", "__error_handler__b"): 1}, "that is what handles the error of b"


def test_an_edge_is_taken_when_its_target_starts_and_by_whom_it_was_told() -> None:
    def step(number: int, **routed: tuple[str, ...]) -> Checkpoint:
        return replace(checkpoint(number), routed=routed)

    def start(*nodes: str) -> list[Event]:
        return [NodeStarted(task=f"{node} {turn}", node=node) for turn, node in enumerate(nodes)]

    run: list[Event] = [
        STARTED,
        replace(checkpoint(-1), source="input", routed={}),
        *[step(0, __start__=("a", "b")), *start("a", "b")],
        *[step(1, a=("c", "late"), b=("c", "join", "d")), *start("c", "c", "d")],
        *[step(2, d=("join",)), *start("join")],
        *[step(3), *start("late")],
    ]
    taken = fold(RunView(), run).taken
    assert taken.told == taken.times.keys()
    ways = {(START, "a"), (START, "b"), ("a", "c"), ("b", "c"), ("b", "d"), ("b", "join"), ("d", "join"), ("a", "late")}
    assert taken.times == dict.fromkeys(ways, 1)
    assert taken.newest == {("a", "late")}
    copied, edited = (replace(checkpoint(4), source=source, routed={}) for source in ("fork", "update"))
    again = fold(RunView(), [*run, step(4, late=("a",)), edited, *start("a")]).taken
    assert again.times == taken.times, "who goes on from an edited state was sent by nobody"
    again = fold(RunView(), [*run, step(4, late=("a",)), copied, *start("a")]).taken
    assert again.times == {**taken.times, ("late", "a"): 1}, "a copy of a state goes on as that"


def test_tokens_grow_one_message_which_the_whole_one_replaces() -> None:
    tokens = [Token(task="1", node="a", message="m1", text=text) for text in ("Casa ", "Verde")]
    view = fold(RunView(), [STARTED, *tokens])
    assert [(message.text, message.writing) for message in view.messages] == [("Casa Verde", True)]
    whole = Message(task="1", node="a", role="ai", data={"type": "ai", "content": "Casa Verde.", "id": "other"})
    view = fold(view, [whole])
    assert [(message.text, message.writing) for message in view.messages] == [("Casa Verde.", False)]


def test_two_messages_are_written_at_the_same_time() -> None:
    run = [Token(task=task, node="w", message=f"m{task}", text=text) for text in ("x", "y") for task in ("1", "2")]
    assert [message.text for message in fold(RunView(), [STARTED, *run]).messages] == ["xy", "xy"]


def test_a_message_can_be_removed() -> None:
    def message(data_type: str, identity: str) -> Message:
        data = {"type": data_type, "content": "", "id": identity}
        return Message(task="1", node="a", role=data_type, data={**data})

    said = [message("ai", "1"), message("ai", "2")]
    assert [m.id for m in fold(RunView(), [*said, message("remove", "1")]).messages] == ["2"]
    assert fold(RunView(), [*said, message("remove", "__remove_all__")]).messages == ()


def test_model_tokens_and_retries_are_counted_on_the_node() -> None:
    usage = {"type": "ai", "content": "", "usage_metadata": {"total_tokens": 400}}
    run: list[Event] = [
        STARTED,
        NodeStarted(task="1", node="a"),
        Message(task="1", node="a", role="ai", data={**usage, "id": "x"}),  # type: ignore[dict-item] # JSON all the same
        Message(task="1", node="a", role="ai", data={**usage, "id": "y"}),  # type: ignore[dict-item] # as above
        NodeRetry(task="1", node="a", attempt=1, error="TimeoutError: late"),
    ]
    node = fold(RunView(), run).nodes["a"]
    assert (node.tokens, node.retries) == (800, 1)


def test_the_log_joins_pieces_of_a_line_and_tells_of_failures() -> None:
    run: list[Event] = [
        Output(task="1", node="a", stream="stdout", text="one\ntw"),
        Output(task="1", node="a", stream="stdout", text="o\n"),
        Output(task="2", node="b", stream="stderr", text="other\n"),
        NodeRetry(task="1", node="a", attempt=2, error="TimeoutError: late"),
        NodeFailed(task="1", node="a", ns=("team:9",), error="ValueError", message="no", traceback="File\n  line"),
        Custom(task="1", node="a", data={"progress": 3}),
        TypeBlocked(type="evil.Thing"),
        RunEnded(status="failed", error={"type": "graph", "message": "no", "hint": "fix it"}),
    ]
    view = fold(RunView(), run)
    assert [(line.kind, line.node, line.text) for line in view.log] == [
        ("stdout", "a", "one"),
        ("stdout", "a", "two"),
        ("stderr", "b", "other"),
        ("retry", "a", "attempt 2 failed, tried again: TimeoutError: late"),
        ("error", "team:a", "ValueError: no"),
        ("trace", "team:a", "File"),
        ("trace", "team:a", "  line"),
        ("custom", "a", '{"progress": 3}'),
        ("note", "", "the stored type evil.Thing is not the graph's own and was not built; --trust allows it"),
        ("error", "", "no"),
        ("note", "", "fix it"),
    ]
    assert view.logged == len(view.log)
    assert view.error == {"type": "graph", "message": "no", "hint": "fix it"}


def test_the_log_keeps_the_newest_lines_and_counts_all() -> None:
    text = "".join(f"{n}\n" for n in range(LINE_LIMIT + 10))
    view = fold(RunView(), [Output(task="1", node="a", stream="stdout", text=text)])
    assert (len(view.log), view.log[0].text, view.logged) == (LINE_LIMIT, "10", LINE_LIMIT + 10)


@pytest.mark.parametrize(
    ("status", "shown"),
    [("stopped", "stopped"), ("breakpoint", "breakpoint"), ("running", "queued")],
)
def test_a_saved_thread_shows_where_it_stands(status: ThreadStatus, shown: NodeStatus) -> None:
    snapshot = Snapshot(thread="t", checkpoint="c", step=3, status=status, next=("a",), values={}, changed=("x",))
    view = from_snapshot(snapshot)
    assert view.nodes["a"].status == shown
    assert (view.thread, view.step, view.changed) == ("t", 3, ("x",))


def test_a_saved_thread_that_waits_or_failed() -> None:
    snapshot = Snapshot(
        thread="t",
        checkpoint="c",
        step=3,
        status="waiting",
        next=("team", "b", "c"),
        values={},
        interrupts=(PendingInterrupt(id="i", node="ask", ns=("team:1",), value=None),),
        failed=(FailedTask(node="b", error="ValueError()"), FailedTask(node="c", error="CancelledError()")),
    )
    nodes = from_snapshot(snapshot).nodes
    assert {name: node.status for name, node in nodes.items()} == {
        START: "done",
        "team": "waiting",
        "team:ask": "waiting",
        "b": "failed",
        "c": "queued",
    }


def test_what_has_finished_beside_what_was_stopped_is_kept_at_any_depth() -> None:
    quick = (FinishedTask(node="quick"),)
    desk = Snapshot(
        thread="t", checkpoint="d", step=1, status="stopped", next=("two",), values={}, finished=quick, ns="desk:1"
    )
    stopped = Snapshot(
        thread="t", checkpoint="c", step=2, status="breakpoint", next=("desk",), values={}, finished=quick,
        subgraphs=(desk,),
    )  # fmt: skip
    nodes = from_snapshot(stopped).nodes
    assert {name: node.status for name, node in nodes.items() if START not in name} == {
        "quick": "kept", "desk": "breakpoint", "desk:quick": "kept", "desk:two": "breakpoint"
    }  # fmt: skip


def test_several_nodes_shown_as_one() -> None:
    group = [
        NodeState(outcome="done", times=2, last_ms=5, step=1),
        NodeState(outcome="failed", times=1, last_ms=9, step=2, retries=1),
        NodeState(active=frozenset("x"), tokens=7),
    ]
    shown = combine(group)
    assert (shown.status, shown.outcome, shown.times, shown.last_ms) == ("running", "failed", 3, 9)
    assert (shown.retries, shown.tokens, shown.step) == (1, 7, 2)
    assert combine([NodeState(together=9, step=1), *(NodeState(together=n, step=2) for n in (1, 4))]).together == 5
    assert combine([]) == NodeState()
