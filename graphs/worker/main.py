"""A worker's life: read one job from the channel, do it, answer, end."""

import asyncio
import contextlib
import dataclasses
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from graphdeck.graphs.errors import GraphdeckError, RunFailed, TargetLoadError
from graphdeck.graphs.forks import plan_from_dict
from graphdeck.graphs.local.channel import Channel
from graphdeck.graphs.local.targets import parse_target
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.stopping import kept_stop_from_dict
from graphdeck.graphs.worker.control import Control
from graphdeck.graphs.worker.describe import describe
from graphdeck.graphs.worker.edit import Change, copy_thread, delete_threads, update_state
from graphdeck.graphs.worker.emitter import Emitter
from graphdeck.graphs.worker.failures import run_error
from graphdeck.graphs.worker.frames import error_line, user_traceback
from graphdeck.graphs.worker.keep import import_threads, prune_thread, vacuum
from graphdeck.graphs.worker.load import Found, Loaded, find, ready
from graphdeck.graphs.worker.plan import plan_fork
from graphdeck.graphs.worker.repair import end_thread, take_answers_back
from graphdeck.graphs.worker.run import Ending, GraphRun
from graphdeck.graphs.worker.saving import Saving, plan_saving
from graphdeck.graphs.worker.threads import NodeThreads

Job = Mapping[str, Any]
T = TypeVar("T")


def main(sock: socket.socket) -> None:
    """Do the job that arrives on the socket: `run`, or one of `_JOBS`."""
    channel = Channel(sock)
    frames = channel.receive()
    job: Job | None = next(frames, None)
    if job is None:  # the front end went away before it said what it wanted
        return
    if job["job"] == "run":
        _run(channel, frames, job)
    else:
        _answer(channel, _JOBS[job["job"]], job)


def _answer(channel: Channel, do: Callable[[Job], Any], job: Job) -> None:
    try:
        result = do(job)
    except GraphdeckError as error:
        channel.send({"error": error.to_dict()})
    except Exception as error:  # noqa: BLE001 - schemas, reducers and validators of the user may raise anything
        failure = TargetLoadError(user_traceback(error), "mend the graph's own code")
        channel.send({"error": failure.to_dict()})
    else:
        channel.send({"result": result})


def _with_graph(job: Job, do: Callable[[Loaded], Awaitable[T]]) -> T:
    """Do something with the graph of a job; its module is imported outside of any event loop."""
    found = find(parse_target(job["graph"], Path(job["cwd"])))

    async def work() -> T:
        async with ready(found) as loaded:
            return await do(loaded)

    return asyncio.run(work())


def _describe(job: Job) -> Any:
    async def tell(loaded: Loaded) -> Any:
        return _shape(loaded, job)

    return _with_graph(job, tell)


def _shape(loaded: Loaded, job: Job) -> dict[str, Any]:
    target = parse_target(job["graph"], Path(job["cwd"]))
    shape = dataclasses.replace(describe(loaded, target), target=job["graph"])
    try:
        saving = _saving(loaded, job)
        shape = dataclasses.replace(shape, file=str(saving.file or ""), saving=saving.note)
    except GraphdeckError as error:
        shape = dataclasses.replace(shape, saving=f"{error.message}; {error.hint}")
    return dataclasses.asdict(shape)


def _delete(job: Job) -> None:
    delete_threads(Path(job["file"]), job["threads"])


def _copy(job: Job) -> str:
    return copy_thread(Path(job["file"]), job["thread"])


def _update(job: Job) -> str:
    lists = {
        name: tuple(value) for name, value in job["change"].items() if name != "values" and isinstance(value, list)
    }
    change = Change(**{**job["change"], **lists})
    return _with_graph(job, lambda loaded: update_state(loaded.graph, _saving(loaded, job), change))


def _fork_plan(job: Job) -> Any:
    asked = plan_from_dict(job["plan"])
    return dataclasses.asdict(_with_graph(job, lambda loaded: plan_fork(loaded.graph, _saving(loaded, job), asked)))


