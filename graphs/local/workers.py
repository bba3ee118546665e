"""The front end's side of the host and its workers: start them, read what they send, end them."""

import array
import asyncio
import codecs
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from graphdeck.graphs.errors import WorkerLost, error_from_dict
from graphdeck.graphs.local.channel import FrameReader, pack
from graphdeck.graphs.local.host import kill_group

ENTRY = "graphdeck.graphs.worker.main:main"
HOST = "graphdeck.graphs.local.host"
CHUNK = 1 << 16
BURST = 64
"""Chunks read in one go from a worker that writes as fast as it is read, so that others have their turn."""
TURN = 50
"""Items given in one go, for the same reason: a key that is pressed while 500 tasks start waits for no more."""

FULL = 1 << 22
"""Bytes waiting for a slow reader, beyond which a worker's output is left in its pipes."""

PATIENCE = 1.0
"""Seconds that closing waits for a host without workers to end."""


class Frame(NamedTuple):
    """What a worker sent over its channel."""

    data: dict[str, Any]


class Printed(NamedTuple):
    """What a worker or one of its children wrote to a standard stream."""

    stream: str
    text: str


class Exited(NamedTuple):
    """A worker's end: its exit status, negative for a signal."""

    status: int
    what: str = "the worker"
    """Whose status it is: a worker whose host is gone cannot be heard of any more."""


Item: TypeAlias = Frame | Printed | Exited


class Worker:
    """A worker process, seen from the front end."""

    def __init__(self, channel: socket.socket, stdout: int, stderr: int) -> None:
        self.pid = 0
        self._channel = channel
        self._pipes = {stdout: "stdout", stderr: "stderr"}
        self._decoders = {handle: codecs.getincrementaldecoder("utf-8")("replace") for handle in self._pipes}
        self._frames = FrameReader()
        self._items: deque[tuple[Item, int]] = deque()
        self._size = 0
        self._unframed = self._given = 0
        self._arrived = asyncio.Event()
        self._reading = False
        self._ended = False
        self._ignored = False
        channel.setblocking(False)
        for handle in self._pipes:
            os.set_blocking(handle, False)
        self._resume_reading()

    async def next(self) -> Item:
        """The next thing that came from the worker; after `Exited` there is nothing more."""
        self._given += 1
        if self._given % TURN == 0:
            await asyncio.sleep(0)
        while not self._items:
            self._arrived.clear()
            await self._arrived.wait()
        item, size = self._items.popleft()
        self._size -= size
        if not self._reading and not self._ended and self._size < FULL // 2:
            self._resume_reading()
        return item

    async def send(self, data: Mapping[str, Any]) -> None:
        """Send one frame to the worker; quietly nothing where it is gone, since its end is told by `next`."""
        if self._ended:
            return
        try:
            await asyncio.get_running_loop().sock_sendall(self._channel, pack(data))
        except (BrokenPipeError, ConnectionResetError):
            return

    def kill(self) -> None:
        """Kill the worker's process group."""
        if self.pid and not self._ended:
            kill_group(self.pid)

    def ignore(self) -> None:
        """Drop what the worker still sends: its run has ended, and nobody calls `next` again."""
        self._ignored = True
        self._items.clear()
        self._size = 0
        if not self._reading and not self._ended:
            self._resume_reading()

    def ended(self, status: int, what: str = "the worker") -> None:
        """Told by the pool: the process is gone. What it left in its pipes is read before `Exited` is given out."""
        if self._ended:
            return
        self._read_channel(BURST)
        for handle in self._pipes:
            self._read_pipe(handle)
        self._pause_reading()
        self._ended = True
        self._put(Exited(status, what))
        self._channel.close()
        for handle in self._pipes:
            os.close(handle)

    def close(self) -> None:
        """Close the channel, which tells the worker to drain."""
        if not self._ended:
            self._pause_reading()
            self._ended = True
            self._channel.close()
            for handle in self._pipes:
                os.close(handle)

    def _put(self, item: Item, size: int = 0) -> None:
        if self._ignored:
            return
        self._items.append((item, size))
        self._size += size
        self._arrived.set()
        if self._size > FULL and self._reading:
            self._pause_reading()

    def _resume_reading(self) -> None:
        loop = asyncio.get_running_loop()
        self._reading = True
        loop.add_reader(self._channel, self._read_channel)
        for handle in self._pipes:
            loop.add_reader(handle, self._read_pipe, handle)

    def _pause_reading(self) -> None:
        loop = asyncio.get_running_loop()
        self._reading = False
        loop.remove_reader(self._channel)
        for handle in self._pipes:
            loop.remove_reader(handle)

    def _read_channel(self, most: int = 1) -> None:
        """Take in as many chunks at the most: of a flood one at a time, as keys wait for each."""
        for _ in range(most):
            try:
                data = self._channel.recv(CHUNK)
            except (BlockingIOError, ConnectionResetError):
                return
            if not data:
                asyncio.get_running_loop().remove_reader(self._channel)
                return
            self._unframed += len(data)
            for frame in self._frames.feed(data):
                self._put(Frame(frame), self._unframed)
                self._unframed = 0

    def _read_pipe(self, handle: int) -> None:
        # A print that follows a node's start must not overtake it: what the channel holds by now comes first.
        self._read_channel(BURST)
        for _ in range(BURST):
            try:
                data = os.read(handle, CHUNK)
            except BlockingIOError:
                return
            text = self._decoders[handle].decode(data, final=not data)
            if text:
                self._put(Printed(self._pipes[handle], text), len(data))
            if not data:
                asyncio.get_running_loop().remove_reader(handle)
                return


