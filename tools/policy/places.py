"""Where rules, and what a person has decided about them, are kept."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

FILE_NAME: Final = "graphdeck.toml"


def config_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The user's own settings: `$XDG_CONFIG_HOME/graphdeck`, else `~/.config/graphdeck`."""
    return _folder(environ, "XDG_CONFIG_HOME", ".config")


def state_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """What is kept for the user, in no project: `$XDG_STATE_HOME/graphdeck`, else `~/.local/state/graphdeck`."""
    return _folder(environ, "XDG_STATE_HOME", ".local/state")


def _folder(environ: Mapping[str, str], variable: str, otherwise: str) -> Path:
    place = Path(environ.get(variable, ""))  # a relative one is to be ignored, says the XDG specification
    return (place if place.is_absolute() else Path.home() / otherwise) / "graphdeck"


def project_file(root: Path) -> Path | None:
    """The project's rules: the nearest `graphdeck.toml` in its root or the folders above, as for `langgraph.json`."""
    return next((place / FILE_NAME for place in (root, *root.parents) if os.path.lexists(place / FILE_NAME)), None)
