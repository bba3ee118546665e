"""The record of decisions as a file: whole lines by many writers, read from its end, in one of two places."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs.decided import DecisionRecord
from graphdeck.graphs.errors import FileError
from graphdeck.graphs.local.decisions import (
    BLOCK,
    answered_by,
    note_intents,
    note_outcomes,
    read_decisions,
    record_paths,
)
from graphdeck.graphs.local.lease import Lease
from graphdeck.graphs.questions.seen import payload_hash
from graphdeck.graphs.values import Json


@pytest.fixture(autouse=True)
def state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a checkpoint file would be."""
    return tmp_path / "project" / "threads.sqlite"


def intent(file: Path, number: int, **more: Json) -> dict[str, Json]:
    return {
        "id": f"decision {number}",
        "time": f"2026-05-01T12:00:{number % 60:02d}+00:00",
        "user": "kim",
        "host": "here",
        "run": f"run {number}",
        "file": str(file),
        "thread": "t",
        "interrupt": f"interrupt {number}",
        "decision": True,
        **more,
    }


def outcome(number: int, what: str = "applied") -> dict[str, Json]:
    return {"outcome": what, "id": f"decision {number}", "time": "2026-05-01T12:01:00+00:00", "why": ""}


def outcomes(found: list[DecisionRecord]) -> dict[str, str]:
    return {record.id: record.outcome for record in found}


def read(file: Path, thread: str | None = None, limit: int = 1000) -> list[DecisionRecord]:
    return read_decisions([file], thread=thread, limit=limit)


def test_a_decision_is_unknown_until_its_outcome_is_written(file: Path) -> None:
    record = note_intents(file, [intent(file, 1), intent(file, 2), intent(file, 3)])
    assert set(outcomes(read(file)).values()) == {"unknown"}
    note_outcomes(record, [outcome(1), outcome(2, "refused")])
    assert outcomes(read(file)) == {"decision 3": "unknown", "decision 2": "refused", "decision 1": "applied"}


def test_a_decision_whose_run_holds_the_lease_is_on_its_way(file: Path) -> None:
    note_intents(file, [intent(file, 1), intent(file, 2)])
    lease = Lease.take(file, "t", "run 2")
    assert outcomes(read(file)) == {"decision 2": "sent", "decision 1": "unknown"}
    lease.release()
    assert set(outcomes(read(file)).values()) == {"unknown"}


def test_it_lies_beside_the_checkpoint_file_hidden_from_git(file: Path) -> None:
    assert note_intents(file, [intent(file, 1)]) == file.parent / ".graphdeck" / "decisions.jsonl"
    assert (file.parent / ".graphdeck" / ".gitignore").read_text() == "*\n"


def test_where_that_cannot_be_written_the_state_folder_has_it_and_both_are_read(file: Path, state_folder: Path) -> None:
    beside = note_intents(file, [intent(file, 1)])
    note_outcomes(beside, [outcome(1)])
    beside.rename(beside.with_name("kept"))
    beside.mkdir()  # also root cannot write into a folder
    elsewhere = note_intents(file, [intent(file, 2)])
    assert elsewhere.is_relative_to(state_folder)
    beside.rmdir()
    beside.with_name("kept").rename(beside)
    assert outcomes(read(file)) == {"decision 2": "unknown", "decision 1": "applied"}


def test_without_any_record_nothing_may_be_sent(file: Path) -> None:
    for path in record_paths(file):
        path.mkdir(parents=True)
    with pytest.raises(FileError, match=r"cannot be recorded, and was not sent: .*decisions\.jsonl") as refused:
        note_intents(file, [intent(file, 1)])
    assert "writable" in refused.value.hint
    note_outcomes(record_paths(file)[0], [outcome(1)])  # tells nobody: the outcome then stays unknown
    assert read(file) == []


