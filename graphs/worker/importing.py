"""Importing a user's module under the name that its folder gives, whatever else has that name already."""

import importlib
import sys
import sysconfig
from collections.abc import Iterable
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

from graphdeck.graphs.errors import TargetError, TargetLoadError
from graphdeck.graphs.local.targets import EXAMPLES, Target
from graphdeck.graphs.worker.environment import put_first_on_path
from graphdeck.graphs.worker.frames import user_traceback

_LIBRARIES = ("site-packages", "dist-packages")
_KEPT = sys.stdlib_module_names | {"graphdeck"}
_STDLIB = sysconfig.get_path("stdlib")


class _FreshLoader(SourceFileLoader):
    """Compiles from the source each time: an edit within a second of the last run would else be missed."""

    def get_code(self, fullname: str) -> CodeType:
        """The module's code; no cached bytecode is read or written."""
        return self.source_to_code(self.get_data(self.path), self.path)


def import_target(target: Target) -> ModuleType:
    """Import a target's module.

    Raises TargetLoadError with the user's own frames where its code fails, TargetError where there is no such module.
    """
    if target.kind == "bundled":
        return importlib.import_module(target.module)
    name, base = _name_and_base(target)
    put_first_on_path([target.root, base])
    try:
        if target.path.suffix == ".py":
            return _import_file(name, target.path, base)
        return importlib.import_module(name)
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        raise _load_error(target, name, error) from error


def _name_and_base(target: Target) -> tuple[str, Path]:
    """Its module's name, and the folder that this name is found from."""
    if not target.module:
        return dotted_name(target.path)
    if target.path.suffix != ".py":
        return target.module, target.root
    levels = target.module.count(".") + (target.path.name == "__init__.py")
    return target.module, target.path.parents[levels]


def dotted_name(path: Path) -> tuple[str, Path]:
    """A file's module name, by going up through `__init__.py`, and the folder that it is found from."""
    names = [] if path.stem == "__init__" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder.name.isidentifier():
        names.insert(0, folder.name)
        folder = folder.parent
    return ".".join(names), folder


def own_modules(target: Target, module: ModuleType) -> tuple[str, ...]:
    """Names of the imported modules that are the target's own: its project's, not a library's, not graphdeck's."""
    if target.kind == "bundled":
        return tuple(name for name in sys.modules if name == EXAMPLES or name.startswith(EXAMPLES + "."))
    roots = [target.root, _name_and_base(target)[1]]
    return tuple(
        name
        for name, loaded in list(sys.modules.items())
        if name == module.__name__ or (not name.startswith("graphdeck.") and _lies_under(loaded, roots))
    )


# -- one file --------------------------------------------------------------------------------------------------------


def _import_file(name: str, path: Path, base: Path) -> ModuleType:
    """Import a file and the packages above it from their own files, in place of other modules of those names.

    The import system alone would take a built-in or an imported module of the same name for the user's.
    """
    _displace(name.partition(".")[0], base)
    parts = name.split(".")
    module: ModuleType | None = None
    for count in range(1, len(parts) + 1):
        dotted = ".".join(parts[:count])
        is_last = count == len(parts)
        file = path if is_last else base.joinpath(*parts[:count], "__init__.py")
        parent, module = module, sys.modules.get(dotted) or _execute(dotted, file)
        if parent is not None:
            setattr(parent, parts[count - 1], module)
    assert module is not None
    return module


def _execute(name: str, path: Path) -> ModuleType:
    if not path.is_file():  # a namespace package: a folder without __init__.py
        return importlib.import_module(name)
    places = [str(path.parent)] if path.name == "__init__.py" else None
    loader = _FreshLoader(name, str(path))
    spec = spec_from_file_location(name, path, loader=loader, submodule_search_locations=places)
    assert spec is not None
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return sys.modules[name]


def _displace(top: str, base: Path) -> None:
    """Forget imported modules whose names the user's own modules have, as if they had not been imported yet.

    The standard library keeps its names but for the target itself: the interpreter relies on them.
    """
    own = {entry.stem for entry in base.glob("*.py")} | {entry.parent.name for entry in base.glob("*/__init__.py")}
    taken = {
        name
        for name in own & sys.modules.keys()
        if (name == top or name not in _KEPT) and not _lies_under(sys.modules[name], [base])
    }
    for name in [name for name in sys.modules if name.partition(".")[0] in taken]:
        del sys.modules[name]


def _lies_under(module: ModuleType, roots: Iterable[Path]) -> bool:
    file = getattr(module, "__file__", None)
    if not isinstance(file, str) or any(part in _LIBRARIES for part in Path(file).parts):
        return False
    return not file.startswith(_STDLIB) and any(Path(file).is_relative_to(root) for root in roots)


# -- errors ----------------------------------------------------------------------------------------------------------


def _load_error(target: Target, name: str, error: BaseException) -> TargetError | TargetLoadError:
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if target.kind == "module" and missing and f"{name}.".startswith(f"{missing}."):
        return TargetError(f"no module {missing!r}", f"it is looked for from {target.root} and in {sys.prefix}")
    if isinstance(error, SystemExit):
        what = f"{target.text} calls sys.exit({error.code!r}) while it is imported"
        return TargetLoadError(f"{what}\n{user_traceback(error)}", 'keep it under `if __name__ == "__main__":`')
    return TargetLoadError(f"{target.text} cannot be imported\n{user_traceback(error)}", _hint(error))


def _hint(error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"install what provides {error.name!r} where graphdeck runs: {sys.prefix}"
    if isinstance(error, ValueError) and "entrypoint" in str(error):
        return "add an edge from START to the first node"
    return "correct the file and open it again"
