"""`langgraph.json`: read strictly, so that an error names its file, line and column."""

import json
import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, NoReturn

from graphdeck.graphs.errors import TargetError
from graphdeck.graphs.frozen import Frozen

CONFIG_NAME = "langgraph.json"
_TOKEN = r'"(?:[^"\\]|\\.)*"|[{}\[\]:]'


class ConfigGraph(Frozen):
    """One entry of `graphs`."""

    path: str
    """`file.py:name` or `package.module:name`."""
    description: str = ""
    """Given by the object form of an entry; may be empty."""


class ProjectConfig(Frozen):
    """What graphdeck uses of a `langgraph.json`."""

    path: Path
    """The file."""
    graphs: Mapping[str, ConfigGraph]
    """Entries by name, in the order of the file."""
    dependencies: tuple[Path, ...] = ()
    """Folders that join `sys.path`; dependencies that are packages are left to the installer."""
    env: Path | Mapping[str, str] = field(default_factory=dict)
    """A file of variables, or the variables themselves."""

    @property
    def folder(self) -> Path:
        """The project root."""
        return self.path.parent


def find_config(folder: Path) -> Path | None:
    """The nearest `langgraph.json` in a folder or its parents."""
    return next((place / CONFIG_NAME for place in (folder, *folder.parents) if (place / CONFIG_NAME).is_file()), None)


def read_config(path: Path) -> ProjectConfig:
    """Read a `langgraph.json`; raises TargetError with line and column where it is not strict JSON."""
    data = _read_json(path)
    if not isinstance(data, dict):
        raise TargetError(f"{path} must hold a JSON object", 'write {"graphs": {"name": "./file.py:graph"}}')
    graphs = data.get("graphs")
    if not isinstance(graphs, dict) or not graphs:
        raise TargetError(f'{path}: "graphs" is missing or empty', 'add "graphs": {"name": "./file.py:graph"}')
    return ProjectConfig(
        path=path,
        graphs={name: _graph(path, name, entry) for name, entry in graphs.items()},
        dependencies=_dependencies(path, data.get("dependencies", [])),
        env=_env(path, data.get("env", {})),
    )


def _graph(path: Path, name: str, entry: object) -> ConfigGraph:
    if isinstance(entry, str):
        return ConfigGraph(path=entry)
    if isinstance(entry, dict) and isinstance(entry.get("path"), str):
        return ConfigGraph(path=entry["path"], description=str(entry.get("description") or ""))
    raise TargetError(f"{path}: graph {name!r} is neither a text nor an object with a path", 'write "./file.py:graph"')


def _dependencies(path: Path, entries: object) -> tuple[Path, ...]:
    if not isinstance(entries, list) or not all(isinstance(entry, str) for entry in entries):
        raise TargetError(f'{path}: "dependencies" must be a list of texts', 'write ["."]')
    places = [(path.parent / entry).resolve() for entry in entries if entry.startswith((".", "/"))]
    missing = [place for place in places if not place.exists()]
    if missing:
        raise TargetError(f"{path}: the dependency {missing[0]} does not exist", "correct the path or remove it")
    return tuple(places)


def _env(path: Path, env: object) -> Path | Mapping[str, str]:
    if isinstance(env, str):
        return path.parent / env if env else {}
    if isinstance(env, dict) and all(isinstance(value, str) for value in env.values()):
        return env
    raise TargetError(f'{path}: "env" must be the path of a file, or an object of texts', 'write ".env"')


# -- strict JSON -----------------------------------------------------------------------------------------------------


def _read_json(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise TargetError(f"{path}, line {line}: not UTF-8 text", "save the file as UTF-8") from None
    except OSError as error:
        raise TargetError(f"{path} cannot be read: {error.strerror}", "check its permissions") from None
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        _refuse(path, text, *_json_problem(text, error))
    except ValueError as error:
        raise TargetError(f"{path}: {error}", "correct the file") from None
    except RecursionError:
        raise TargetError(f"{path} is nested too deeply", "correct the file") from None
    _refuse_duplicates(path, text)
    return data


def _json_problem(text: str, error: json.JSONDecodeError) -> tuple[int, str]:
    """The place and the decoder's message, or a plainer one for the faults that people really make."""
    rest = text[error.pos :].lstrip()
    before = text[: error.pos].rstrip()
    if rest.startswith(("//", "/*", "#")):
        return error.pos, "JSON has no comments"
    # Python 3.13 points at the comma, those before at what follows it.
    if rest[:1] in ("}", "]") and before.endswith(","):
        return len(before) - 1, "trailing comma"
    if rest.startswith(",") and rest[1:].lstrip()[:1] in ("}", "]"):
        return text.index(",", error.pos), "trailing comma"
    if rest.startswith("'"):
        return error.pos, "text must be in double quotes"
    return error.pos, error.msg[:1].lower() + error.msg[1:]


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _refuse_duplicates(path: Path, text: str) -> None:
    """Raise where an object has a key twice: the decoder would silently keep the last one."""
    keys: list[set[str] | None] = []
    last: re.Match[str] | None = None
    for token in re.finditer(_TOKEN, text):
        match token.group():
            case "{":
                keys.append(set())
            case "[":
                keys.append(None)
            case "}" | "]":
                keys.pop()
            case ":" if last is not None and keys[-1] is not None:
                key = json.loads(last.group())
                if key in keys[-1]:
                    _refuse(path, text, last.start(), f"the key {key!r} is there twice")
                keys[-1].add(key)
        last = token
    return


def _refuse(path: Path, text: str, position: int, problem: str) -> NoReturn:
    line = text.count("\n", 0, position) + 1
    column = position - (text.rfind("\n", 0, position) + 1) + 1
    raise TargetError(f"{path}, line {line}, column {column}: {problem}", "correct the file")
