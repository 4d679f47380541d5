"""Processes that check lines beside us: checking holds the interpreter, and a screen must not wait for it.

A model goes there as what it is made of: the shape of a discovered one, the place of one that can be imported.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.registered_model import ModelSource
from xregistry_tui.enrichment.adapters import Expected, Reader, reader
from xregistry_tui.enrichment.tally import Tally, tally

if TYPE_CHECKING:
    from pydantic import BaseModel

    from xregistry_tui.core.models import RegisteredModel
    from xregistry_tui.schema.shape import Shape


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a reader of records is made of, in any process: a shape and its title, or a module and the class in it."""

    expected: Expected
    shape: Shape | None = None
    title: str = ""
    module: str = ""
    name: str = ""

    def reader(self) -> Reader:
        """The reader."""
        if self.shape is not None:
            from xregistry_tui.schema.modelgen import generate

            return reader(generate(self.shape, self.title), self.expected)
        found: Any = import_module(self.module)
        for part in self.name.split("."):
            found = getattr(found, part)
        return reader(found, self.expected)


def recipe(registered: RegisteredModel, expected: Expected) -> Recipe | None:
    """What a model's reader is made of elsewhere; `None` for a model that exists here alone."""
    metadata = registered.metadata
    if metadata.source is ModelSource.DYNAMIC and registered.shape.fields:
        return Recipe(expected, shape=registered.shape, title=metadata.name)
    made = registered.model_class
    if metadata.source is ModelSource.STATIC and _is_importable(made):
        return Recipe(expected, module=made.__module__, name=made.__qualname__)
    return None


def _is_importable(model: type[BaseModel]) -> bool:
    found: Any = sys.modules.get(model.__module__)
    if model.__module__ == "__main__" or getattr(found, "__file__", None) is None or "<" in model.__qualname__:
        return False
    for part in model.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is model


class Crew:
    """Some processes that check lines by one recipe."""

    def __init__(self, made: Recipe, size: int) -> None:
        self.size = size
        # forked, they would hold what we hold open, and the locks of our threads
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(size, context, _begin, (made, list(sys.path)))

    def ready(self) -> asyncio.Future[None]:
        """When the first of them can begin: starting takes as long as checking some megabytes."""
        begun: Future[None] = self._pool.submit(_begun)
        return asyncio.wrap_future(begun)

    def check(self, lines: bytes) -> asyncio.Future[Tally]:
        """What is wrong with these lines."""
        asked: Future[Tally] = self._pool.submit(_check, lines)
        return asyncio.wrap_future(asked)

    def leave(self) -> None:
        """Let them go: what they are at is small, and nobody waits for it."""
        self._pool.shutdown(wait=False, cancel_futures=True)


_reader: Reader | None = None


def _begin(made: Recipe, path: list[str]) -> None:
    global _reader  # noqa: PLW0603 - what a process is for is given to it once
    sys.path[:] = path
    _reader = made.reader()


def _begun() -> None:
    """A process is there."""


def _check(lines: bytes) -> Tally:
    if _reader is None:
        raise RuntimeError("the process was not told what to check by")
    return tally(lines, _reader, keep=20)
