"""What `.graphdeck` keeps is not lost when it is changed while it cannot be read."""

import dataclasses
import errno
from pathlib import Path

import pytest

from graphdeck.graphs.errors import FileError
from graphdeck.graphs.local.breakpoints import keep_stop
from graphdeck.graphs.local.home import edit_json, home_of, read_json
from graphdeck.graphs.local.names import change_name
from graphdeck.graphs.stopping import Watch


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = home_of(tmp_path / "threads.sqlite") / "names.json"
    edit_json(path, lambda data: {**data, "title": "long thought of"})
    return path


def test_a_file_that_cannot_be_read_is_not_written_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(errno.EACCES, "of another user")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", refuse)
        with pytest.raises(PermissionError):
            edit_json(path, lambda data: {**data, "other": "x"})
    assert read_json(path) == {"title": "long thought of"}


@pytest.mark.parametrize("damaged", ['{"title": "long thought of",}', "[]", '"title"', '{"title": "long'])
def test_a_damaged_file_is_kept_beside_the_new_one(path: Path, damaged: str) -> None:
    path.write_text(damaged)
    edit_json(path, lambda data: {**data, "other": "x"})
    assert read_json(path) == {"other": "x"}
    assert path.with_name("names.json.damaged").read_text() == damaged


@pytest.mark.parametrize("empty", ["", " {\n} "])
def test_of_an_empty_file_nothing_is_kept(path: Path, empty: str) -> None:
    path.write_text(empty)
    edit_json(path, lambda data: {**data, "other": "x"})
    assert sorted(found.name for found in path.parent.iterdir()) == [".gitignore", "names.json"]


def test_what_a_person_wants_kept_and_cannot_be_is_told(tmp_path: Path) -> None:
    file = tmp_path / "threads.sqlite"
    for name in ("names.json", "breakpoints.json"):
        (home_of(file) / name).mkdir(parents=True)
    with pytest.raises(FileError, match=r"names\.json cannot be changed: Is a directory"):
        change_name(file, "t", lambda named: dataclasses.replace(named, title="x"))
    with pytest.raises(FileError, match=r"breakpoints\.json cannot be changed: Is a directory"):
        keep_stop(tmp_path, "agent.py:graph", Watch(path="n"))
