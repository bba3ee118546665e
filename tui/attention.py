"""Bell and title of the terminal, which tell that something waits, where the person wants it."""

import os
from collections.abc import Callable, Mapping
from typing import Final

BELL: Final = "\a"
_TITLE: Final = "\x1b]2;{}\a"
_KEEP_TITLE: Final = "\x1b[22;2t"
_BRING_BACK_TITLE: Final = "\x1b[23;2t"


class Attention:
    """Rings when more waits than before, and counts in the title: only with `GRAPHDECK_BELL=1`.

    What is written holds nothing but a number and graphdeck's name.
    """

    def __init__(self, write: Callable[[str], object], environ: Mapping[str, str] = os.environ) -> None:
        self._write = write
        self.is_on = environ.get("GRAPHDECK_BELL", "0") not in ("", "0")
        """Whether it is wanted."""
        self._told: int | None = None

    def tell(self, waiting: int) -> None:
        """So many threads wait now."""
        if not self.is_on or waiting == self._told:
            return
        if self._told is None:
            self._write(_KEEP_TITLE)
        elif waiting > self._told:
            self._write(BELL)
        self._told = waiting
        self._write(_TITLE.format(f"({waiting}) graphdeck" if waiting else "graphdeck"))

    def close(self) -> None:
        """Give the terminal its own title back."""
        if self._told is not None:
            self._told = None
            self._write(_BRING_BACK_TITLE)
