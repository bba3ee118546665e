"""The deck's keys for threads: which one is looked at, and what is done to one or to all that are marked."""

from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textual import on
from textual.widgets import Input, TextArea
from textual.worker import Worker

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import GraphdeckError
from graphdeck.graphs.records import Snapshot, ThreadRow
from graphdeck.graphs.thread_key import key_of
from graphdeck.tui.clock import Clock
from graphdeck.tui.rules import Rules
from graphdeck.tui.screens import thread_acts
from graphdeck.tui.screens.checkpoints import why_not_read
from graphdeck.tui.screens.deck_whose import DeckWhose
from graphdeck.tui.screens.look import Look
from graphdeck.tui.text import one_line
from graphdeck.tui.theme import MUTED, WARNING
from graphdeck.tui.widgets.thread_list import ThreadList
from graphdeck.tui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from graphdeck.tui.keeping import Keeper

KEEP: Final = 10
"""Checkpoints that pruning keeps unless the person says how many."""


def row_of(snapshot: Snapshot) -> ThreadRow:
    """A thread that is not listed, as far as its state tells."""
    return ThreadRow(
        thread=snapshot.thread,
        status=snapshot.status,
        file=snapshot.file,
        graph=snapshot.graph,
        step=snapshot.step,
        updated=snapshot.time,
    )


