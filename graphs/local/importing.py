"""What an import reads before anything is written: whether the files are what they should be, and the names."""

import os
from collections.abc import Mapping
from pathlib import Path

from graphdeck.graphs.errors import InputError
from graphdeck.graphs.local.names import names_of, read_name
from graphdeck.graphs.named import Named
from graphdeck.graphs.saved.export import exported_names
from graphdeck.graphs.saved.file import open_file


def read_source(source: Path, file: Path) -> Mapping[str, Named]:
    """What the threads of the source are called; raises what `open_file` raises."""
    if os.path.realpath(source) == os.path.realpath(file):
        raise InputError(f"{source} is the file that threads are imported into", "name another one: --db FILE")
    if file.exists() and file.stat().st_size:
        open_file(file).close()  # a foreign one is refused before anything touches it
    with open_file(source) as theirs:
        names = {thread: read_name(said) for thread, said in exported_names(theirs).items()}
        return names or names_of(source)
