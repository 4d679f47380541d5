"""Packages of a user's own code, written into a folder, imported for a test and forgotten after it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

USER = """
from pydantic import BaseModel, Field

class Base(BaseModel):
    pass

class User(Base):
    username: str = Field(min_length=3)

class _Hidden(BaseModel):
    x: int
"""
PRODUCT = "from pydantic import BaseModel\n\nclass Product(BaseModel):\n    price: float\n"
KIT = """
from xregistry_tui.imports import kit
from .user import User
from .product import Product

__all__ = ["Product", "User", "get_model", "list_models", "register_dynamic_model", "auto_discover_models",
           "check_model_access"]

models = kit(__name__)
get_model, list_models, register_dynamic_model, auto_discover_models, check_model_access = models.functions
__getattr__, __dir__ = models.hooks
"""
SPEC = {
    "src/__init__.py": "",
    "src/models/__init__.py": KIT,
    "src/models/user.py": USER,
    "src/models/product.py": PRODUCT,
}
"""A package of models as the specification has it."""


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), "utf-8")
    importlib.invalidate_caches()
    return folder


@contextmanager
def forgotten() -> Iterator[None]:
    """What is imported, and put on the path, is forgotten afterwards."""
    path, modules = list(sys.path), set(sys.modules)
    written = sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # a file that is written anew within a second would be read from its old bytecode
    try:
        yield
    finally:
        sys.dont_write_bytecode = written
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            if name.partition(".")[0] in ("src", "shop", "main", "broken", "app"):
                del sys.modules[name]
