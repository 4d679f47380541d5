"""What a version of a model is made of: a shape, a class or a JSON Schema, the others made when first asked for."""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.paths import join
from xregistry_tui.schema.canonical import dumps

if TYPE_CHECKING:
    from pydantic import BaseModel

    from xregistry_tui.schema.shape import Shape

# what is made lazily is made once; these are short, and rare enough to share one lock
_making = threading.RLock()


class Definition:
    """A shape, a class, a JSON Schema, or several; at least one is given.

    `source` is what rules say that they come from. `note` says of a class made of a JSON Schema what it lacks.
    """

    __slots__ = (
        "_class", "_fingerprint", "_of_shape", "_schema", "_shape", "_ui_schema", "_written", "note", "source", "title",
    )  # fmt: skip

    def __init__(
        self,
        *,
        title: str,
        source: str,
        shape: Shape | None = None,
        model_class: type[BaseModel] | None = None,
        json_schema: dict[str, Any] | None = None,
        note: str = "",
    ) -> None:
        if shape is None and model_class is None and json_schema is None:
            raise ValueError(f"{title} needs a shape, a class or a JSON Schema")
        self.title = title
        self.source = source
        self.note = note
        self._shape = shape
        self._of_shape = shape is not None
        self._class = model_class
        self._schema = json_schema
        self._written = model_class is not None and shape is None
        self._ui_schema: dict[str, Any] | None = None
        self._fingerprint = ""

    @property
    def model_class(self) -> type[BaseModel]:
        """The Pydantic model, made of the shape or of the JSON Schema where none was given."""
        with _making:
            if self._class is None:
                self._class = self._generated()
            return self._class

    @property
    def made_class(self) -> type[BaseModel] | None:
        """The class where one was given or made; asking makes none."""
        return self._class

    def _generated(self) -> type[BaseModel]:
        if self._of_shape and self._shape is not None:
            from xregistry_tui.schema.modelgen import generate

            return generate(self._shape, self.title)
        from xregistry_tui.schema.external import model_of

        return model_of(self._schema or {}, self.title, note=self.note)

    @property
    def shape(self) -> Shape:
        """The shape, read off the JSON Schema or the class where none was given."""
        with _making:
            if self._shape is None:
                from xregistry_tui.schema.json_schema import shape_of, shape_of_model

                if self._class is None:
                    self._shape = shape_of(self._schema or {}, self.title, source=self.source)
                else:
                    self._shape = shape_of_model(self._class, self.title, source=self.source)
            return self._shape

    @property
    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema; not to be changed."""
        with _making:
            if self._schema is None:
                self._schema = self.model_class.model_json_schema()
            return self._schema

    @property
    def ui_schema(self) -> dict[str, Any]:
        """How a form asks for a record; not to be changed."""
        with _making:
            if self._ui_schema is None:
                from xregistry_tui.schema.ui_schema import ui_schema

                self._ui_schema = ui_schema(self.model_class)
            return self._ui_schema

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the JSON Schema in its canonical form, in hex."""
        with _making:
            if not self._fingerprint:
                self._fingerprint = hashlib.sha256(dumps(self.json_schema).encode()).hexdigest()
            return self._fingerprint

    @property
    def given_shape(self) -> Shape | None:
        """The shape where it came from discovery; `None` where it would have to be read off something else."""
        return self._shape if self._of_shape else None

    @property
    def module(self) -> str | None:
        """Where the class is written; `None` for a generated one."""
        return self._class.__module__ if self._class is not None and self._written else None

    @property
    def description(self) -> str | None:
        """The first words about it: of the engine, of the JSON Schema, or the class's docstring."""
        if self._class is not None and self._written:
            return self._class.__doc__
        if self._shape is not None:
            return self._shape.description
        described = (self._schema or {}).get("description")
        return described if isinstance(described, str) else None

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
    return definition.qualname if definition.module else f"the schema of {definition.source}"
