"""What the deck may do with what it looks at, and what it shows of it."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.cells import cell_len

from graphdeck.graphs.events import Checkpoint, NodeFinished, NodeStarted, RunEnded, RunStarted
from graphdeck.graphs.ran_tasks import RanTasks
from graphdeck.graphs.records import (
    CheckpointRow,
    Edge,
    FailedTask,
    GraphShape,
    Node,
    PendingInterrupt,
    RanTask,
    Snapshot,
    ThreadRow,
)
from graphdeck.graphs.stopping import Stop
from graphdeck.graphs.thread_key import ThreadKey
from graphdeck.tui.screens.deck_lines import IN_LOG, banner, notice, status_info
from graphdeck.tui.screens.drawn import drawn, unkept
from graphdeck.tui.screens.look import Look, Refused
from graphdeck.tui.screens.panes import log_of
from graphdeck.tui.screens.saved_view import runs_on, saved_view, way_to
from graphdeck.tui.screens.why_not import ANSWER_FIRST, AT_ITS_END
from graphdeck.tui.widgets.run_state import RunView, fold
from graphdeck.tui.widgets.taken_edges import Taken, TakenBuilder

QUESTION = PendingInterrupt(id="q", node="tools", ns=(), value="book it?")


def snapshot(**fields: Any) -> Snapshot:
    given: dict[str, Any] = {
        "thread": "t",
        "checkpoint": "c1",
        "step": 1,
        "status": "done",
        "next": (),
        "values": {},
    }
    return Snapshot(**{**given, **fields})


def look(shape: GraphShape, **fields: Any) -> Look:
    return Look(**{"graph": "travel", "shape": shape, "thread": "t", **fields})


def test_text_becomes_a_user_message_for_a_graph_that_takes_messages(travel: GraphShape) -> None:
    request = look(travel, thread="").starting("a hotel, please", "new")
    assert request.input == {"messages": [{"role": "user", "content": "a hotel, please"}]}
    assert (request.thread, request.has_input, request.graph) == ("new", True, "travel")


@pytest.mark.parametrize("cells", [10, 40, 78])
@pytest.mark.parametrize("hint", ["", "go on", "say it in many words " * 9])
@pytest.mark.parametrize(
    "text", ["done", "what happened, " * 40, "x" * 500, "検索" * 200, "failed\nat once", "y " * 90 + "\nz"]
)
def test_a_notice_has_up_to_three_rows_and_its_next_step_is_one_of_them(text: str, hint: str, cells: int) -> None:
    rows = notice(text, hint, "", cells, rest_is=IN_LOG).plain.split("\n")
    assert len(rows) <= 3
    assert all(cell_len(row.rstrip()) <= cells for row in rows)
    assert "".join(rows).startswith(text[:4])
    assert not hint or rows[-1].strip() in hint or rows[-1].endswith("…")
    assert cells < 40 or ("\n" in text) == (IN_LOG in "".join(rows))


def test_a_notice_is_not_cut_where_there_is_room_below() -> None:
    text = "the graph is not open yet, so only JSON can be sent: Enter again when it is drawn"
    rows = notice(text, "", "", 78).plain.split("\n")
    assert (len(rows), "".join(rows)) == (2, text)


@pytest.mark.parametrize("name", ["x" * 200, "検索" * 100, "[b]\x1b[2J" * 30], ids=["long", "wide", "hostile"])
def test_a_long_name_leaves_room_for_what_can_be_done(travel: GraphShape, name: str) -> None:
    task = FailedTask(node=name, error="no")
    stop = Stop(kind="before", node=name)
    for fields, said in (
        ({"status": "failed", "failed": (task,), "next": (name,)}, "space runs it again"),
        ({"status": "breakpoint", "stops": (stop,), "next": (name,)}, "space goes on"),
        ({"status": "stopped", "next": (name, "other")}, "space goes on"),
    ):
        seen = look(travel, snapshot=snapshot(graph="travel", **fields))
        line = banner(seen, datetime.now(UTC), 80)
        assert line is not None
        assert line.plain.endswith(said)
        assert line.cell_length <= 80
        assert "\x1b" not in line.plain + status_info(seen).detail


def test_a_message_graph_takes_whole_input_as_json_too(travel: GraphShape) -> None:
    typed = '{"messages": [], "city": "Rome"}'
    assert look(travel).starting(typed, "new").input == {"messages": [], "city": "Rome"}
    assert look(travel).starting('{"city": 1}', "new").input == {
        "messages": [{"role": "user", "content": '{"city": 1}'}]
    }
    knows_city = dataclasses.replace(travel, state_keys=("messages", "city"))
    assert look(knows_city).starting('{"city": 1}', "new").input == {"city": 1}
    assert look(knows_city).starting("{}", "new").input == {"messages": [{"role": "user", "content": "{}"}]}


def test_inside_a_subgraph_nodes_have_their_paths_and_no_input_is_taken(travel: GraphShape) -> None:
    question = PendingInterrupt(id="q", node="sign", ns=("team:1", "desk:2"), value="?")
    inner = snapshot(ns="team:1|desk:2", status="waiting", next=("sign", "file"), interrupts=(question,))
    inside = look(travel, snapshot=snapshot()).with_old(inner)
    assert {name: node.status for name, node in inside.view.nodes.items()} == {
        "__start__": "done",
        "team": "waiting",
        "team:__start__": "done",
        "team:desk": "waiting",
        "team:desk:__start__": "done",
        "team:desk:sign": "waiting",
        "team:desk:file": "queued",
    }
    with pytest.raises(Refused, match="an input goes to the whole graph"):
        inside.starting("hello", "new")


def test_other_graphs_take_json_and_say_where_it_is_wrong(travel: GraphShape) -> None:
    shape = dataclasses.replace(travel, takes_messages=False)
    assert look(shape).starting('{"n": 1}', "new").input == {"n": 1}
    with pytest.raises(Refused, match=r"^this graph takes JSON \(.* column 6\); Esc, then g, opens a form$"):
        look(shape).starting('{"n":}', "new")
    needs: Any = {"type": "object", "properties": {"topic": {"type": "string"}}, "required": ["topic"]}
    with pytest.raises(Refused, match=r'this graph takes JSON, such as \{"topic": "TEXT"\}'):
        look(dataclasses.replace(shape, input_schema=needs)).starting("tides", "new")


def test_text_for_a_graph_that_is_not_open_yet_is_not_called_wrong(travel: GraphShape) -> None:
    opening = dataclasses.replace(look(travel, thread=""), shape=None)
    with pytest.raises(Refused, match="not open yet"):
        opening.starting("a hotel, please", "new")


def test_input_takes_the_place_of_no_other_question_than_the_one_that_was_seen(travel: GraphShape) -> None:
    waiting = look(travel, snapshot=snapshot(status="waiting", interrupts=(QUESTION,), next=("tools",)))
    request = waiting.starting("go on", "new")
    assert (request.drop_question, list(request.seen)) == (True, [QUESTION.id])
    after = waiting.after_rejection("go on")
    assert (after.drop_question, after.seen, after.input) == (False, {}, request.input)
    still_held = look(travel, snapshot=snapshot(status="running"))
    assert still_held.after_rejection("go on").file == still_held.file
    with pytest.raises(Refused) as refused:
        waiting.continuing()
    assert str(refused.value) == ANSWER_FIRST
    assert waiting.answering({"q": True}).resume == {"q": True}


def test_every_request_names_the_file_of_the_thread_that_is_looked_at(travel: GraphShape) -> None:
    row = ThreadRow(thread="t", status="failed", file="two.sqlite")
    asks = look(travel, row=row, snapshot=snapshot(file="two.sqlite", interrupts=(QUESTION,), next=("tools",)))
    still = dataclasses.replace(asks, snapshot=snapshot(file="two.sqlite", status="failed", next=("tools",)))
    unread = look(travel, row=row)
    requests = [asks.answering({"q": 1}), asks.starting("x", "new"), still.continuing(), unread.starting("x", "new")]
    assert [request.file for request in requests] == ["two.sqlite"] * 4
    assert look(travel, thread="").starting("x", "new").file == ""


@pytest.mark.parametrize(("status", "reason"), [("breakpoint", ""), ("waiting", ANSWER_FIRST), ("done", AT_ITS_END)])
def test_a_new_thread_goes_on_from_where_its_run_has_stopped_though_its_state_is_not_read_yet(
    travel: GraphShape, status: Any, reason: str
) -> None:
    told = [RunStarted(thread="t", graph="travel", run="r", file="f"),
            Checkpoint(id="c1", parent=None, step=0, source="loop", next=("tools",), changed={}),
            RunEnded(status=status, next=("tools",))]  # fmt: skip
    seen = look(travel, live=fold(RunView(thread="t"), told), run_file="f")
    assert seen.why_not("pause") == reason
    if not reason:
        assert (seen.continuing().thread, seen.continuing().file) == ("t", "f")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"graph": ""}, "open a graph first"),
        ({"runs": frozenset([ThreadKey(thread="t")])}, "it runs"),
        ({"snapshot": snapshot(status="running")}, "running elsewhere: another process"),
        ({"snapshot": snapshot()}, "it is at its end"),
        ({}, "nothing to go on with"),
    ],
)
def test_a_thread_that_cannot_go_on_says_why(travel: GraphShape, fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        look(travel, **fields).continuing()


@pytest.mark.parametrize("status", ["breakpoint", "failed", "stopped"])
def test_a_thread_that_stands_still_goes_on(travel: GraphShape, status: Any) -> None:
    request = look(travel, snapshot=snapshot(status=status, next=("tools",))).continuing()
    assert not request.has_input
    assert not request.resume


def test_every_reason_that_switches_an_action_off_is_told(travel: GraphShape) -> None:
    idle = look(travel)
    off = ("answer", "open_question", "pause", "stop")
    assert all(idle.why_not(name) for name in off)
    row = ThreadRow(thread="t", status="waiting", file="f")
    waiting = look(travel, row=row, snapshot=snapshot(status="waiting", interrupts=(QUESTION,)))
    assert [name for name in off if not waiting.why_not(name)] == ["answer", "open_question"]
    running = dataclasses.replace(waiting, runs=frozenset([ThreadKey("f", "t")]))
    assert [name for name in off if not running.why_not(name)] == ["pause", "stop"]
    assert "does not run" in dataclasses.replace(waiting, runs=frozenset([ThreadKey("f", "other")])).why_not("stop")
    assert not dataclasses.replace(waiting, runs=frozenset([ThreadKey("g", "t")])).running, "of another file"


def test_a_thread_is_called_by_its_title_then_its_first_text_then_its_id(travel: GraphShape) -> None:
    row = ThreadRow(thread="t", status="done", file="f", first_text="a hotel", title="Rome")
    assert look(travel, row=row).title == "Rome"
    assert look(travel, row=dataclasses.replace(row, title="")).title == "a hotel"
    assert look(travel).title == "t"
    assert look(travel, thread="").title == "new thread"


def row(
    name: str, parent: str | None, step: int, following: tuple[str, ...] | None, source: str = "loop", **more: Any
) -> CheckpointRow:
    return CheckpointRow(
        checkpoint=name, parent=parent, step=step, source=source, time="", next=following, changed=(), **more
    )


def rows() -> list[CheckpointRow]:
    return [
        row("c4", "c3", 3, ()),
        row("f1", "c2", 3, ("tools",), "fork"),
        row("c3", "c2", 2, ("assistant",)),
        row("c2", "c1", 1, ("tools", "tools")),
        row("c1", "c0", 0, ("assistant",)),
        row("c0", None, -1, ("__start__",), "input"),
    ]


def test_saved_threads_tell_how_often_each_node_ran_up_to_a_checkpoint() -> None:
    def runs_before(checkpoint: str) -> dict[str, int]:
        return runs_on(way_to(checkpoint, rows()))

    assert runs_before("c4") == {"assistant": 2, "tools": 2}
    assert runs_before("c2") == {"assistant": 1}
    assert runs_before("f1") == {"assistant": 1}, "a fork ran nothing itself"
    assert runs_before("gone") == {}


def test_a_saved_thread_shows_what_ran_and_where_it_stands() -> None:
    view = saved_view(snapshot(checkpoint="c2", status="waiting", next=("tools",), interrupts=(QUESTION,)), rows())
    assert (view.nodes["assistant"].status, view.nodes["assistant"].times) == ("done", 1)
    assert view.nodes["tools"].status == "waiting"


def test_a_look_at_the_same_checkpoints_makes_nothing_anew_however_many_they_are() -> None:
    look = Look(graph="g", thread="t", snapshot=snapshot(checkpoint="c4"), history=rows())
    assert dataclasses.replace(look, runs=frozenset([ThreadKey("f", "other")])).view is look.view
    assert dataclasses.replace(look, history=rows()[1:]).view is not look.view
    assert "tools" not in dataclasses.replace(look, old=snapshot(checkpoint="c2")).view.nodes


def test_of_hundreds_of_tasks_the_kinds_tell_what_all_of_them_would() -> None:
    fan = tuple(ran("tools", "assistant", *(("late",) if number % 7 else ())) for number in range(300))
    plan = [
        row("c2", "c1", 1, ("assistant", "late"), made_by=fan, after=(ran("late"), *[ran("assistant")] * 300)),
        row("c1", "c0", 0, ("tools",) * 300, after=fan, made_by=(ran("__start__", "tools"),)),
        row("c0", None, -1, ("__start__",), "input", after=(ran("__start__", "tools"),)),
    ]
    packed = [dataclasses.replace(each, made_by=RanTasks(each.made_by), after=RanTasks(each.after)) for each in plan]
    for checkpoint in ("c2", "c1"):
        at = snapshot(checkpoint=checkpoint, status="stopped", next=("late",))
        assert saved_view(at, packed) == saved_view(at, plan)
    assert saved_view(at, packed[1:]).taken.times == {("__start__", "tools"): 1}
    assert saved_view(snapshot(checkpoint="c2"), packed).nodes["tools"].times == 300


def test_where_the_beginning_was_not_read_it_is_told_from_which_step_on_is_counted() -> None:
    at = snapshot(checkpoint="c4", status="done")
    assert saved_view(at, rows()).counted_from is None
    begun = saved_view(at, rows()[:-2])
    assert (begun.counted_from, begun.nodes["assistant"].times) == (1, 1)
    assert fold(begun, [RunStarted(thread="t", graph="g", run="r")]).counted_from == 1, "a run counts on from there"


def test_what_this_session_saw_is_shown_until_the_file_goes_on_without_it(travel: GraphShape) -> None:
    view = fold(
        RunView(),
        [
            RunStarted(thread="t", graph="travel", run="r"),
            NodeStarted(task="1", node="assistant"),
            NodeFinished(task="1", node="assistant", ms=7),
            Checkpoint(id="c1", parent=None, step=1, source="loop", next=(), changed={}),
            RunEnded(status="done"),
        ],
    )
    seen = look(travel, live=view, snapshot=snapshot())
    assert seen.view.nodes["assistant"].last_ms == 7
    gone_on = seen.with_state(snapshot(checkpoint="c9", status="failed", failed=(FailedTask(node="tools", error="E"),)))
    assert gone_on.status == "failed"
    assert gone_on.view.nodes["tools"].status == "failed"
    assert "assistant" not in gone_on.view.nodes
    not_read_yet = seen.with_state(snapshot(checkpoint="c0", status="stopped"))
    assert not_read_yet.status == "done", "the run is ahead of what was read of the file"


def test_what_changed_is_told_by_the_run_at_once_and_by_the_history_in_time(travel: GraphShape) -> None:
    seen = look(travel, snapshot=snapshot(checkpoint="c4"))
    assert seen.changed == ()
    newest, *older = rows()
    read = dataclasses.replace(seen, history=(dataclasses.replace(newest, changed=("city",)), *older))
    assert read.changed == ("city",)
    assert read.with_old(snapshot(checkpoint="c2")).changed == ()
    ran = Checkpoint(id="c4", parent="c3", step=3, source="loop", next=(), changed={"budget": (3, "f00d")})
    view = fold(RunView(), [RunStarted(thread="t", graph="travel", run="r"), ran])
    assert dataclasses.replace(read, live=view).changed == ("budget",)


def test_durations_that_only_the_session_knows_stay_when_the_file_goes_on_without_it(travel: GraphShape) -> None:
    view = fold(
        RunView(),
        [
            RunStarted(thread="t", graph="travel", run="r"),
            Checkpoint(id="c1", parent=None, step=0, source="loop", next=("assistant",), changed={}),
            NodeStarted(task="1", node="assistant"),
            NodeFinished(task="1", node="assistant", ms=7),
            RunEnded(status="done"),
        ],
    )
    seen = look(travel, live=view, history=rows(), snapshot=snapshot(checkpoint="c4"))
    assert (seen.view.nodes["assistant"].times, seen.view.nodes["assistant"].last_ms) == (2, 7)
    old = seen.with_old(snapshot(checkpoint="c2", status="stopped"))
    assert old.view.nodes["assistant"].last_ms is None, "how long it took then is not known"


def observed(seen: Look) -> list[str]:
    """The observed edges that are drawn, by their paths, those of subgraphs too."""

    def under(prefix: str, shape: GraphShape) -> list[str]:
        own = [f"{prefix}{edge.source} > {prefix}{edge.target}" for edge in shape.edges if edge.observed]
        return own + [way for name, inner in shape.subgraphs.items() for way in under(f"{prefix}{name}:", inner)]

    shape = drawn(seen)
    assert shape is not None
    return under("", shape)


def test_edges_that_are_told_are_drawn_wherever_they_come_from_and_likely_ones_where_targets_are_open(
    travel: GraphShape,
) -> None:
    router, desk = Node(id="router", unknown_targets=True), Node(id="desk")
    nodes = (*travel.nodes[:2], router, desk, Node(id="late", defer=True), travel.nodes[-1])
    shape = dataclasses.replace(travel, nodes=nodes, edges=(Edge(source="assistant", target="router"),))
    open_, closed, gone = ("router", "desk"), ("assistant", "desk"), ("router", "unheard of")
    late, declared = ("router", "late"), ("assistant", "router")

    def seen(told: frozenset[tuple[str, str]]) -> list[str]:
        taken = Taken(times=dict.fromkeys([open_, closed, gone, late, declared], 1), told=told)
        return observed(look(shape, live=RunView(thread="t", run="r", taken=taken)))

    assert seen(frozenset()) == ["router > desk"], "what only came next"
    assert seen(frozenset([open_, closed, gone, late, declared])) == [
        "assistant > desk",
        "router > desk",
        "router > late",
    ]
    tasks = dataclasses.replace(shape, kind="functional")
    assert drawn(look(tasks, live=RunView(thread="t", run="r", taken=Taken(times={open_: 1})))) is tasks


def ran(node: str, *routed: str, inner: tuple[str, ...] = (), **more: Any) -> RanTask:
    return RanTask(id=node, node=node, routed=routed, inner=inner, **more)


def test_edges_that_the_file_tells_are_those_taken_on_the_way_to_what_is_shown(travel: GraphShape) -> None:
    started = (ran("__start__", "team"),)
    team = ran("team", "late", "other", inner=("team:1",))
    plan = [
        row("c4", "c3", 3, (), made_by=(ran("late"),)),
        row("c3", "c2", 2, ("late",), made_by=(ran("other"), ran("alone")), after=(ran("late"),)),
        row("c2", "c1", 1, ("other", "alone"), made_by=(team,), after=(ran("other"), ran("alone"))),
        row("c1", "c0", 0, ("team",), made_by=started, after=(team,)),
        row("c0", None, -1, ("__start__",), "input", after=started),
    ]
    loop = ran("desk", "desk")
    inner = {
        "team:1": [
            row("c1c", "c1b", 2, (), made_by=(loop,), after=(ran("desk", waits=True),)),
            row("c1b", "c1a", 1, ("desk",), made_by=(loop,), after=(loop,)),
            row("c1a", "c1-", 0, ("desk",), made_by=(ran("__start__", "desk"),), after=(loop,)),
        ]
    }
    shape = dataclasses.replace(
        travel,
        nodes=tuple(Node(id=name) for name in ("__start__", "team", "other", "alone", "late")),
        edges=(Edge(source="__start__", target="team"),),
        subgraphs={"team": dataclasses.replace(travel, nodes=(Node(id="__start__"), Node(id="desk")), edges=())},
    )
    newest = look(shape, snapshot=snapshot(checkpoint="c4", graph="travel"), history=plan)
    ended = dict.fromkeys([("other", "__end__"), ("alone", "__end__"), ("late", "__end__")], 1)
    ways = {("__start__", "team"): 1, ("team", "other"): 1, ("team", "late"): 1}
    assert dict(newest.view.taken.times) == ways | ended, "late waited for all others; nobody told who sent alone"
    assert newest.view.taken.newest == {("late", "__end__")}
    assert observed(newest) == ["team > late", "team > other"]
    opened = dataclasses.replace(newest, inner=inner)
    assert opened.view.taken.times["team:desk", "team:desk"] == 2
    assert observed(opened)[2:] == ["team:__start__ > team:desk", "team:desk > team:desk"]
    assert (opened.view.nodes["team:desk"].status, opened.view.nodes["team:desk"].times) == ("done", 2)
    assert [opened.view.nodes[f"team:{end}"].status for end in ("__start__", "__end__")] == ["done", "done"]
    within = opened.with_old(snapshot(checkpoint="c1b", ns="team:1", next=("desk",), status="stopped")).view
    took = {("__start__", "team"), ("team:__start__", "team:desk")}
    assert dict(within.taken.times) == dict.fromkeys(took, 1), "inside a subgraph it is as it was then, too"
    assert (within.nodes["team"].status, within.nodes["team:desk"].times) == ("stopped", 1)
    early = opened.with_old(snapshot(checkpoint="c1", next=("team",), status="stopped"))
    assert dict(early.view.taken.times) == {}, "what follows an older checkpoint has not begun there"
    assert observed(early) == observed(opened), "what is known of the graph stays drawn, dim"
    assert set(unkept(opened)) == {
        ("team", "late"),
        ("team", "other"),
        ("team:desk", "team:desk"),
        ("team:__start__", "team:desk"),
    }
    assert not unkept(dataclasses.replace(opened, shape=drawn(opened))), "its shape has them"
    nobodys = opened.with_state(snapshot(checkpoint="c4", graph=""))
    assert not unkept(nobodys), "whose they are is not known"
    assert unkept(dataclasses.replace(nobodys, is_graph_named=True)), "a person has said it"
    assert not unkept(opened.with_state(snapshot(checkpoint="c4", graph="another"))), "they are not of this graph"
    not_read_yet = opened.with_state(snapshot(checkpoint="c5", parent="c4"))
    assert observed(not_read_yet) == observed(opened)
    going_on = TakenBuilder(opened.view.taken)
    going_on.start((), "late")
    assert going_on.view().times == opened.view.taken.times, "a task that starts again takes no edge again"


def test_no_node_has_led_to_the_end_where_it_is_not_told_who_led_on() -> None:
    def told(next_: tuple[str, ...] | None) -> dict[tuple[str, str], int]:
        plan = [
            row("c1", "c0", 1, next_, made_by=(ran("assistant"),), after=()),
            row("c0", None, 0, ("assistant",), after=(ran("assistant"),)),
        ]
        return dict(saved_view(snapshot(checkpoint="c1", next=next_, status="stopped"), plan).taken.times)

    assert told(()) == {("assistant", "__end__"): 1}
    assert told(("tools",)) == {}, "older versions of LangGraph name their channels otherwise"
    assert told(None) == {}


def test_a_node_that_failed_has_led_to_its_error_handler() -> None:
    handled = (ran("__error_handler__assistant", "tools"),)
    plan = [
        row("c1", "c0", 1, ("tools",), made_by=handled),
        row("c0", None, 0, ("assistant",), after=(ran("assistant", error="ValueError('no')"), *handled)),
    ]
    taken = saved_view(snapshot(checkpoint="c1", next=("tools",), status="stopped"), plan).taken
    assert taken.times == {("assistant", "__error_handler__assistant"): 1}


def test_what_several_tasks_did_in_one_subgraph_counts_once(travel: GraphShape) -> None:
    def team(*routed: str) -> RanTask:
        return ran("team", *routed, inner=("team",))

    plan = [
        row("c5", "c3", 2, (), made_by=(team(),)),
        row("c3", "c1", 1, ("team",), made_by=(team("team"),), after=(team(),)),
        row("c1", "c0", 0, ("team",), made_by=(ran("__start__", "team"),), after=(team("team"),)),
    ]
    turns = [
        row(f"c{turn}{part}", before, step, next_, source, made_by=made_by, after=after)
        for turn, first in ((3, "c1b"), (1, None))
        for part, before, step, next_, source, made_by, after in (
            ("b", f"c{turn}a", 1, (), "loop", (ran("desk"),), ()),
            ("a", first, 0, ("desk",), "input", (), (ran("desk"),)),
        )
    ]
    seen = look(travel, snapshot=snapshot(checkpoint="c5"), history=plan, inner={"team": turns})
    assert (seen.view.nodes["team"].times, seen.view.nodes["team:desk"].times) == (2, 2)
    early = seen.with_old(snapshot(checkpoint="c3", next=("team",), status="stopped"))
    assert early.view.nodes["team:desk"].times == 1
    forked = [
        row("c7", "c6", 2, (), made_by=(team(),)),
        row("c6", "c1", 1, ("team",), "fork", after=(team(),)),
    ]
    again = [row("c6b", "c6a", 1, (), made_by=(ran("desk"),)), row("c6a", None, 0, ("desk",), "input")]
    branch = look(travel, snapshot=snapshot(checkpoint="c7"), history=[*forked, *plan], inner={"team": again + turns})
    assert branch.view.nodes["team:desk"].times == 1, "what the same subgraph did on another branch is not of this one"
    assert branch.view.taken.times["__start__", "team"] == 1


def test_an_older_checkpoint_shows_its_own_state_and_conversation(travel: GraphShape) -> None:
    def said(*texts: str) -> dict[str, Any]:
        return {"messages": [{"type": "human", "content": text, "id": text} for text in texts]}

    newest = look(travel).with_state(snapshot(values=said("one", "two")))
    old = newest.with_old(snapshot(checkpoint="c0", step=0, status="stopped", values=said("one")))
    assert [message.text for message in old.messages] == ["one"]
    assert old.status == "stopped"
    assert [message.text for message in old.with_old(None).messages] == ["one", "two"]


def test_before_the_first_step_a_thread_stands_before_the_start(travel: GraphShape) -> None:
    def detail(*following: str, **fields: Any) -> str:
        at = snapshot(step=-1, status="stopped", next=following, **fields)
        return status_info(look(travel, snapshot=snapshot()).with_old(at)).detail

    assert detail("__start__") == "before START"
    assert detail("team", subgraphs=(snapshot(ns="team:1", next=("__start__",)),)) == "before team:START"
    assert status_info(look(travel, snapshot=snapshot(status="stopped", next=()))).detail == ""


def test_a_run_from_an_older_checkpoint_goes_on_from_what_was_there(travel: GraphShape) -> None:
    newest = look(travel, snapshot=snapshot(checkpoint="c4"), history=rows())
    assert newest.view_from(None).nodes["assistant"].times == 2
    assert newest.view_from("c4").nodes["assistant"].times == 2
    assert newest.view_from("c2").nodes["assistant"].times == 1, "the timeline's cursor may be elsewhere than the look"
    shown = newest.with_old(snapshot(checkpoint="c1", next=("assistant",), status="stopped"))
    assert "assistant" not in shown.view_from("c1").nodes
    assert shown.view_from("c4").nodes["assistant"].times == 2


def test_saved_failures_are_in_the_log_without_the_siblings_that_they_stopped(travel: GraphShape) -> None:
    failed = (FailedTask(node="a", error="ValueError('no')"), FailedTask(node="b", error="CancelledError()"))
    lines, logged = log_of(look(travel, snapshot=snapshot(status="failed", failed=failed)))
    assert [(line.node, line.text) for line in lines] == [("a", "ValueError('no')")]
    assert logged == 1


def test_the_question_brings_the_state_of_its_subgraph_and_the_schemas_of_the_tools(travel: GraphShape) -> None:
    call: Any = {"type": "tool_approval", "name": "book", "args": {"nights": 3}}
    question = PendingInterrupt(id="q", node="tools", ns=("team:1", "desk:2"), value=call)
    other = snapshot(ns="team:1", values={"of": "a call that has ended"})
    desk = snapshot(ns="team:1|1|desk:2|1", values={"draft": "tides"}, interrupts=(question,))
    team = snapshot(ns="team:1|1", interrupts=(question,), subgraphs=(desk,))
    waiting = snapshot(status="waiting", interrupts=(question,), subgraphs=(other, team))
    schema: Any = {"type": "object", "properties": {"nights": {"type": "integer"}}}
    asked = look(dataclasses.replace(travel, tools={"book": schema}), snapshot=waiting).asked
    (action,) = asked.sheet.actions
    assert action.args_schema == schema
    assert asked.inner(action) == desk
    assert desk.node == "desk"
    assert snapshot().node == ""
