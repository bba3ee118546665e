"""A lease is held by one process at a time, and by nobody once that process is gone."""

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphdeck.graphs.errors import FileError, RunningElsewhere
from graphdeck.graphs.local import lease
from graphdeck.graphs.local.home import home_of
from graphdeck.graphs.local.lease import Lease, holder_of, lease_path, told_holder

THREAD = "täglich/../[/red] 1"
HOLD = """
import sys
from pathlib import Path
from graphdeck.graphs.local.lease import Lease
held = Lease.take(Path(sys.argv[1]), sys.argv[2], "their-run")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "threads.sqlite"


@pytest.fixture
def holder(file: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds the lease."""
    command = [sys.executable, "-c", HOLD, str(file), THREAD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_nobody_holds_a_thread_at_first(file: Path) -> None:
    assert holder_of(file, THREAD) is None
    assert list(file.parent.iterdir()) == []


def test_the_holder_is_told_and_gone_after_release(file: Path) -> None:
    held = Lease.take(file, THREAD, "run-1")
    holder = holder_of(file, THREAD)
    assert holder is not None
    assert (holder.pid, holder.run) == (os.getpid(), "run-1")
    held.release()
    held.release()
    assert holder_of(file, THREAD) is None
    assert not lease_path(file, THREAD).exists()


def test_another_process_is_refused_and_told_who(
    file: Path, holder: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "PATIENCE", 0.0)
    with pytest.raises(RunningElsewhere, match=f"pid {holder.pid}"):
        Lease.take(file, THREAD, "run-2")
    Lease.take(file, "another thread", "run-2").release()


def test_a_killed_holder_frees_the_lease(file: Path, holder: "subprocess.Popen[str]") -> None:
    assert holder_of(file, THREAD) is not None
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert holder_of(file, THREAD) is None
    Lease.take(file, THREAD, "run-2").release()


def test_the_folder_ignores_itself(file: Path) -> None:
    Lease.take(file, THREAD, "run-1").release()
    assert (file.parent / ".graphdeck" / ".gitignore").read_text() == "*\n"


def test_a_damaged_lease_file_holds_nothing(file: Path) -> None:
    path = lease_path(file, THREAD)
    path.parent.mkdir(parents=True)
    path.write_text("not json")
    assert holder_of(file, THREAD) is None
    Lease.take(file, THREAD, "run-1").release()


def test_a_lease_of_another_host_says_what_to_do_where_that_is_gone(file: Path) -> None:
    path = lease_path(file, THREAD)
    path.parent.mkdir(parents=True)
    theirs = {"pid": 7, "born": 1, "host": "box-7", "since": "2026-05-04T12:00:00+00:00", "run": "r"}
    path.write_text(json.dumps(theirs))
    told = told_holder(file, THREAD)
    assert told.startswith("pid 7 on box-7 since 2026-05-04T12:00:00+00:00; if box-7 is gone: rm ")
    subprocess.run(f"rm {told.partition(': rm ')[2]}", shell=True, check=True)
    assert told_holder(file, THREAD) == ""


def test_who_holds_it_here_is_told_in_short(file: Path) -> None:
    held = Lease.take(file, THREAD, "run-1")
    assert re.fullmatch(rf"pid {os.getpid()} on \S+ since \S+", told_holder(file, THREAD))
    held.release()
    assert told_holder(file, THREAD) == ""


def test_a_lease_that_cannot_be_written_is_not_held(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full)
        with pytest.raises(FileError, match=os.strerror(errno.ENOSPC)):
            Lease.take(file, THREAD, "run-1")
    assert not lease_path(file, THREAD).exists()
    Lease.take(file, THREAD, "run-2").release()


def test_a_lease_whose_folder_was_removed_leaves_that_of_the_next_holder_alone(file: Path) -> None:
    held = Lease.take(file, THREAD, "run-1")
    shutil.rmtree(home_of(file))
    later = Lease.take(file, THREAD, "run-2")
    held.release()
    holder = holder_of(file, THREAD)
    assert holder is not None
    assert holder.run == "run-2"
    later.release()
    assert holder_of(file, THREAD) is None
