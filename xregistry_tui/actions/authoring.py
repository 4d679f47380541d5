"""A model as a person wrote it in an editor: its source run in a module of its own, its class found, or why not."""

from __future__ import annotations

import itertools
import linecache
import sys
import traceback
import types
from typing import TYPE_CHECKING

from xregistry_tui.core.models import ModelSource
from xregistry_tui.schema.names import class_name

if TYPE_CHECKING:
    from pydantic import BaseModel

    from xregistry_tui.core.models import RegisteredModel

_MODULE = "xregistry_tui.authored"
_numbers = itertools.count(1)


class Unusable(ValueError):
    """The source gives no model; the text says why, with the line where there is one."""


def written(source: str, model: RegisteredModel) -> type[BaseModel]:
    """The model class that a source defines; the names of the module that the model was written in are known to it.

    The source is run, so it must be the asker's own. Raises `Unusable`.
    """
    name = f"{_MODULE}.{class_name(model.title)}_{next(_numbers)}"
    module = types.ModuleType(name)
    module.__file__ = f"<{name}>"
    if model.metadata.source is ModelSource.STATIC:
        home = vars(sys.modules.get(model.model_class.__module__, module))
        module.__dict__.update({key: value for key, value in home.items() if not key.startswith("__")})
    before = dict(module.__dict__)
    sys.modules[name] = module  # where pydantic looks for the names in annotations
    # a traceback, and whoever asks for the class's source later, finds it there
    linecache.cache[module.__file__] = (len(source), None, source.splitlines(keepends=True), module.__file__)
    try:
        exec(compile(source, module.__file__, "exec"), module.__dict__)  # noqa: S102 - what it is for; see above
        return _the_model(module, before, class_name(model.title))
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, Unusable):
            raise
        raise Unusable(_said(error, module.__file__)) from error


def _the_model(module: types.ModuleType, before: dict[str, object], wanted: str) -> type[BaseModel]:
    """The class of the wanted name, else the only model that is there, else the last one."""
    from pydantic import BaseModel

    found = [
        value
        for key, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, BaseModel) and before.get(key) is not value
        if value.__module__ == module.__name__
    ]
    if not found:
        raise Unusable("it defines no model: write a class that builds on BaseModel")
    model = next((one for one in found if one.__name__ == wanted), found[-1])
    model.model_rebuild()
    model.model_json_schema()
    return model


def _said(error: BaseException, file: str) -> str:
    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    place = f"line {lines[-1]}: " if lines else ""
    return f"{place}{type(error).__name__}: {error}"
