"""A model as a person wrote it in an editor: its source run in a module of its own, its class found, or why not."""

from __future__ import annotations

import itertools
import linecache
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, ModuleType
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.beside import LONGEST
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

    The source is run, so it must be the asker's own; one that runs on and on is ended. Raises `Unusable`.
    """
    module = _module(source, model)
    before = dict(module.__dict__)
    try:
        with _ended_after(LONGEST, module.__file__ or ""):
            exec(compile(source, module.__file__ or "", "exec"), module.__dict__)  # noqa: S102 - what it is for
            return _the_model(module, before, class_name(model.title))
    except BaseException as error:
        _forget(module.__name__)
        if isinstance(error, Unusable):
            raise
        raise Unusable(_said(error, module.__file__ or "")) from error


def _module(source: str, model: RegisteredModel) -> ModuleType:
    """A new module for a source, where pydantic looks for the names in its annotations."""
    name = f"{_MODULE}.{class_name(model.title)}_{next(_numbers)}"
    module = ModuleType(name)
    module.__file__ = f"<{name}>"
    if model.metadata.source is ModelSource.STATIC:
        home = vars(sys.modules.get(model.model_class.__module__, module))
        module.__dict__.update({key: value for key, value in home.items() if not key.startswith("__")})
    sys.modules[name] = module
    # a traceback, and whoever asks for the class's source later, finds it there
    linecache.cache[module.__file__] = (len(source), None, source.splitlines(keepends=True), module.__file__)
    return module


def forget(model: type[BaseModel]) -> None:
    """Let go of a class that is not kept."""
    _forget(model.__module__)


def _forget(name: str) -> None:
    sys.modules.pop(name, None)
    linecache.cache.pop(f"<{name}>", None)


@contextmanager
def _ended_after(seconds: float, file: str) -> Iterator[None]:
    """Raise in this thread, at the line of a file that is run then, once so much time has passed."""
    until, before = time.monotonic() + seconds, sys.gettrace()

    def watch(frame: FrameType, _event: str, _argument: Any) -> Any:
        if frame.f_code.co_filename != file:
            return None
        if time.monotonic() > until:
            raise TimeoutError(f"it runs longer than {seconds:g} s: does a loop never end?")
        return watch

    sys.settrace(watch)
    try:
        yield
    finally:
        sys.settrace(before)


def _the_model(module: ModuleType, before: dict[str, object], wanted: str) -> type[BaseModel]:
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
    if isinstance(error, SyntaxError) and error.filename == file:
        return f"line {error.lineno}: {error.msg}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    place = f"line {lines[-1]}: " if lines else ""
    return f"{place}{type(error).__name__}: {error}"
