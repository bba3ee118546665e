"""Targets: what names a graph, told from the text and by reading files. Nothing here runs or imports user code."""

import difflib
import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias

from graphdeck.graphs.errors import TargetError
from graphdeck.graphs.first_bytes import first_bytes
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.local.config import CONFIG_NAME, ConfigGraph, find_config, read_config
from graphdeck.graphs.local.hints import did_you_mean, listing, near_files, near_names
from graphdeck.graphs.local.reading import SourceGraphs, read_source
from graphdeck.graphs.records import GraphInfo

TargetKind: TypeAlias = Literal["file", "module", "config", "bundled", "checkpoint_file", "folder"]

EXAMPLES = "graphdeck.graphs.examples"
_EXAMPLES_FOLDER = Path(__file__).resolve().parent.parent / "examples"
_SQLITE_HEADER = b"SQLite format 3\0"
_MODULE = r"[^\W\d]\w*(\.[^\W\d]\w*)*"


class Target(Frozen):
    """What names a graph, or several, or a checkpoint file."""

    kind: TargetKind
    """How it is opened."""
    path: Path
    """The Python file, `langgraph.json`, checkpoint file or folder; `root` where a module is not found by reading."""
    root: Path
    """Project root: folder of the target's `langgraph.json`, else of the target, else the current one."""
    name: str = ""
    """The variable, or the name in `langgraph.json`; empty where reading does not tell a single graph."""
    module: str = ""
    """Dotted module name of the kinds `module` and `bundled`."""
    config: Path | None = None
    """The `langgraph.json` of the project that it belongs to."""

    @property
    def text(self) -> str:
        """The text that names it from its project root, the same from wherever it was asked for."""
        if self.kind == "bundled":
            return self.path.stem
        place = self.module or _relative(self.path, self.root)
        return f"{place}:{self.name}" if self.name else place

    @property
    def title(self) -> str:
        """A short name for lists."""
        if self.kind in ("file", "module") and self.name in ("graph", "agent", "app", "workflow", "chain"):
            return self.path.stem if self.path.suffix == ".py" else self.module.rpartition(".")[2]
        return self.path.stem if self.kind == "bundled" else self.name or self.path.name


def parse_target(text: str, cwd: Path) -> Target:
    """What a text names, seen from a folder; raises TargetError where nothing is there."""
    cwd = cwd.absolute()
    if not text:
        raise TargetError("an empty target", "name a file, a langgraph.json, or a bundled graph")
    if "\0" in text:
        raise TargetError("a target cannot hold a NUL byte", "name a file, a langgraph.json, or a bundled graph")
    place, name = _split(text, cwd)
    path = Path(os.path.normpath(cwd / place))
    if _exists(path) and not _is_bundled(place):
        return _existing(path, name, cwd)
    if _is_bundled(place):
        return _bundled(place, name, cwd)
    if _is_module(place, name, path, cwd):
        return _module(place, name, cwd)
    config = find_config(cwd)
    if config is not None and not name and text in read_config(config).graphs:
        return Target(kind="config", path=config, root=config.parent, name=text, config=config)
    raise _nothing_there(place, path, cwd)


def entry_target(target: Target) -> Target:
    """What an entry of `langgraph.json` stands for, as a target of kind `file` or `module`; others as they are."""
    if target.kind != "config":
        return target
    entries = read_config(target.path).graphs
    if target.name not in entries:
        known = ", ".join(entries)
        asked = f"no graph {target.name!r}" if target.name else "several graphs"
        raise TargetError(
            f"{target.path} has {asked}; it lists: {known}", f"name one: {CONFIG_NAME}:{next(iter(entries))}"
        )
    return _entry(target.path, target.name, entries[target.name])


def graphs_of(target: Target) -> list[GraphInfo]:
    """The graphs that a target without a name may mean, by reading; a target with a name gives itself."""
    match target.kind:
        case "config":
            return [info for info in _config_graphs(target.path, target.root) if target.name in ("", info.title)]
        case "folder":
            return _folder_graphs(target.path, target.root)
        case "file" if not target.name:
            return _file_graphs(target.path, target.root)
        case "checkpoint_file":
            return find_graphs(target.root)
        case "bundled":
            return [GraphInfo(target=target.text, title=target.title, origin="bundled", description=_doc(target.path))]
        case _:
            return [GraphInfo(target=target.text, title=target.title, origin="project", description=_doc(target.path))]


def find_graphs(cwd: Path) -> list[GraphInfo]:
    """The graphs that can be opened from a folder: its own first, the bundled ones last."""
    cwd = cwd.absolute()
    config = find_config(cwd)
    own = _config_graphs(config, cwd) if config is not None else _folder_graphs(cwd, cwd)
    return [*own, *bundled_graphs()]


