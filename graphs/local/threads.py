"""The threads saved in checkpoint files: read in one thread of this process, changed by workers.

What starts workers is imported for the first of them, so that the first page of threads does not wait for it.
"""

import asyncio
import dataclasses
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from graphdeck.graphs.engine import PAGE
from graphdeck.graphs.errors import InputError
from graphdeck.graphs.events import Event
from graphdeck.graphs.local import names
from graphdeck.graphs.local.garbage import Uncollected
from graphdeck.graphs.local.library import Library
from graphdeck.graphs.named import Named
from graphdeck.graphs.records import CheckpointRow, Snapshot, ThreadPage, ThreadStatus, Value, WaitingPage
from graphdeck.graphs.saved.file import Turns, at_once
from graphdeck.graphs.wanted import ALL, Wanted

if TYPE_CHECKING:
    from graphdeck.graphs.decided import DecisionRecord
    from graphdeck.graphs.differences import Change
    from graphdeck.graphs.keeping import Exported, Imported, Pruned, ThreadSize
    from graphdeck.graphs.kept_runs import RunRecord
    from graphdeck.graphs.local.workers import WorkerPool
    from graphdeck.graphs.searching import SearchHit, SearchProgress
    from graphdeck.graphs.tasks import TaskValues
    from graphdeck.graphs.wanted import ThreadSort

T = TypeVar("T")
AHEAD = 0.05
"""Seconds that the first paint waits for the page of threads at the most; without it, the screen is painted twice."""
TURN = 0.02
"""Seconds that a long read takes at a time."""


