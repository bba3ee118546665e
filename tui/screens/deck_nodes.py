"""The deck's details of a node: how it was declared, where it is in the source, and its tasks one by one."""

import dataclasses
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from textual import on

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.records import GraphShape
from graphdeck.graphs.thread_key import ThreadKey, key_of
from graphdeck.tui import bridge
from graphdeck.tui.clock import Clock
from graphdeck.tui.rules import Rules
from graphdeck.tui.screens.deck_runs import DeckRuns
from graphdeck.tui.screens.look import Look
from graphdeck.tui.theme import WARNING
from graphdeck.tui.widgets.graph_view import GraphView

if TYPE_CHECKING:
    from graphdeck.tui.node_bridge import GlancesRead, InnerTasksRead, InsideRead, KeptTasksRead, NodeBridge, TaskRead
    from graphdeck.tui.screens.node import NodeScreen
    from graphdeck.tui.task_log import TaskLog, TaskRun
    from graphdeck.tui.task_rows import TaskRow
    from graphdeck.tui.widgets.run_timeline import RunTimelineView
    from graphdeck.tui.widgets.task_tree import TaskTree

MOST_STEPS: Final = 30
"""Steps, the newest ones, whose tasks are glanced at."""


class DeckNodes(DeckRuns):
    """Keeps the tasks of this session's runs, and shows a node with its tasks."""

    def __init__(self, engine: Engine, clock: Clock, rules: Rules) -> None:
        super().__init__(engine, clock, rules)
        self._task_logs: dict[ThreadKey, TaskLog] = {}
        self._node_screen: NodeScreen | None = None
        self._inner_tasks: Sequence[TaskRun] = ()
        self._kept: tuple[ThreadKey, TaskLog] | None = None
        self._kept_tasks: Sequence[TaskRun] = ()
        self._kept_wanted: object = None
        self._inside_wanted: tuple[ThreadKey, Sequence[str]] | None = None
        self._inside_read: tuple[ThreadKey | None, Sequence[TaskRun]] = (None, ())
        self._glanced: dict[tuple[str, str], bool] = {}  # whether tasks of the step were at work when it was read
        self._saved_of: object = None
        self._saved_shape: object = None
        self._saved_tasks: Sequence[TaskRun] = ()

    @cached_property
    def _node_bridge(self) -> "NodeBridge":
        from graphdeck.tui.node_bridge import NodeBridge  # the first paint reads no task

        return NodeBridge(self._engine, self)

    # -- the node ----------------------------------------------------------------------------------------------------

    @on(GraphView.NodeChosen)
    def action_node(self) -> None:
        """Show the node of the graph's cursor, or the task of the tree's."""
        graph = self.panes.graph
        if graph.task_tree is not None and graph.main is graph.task_tree:
            self._show_task(graph.task_tree.selected)
        else:
            self._show_node(graph.view.chosen_node)

    def on_run_timeline_view_task_chosen(self, event: "RunTimelineView.TaskChosen") -> None:
        """Show the node of a task, and put the graph's cursor on it."""
        path = event.task.path
        self.panes.graph.view.select(path)
        self._show_node(path, event.task.task)

    def _show_node(self, path: str | None, task: str = "") -> None:
        from graphdeck.tui.node_lines import find_node
        from graphdeck.tui.screens.drawn import drawn
        from graphdeck.tui.screens.node import NodeScreen

        look = self.look
        seen = None
        if (shape := drawn(look)) is not None and path is not None:
            seen = find_node(shape, shape.edges, path, look.view.taken.times)
        if seen is None:
            self.say("no node is chosen: go to one in the graph (1)", style=WARNING)
            return
        seen = dataclasses.replace(seen, stops=self.panes.graph.stops.get(seen.path, ""))
        self._node_screen, self._inner_tasks = NodeScreen(seen, self, task), ()
        self._glanced = {}
        self.app.push_screen(self._node_screen, self._node_left)
        self._show_tasks()
        self._read_inner_tasks()

    def _node_left(self, _: None) -> None:
        self._node_screen = None

    # -- its tasks ---------------------------------------------------------------------------------------------------

    @on(bridge.RunEvents)
    def _tasks_told(self, message: bridge.RunEvents) -> None:
        """Keep what a run tells of its tasks."""
        from graphdeck.tui.task_log import TaskLog

        thread = key_of(message.request)
        if thread not in self._task_logs:
            kept = self._kept
            self._task_logs[thread] = kept[1] if kept is not None and kept[0] == thread else TaskLog()
        self._task_logs[thread].add(message.events)
        if thread == self.look.key:
            self._show_tasks()

    @on(bridge.HistoryRead)
    def _read_inner_tasks(self) -> None:
        """Read the saved tasks of a node inside a subgraph."""
        screen = self._node_screen
        if screen is not None and ":" in screen.seen.path:
            self._node_bridge.read_inner_tasks(self.look.key, screen.seen.path, self.look.history)

    def on_inner_tasks_read(self, message: "InnerTasksRead") -> None:
        """Show them, where their node is still shown."""
        screen = self._node_screen
        if screen is not None and (message.thread, message.path) == (self.look.key, screen.seen.path):
            self._inner_tasks = message.tasks
            self._show_tasks()

    def see(self, look: Look) -> None:
        """Look at this; the tasks that are shown are those of the look, and so are their times."""
        is_kept = self._kept is not None and self._kept[0] == look.key
        if is_kept and look.live is None and look.kept is not self._kept_tasks:
            look = dataclasses.replace(look, kept=self._kept_tasks)
        super().see(look)
        if look.live is None and look.history and not look.elsewhere:
            self._told_tasks()  # read behind all that is seen first
        if not self.is_covered:
            self._show_tree()
        self._show_tasks()

    def _show_tree(self) -> None:
        """Show the task tree of a functional graph."""
        look = self.look
        if look.shape is None or look.shape.kind != "functional":
            self.panes.graph.show_tree(None)
            return
        from graphdeck.tui.task_rows import shown_entry

        tasks = self._known_tasks(look.shape)[::-1]
        known = {task.id for task in tasks}
        tasks = [*tasks, *(task for task in self._inside()[::-1] if task.id not in known)]
        self.panes.graph.show_tree(look.shape, shown_entry(tasks, look.old.checkpoint if look.old else ""), tasks)

    def _inside(self) -> "Sequence[TaskRun]":
        """The saved tasks of the subgraphs that tasks of the graph ran; a run tells of its own."""
        from graphdeck.graphs.ran_tasks import subgraphs_of

        look = self.look
        spaces = tuple(dict.fromkeys(ns for row in look.history for ns in subgraphs_of(row.after)))
        if spaces and not look.running and (look.key, spaces) != self._inside_wanted:
            self._inside_wanted = (look.key, spaces)
            self._node_bridge.read_inside(look.key, spaces)
        return self._inside_read[1] if self._inside_read[0] == look.key else ()

    def on_inside_read(self, message: "InsideRead") -> None:
        """Show them."""
        from graphdeck.tui.called_tasks import saved_inside

        self._inside_read = (message.thread, saved_inside(message.rows))
        self.see(self.look)

    def on_task_tree_task_chosen(self, event: "TaskTree.TaskChosen") -> None:
        """Show a task of the tree."""
        self._show_task(event.row)

    def _show_task(self, row: "TaskRow | None") -> None:
        """Show the function of a task, with the cursor on this call."""
        if row is not None and not row.path:
            self.say("the name of this task is not kept, and no task in the code has its id", style=WARNING)
        elif row is not None:
            self._show_node(row.path, row.key)

    def _told_tasks(self) -> "Sequence[TaskRun]":
        """The tasks that runs of this session told of, and before the first of them those on record."""
        look = self.look
        if look.key in self._task_logs:
            return self._task_logs[look.key].tasks
        wanted = (look.key, look.snapshot.checkpoint if look.snapshot else "", bool(look.elsewhere))
        if look.key.file and wanted != self._kept_wanted:
            self._kept_wanted = wanted
            self._node_bridge.read_kept(look.key, running=bool(look.elsewhere))
        return self._kept[1].tasks if self._kept is not None and self._kept[0] == look.key else ()

    def on_kept_tasks_read(self, message: "KeptTasksRead") -> None:
        """Show them, unless a run of this session tells already."""
        self._kept, self._kept_tasks = (message.thread, message.log), message.log.tasks
        if message.thread == self.look.key and message.thread not in self._task_logs:
            self.see(self.look)

    def _known_tasks(self, shape: GraphShape) -> "Sequence[TaskRun]":
        """All tasks of the thread's own graph that are known, newest first."""
        from graphdeck.tui.called_tasks import saved_of_graph
        from graphdeck.tui.task_log import together

        look = self.look
        live = self._told_tasks()
        if self._saved_of is not look.history or self._saved_shape is not shape:
            names = {task.path for task in live if task.call}
            self._saved_of, self._saved_shape = look.history, shape
            self._saved_tasks = saved_of_graph(look.history, shape, names)
        return together(live, self._saved_tasks)

    def _show_tasks(self) -> None:
        screen, look = self._node_screen, self.look
        if screen is None:
            return
        from graphdeck.tui.task_log import together
        from graphdeck.tui.task_rows import with_called

        path = screen.seen.path
        known = self._known_tasks(look.shape) if look.shape else ()
        tasks = [task for task in known if task.path == path]
        if ":" in path:
            tasks = together(reversed(tasks), self._inner_tasks)
        if look.old is not None:  # as it was then: checkpoint ids sort by time
            tasks = [task for task in tasks if task.began <= look.old.checkpoint]
        at = look.shown.checkpoint if look.shown else ""
        listed = with_called(tasks, reversed(known))
        self._read_glances([task for task, _ in listed])
        screen.show_tasks(listed, {task.id for task, _ in listed if at and at in (task.began, task.ended)})

    # -- one task, whole ---------------------------------------------------------------------------------------------

    def on_node_screen_task_wanted(self, message: "NodeScreen.TaskWanted") -> None:
        """Read what it was given and what it wrote."""
        screen = self._node_screen
        if screen is not None:
            details = screen.seen.node.details
            self._node_bridge.read_task(self.look.key, message.task, details.reads if details else ())

    def on_task_read(self, message: "TaskRead") -> None:
        """Show the task whole."""
        from graphdeck.tui.node_lines import task_value
        from graphdeck.tui.screens.whole import ValueScreen

        screen = self._node_screen
        if screen is not None and self.app.screen is screen and message.thread == self.look.key:
            value = task_value(message.task, message.values, message.state, message.after)
            self.app.push_screen(ValueScreen(f"a task of {screen.seen.path}", value))

    def on_node_screen_checkpoint_wanted(self, message: "NodeScreen.CheckpointWanted") -> None:
        """Look at the checkpoint that a task began at."""
        look, task = self.look, message.task
        if self._node_screen is not None:
            self._node_screen.dismiss(None)
        self.panes.go("state")
        if look.snapshot is not None and look.snapshot.checkpoint == task.began:
            self.see(look.with_old(None))
        else:
            self.bridge.read_state(look.thread, task.began, ns=task.checkpoint_ns, file=look.file)

    # -- what its tasks were given and wrote, in a few words -----------------------------------------------------------

    def _read_glances(self, tasks: "Sequence[TaskRun]") -> None:
        """Read it for the newest steps: once when they are first seen, and when all tasks of one are over."""
        at_work = {(task.began, task.checkpoint_ns) for task in tasks if task.state == "running"}
        steps = list(dict.fromkeys((task.began, task.checkpoint_ns) for task in tasks if task.began))[:MOST_STEPS]
        read = self._glanced
        wanted = {step: step in at_work for step in steps if step not in read or (read[step] and step not in at_work)}
        if wanted:
            self._node_bridge.read_glances(self.look.key, wanted)

    def on_glances_read(self, message: "GlancesRead") -> None:
        """Show it."""
        if self._node_screen is not None and message.thread == self.look.key:
            self._glanced.update(message.steps)
            self._node_screen.show_glances(message.glances)
