"""A person's own editor opens a file at a line, in the editor's own way."""

from pathlib import Path

import pytest

from graphdeck.tui.editor import EditorError, open_at


@pytest.mark.parametrize(
    ("name", "told"), [("nano", "-w +7 a b.py"), ("hx", "-w a b.py:7"), ("code", "-w --goto a b.py:7")]
)
def test_the_editor_is_told_the_line_in_its_own_way(tmp_path: Path, name: str, told: str) -> None:
    editor = tmp_path / name
    editor.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/told\n')
    editor.chmod(0o755)
    open_at("a b.py", 7, {"EDITOR": f"{editor} -w"})
    assert (tmp_path / "told").read_text() == f"{told}\n"


def test_an_editor_that_is_not_there_is_named() -> None:
    with pytest.raises(EditorError, match="there is no editor /nowhere/vi"):
        open_at("a.py", 1, {"EDITOR": "/nowhere/vi"})
