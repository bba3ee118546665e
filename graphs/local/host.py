"""The host: a warm process that imports LangGraph once and forks a worker for each run.

It is started as `python -m graphdeck.graphs.local.host HANDLE ENTRY` with a Unix socket as its file descriptor
HANDLE. It imports ENTRY (`module:function`), says so, and then forks a worker for each message that brings three
descriptors: the worker's channel, its standard output, its standard error. It stays single-threaded and has no
event loop, so that forking is safe. When the front end is gone, so is the socket: the workers drain, and those
left after `GRACE` seconds are killed with their process groups.

Where forking is not safe (macOS), each worker is a fresh interpreter: `... host --worker ENTRY HANDLE HANDLE HANDLE`.
"""

import array
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from typing import NoReturn

from graphdeck.graphs.local.sqlite_locks import LockHolder, fork_holder, use_holder

GRACE = 10.0
"""Seconds that a worker may take to drain when its front end has gone."""

Entry = Callable[[socket.socket], None]


def main() -> None:
    """Serve the socket named on the command line until the other end closes, or become a single worker."""
    if sys.argv[1] == "--worker":
        handles = [int(handle) for handle in sys.argv[3:]]
        use_holder(fork_holder(handles))
        run_worker(_load(sys.argv[2]), handles)
    control = socket.socket(fileno=int(sys.argv[1]))
    entry = _load(sys.argv[2])
    gc.freeze()  # keeps the collector from touching, and so copying, the pages that workers share
    Host(control, entry).serve()


def _load(name: str) -> Entry:
    module, _, function = name.partition(":")
    gc.disable()  # what is imported stays: looking for garbage among it would be a tenth of the time
    entry: Entry = getattr(importlib.import_module(module), function)
    gc.enable()
    return entry


class Host:
    """Forks workers and reports their ends."""

    def __init__(self, control: socket.socket, entry: Entry) -> None:
        self._control = control
        self._entry = entry
        self._workers: dict[int, int] = {}
        self._locks = LockHolder()
        self._asking: dict[int, socket.socket] = {}
        self._wakeup, wakeup = socket.socketpair()
        wakeup.setblocking(False)
        self._wakeup.setblocking(False)
        self._wakeup_writer = wakeup
        signal.set_wakeup_fd(wakeup.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> None:
        """Fork and reap until the front end closes its end."""
        self._tell({"ready": os.getpid()})
        while True:
            ready = self._wait(self._control)
            if self._control in ready and not self._take_order():
                break
        self._let_go()

    def _wait(self, *others: socket.socket, seconds: float | None = None) -> list[socket.socket]:
        """Reap workers and hold locks for them, until something else can be read; what can."""
        ready, _, _ = select.select([*others, self._wakeup, *self._locks.sockets], [], [], seconds)
        if self._wakeup in ready:
            self._wakeup.recv(4096)
            self._reap()
        for asking in self._locks.sockets:
            if asking in ready:
                self._locks.serve(asking)
        return ready

    def _take_order(self) -> bool:
        """Start the worker that a message asks for; False once the other end has closed."""
        size = 3 * array.array("i").itemsize
        try:
            data, ancillary, _, _ = self._control.recvmsg(64, socket.CMSG_SPACE(size))
        except ConnectionResetError:
            return False
        if not data:
            return False
        handles = array.array("i")
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                handles.frombytes(content[: len(content) - len(content) % handles.itemsize])
        self._start(int(data), list(handles))
        return True

    def _start(self, order: int, handles: list[int]) -> None:
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            for each in (self._control, ours, *self._locks.sockets):
                each.close()
            use_holder(theirs)
            run_worker(self._entry, handles)
        for handle in handles:
            os.close(handle)
        theirs.close()
        self._locks.add(ours)
        self._asking[pid] = ours
        self._workers[pid] = order
        self._tell({"order": order, "pid": pid})

    def _reap(self) -> None:
        for pid, order in list(self._workers.items()):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                del self._workers[pid]
                self._locks.remove(self._asking.pop(pid))
                self._tell({"order": order, "exit": os.waitstatus_to_exitcode(status)})

    def _tell(self, message: dict[str, int]) -> None:
        try:
            self._control.send(json.dumps(message).encode() + b"\n")
        except (BrokenPipeError, ConnectionResetError):
            return  # the front end is gone; the next receive says so

    def _let_go(self) -> None:
        deadline = time.monotonic() + GRACE
        while self._workers and (left := deadline - time.monotonic()) > 0:
            self._wait(seconds=left)
        for pid in self._workers:
            kill_group(pid)


def kill_group(pid: int) -> None:
    """Kill a worker with every process of its group; nothing where it is gone already."""
    for kill in (os.killpg, os.kill):  # just forked, it leads no group yet, and has no children
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
        return


def run_worker(entry: Entry, handles: list[int]) -> NoReturn:
    """Become a worker: an own session, no keyboard, captured output; never returns."""
    status = 1
    try:
        if os.getsid(0) != os.getpid():  # a fresh interpreter leads its session already
            os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        channel, *outputs = handles
        with open(os.devnull) as nothing:
            os.dup2(nothing.fileno(), 0)
        for standard, handle in zip((1, 2), outputs, strict=True):
            os.dup2(handle, standard)
            os.close(handle)
        entry(socket.socket(fileno=channel))
        status = 0
    except SystemExit as exit_:
        status = exit_.code if isinstance(exit_.code, int) else 1
    except BaseException:  # noqa: BLE001 - the last frame of the process: its parent shows what is written here
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
