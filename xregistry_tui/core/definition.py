"""What a version of a model is made of: a shape or a class, each made from the other when first asked for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.paths import join

if TYPE_CHECKING:
    from pydantic import BaseModel

    from xregistry_tui.schema.shape import Shape

# what is made lazily is made once; these are short, and rare enough to share one lock
_making = threading.RLock()


class Definition:
    """A shape, a class, or both; at least one is given. `source` is what rules say that they come from."""

    __slots__ = ("_class", "_schema", "_shape", "source", "title")

    def __init__(
        self,
        *,
        title: str,
        source: str,
        shape: Shape | None = None,
        model_class: type[BaseModel] | None = None,
    ) -> None:
        if shape is None and model_class is None:
            raise ValueError(f"{title} needs a shape or a class")
        self.title = title
        self.source = source
        self._shape = shape
        self._class = model_class
        self._schema: dict[str, Any] | None = None

    @property
    def model_class(self) -> type[BaseModel]:
        """The Pydantic model, generated from the shape where none was given."""
        with _making:
            if self._class is None:
                from xregistry_tui.schema.modelgen import generate

                self._class = generate(self.shape, self.title)
            return self._class

    @property
    def shape(self) -> Shape:
        """The shape, read off the class where none was given."""
        with _making:
            if self._shape is None:
                from xregistry_tui.schema.json_schema import shape_of_model

                self._shape = shape_of_model(self.model_class, self.title, source=self.source)
            return self._shape

    @property
    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of the class; not to be changed."""
        with _making:
            if self._schema is None:
                self._schema = self.model_class.model_json_schema()
            return self._schema

    @property
    def module(self) -> str | None:
        """Where the class is written; `None` for a generated one."""
        return self._class.__module__ if self._class is not None and self._shape is None else None

    @property
    def description(self) -> str | None:
        """The first words about it: of the engine, or the class's docstring."""
        if self._shape is not None:
            return self._shape.description
        return self._class.__doc__ if self._class is not None else None

    @property
    def qualname(self) -> str:
        """Module and qualified name of the class."""
        return join(self.model_class.__module__, self.model_class.__qualname__)


def same_class(older: Definition, newer: Definition) -> bool:
    """Whether both were given one class, or two of one place that ask for the same."""
    if older.model_class is newer.model_class:
        return True
    return older.qualname == newer.qualname and older.json_schema == newer.json_schema


def superseded(older: Definition, newer: Definition) -> bool:
    """Whether the newer class took the older one's place in its module, as after a reload."""
    return older.qualname == newer.qualname and "<locals>" not in newer.qualname


def where(definition: Definition) -> str:
    """What a person would look for."""
    return definition.qualname
