"""Which state keys differ between a checkpoint and its parent, and how long those that are lists were there."""

from collections.abc import Iterable

from graphdeck.graphs.saved.delta import delta_keys
from graphdeck.graphs.saved.rows import SavedCheckpoint
from graphdeck.graphs.values import same


def changed_keys(checkpoint: SavedCheckpoint, parent: SavedCheckpoint | None) -> tuple[str, ...]:
    """State keys whose values differ from the parent's, gone ones included; all of them without a parent."""
    ours, deltas = checkpoint.state(), delta_keys(checkpoint)
    if parent is None:
        return (*ours, *deltas)
    theirs = parent.state()
    written = [key for key in (*ours, *theirs) if checkpoint.versions.get(key) != parent.versions.get(key)]
    changed = [key for key in written if differ(ours, theirs, key)]
    changed += [key for key in deltas if checkpoint.versions.get(key) != parent.versions.get(key)]
    return tuple(dict.fromkeys(changed))


def lengths_before(
    changed: Iterable[str], checkpoint: SavedCheckpoint, parent: SavedCheckpoint | None
) -> dict[str, int]:
    """How many items the parent had in those of the changed keys that are lists in both."""
    if parent is None:
        return {}
    ours, theirs = checkpoint.state(), parent.state()
    lists = (key for key in changed if isinstance(ours.get(key), list) and isinstance(theirs.get(key), list))
    return {key: len(theirs[key]) for key in lists}


def differ(ours: dict[str, object], theirs: dict[str, object], key: str) -> bool:
    """Whether a key of two outlined states differs: by their bytes, as far as they are not decoded."""
    if key not in ours or key not in theirs:
        return True
    try:
        return not same(ours[key], theirs[key])
    except RecursionError:  # too deep to compare: it was written, so it is called changed
        return True
