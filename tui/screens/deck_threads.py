"""The deck's threads: which one and which of its checkpoints is looked at, titles, and what is deleted."""

from textual import on

from graphdeck.tui.screens.deck_whose import DeckWhose
from graphdeck.tui.screens.look import Look
from graphdeck.tui.theme import WARNING
from graphdeck.tui.widgets.thread_list import ThreadList
from graphdeck.tui.widgets.timeline import Timeline


class DeckThreads(DeckWhose):
    """The deck's keys that have to do with threads."""

    def is_off(self, name: str) -> bool:
        """Whether an action is off now; says why."""
        reason = self.look.why_not(name)
        if reason:
            self.say(reason, style=WARNING)
        return bool(reason)

    @on(ThreadList.ThreadSelected)
    def _thread_selected(self, event: ThreadList.ThreadSelected) -> None:
        self.open_thread(event.row.thread, event.row)

    @on(ThreadList.MoreWanted)
    def _more_wanted(self) -> None:
        self.more_threads()

    @on(Timeline.CheckpointSelected)
    def _checkpoint_selected(self, event: Timeline.CheckpointSelected) -> None:
        if event.row.ns:
            return  # only whole states can be looked at: of an inner one, the difference is shown
        if event.newest:
            self.see(self.look.with_old(None))
        else:
            self.bridge.read_state(self.look.thread, event.row.checkpoint, file=self.look.file)

    def action_new_thread(self) -> None:
        """Begin a new thread: its first input makes it."""
        look = self.look
        self.see(Look(graph=look.graph, shape=look.shape, run=look.run))
        self.action_input()

    def action_rename_thread(self) -> None:
        """Give the thread a title."""
        from graphdeck.tui.screens.confirm import LineScreen

        row = self.look.row
        if row is None or self.is_off("rename_thread"):
            return

        def named(title: str | None) -> None:
            if title is not None:
                self.bridge.rename(row.thread, title, row.file)

        self.app.push_screen(LineScreen("Title of this thread (empty takes it away)", row.title), named)

    def action_delete_thread(self) -> None:
        """Delete the thread, after asking."""
        from graphdeck.tui.screens.confirm import ConfirmScreen

        if self.is_off("delete_thread"):
            return
        thread, file, title = self.look.thread, self.look.file, self.look.title

        def confirmed(yes: bool | None) -> None:
            if yes:
                self.bridge.delete(thread, file)

        detail = f"{title}\nAll its checkpoints go; this cannot be undone."
        self.app.push_screen(ConfirmScreen("Delete this thread?", detail, "delete it"), confirmed)