class SavedThreads:
    """The half of the local engine that needs no graph: it finds, reads, names, copies and deletes saved threads."""

    def __init__(self, library: Library, own_file: Path, pool: "WorkerPool | None") -> None:
        self._library = library
        self._own_file = own_file
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="graphdeck-reader")
        self._uncollected = Uncollected()
        self._first_page: Future[ThreadPage] | None = None
        self._lent_pool = pool
        self._own_pool: WorkerPool | None = None

    # -- finding -------------------------------------------------------------------------------------------------

    def read_ahead(self) -> None:
        """Begin to read the first page of threads, before anybody asks for it."""
        self._first_page = self._reader.submit(
            self._uncollected.read, lambda: at_once(self._library.threads(ALL, PAGE, None))
        )

    def first_threads(self) -> ThreadPage | None:
        """The first page of threads, at once; None where it was not read ahead, or not in time, or in vain."""
        page, self._first_page = self._first_page, None
        try:
            return page.result() if page is not None and page.exception(AHEAD) is None else None
        except TimeoutError:
            return None

    async def threads(
        self,
        *,
        status: ThreadStatus | None = None,
        query: str = "",
        graph: str = "",
        tag: str = "",
        since: str = "",
        sort: "ThreadSort" = "updated",
        sizes: bool = False,
        limit: int = PAGE,
        cursor: str | None = None,
    ) -> ThreadPage:
        """A page of the saved threads, newest activity first unless they are sorted."""
        wanted = Wanted(status=status, query=query, graph=graph, tag=tag, since=since, sort=sort, sizes=sizes)
        return await self._in_turns(self._library.threads(wanted, limit, cursor))

    async def waiting(self, *, limit: int = PAGE, cursor: str | None = None, newest_first: bool = True) -> WaitingPage:
        """A page of the threads that wait for a person, with their questions."""
        return await self._in_turns(self._library.waiting(limit, cursor, newest_first))

    async def search(self, text: str) -> "AsyncGenerator[SearchHit | SearchProgress, None]":
        """Look for a text in the state of all threads; closing the iterator ends it."""
        found = self._library.search(text)
        while told := await self._read(lambda: _told_in_one_turn(found)):
            for each in told:
                yield each

    async def sizes(self, threads: Sequence[str], *, file: str = "") -> "Sequence[ThreadSize]":
        """How many checkpoints and bytes threads have, each in the file in which it may be changed."""
        return [await self._read(partial(self._library.size, thread, file)) for thread in dict.fromkeys(threads)]

    async def changed(self) -> bool:
        """Whether any checkpoint file has changed since this was last asked."""
        return await self._read(self._library.changed)

    # -- reading -------------------------------------------------------------------------------------------------

    async def state(
        self, thread: str, checkpoint: str | None = None, *, ns: str = "", compared: bool = True, file: str = ""
    ) -> Snapshot:
        """The state of a thread at its newest or a given checkpoint, subgraphs included."""
        return await self._read(lambda: self._library.state(thread, checkpoint, ns=ns, compared=compared, file=file))

    async def file_of(self, thread: str, *, file: str = "") -> str:
        """The file in which a thread may be changed: the named one, else the only one that holds it."""
        return str(await self._file_of(thread, file))

    async def history(
        self, thread: str, *, limit: int = 100, before: str | None = None, ns: str = "", file: str = ""
    ) -> Sequence[CheckpointRow]:
        """The checkpoints of a thread or of a subgraph in it, newest first."""
        return await self._in_turns(await self._read(lambda: self._library.history(thread, limit, before, file, ns)))

    async def diff(
        self, thread: str, checkpoint: str, other: str | None = None, *, ns: str = "", file: str = ""
    ) -> "tuple[Change, ...]":
        """What leads from a checkpoint to another one; without the other, from its parent to it."""
        return await self._read(lambda: self._library.differences(thread, checkpoint, other, file, ns))

    async def value(self, thread: str, checkpoint: str | None, path: str, *, ns: str = "", file: str = "") -> Value:
        """One value of a state, by dotted path or JSON Pointer."""
        return await self._read(lambda: self._library.value(thread, checkpoint, path, file, ns))

    async def task(self, thread: str, checkpoint: str, task: str, *, ns: str = "", file: str = "") -> "TaskValues":
        """What a task of the step after a checkpoint was given and what it wrote."""
        return await self._read(lambda: self._library.task(thread, checkpoint, task, file, ns))

    async def glances(
        self, thread: str, checkpoint: str, *, ns: str = "", file: str = ""
    ) -> "Mapping[str, TaskValues]":
        """The same of all tasks of the step, by task id."""
        return await self._read(lambda: self._library.glances(thread, checkpoint, file, ns))

    async def follow(self, thread: str, *, file: str = "") -> AsyncIterator[Event]:
        """What happens in a thread while another process runs it, from where it stands now to `run_ended`."""
        from graphdeck.graphs.local.following import POLL

        following = await self._read(lambda: self._library.following(thread, file))
        while True:
            events, is_over = await self._read(following.turn)
            for event in events:
                yield event
            if is_over:
                return
            await asyncio.sleep(POLL)

    async def decisions(self, *, thread: str | None = None, limit: int = PAGE) -> "Sequence[DecisionRecord]":
        """The recorded decisions, newest first."""
        return await self._read(lambda: self._library.decisions(thread, limit))

    async def runs(self, *, thread: str = "", file: str = "", limit: int = PAGE) -> "Sequence[RunRecord]":
        """The runs on record, newest first; of one thread and of one file where they are named."""
        return await self._read(lambda: self._library.runs(thread, limit, file))

    async def run_events(self, run: str) -> Sequence[Event]:
        """What is kept of a run's events."""
        return await self._read(lambda: self._library.run_events(run))

    # -- names ---------------------------------------------------------------------------------------------------

    async def rename(self, thread: str, title: str, *, file: str = "") -> None:
        """Give a thread a title; an empty one takes it away."""
        path = await self._file_of(thread, file)
        title = title.strip()
        await self._read(lambda: names.change_name(path, thread, lambda named: dataclasses.replace(named, title=title)))

    async def tag(
        self, thread: str, *, add: Sequence[str] = (), remove: Sequence[str] = (), file: str = ""
    ) -> Sequence[str]:
        """Give a thread tags and take some away; those that it has then."""
        tags = tuple(tag.strip() for tag in add)
        if not all(tags):
            raise InputError("a tag has at least one letter", "name it")
        path = await self._file_of(thread, file)

        def change(named: Named) -> Named:
            return dataclasses.replace(named, tags=names.with_tags(named, tags, remove))

        return (await self._read(lambda: names.change_name(path, thread, change))).tags

    # -- changing ------------------------------------------------------------------------------------------------

    async def delete(self, threads: Sequence[str], *, file: str = "") -> None:
        """Delete threads with all their checkpoints, and the records of their runs."""
        from graphdeck.graphs.local.run_records import forget_runs

        found: dict[Path, list[str]] = {}
        for thread in dict.fromkeys(threads):
            found.setdefault(await self._file_of(thread, file), []).append(thread)
        for path, gone in found.items():
            await self._pool.request({"job": "delete", "file": str(path), "threads": gone})
            await self._read(partial(names.forget_names, path, gone))
            await self._read(partial(forget_runs, path, gone))

    async def copy(self, thread: str, *, file: str = "") -> str:
        """Copy a thread within its file; the new thread's id."""
        path = await self._file_of(thread, file)
        return str(await self._pool.request({"job": "copy", "file": str(path), "thread": thread}))

    async def prune(self, thread: str, *, keep: int, dry: bool = False, file: str = "") -> "Pruned":
        """Delete the checkpoints of a thread but the newest ones and what these need; `dry` tells what would go."""
        from graphdeck.graphs.keeping import Pruned

        if keep < 1:
            raise InputError("the newest checkpoint cannot go", "keep at least one, or delete the thread")
        path, plan = await self._read(lambda: self._library.prune_plan(thread, keep, file))
        if plan.gone and not dry:
            job = {"thread": thread, "head": plan.head, "gone": [list(each) for each in plan.gone]}
            await self._pool.request({"job": "prune", "file": str(path), **job})
        return Pruned(thread=thread, file=str(path), checkpoints=len(plan.gone), kept=plan.kept, bytes=plan.bytes)

    async def vacuum(self, file: str) -> int:
        """Give the unused room of a file back to the disk; the bytes that it is smaller by."""
        return int(await self._pool.request({"job": "vacuum", "file": file}))

    async def export_threads(self, threads: Sequence[str], to: Path, *, file: str = "") -> "Exported":
        """Copy threads of one file into a new checkpoint file, with what they are called."""
        return await self._in_turns(self._library.export(threads, to.absolute(), file))

    async def import_threads(self, source: Path, *, into: str = "") -> "Imported":
        """Copy all threads of a checkpoint file into another one; where an id is taken, under a new one."""
        from graphdeck.graphs.keeping import Imported
        from graphdeck.graphs.local.importing import read_source

        file = Path(into).absolute() if into else self._own_file
        known = await self._read(lambda: read_source(source.absolute(), file))
        ids = dict(await self._pool.request({"job": "import", "file": str(file), "source": str(source.absolute())}))
        await self._read(lambda: names.add_names(file, {ids[each]: known[each] for each in ids if each in known}))
        renamed = {old: new for old, new in ids.items() if old != new}
        return Imported(file=str(file), threads=tuple(ids.values()), renamed=renamed)

    async def close(self) -> None:
        """Let go of all workers: they drain, and are killed after 10 seconds."""
        if self._own_pool is not None:
            await self._own_pool.close()
        await self._read(self._library.close)
        self._reader.shutdown(wait=False)

    # -- the rest ------------------------------------------------------------------------------------------------

    @property
    def _pool(self) -> "WorkerPool":
        """The workers: the lent ones, or our own from the first that is needed."""
        if self._lent_pool is not None:
            return self._lent_pool
        if self._own_pool is None:
            from graphdeck.graphs.local.workers import WorkerPool

            self._own_pool = WorkerPool()
        return self._own_pool

    async def _read(self, read: Callable[[], T]) -> T:
        """Do blocking work in the one thread that has the files."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, partial(self._uncollected.read, read))

    async def _in_turns(self, turns: Turns[T]) -> T:
        """Do a long read in that thread, and let what else is asked of it come in between."""
        while True:
            found = await self._read(lambda: _one_turn(turns))
            if found is not None:
                return found[0]

    async def _file_of(self, thread: str, file: str) -> Path:
        """The file in which a thread may be changed."""
        return await self._read(lambda: self._library.file_of(thread, file))


def _told_in_one_turn(found: "Iterator[SearchHit | SearchProgress]") -> "list[SearchHit | SearchProgress]":
    """What a search tells in a moment, of its progress only the last; nothing once it has ended."""
    from graphdeck.graphs.searching import SearchProgress

    until = time.monotonic() + TURN
    told: list[SearchHit | SearchProgress] = []
    for each in found:
        if told and type(each) is type(told[-1]) is SearchProgress:
            told[-1] = each
        else:
            told.append(each)
        if time.monotonic() >= until:
            break
    return told


def _one_turn(turns: Turns[T]) -> tuple[T] | None:
    """Read on for a moment; what was read, where that is all."""
    until = time.monotonic() + TURN
    try:
        next(turns)
        while time.monotonic() < until:
            next(turns)
    except StopIteration as end:
        return (end.value,)
    return None
