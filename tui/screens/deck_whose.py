"""The deck's threads of unknown graphs: a person names the graph once, before anything is done with one."""

from collections.abc import Callable

from textual import on

from graphdeck.graphs.thread_key import key_of
from graphdeck.tui import bridge
from graphdeck.tui.screens.deck_moves import DeckMoves
from graphdeck.tui.theme import WARNING


class DeckWhose(DeckMoves):
    """Knows whose graph a thread is before its code runs: the one that happens to be open may be another one."""

    _then: Callable[[], None] | None = None

    def with_graph(self, go: Callable[[], None]) -> None:
        """Do it at once where the thread's graph is known, or nothing can be done; else once a person has named it."""
        look = self.look
        if look.is_graph_known or look.running or look.elsewhere:
            go()
            return
        from graphdeck.tui.screens.picker import PickerScreen
        from graphdeck.tui.screens.whose import NOT_KNOWN, whose

        def chosen(target: str | None) -> None:
            if target is None:
                self.say(NOT_KNOWN, style=WARNING)
            else:
                self.asks = False
                self._then = go
                self.bridge.assign(look.thread, look.file, target)

        about = whose(look.thread, look.file, tuple(look.values), self.size.width)
        self.app.push_screen(PickerScreen(self.bridge.find_graphs, about=about, start=look.graph), chosen)

    @on(bridge.GraphAssigned)
    def _assigned(self, message: bridge.GraphAssigned) -> None:
        """Look at the thread with its graph, and do what waited for that."""
        then, self._then = self._then, None
        if key_of(message) != self.look.key:
            return
        if message.graph != self.look.graph:
            self.change(is_graph_named=True)
            self.open_graph(message.graph, thread=self.look)
        else:
            self.change(is_graph_named=True)
        self.read_threads()
        if then is not None:
            then()
