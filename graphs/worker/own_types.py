"""The types of a target's own modules that its checkpoints may build again."""

import dataclasses
import enum
import sys
from collections.abc import Iterable

from pydantic import BaseModel


def allowed_types(modules: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Dataclasses, Pydantic models, enums and named tuples defined in modules, as (module, name).

    This is the form of `JsonPlusSerializer(allowed_msgpack_modules=...)`, which finds a type by the name of its
    class in its module: classes inside classes cannot be found again and are left out.
    """
    found = set()
    for name in modules:
        for value in list(vars(sys.modules[name]).values()):
            if issubclass(type(value), type) and value.__module__ == name and _is_data(value):
                found.add((name, value.__name__))
    return tuple(sorted(found))


def _is_data(kind: type) -> bool:
    if issubclass(kind, (BaseModel, enum.Enum)) or dataclasses.is_dataclass(kind):
        return True
    is_model_of_pydantic_1 = hasattr(kind, "__fields__")
    return is_model_of_pydantic_1 or (issubclass(kind, tuple) and hasattr(kind, "_fields"))
