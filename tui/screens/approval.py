"""The dialog that asks a person: the question panel, with nothing drawn over it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple, TypeAlias

from textual import on
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.events import Resize
from textual.screen import ModalScreen

from graphdeck.graphs.records import GraphShape
from graphdeck.graphs.values import Json
from graphdeck.tui.asked import Asked
from graphdeck.tui.clock import Clock
from graphdeck.tui.source_lines import SourceReader, read_source
from graphdeck.tui.text import ascii_mode
from graphdeck.tui.widgets.question_panel import QuestionPanel

_ROOMY: Final = 100
"""Cells from which on the dialog leaves its surroundings in sight."""


class Answered(NamedTuple):
    """What a person decided."""

    asked: Asked
    """What was asked; its sheet has the decisions."""
    answers: Mapping[str, Json]
    """Answers by interrupt id."""
    by: Mapping[str, str]
    """Who or what decided, by interrupt id."""


class StateEdit(NamedTuple):
    """What a person wants to change in the state of the subgraph that asks, before answering."""

    asked: Asked
    """What was asked; its sheet has the decisions so far."""
    ns: str
    """`checkpoint_ns` of the subgraph."""
    values: Mapping[str, Json]
    """The edited values by key."""


class Left(NamedTuple):
    """The person leaves the thread waiting."""

    asked: Asked
    """What was asked; its sheet has the decisions so far."""


Outcome: TypeAlias = Answered | StateEdit | Left


class ApprovalScreen(ModalScreen[Outcome]):
    """Asks about everything that waits in a thread."""

    CSS_PATH: ClassVar[Path] = Path(__file__).with_name("approval.tcss")
    AUTO_FOCUS = "#payload"

    def __init__(self, asked: Asked, clock: Clock, read: SourceReader = read_source) -> None:
        super().__init__()
        self._asked = asked
        self._panel = QuestionPanel(clock, read)

    @classmethod
    def read_styles(cls, app: App[Any]) -> None:
        """Read the styles before they are needed: as a screen opens, Textual would read those of the app again, too."""
        if not app.stylesheet.has_source(str(cls.CSS_PATH)):
            app.stylesheet.read(cls.CSS_PATH)
            app.stylesheet.parse()

    def compose(self) -> ComposeResult:
        """The panel, in a frame; its classes are set before there are styles, which then need not change."""
        classes = [*(["-roomy"] if self.app.size.width >= _ROOMY else []), *(["-ascii"] if ascii_mode() else [])]
        with Vertical(id="dialog", classes=" ".join(classes)):
            yield self._panel

    def on_mount(self) -> None:
        """Ask."""
        self._panel.show(self._asked)

    def learn(self, shape: GraphShape) -> None:
        """The graph is loaded by now, and tells its name and the schemas of its tools."""
        self._asked = self._asked.of(shape)
        self._panel.learn(shape)

    def on_resize(self, event: Resize) -> None:
        """Leave some room around the panel where there is plenty."""
        self.query_one("#dialog").set_class(event.size.width >= _ROOMY, "-roomy")

    @on(QuestionPanel.Decided)
    def _decided(self, event: QuestionPanel.Decided) -> None:
        self.dismiss(Answered(event.asked, event.answers, event.by))

    @on(QuestionPanel.StateEdited)
    def _edited(self, event: QuestionPanel.StateEdited) -> None:
        self.dismiss(StateEdit(event.asked, event.ns, event.values))

    @on(QuestionPanel.Left)
    def _left(self, event: QuestionPanel.Left) -> None:
        self.dismiss(Left(event.asked))