class DeckThreads(DeckWhose):
    """What is done to threads: to those marked in the list, the one of its cursor, or the one that is looked at."""

    def __init__(self, engine: Engine, clock: Clock, rules: Rules) -> None:
        super().__init__(engine, clock, rules)
        self._engine = engine
        self._act: Worker[None] | None = None

    def why_not(self, name: str) -> str:
        """Why an action is off now; empty where it is on."""
        if name in thread_acts.ACTS:
            return thread_acts.why_not_act(name, self._chosen, self.look.runs)
        return self.look.why_not(name) or why_not_read(self.look, name)

    def is_off(self, name: str) -> bool:
        """Whether an action is off now; says why."""
        reason = self.why_not(name)
        if reason:
            self.say(reason, style=WARNING)
        return bool(reason)

    # -- which one ---------------------------------------------------------------------------------------------------

    @on(ThreadList.ThreadSelected)
    def _thread_selected(self, event: ThreadList.ThreadSelected) -> None:
        self.open_thread(event.row.thread, event.row)
        if not self.panes.shows_all:  # else it can be seen beside the list
            self.panes.go("state")

    @on(Timeline.CheckpointSelected)
    def _checkpoint_selected(self, event: Timeline.CheckpointSelected) -> None:
        row = event.row
        if event.newest:
            self.see(self.look.with_old(None))
        else:
            self.bridge.read_state(self.look.thread, row.checkpoint, ns=row.ns, file=self.look.file)

    def action_new_thread(self) -> None:
        """Begin a new thread: its first input makes it."""
        look = self.look
        self.see(Look(graph=look.graph, shape=look.shape, runs=look.runs))
        self.action_input()

    # -- marks -------------------------------------------------------------------------------------------------------

    @property
    def _chosen(self) -> tuple[ThreadRow, ...]:
        if self.panes.pane == "threads":
            return self.panes.threads.list.chosen_threads
        look, saved = self.look, self.look.snapshot
        if look.row is not None or saved is None:
            return (look.row,) if look.row else ()
        return (row_of(saved),)

    def action_mark(self) -> None:
        """Mark the thread of the cursor."""
        self._in_list().turn_mark()

    def action_mark_all(self) -> None:
        """Mark all that are listed."""
        self._in_list().turn_all_marks()

    def _in_list(self) -> ThreadList:
        if self.panes.pane != "threads":
            self.panes.go("threads")
        return self.panes.threads.list

    def action_back(self) -> None:
        """Take the marks away, else as before."""
        if self.panes.pane == "threads" and self.panes.threads.list.marked:
            self.panes.threads.list.forget(tuple(self.panes.threads.list.marked))
        else:
            super().action_back()

    # -- acts --------------------------------------------------------------------------------------------------------

    @property
    def _keeper(self) -> "Keeper":
        from graphdeck.tui.keeping import Keeper

        return Keeper(self._engine)

    def _begin(self, act: Coroutine[Any, Any, None]) -> None:
        """Do it in the background, where it may ask; one at a time."""
        if self._act is not None and not self._act.is_finished:
            act.close()
            self.say("one thing at a time: the one before is not done yet", style=WARNING)
        else:
            self._act = self.run_worker(self._tell_errors(act), name="act", exit_on_error=False)

    async def _tell_errors(self, act: Coroutine[Any, Any, None]) -> None:
        try:
            await act
        except GraphdeckError as error:
            self.tell(error)
            self.read_threads()  # some of several may be done

    async def _agreed(self, question: str, detail: str, yes: str) -> bool:
        """Ask; never under the fingers of a person who has gone on to something else meanwhile."""
        from graphdeck.tui.screens.confirm import ConfirmScreen

        if not self.is_active or isinstance(self.focused, Input | TextArea):
            self.say(f"not asked, as you type now, and not done: {question}", style=WARNING)
            return False
        agreed: bool = await self.app.push_screen_wait(ConfirmScreen(self.clock, question, detail, yes))
        return agreed

    async def _line(self, question: str, text: str) -> str | None:
        from graphdeck.tui.screens.confirm import LineScreen

        return await self.app.push_screen_wait(LineScreen(question, text))

    def _done(self, said: str, hint: str = "", style: str = MUTED) -> None:
        self.say(said, hint, style)
        self.read_threads()

    def action_rename_thread(self) -> None:
        """Give a thread a title."""
        if not self.is_off("rename_thread"):
            self._begin(self._rename(*self._chosen))

    async def _rename(self, row: ThreadRow) -> None:
        title = await self._line("Title of this thread (empty takes it away)", row.title)
        if title is not None:
            await self._keeper.rename(row, title)
            self._done("thread renamed" if title.strip() else "title taken away")

    def action_tag_threads(self) -> None:
        """Give threads tags, or take them away."""
        if not self.is_off("tag_threads"):
            self._begin(self._tag(self._chosen))

    async def _tag(self, rows: Sequence[ThreadRow]) -> None:
        common = thread_acts.common_tags(rows)
        typed = await self._line(
            f"Tags of {thread_acts.threads_text(rows)}, with commas between", thread_acts.tags_line(common)
        )
        if typed is not None:
            tags = thread_acts.read_tags(typed)
            add = [tag for tag in tags if tag not in common]
            await self._keeper.tag(rows, add, [tag for tag in common if tag not in tags])
            self._done(f"tags: {thread_acts.tags_line(tags)}" if tags else "no tags any more")

    def action_copy_threads(self) -> None:
        """Copy threads to new ones."""
        if not self.is_off("copy_threads"):
            self._begin(self._copy_all(self._chosen))

    async def _copy_all(self, rows: Sequence[ThreadRow]) -> None:
        new = await self._keeper.copy(rows)
        which = new[0] if len(new) == 1 else f"{len(new)} new threads"
        self._done(f"copied to {one_line(which, 60, identifier=True)}")

    def action_delete_thread(self) -> None:
        """Delete threads, after asking."""
        if not self.is_off("delete_thread"):
            self._begin(self._delete(self._chosen))

    async def _delete(self, rows: Sequence[ThreadRow]) -> None:
        detail = thread_acts.deletion(rows, await self._keeper.sizes(rows))
        if await self._agreed(f"Delete {thread_acts.threads_text(rows)}?", detail, "delete"):
            await self._keeper.delete(rows)
            self.say("thread deleted" if len(rows) == 1 else f"{thread_acts.threads_text(rows)} deleted")
            self.threads_gone([key_of(row) for row in rows])

    def action_prune_threads(self) -> None:
        """Delete old checkpoints, after asking."""
        if not self.is_off("prune_threads"):
            self._begin(self._prune(self._chosen))

    async def _prune(self, rows: Sequence[ThreadRow]) -> None:
        typed = await self._line("How many of the newest checkpoints are to stay?", str(KEEP))
        if typed is None:
            return
        if not (typed.strip().isascii() and typed.strip().isdigit() and int(typed)):
            self.say("type how many stay, 1 or more", style=WARNING)
            return
        keep = int(typed)
        plans = await self._keeper.prune(rows, keep, dry=True)
        if not any(plan.checkpoints for plan in plans):
            self.say("nothing to delete: there are no more than that, and the first ones, and what they need")
        elif await self._agreed(f"Delete {thread_acts.gone(plans)}?", thread_acts.pruning(rows, plans), "delete"):
            plans = await self._keeper.prune(rows, keep, dry=False)
            self._done(f"{thread_acts.gone(plans)} deleted")
            self._read_anew(rows)

    def _read_anew(self, rows: Sequence[ThreadRow]) -> None:
        """Forget what was read of the thread that is looked at, if it is one of these."""
        if self.look.key in map(key_of, rows):
            self.change(history=(), old=None)
            self.read_thread()

    # -- files -------------------------------------------------------------------------------------------------------

    def action_export_threads(self) -> None:
        """Write threads to a file of their own."""
        if not self.is_off("export_threads"):
            self._begin(self._export(self._chosen))

    async def _export(self, rows: Sequence[ThreadRow]) -> None:
        from graphdeck.tui.amounts import bytes_text
        from graphdeck.tui.exporting import DATABASES
        from graphdeck.tui.screens.to_file import suggested_name
        from graphdeck.tui.widgets.thread_row import title_of

        words = title_of(rows[0]) if len(rows) == 1 else "threads"
        suggested = f"{Path(suggested_name(words, '')).stem}{DATABASES[0]}"
        typed = await self._line("Export to which file? NAME.sqlite to go on with it, NAME.json to read it", suggested)
        if not typed or not typed.strip():
            return
        to = Path(typed.strip()).expanduser()
        shown = one_line(str(to), 60, identifier=True)
        replace = to.exists() and to.suffix not in DATABASES
        if replace and not await self._agreed("Overwrite this file?", f"{shown} exists.", "overwrite it"):
            self.say("nothing was written")
            return
        size = await self._keeper.export(rows, to, replace=replace)
        self.say(f"exported {thread_acts.threads_text(rows)} to {shown}, {bytes_text(size)}")

    def action_import_threads(self) -> None:
        """Copy the threads of another checkpoint file into this one."""
        self._begin(self._import())

    async def _import(self) -> None:
        from graphdeck.tui.amounts import count_text

        typed = await self._line("Import all threads of which checkpoint file?", "")
        if not typed or not typed.strip():
            return
        done = await self._keeper.import_from(Path(typed.strip()).expanduser())
        new = f"{count_text(len(done.renamed), 'id')} taken already: new ones given" if done.renamed else ""
        into = one_line(done.file, 60, identifier=True)
        self._done(f"imported {count_text(len(done.threads), 'thread')} into {into}", new)