def bundled_graphs() -> list[GraphInfo]:
    """The graphs that come with graphdeck."""
    return [
        GraphInfo(target=path.stem, title=path.stem, origin="bundled", description=_doc(path))
        for path in _bundled_files()
    ]


def source_hash(target: Target) -> str:
    """A hash that changes with the target's text, its Python file and its `langgraph.json`."""
    digest = hashlib.sha256(target.text.encode("utf-8", "surrogatepass"))
    files = [target.path, target.config]
    if target.kind == "config" and target.name:
        files.append(entry_target(target).path)
    for path in dict.fromkeys(files):
        if path is not None and path.is_file() and target.kind != "checkpoint_file":
            digest.update(b"\0" + path.read_bytes())
    return digest.hexdigest()


# -- one text --------------------------------------------------------------------------------------------------------


def _split(text: str, cwd: Path) -> tuple[str, str]:
    """Place and name: the longest place that exists, else what is before the last colon."""
    pieces = text.split(":")
    for count in range(len(pieces), 0, -1):
        place = ":".join(pieces[:count])
        if place and _exists(cwd / place):
            return place, ":".join(pieces[count:])
    place, colon, name = text.rpartition(":")
    return (place, name) if colon and place else (text, "")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that is too long, or a folder that may not be entered
        return False


def _existing(path: Path, name: str, cwd: Path) -> Target:
    if path.is_dir():
        return _folder(path, name, cwd)
    if path.suffix == ".json":
        return _config(path, name)
    if path.suffix == ".py":
        return _file(path, name)
    if not os.access(path, os.R_OK):
        raise TargetError(f"{path} cannot be read", "check its permissions")
    if is_checkpoint_file(path):
        if name:
            raise TargetError(f"{path} is a checkpoint file and holds no graph {name!r}", f"open it alone: {path.name}")
        root = path.parent.parent if path.parent.name == ".graphdeck" else path.parent
        return Target(kind="checkpoint_file", path=path, root=root, config=find_config(root))
    what = "is empty" if path.stat().st_size == 0 else "is neither Python, nor langgraph.json, nor a checkpoint file"
    raise TargetError(f"{path} {what}", "name FILE.py:NAME, a langgraph.json, a checkpoint file, or a bundled graph")


def _folder(path: Path, name: str, cwd: Path) -> Target:
    if (path / CONFIG_NAME).is_file():
        return _config(path / CONFIG_NAME, name)
    found = _folder_graphs(path, path)
    usable = [info for info in found if not info.error]
    if name or not found:
        lacks = f" that could name {name!r}" if name else ", and no graph in its .py files"
        hint = listing(_folder_graphs(path, cwd)) or "name FILE.py:NAME"
        raise TargetError(f"{path} has no {CONFIG_NAME}{lacks}", hint)
    if len(found) == len(usable) == 1:
        return parse_target(usable[0].target, path)
    return Target(kind="folder", path=path, root=path, config=find_config(path))


def _config(path: Path, name: str) -> Target:
    config = read_config(path)
    target = Target(kind="config", path=path, root=path.parent, name=name, config=path)
    if name:
        entry_target(target)
    elif len(config.graphs) == 1:
        target = replace(target, name=next(iter(config.graphs)))
    return target


def _file(path: Path, name: str) -> Target:
    source = read_source(path)
    if name and source.names is not None and name not in source.names and not source.error:
        raise TargetError(
            f"{path} has no {name!r}", near_names(name, source) or "it has no graphs, as far as reading tells"
        )
    config = find_config(path.parent)
    return Target(
        kind="file",
        path=path,
        root=config.parent if config else path.parent,
        name=name or _only(source.graphs),
        config=config,
    )


def _module(module: str, name: str, cwd: Path) -> Target:
    config = find_config(cwd)
    root = config.parent if config else cwd
    path = _module_file(module, _places(config, root))
    only = _only(read_source(path).graphs) if path else ""
    return Target(kind="module", path=path or root, root=root, name=name or only, module=module, config=config)


def _is_module(place: str, name: str, path: Path, cwd: Path) -> bool:
    """`module:name` always; `package.module` alone only where it is there, since `a.db` is no module."""
    if path.suffix in (".py", ".json") or not re.fullmatch(_MODULE, place):
        return False
    if name:
        return True
    config = find_config(cwd)
    return "." in place and _module_file(place, _places(config, config.parent if config else cwd)) is not None


def _places(config: Path | None, root: Path) -> Iterable[Path]:
    return (root, *read_config(config).dependencies) if config else (root,)


def _module_file(module: str, places: Iterable[Path]) -> Path | None:
    parts = module.split(".")
    for place in places:
        for path in (place.joinpath(*parts).with_suffix(".py"), place.joinpath(*parts, "__init__.py")):
            if _exists(path) and path.is_file():
                return path
    return None