def test_a_full_disk_leaves_no_half_of_a_line(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = note_intents(file, [intent(file, 1)])
    before = record.read_bytes()
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[: len(data) // 2]))
    with pytest.raises(FileError, match="No space left"):
        note_intents(file, [intent(file, 2)])
    assert record.read_bytes() == before


@pytest.mark.parametrize("torn", [b'{"id": "decision 2", "thre', b'{"outcome": "app', b"\xff\x00", b"[1]\n", b"{}\n\n"])
def test_a_torn_line_spoils_neither_what_was_before_nor_what_comes_after(file: Path, torn: bytes) -> None:
    record = note_intents(file, [intent(file, 1)])
    with record.open("ab") as stream:
        stream.write(torn)
    assert outcomes(read(file)) == {"decision 1": "unknown"}
    note_outcomes(record, [outcome(1)])
    note_intents(file, [intent(file, 3)])
    assert outcomes(read(file)) == {"decision 3": "unknown", "decision 1": "applied"}


WRITER = """
import sys
from pathlib import Path
from graphdeck.graphs.local.decisions import note_intents, note_outcomes
file, name = Path(sys.argv[1]), sys.argv[2]
for number in range(20):
    line = {"id": f"{name} {number}", "time": "", "file": str(file), "decision": name * (number * 1000)}
    note_outcomes(note_intents(file, [line]), [{"outcome": "applied", "id": line["id"]}])
"""


def test_many_processes_write_at_once_and_no_line_is_lost_or_mixed(file: Path) -> None:
    names = ("a", "b", "c")
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(file), name]) for name in names]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert outcomes(read(file)) == {f"{name} {number}": "applied" for name in names for number in range(20)}
    lines = [json.loads(line) for line in record_paths(file)[0].read_text().splitlines()]
    assert len(lines) == 2 * 20 * len(names)


def test_the_newest_are_read_from_the_end_whatever_lies_before(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = note_intents(file, [intent(file, number, decision="x" * 500) for number in range(2000)])
    note_outcomes(record, [outcome(1998)])
    decoded: list[bytes] = []
    loads = json.loads

    def counted(line: Any) -> Any:
        decoded.append(line)
        return loads(line)

    monkeypatch.setattr(json, "loads", counted)
    assert [each.id for each in read(file, limit=3)] == ["decision 1999", "decision 1998", "decision 1997"]
    assert len(decoded) < 10


def test_lines_of_any_length_are_read_across_blocks(file: Path) -> None:
    sizes = [0, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK, 3]
    note_intents(file, [intent(file, number, decision="y" * size) for number, size in enumerate(sizes)])
    assert [len(str(each.decision)) for each in read(file)] == sizes[::-1]


def test_threads_and_files_are_told_apart(file: Path) -> None:
    other = file.with_name("other.sqlite")
    note_intents(file, [intent(file, 1), intent(file, 2, thread='quoted "é" / \u202e')])
    note_intents(other, [intent(other, 3)])
    assert [each.id for each in read(file, thread='quoted "é" / \u202e')] == ["decision 2"]
    assert [each.id for each in read(other)] == ["decision 3"]
    both = read_decisions([file, other], thread="t", limit=10)
    assert [(each.id, each.file) for each in both] == [("decision 3", str(other)), ("decision 1", str(file))]


def test_who_answered_first_is_the_one_whose_answer_was_applied(file: Path) -> None:
    asked = {"interrupt": "asked"}
    record = note_intents(file, [intent(file, number, **asked) for number in range(1, 5)])
    first = answered_by(file, "t", "asked", but_not="decision 4")
    assert first is not None
    assert (first.id, first.outcome) == ("decision 3", "unknown")
    note_outcomes(record, [outcome(1), outcome(3, "refused"), outcome(4, "refused")])
    first = answered_by(file, "t", "asked", but_not="decision 4")
    assert first is not None
    assert (first.id, first.origin) == ("decision 1", "kim@here at 2026-05-01 12:00:01 UTC")
    assert answered_by(file, "another", "asked", but_not="") is None


def test_an_answer_that_was_taken_back_is_nobodys_any_more(file: Path) -> None:
    asked = {"interrupt": "asked"}
    record = note_intents(file, [intent(file, 1, **asked), intent(file, 2, act="repair", **asked)])
    note_outcomes(record, [outcome(1), outcome(2)])
    assert answered_by(file, "t", "asked", but_not="") is None
    note_intents(file, [intent(file, 3, **asked)])
    last = answered_by(file, "t", "asked", but_not="")
    assert last is not None
    assert (last.id, last.act) == ("decision 3", "")


def test_no_answer_is_taken_for_an_act(file: Path) -> None:
    note_intents(file, [intent(file, 1, decision={"graphdeck": "end"}), intent(file, 2, decision={"act": "repair"})])
    assert [record.act for record in read_decisions([file], thread=None, limit=9)] == ["", ""]


def test_the_hash_of_a_payload_depends_on_what_it_says_alone() -> None:
    assert payload_hash({"a": 1, "b": [None, "é"]}) == payload_hash({"b": [None, "é"], "a": 1})
    assert payload_hash("pay?") != payload_hash("pay!")
    assert payload_hash("pay?") == "d444244af07257be6cb4b1ee0b352d95fa328f750d80fe577823a69d85679236"
