"""The deck's form of a run; it opens by itself where a graph cannot run without a context that nobody has given yet."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.records import GraphShape, RunRequest
from graphdeck.tui.clock import Clock
from graphdeck.tui.rules import Rules
from graphdeck.tui.screens.deck_nodes import DeckNodes
from graphdeck.tui.theme import WARNING
from graphdeck.tui.widgets.input_line import InputLine

if TYPE_CHECKING:
    from graphdeck.tui.run_form import RunForm


class DeckForms(DeckNodes):
    """Asks in a form for what a run is given, and keeps its context and options for the graph's later runs."""

    def __init__(self, engine: Engine, clock: Clock, rules: Rules) -> None:
        super().__init__(engine, clock, rules)
        self._forms: dict[str, RunForm] = {}

    def action_run_form(self) -> None:
        """Fill in what a run is given."""
        if not self.is_off("run_form"):
            self.with_graph(self._ask_for_input)

    def _submit(self, event: InputLine.Submitted) -> None:
        """Send what was typed; where the graph needs a context first, it stays in its line, and is in the form."""
        if self._lacks_context(self.look.graph) and not self.look.why_not("run_form"):
            self._ask_for_input()
        else:
            super()._submit(event)

    def start(self, request: RunRequest) -> None:
        """Run the thread, once the context is given that its graph needs."""
        graph, start = request.graph, super().start
        if self._lacks_context(graph):
            form = self._form(graph).without_input
            self._ask(graph, form, "Go on, with the context that the graph needs", lambda _: start(request))
        else:
            start(request)

    def _shape(self, graph: str) -> GraphShape | None:
        return self.look.shape if graph == self.look.graph else self.bridge.last_shape(graph)

    def _lacks_context(self, graph: str) -> bool:
        shape = self._shape(graph)
        return shape is not None and bool(self.setups.of(graph).lacks(shape.context_schema))

    # -- the form ----------------------------------------------------------------------------------------------------

    def _form(self, graph: str) -> "RunForm":
        """The form as it was left, where it is still that of the graph."""
        from graphdeck.tui.run_form import RunForm

        shape, kept = self._shape(graph), self._forms.get(graph)
        assert shape is not None  # else its form is off
        return kept if kept is not None and kept.is_of(shape) else RunForm.of(shape, self.setups.of(graph))

    def _ask_for_input(self) -> None:
        """Ask for the whole of a run; its input is sent as if it had been typed."""
        if self.is_off("run_form"):
            return
        line, form, submit = self.query_one(InputLine), self._form(self.look.graph), super()._submit

        def run(filled: "RunForm") -> None:
            line.text = filled.text
            submit(InputLine.Submitted(line, line.text, line.mode))

        self._ask(self.look.graph, form.with_typed(line.text) if line.text.strip() else form, "Run", run)

    def _ask(self, graph: str, form: "RunForm", heading: str, run: "Callable[[RunForm], None]") -> None:
        from graphdeck.tui.screens.configs import ConfigsScreen
        from graphdeck.tui.screens.run_form import RunFormScreen

        def configs(form: "RunForm") -> ConfigsScreen:
            return ConfigsScreen(self._engine, self.clock, graph, form)

        screen = RunFormScreen(form, f"{heading}: {form.shape.title}", configs)

        def closed(runs: bool | None) -> None:
            filled = self._forms[graph] = self._form(graph).merged(screen.form)
            if runs is None:
                self.say("nothing has run; what you typed is still in the form", style=WARNING)
                return
            self.setups.keep(graph, filled.setup)
            self.paint_lines()
            if runs:
                run(filled)
            else:
                self.say("kept for all runs of this graph until graphdeck ends")

        self.app.push_screen(screen, closed)
