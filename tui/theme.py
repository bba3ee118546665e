"""How things look: one glyph and one colour for each state, one accent, a dark and a light theme.

A state is told by its glyph; the colour only repeats it, so that nothing is lost without colour.
"""

from functools import cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from graphdeck.graphs.events import RunStatus
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.records import ThreadStatus
from graphdeck.tui.text import ascii_mode

if TYPE_CHECKING:
    from textual.theme import Theme

NodeStatus: TypeAlias = Literal[
    "idle", "queued", "running", "kept", "cached", "done", "waiting", "breakpoint", "failed", "stopped"
]
"""What a node is doing, or how it ended."""

Status: TypeAlias = NodeStatus | ThreadStatus | RunStatus


class Glyphs(Frozen):
    """The signs on the screen, each one cell wide."""

    idle: str
    """Not run yet."""
    queued: str
    """Runs in the coming step."""
    running: tuple[str, ...]
    """Runs: the pictures of its animation."""
    done: str
    """Ended with a result."""
    kept: str
    """Ended in an earlier run of the step, not run again."""
    cached: str
    """Answered from the node's cache."""
    waiting: str
    """Asks a person."""
    breakpoint: str
    """Stopped by a breakpoint; a breakpoint at a node."""
    conditional: str
    """A breakpoint at a node that has a condition."""
    declared: str
    """A breakpoint at a node that the graph's own code has."""
    inside: str
    """A breakpoint at a node inside a closed subgraph."""
    failed: str
    """Ended with an error."""
    stopped: str
    """Cancelled, drained, killed or limited."""
    closed: str
    """A branch of a tree, closed."""
    opened: str
    """A branch of a tree, open."""
    changed: str
    """Changed by the last step."""
    cursor: str
    """Before the selected row, and before the input line."""
    arrow: str
    """From, to."""
    writing: str
    """Behind text that is still being written."""
    times: str
    """How often."""
    warning: str
    """Look twice."""
    up: str
    """Newer or above."""
    separator: str
    """Between two words of one line."""
    path: str
    """Between the levels of a path."""
    vertical: str
    """A line between two panes."""
    horizontal: str
    """A line between two panes."""

    def of(self, status: Status, frame: int = 0) -> str:
        """The glyph of a state; `frame` counts the pictures of the running one."""
        match status:
            case "running":
                return self.running[frame % len(self.running)]
            case "lost":
                return self.failed
            case "recursion_limit":
                return self.stopped
            case _:
                glyph: str = getattr(self, status)
                return glyph


UNICODE: Final = Glyphs(
    idle="○",
    queued="◌",
    running=("◐", "◓", "◑", "◒"),
    done="●",
    kept="◦",
    cached="◇",
    waiting="◆",
    breakpoint="◉",
    conditional="◎",
    declared="▣",
    inside="⊙",
    failed="✗",
    stopped="■",
    closed="▸",
    opened="▾",
    changed="•",
    cursor="›",
    arrow="→",
    writing="▌",
    times="×",
    warning="⚠",
    up="↑",
    separator="·",
    path="›",
    vertical="│",
    horizontal="─",
)

ASCII: Final = Glyphs(
    idle="o",
    queued=".",
    running=(">", "~"),
    done="*",
    kept="-",
    cached="c",
    waiting="?",
    breakpoint="B",
    conditional="C",
    declared="P",
    inside="I",
    failed="x",
    stopped="#",
    closed="+",
    opened="-",
    changed="!",
    cursor=">",
    arrow=">",
    writing="_",
    times="x",
    warning="!",
    up="^",
    separator="-",
    path="/",
    vertical="|",
    horizontal="-",
)


def glyphs() -> Glyphs:
    """The signs of the mode that the environment asks for."""
    return ASCII if ascii_mode() else UNICODE


_COLOURS: Final[dict[str, str]] = {
    "idle": "$text-muted",
    "queued": "$text-muted",
    "running": "$text-accent",
    "done": "$text-success",
    "kept": "$text-success",
    "cached": "$text-success",
    "waiting": "$text-warning bold",
    "breakpoint": "$text-warning",
    "failed": "$text-error bold",
    "lost": "$text-error bold",
    "stopped": "$text-muted bold",
    "recursion_limit": "$text-warning",
}


def colour(status: Status) -> str:
    """The style of a state's glyph and word, for Textual's Content and CSS."""
    return _COLOURS[status]


_WORDS: Final[dict[str, str]] = {"recursion_limit": "recursion limit", "waiting": "waits for you"}


def word(status: Status) -> str:
    """A state in words: `running`, `waits for you`, `recursion limit`."""
    return _WORDS.get(status, status)


MUTED: Final = "$text-muted"
"""Style of what is there to be looked up, not read."""
ACCENT: Final = "$text-accent"
"""Style of the one accent."""
WARNING: Final = "$text-warning"
"""Style of what needs a second look."""
ERROR: Final = "$text-error"
"""Style of what went wrong."""

DARK: Final = "graphdeck-dark"
LIGHT: Final = "graphdeck-light"


@cache
def themes() -> "tuple[Theme, Theme]":
    """The dark and the light theme; imports Textual only here, since the plain front end uses the glyphs alone."""
    from textual.theme import Theme

    dark = Theme(
        name=DARK,
        primary="#6cb6d9",
        secondary="#5b7f95",
        accent="#6cb6d9",
        foreground="#d5d9de",
        background="#14171b",
        surface="#14171b",
        panel="#20252b",
        success="#7fb58a",
        warning="#e0b25a",
        error="#e0707a",
        dark=True,
        variables={
            "block-cursor-background": "#26323b",
            "block-cursor-foreground": "#f2f5f8",
            "block-cursor-text-style": "none",
            "block-cursor-blurred-background": "#222930",
            "footer-key-foreground": "#6cb6d9",
            "border": "#39424c",
            "text-muted": "#98a1aa",
        },
    )
    light = Theme(
        name=LIGHT,
        primary="#1f6f96",
        secondary="#5b7f95",
        accent="#1f6f96",
        foreground="#23292f",
        background="#fbfbf9",
        surface="#fbfbf9",
        panel="#ecedea",
        success="#2f7a45",
        warning="#8a5a00",
        error="#b3303d",
        dark=False,
        variables={
            "block-cursor-background": "#d5e6ef",
            "block-cursor-foreground": "#10151a",
            "block-cursor-text-style": "none",
            "block-cursor-blurred-background": "#e3e8ea",
            "footer-key-foreground": "#1f6f96",
            "border": "#c3c8cc",
            "text-muted": "#535c65",
        },
    )
    return dark, light
