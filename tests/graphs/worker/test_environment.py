"""The small parser of `.env` files."""

from pathlib import Path

import pytest

from graphdeck.graphs.errors import TargetError
from graphdeck.graphs.local.targets import Target
from graphdeck.graphs.worker.environment import load_config_env, parse_env, read_env


def test_a_file_goes_without_a_broken_langgraph_json_and_tells_so(tmp_path: Path) -> None:
    config = tmp_path / "langgraph.json"
    config.write_text('{"graphs": {')
    note = load_config_env(Target(kind="file", path=tmp_path / "agent.py", root=tmp_path, config=config))
    assert note.startswith(f"agent.py is loaded without langgraph.json: {config}")
    config.write_text('{"graphs": {"a": "./agent.py:graph"}, "dependencies": []}')
    assert load_config_env(Target(kind="file", path=tmp_path / "agent.py", root=tmp_path, config=config)) == ""
    config.write_text('{"graphs": {')
    with pytest.raises(TargetError):
        load_config_env(Target(kind="config", path=config, root=tmp_path, config=config))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A=1", {"A": "1"}),
        ("export A=1\nB = 2 \n", {"A": "1", "B": "2"}),
        ('A="x # not a comment" # a comment', {"A": "x # not a comment"}),
        ("A='x # \\n'#c", {"A": "x # \\n"}),
        ("A=http://host/#part # why", {"A": "http://host/#part"}),
        ("EMPTY=\nB=2", {"EMPTY": "", "B": "2"}),
        ("EMPTY=   # nothing\nQ=''", {"EMPTY": "", "Q": ""}),
        ('A="two\nlines"\nB=1', {"A": "two\nlines", "B": "1"}),
        ('A="say \\"hi\\"\\n"', {"A": 'say "hi"\n'}),
        ("A=it's\r\nB=2\r\n", {"A": "it's", "B": "2"}),
        ("# all\n\n   # of it\nexport\tA=1\nWITHOUT_VALUE\n", {"A": "1"}),
        ("A=a=b", {"A": "a=b"}),
        ("A=1\nA=2", {"A": "2"}),
        ("", {}),
    ],
)
def test_what_is_read(text: str, found: dict[str, str]) -> None:
    assert parse_env(text, ".env") == found


@pytest.mark.parametrize("bad", ['A="secret', "A='secret", "secret!", 'A="secret" secret', "=secret"])
def test_an_error_names_the_line_and_never_shows_the_value(bad: str) -> None:
    with pytest.raises(TargetError) as caught:
        parse_env(f"FINE=1\n\n{bad}", "/x/.env")
    assert "/x/.env, line 3" in caught.value.message
    assert "secret" not in caught.value.message + caught.value.hint


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="does not exist"):
        read_env(tmp_path / ".env")
    (tmp_path / ".env").write_bytes(b"\xff\xfe")
    with pytest.raises(TargetError, match="not UTF-8"):
        read_env(tmp_path / ".env")
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfA=1")
    assert read_env(tmp_path / ".env") == {"A": "1"}