class WorkerPool:
    """Starts workers: forked from a warm host where that is safe, else each in a fresh interpreter."""

    def __init__(self, *, fork: bool = sys.platform.startswith("linux")) -> None:
        self._fork = fork
        self._workers: dict[int, Worker] = {}
        self._orders = 0
        self._control: socket.socket | None = None
        self._host: subprocess.Popen[bytes] | None = None
        self._starting = asyncio.Lock()
        self._started: dict[int, asyncio.Future[int]] = {}
        self._ready: asyncio.Future[int] | None = None
        self._waiting: set[asyncio.Task[None]] = set()

    async def warm(self) -> None:
        """Start the host and wait until it has imported LangGraph; raises WorkerLost where it cannot."""
        if not self._fork:
            return
        async with self._starting:
            if self._ready is None or (self._ready.done() and self._host is None):
                self._start_host()
        assert self._ready is not None
        await asyncio.shield(self._ready)

    async def start(self, job: Mapping[str, Any]) -> Worker:
        """A worker that has been given its job."""
        await self.warm()
        ours, theirs = socket.socketpair()
        stdout, stdout_writer = os.pipe()
        stderr, stderr_writer = os.pipe()
        worker = Worker(ours, stdout, stderr)
        handles = [theirs.fileno(), stdout_writer, stderr_writer]
        try:
            self._orders += 1
            start = self._start_forked if self._fork else self._start_fresh
            worker.pid = await start(self._orders, worker, handles)
            await worker.send(job)
        except BaseException:  # also where nobody waits any more: a worker without a job ends by itself
            worker.close()
            raise
        finally:
            theirs.close()
            os.close(stdout_writer)
            os.close(stderr_writer)
        return worker

    async def request(self, job: Mapping[str, Any]) -> Any:
        """Have a worker do a job that has one result; raises the GraphdeckError that it answers with.

        Whoever stops waiting ends the job: a module that is imported for ever would never end by itself.
        """
        worker = await self.start(job)
        printed: deque[str] = deque(maxlen=20)
        try:
            while True:
                match await worker.next():
                    case Frame({"error": error}):
                        raise error_from_dict(error)
                    case Frame({"result": _} as data):
                        return data["result"]
                    case Printed("stderr", text):
                        printed.append(text)
                    case Exited(status, what):
                        said = describe_exit(status, "".join(printed), what=what)
                        raise WorkerLost(said, "the file is whole; try again")
        except asyncio.CancelledError:
            worker.kill()
            raise
        finally:
            worker.close()

    async def close(self) -> None:
        """Let go of the host: its workers drain, and are killed by it after their time, also when we are gone."""
        for worker in self._workers.values():
            worker.close()
        self._workers.clear()
        if self._control is not None:
            asyncio.get_running_loop().remove_reader(self._control)
            self._control.close()
            self._control = None
        if self._host is not None:
            assert self._host.stderr is not None
            self._host.stderr.close()
            try:
                await asyncio.to_thread(self._host.wait, PATIENCE)
            except subprocess.TimeoutExpired:  # a worker of its still drains: take its status whenever it comes
                threading.Thread(target=self._host.wait, name="worker host", daemon=True).start()
            self._host = None
        if self._waiting:
            await asyncio.wait(self._waiting, timeout=PATIENCE)

    # -- the host ------------------------------------------------------------------------------------------------

    def _start_host(self) -> None:
        loop = asyncio.get_running_loop()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._host = _start_python([str(theirs.fileno()), ENTRY], [theirs.fileno()])
        ours.setblocking(False)
        self._control = ours
        self._ready = loop.create_future()
        loop.add_reader(ours, self._read_host)

    def _read_host(self) -> None:
        assert self._control is not None
        while True:
            try:
                data = self._control.recv(CHUNK)
            except BlockingIOError:
                return
            except ConnectionResetError:
                data = b""
            if not data:
                self._host_is_gone()
                return
            for line in data.splitlines():
                self._heard(json.loads(line))

    def _heard(self, message: Mapping[str, int]) -> None:
        match message:
            case {"ready": pid} if self._ready is not None and not self._ready.done():
                self._ready.set_result(pid)
            case {"order": order, "pid": pid}:
                started = self._started.pop(order)
                if not started.done():  # cancelled, where nobody waits for the worker any more
                    started.set_result(pid)
            case {"order": order, "exit": status}:
                self._workers.pop(order).ended(status)

    def _host_is_gone(self) -> None:
        """The host died: its workers drain by themselves, and a new host is started when it is asked for."""
        assert self._control is not None
        assert self._host is not None
        assert self._host.stderr is not None
        asyncio.get_running_loop().remove_reader(self._control)
        self._control.close()
        status = self._host.wait()
        said = self._host.stderr.read().decode("utf-8", "replace")
        self._host.stderr.close()
        self._control = self._host = None
        error = WorkerLost(describe_exit(status, said, what="the worker host"), "start graphdeck again")
        for waiting in (self._ready, *self._started.values()):
            if waiting is not None and not waiting.done():
                waiting.set_exception(error)
        self._started.clear()
        for worker in self._workers.values():
            worker.ended(status, "the worker host")
        self._workers.clear()

    async def _start_forked(self, order: int, worker: Worker, handles: list[int]) -> int:
        if self._control is None:
            raise WorkerLost("the worker host has ended", "start graphdeck again")
        self._workers[order] = worker
        started: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._started[order] = started
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", handles))]
        self._control.sendmsg([str(order).encode()], rights)
        return await started

    async def _start_fresh(self, order: int, worker: Worker, handles: list[int]) -> int:
        process = _start_python(["--worker", ENTRY, *map(str, handles)], handles)
        self._workers[order] = worker
        waiting = asyncio.create_task(self._wait_for(order, process))
        self._waiting.add(waiting)
        waiting.add_done_callback(self._waiting.discard)
        return process.pid

    async def _wait_for(self, order: int, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        status = await asyncio.to_thread(process.wait)
        process.stderr.close()
        if order in self._workers:
            self._workers.pop(order).ended(status)


def _start_python(arguments: list[str], handles: list[int]) -> subprocess.Popen[bytes]:
    """An interpreter in a session of its own: the terminal's Ctrl+C reaches the front end alone."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", HOST, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=handles,
        start_new_session=True,
    )


def describe_exit(status: int, printed: str, *, what: str = "the worker") -> str:
    """One line for a process that died, and the last lines that it wrote to standard error."""
    how = f"was killed by {_signal_name(-status)}" if status < 0 else f"ended with status {status}"
    lines = [line for line in printed.splitlines() if line.strip()][-8:]
    return "\n".join([f"{what} {how}", *lines])


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