def _repair(job: Job) -> list[str]:
    return _with_graph(job, lambda loaded: take_answers_back(loaded.graph, _saving(loaded, job), job["thread"]))


def _end(job: Job) -> str:
    thread, checkpoint, seen = job["thread"], job["checkpoint"], job["seen"]
    return _with_graph(job, lambda loaded: end_thread(loaded.graph, _saving(loaded, job), thread, checkpoint, seen))


def _prune(job: Job) -> None:
    prune_thread(Path(job["file"]), job["thread"], job["head"], job["gone"])


def _import(job: Job) -> dict[str, str]:
    return import_threads(Path(job["file"]), Path(job["source"]))


def _vacuum(job: Job) -> int:
    return vacuum(Path(job["file"]))


_JOBS: dict[str, Callable[[Job], Any]] = {
    "describe": _describe,
    "delete": _delete,
    "copy": _copy,
    "end": _end,
    "import": _import,
    "prune": _prune,
    "vacuum": _vacuum,
    "fork_plan": _fork_plan,
    "repair": _repair,
    "update": _update,
}


def _saving(loaded: Loaded, job: Job, *, trust: bool = False) -> Saving:
    asked = Path(job["file"]) if job["file"] else None
    return plan_saving(loaded, asked, Path(job["default"]), trust=trust)


# -- runs ------------------------------------------------------------------------------------------------------------


def _run(channel: Channel, frames: Iterator[Any], job: Job) -> None:
    fields: dict[str, Any] = dict(job["request"])
    for name in ("before", "after", "clear", "watch"):
        fields[name] = tuple(fields[name])
    fields["kept"] = tuple(map(kept_stop_from_dict, fields["kept"]))
    request = RunRequest(**fields)
    emitter = Emitter(channel, job["run"])
    emitter.capture_prints()
    logging.getLogger("aiosqlite").setLevel(logging.INFO)  # by it the file is written, which is no doing of the graph's
    control = Control(frames)
    threads = NodeThreads()
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        loop.set_default_executor(threads)
        control.watch(loop)
        found = _found(job, request.graph)  # before the loop runs: a module may call asyncio.run itself
        running = loop.create_task(_run_to_its_end(request, job, found, emitter, control, threads))
        while not running.done():
            # asyncio lets a node's sys.exit() and KeyboardInterrupt out of its loop; the run hears of them in it.
            with contextlib.suppress(SystemExit, KeyboardInterrupt):
                loop.run_until_complete(running)
    threads.shutdown()  # asyncio itself waits for a node that cannot be cancelled, but not for ever
    emitter.flush()


def _found(job: Job, graph: str) -> Found | GraphdeckError:
    """What the target of a run names, or why it cannot be had."""
    try:
        return find(parse_target(graph, Path(job["cwd"])))
    except GraphdeckError as error:
        return error


async def _run_to_its_end(
    request: RunRequest,
    job: Job,
    found: Found | GraphdeckError,
    emitter: Emitter,
    control: Control,
    threads: NodeThreads,
) -> None:
    """Run, and send `run_ended` last, whatever happens."""
    try:
        if isinstance(found, GraphdeckError):
            raise found
        async with ready(found) as loaded:
            run = GraphRun(loaded.graph, _saving(loaded, job, trust=request.trust), request, job["run"], emitter)
            ending = await run.go(control, threads)
    except GraphdeckError as failure:
        emitter.started_at_the_latest(request)
        ending = Ending("failed", error=failure)
    except Exception as error:  # noqa: BLE001 - schemas, reducers and validators of the user may raise anything
        emitter.started_at_the_latest(request)
        emitter.emit(run_error(error))
        ending = Ending("failed", error=RunFailed(error_line(error), "mend the graph's own code"))
    emitter.flush()
    emitter.emit(ending.event)
