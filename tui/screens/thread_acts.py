"""What can be done to saved threads, why not, and the words in which it is asked and told. Pure."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

from graphdeck.graphs.records import ThreadRow
from graphdeck.graphs.thread_key import ThreadKey, key_of
from graphdeck.tui.amounts import bytes_text, count_text
from graphdeck.tui.text import one_line
from graphdeck.tui.widgets.thread_row import title_of

if TYPE_CHECKING:
    from graphdeck.graphs.keeping import Pruned, ThreadSize

ACTS: Final = ("rename_thread", "tag_threads", "copy_threads", "export_threads", "prune_threads", "delete_thread")
"""The actions that are done to threads: the marked ones, the one of the cursor, or the one that is looked at."""

_NAMES: Final = 5
_NAME_CELLS: Final = 52
_TAG_SIGN: Final = ","


def why_not_act(name: str, rows: Sequence[ThreadRow], runs: Collection[ThreadKey]) -> str:
    """Why an action on threads is off now; empty where it is on. `runs` are the threads that runs of ours are on."""
    if not rows:
        return "this thread is not saved yet"
    if name == "rename_thread" and len(rows) > 1:
        return "only one thread at a time can be renamed: Esc takes the marks away"
    if name in ("prune_threads", "delete_thread"):
        running = next((row for row in rows if row.status == "running" or key_of(row) in runs), None)
        if running is not None:
            which = "it" if len(rows) == 1 else one_line(title_of(running), _NAME_CELLS)
            if key_of(running) in runs:
                return f"{which} runs: stop it first (Ctrl+C)"
            return f"{which} runs elsewhere: {one_line(running.holder or 'another process', 80, identifier=True)}"
    return ""


def threads_text(rows: Sequence[ThreadRow]) -> str:
    """The threads in words: `this thread`, `3 threads`."""
    return "this thread" if len(rows) == 1 else count_text(len(rows), "thread")


def names_of(rows: Sequence[ThreadRow]) -> str:
    """What they are called, with their ids, one a line; of many only the first."""
    names = [_name_and_id(row) for row in rows[:_NAMES]]
    more = len(rows) - len(names)
    return "\n".join([*names, *([f"and {more:,} more"] if more else [])])


def _name_and_id(row: ThreadRow) -> str:
    id_ = one_line(row.thread, _NAME_CELLS // 2, identifier=True)
    title = title_of(row)
    return id_ if title == row.thread else f"{one_line(title, _NAME_CELLS // 2)}  {id_}"


def deletion(rows: Sequence[ThreadRow], sizes: "Sequence[ThreadSize]") -> str:
    """What goes when they are deleted."""
    count = count_text(sum(size.checkpoints for size in sizes), "checkpoint")
    room = bytes_text(sum(size.bytes for size in sizes))
    return f"{names_of(rows)}\n\n{count}, {room}. This cannot be undone."


def pruning(rows: Sequence[ThreadRow], plans: "Sequence[Pruned]") -> str:
    """What goes when they are pruned, and what stays."""
    kept = sum(plan.kept for plan in plans)
    room = bytes_text(sum(plan.bytes for plan in plans))
    stay = f"{count_text(kept, 'checkpoint')} stay{'s' if kept == 1 else ''}"
    return f"{names_of(rows)}\n\n{room}; {stay}. The file reuses the room. This cannot be undone."


def gone(plans: "Sequence[Pruned]") -> str:
    """How many checkpoints of how many threads: `120 checkpoints of 3 threads`."""
    count = count_text(sum(plan.checkpoints for plan in plans), "checkpoint")
    return count if len(plans) == 1 else f"{count} of {count_text(len(plans), 'thread')}"


def common_tags(rows: Sequence[ThreadRow]) -> tuple[str, ...]:
    """The tags that all of them have."""
    return tuple(tag for tag in rows[0].tags if all(tag in row.tags for row in rows))


def tags_line(tags: Sequence[str]) -> str:
    """Tags as they are typed."""
    return f"{_TAG_SIGN} ".join(tags)


def read_tags(text: str) -> tuple[str, ...]:
    """Tags that were typed, with or without `#`."""
    found = (part.strip().removeprefix("#").strip() for part in text.split(_TAG_SIGN))
    return tuple(dict.fromkeys(tag for tag in found if tag))