def _entry(config: Path, name: str, graph: ConfigGraph) -> Target:
    place, colon, variable = graph.path.rpartition(":")
    if not colon:
        place, variable = graph.path, ""
    where = f"{config}: graph {name!r}"
    if not place.endswith(".py") and re.fullmatch(_MODULE, place):
        path = _module_file(place, _places(config, config.parent))
        module, kind = place, "module"
    else:
        path, module, kind = Path(os.path.normpath(config.parent / place)), "", "file"
        if not path.is_file():
            raise TargetError(f"{where}: no such file {place}", near_files(path) or "correct its path there")
    source = read_source(path) if path else SourceGraphs()
    if variable and source.names is not None and variable not in source.names and not source.error:
        raise TargetError(f"{where}: {place} has no {variable!r}", near_names(variable, source))
    return Target(
        kind="module" if kind == "module" else "file",
        path=path or config.parent,
        root=config.parent,
        name=variable or _only(source.graphs),
        module=module,
        config=config,
    )


def _bundled(place: str, name: str, cwd: Path) -> Target:
    if name not in ("", "graph"):
        raise TargetError(f"the bundled graph {place!r} has no {name!r}", f"open it by its bare name: {place}")
    path = _EXAMPLES_FOLDER / f"{place}.py"
    return Target(kind="bundled", path=path, root=cwd, name="graph", module=f"{EXAMPLES}.{place}")


def _is_bundled(place: str) -> bool:
    return any(path.stem == place for path in _bundled_files())


def _bundled_files() -> list[Path]:
    return sorted(path for path in _EXAMPLES_FOLDER.glob("*.py") if not path.stem.startswith("_"))


def is_checkpoint_file(path: Path) -> bool:
    """Whether a file begins as SQLite files do; False where there is no such file that can be read."""
    try:
        return first_bytes(path, len(_SQLITE_HEADER)) == _SQLITE_HEADER
    except OSError:
        return False


# -- lists -----------------------------------------------------------------------------------------------------------


def _config_graphs(config: Path, cwd: Path) -> list[GraphInfo]:
    """The entries of a `langgraph.json`, broken ones with the reason; a file that cannot be read is one entry."""
    place = _relative(config, cwd)
    try:
        entries = read_config(config).graphs
    except TargetError as error:
        return [GraphInfo(target=place, title=place, origin=CONFIG_NAME, error=error.message)]
    found = []
    for name, graph in entries.items():
        description, problem = graph.description, ""
        try:
            target = _entry(config, name, graph)
            description = description or _doc(target.path)
            problem = read_source(target.path).error if target.path.is_file() else ""
        except TargetError as error:
            problem = error.message
        found.append(
            GraphInfo(target=f"{place}:{name}", title=name, origin=CONFIG_NAME, description=description, error=problem)
        )
    return found


def _folder_graphs(folder: Path, cwd: Path) -> list[GraphInfo]:
    try:
        files = sorted(path for path in folder.glob("*.py") if path.is_file())
    except OSError as error:
        raise TargetError(f"{folder} cannot be read: {error.strerror}", "check its permissions") from None
    return [info for path in files for info in _file_graphs(path, cwd)]


def _file_graphs(path: Path, cwd: Path) -> list[GraphInfo]:
    place = _relative(path, cwd)
    source = read_source(path)
    if source.error and _mentions_graphs(path):
        return [GraphInfo(target=place, title=place, origin="project", error=f"{place}, {source.error}")]
    return [
        GraphInfo(
            target=f"{place}:{name}",
            title=path.stem if len(source.graphs) == 1 else name,
            origin="project",
            description=source.doc,
        )
        for name in source.graphs
    ]


def _mentions_graphs(path: Path) -> bool:
    """Whether a file that cannot be parsed has to do with graphs at all."""
    try:
        return b"langgraph" in path.read_bytes()
    except OSError:
        return False


def _doc(path: Path) -> str:
    return read_source(path).doc if path.is_file() else ""


def _nothing_there(place: str, path: Path, cwd: Path) -> TargetError:
    if "/" in place or path.suffix:
        hint = "write paths with /" if "\\" in place else near_files(path)
        return TargetError(f"no such file: {path}", hint or "check the path")
    names = [info.target for info in bundled_graphs()]
    close = difflib.get_close_matches(place, names, n=3)
    hint = did_you_mean(close) or near_files(path)
    return TargetError(f"no file, graph or module {place!r} here", hint or f"bundled graphs: {', '.join(names)}")


def _only(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else ""


def _relative(path: Path, folder: Path) -> str:
    return os.path.relpath(path, folder)
