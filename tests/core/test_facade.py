"""The one registry over all three, at a prompt and in a program."""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated

import pytest
from pydantic import BaseModel, Field

import xregistry_tui
from xregistry_tui import XObjPrototype, XRegistry
from xregistry_tui.core import RegisteredFunction, RegisteredModel
from xregistry_tui.schema.shape import FieldShape, Kind, Shape


class User(BaseModel):
    name: str


def total(x: int) -> int:
    return x


@pytest.fixture
def registry() -> XRegistry:
    made = XRegistry()
    made.register_function(total, namespace="pricing")
    made.register_model(User, namespace="auth")
    made.register_type(Annotated[int, Field(gt=0)], name="Count")
    return made


def test_the_tree_at_a_prompt(registry: XRegistry) -> None:
    assert dir(registry.ns) == ["functions", "models", "types"]
    assert registry.ns.models.auth.User.model_class is User
    assert registry.ns.functions.pricing.total(3) == 3
    assert str(registry.ns.types) == "ns.types"


def test_every_item_is_found_by_its_path(registry: XRegistry) -> None:
    assert registry.item("ns.functions.pricing.total").title == "total"
    assert registry.item("models.auth.User").title == "User"
    with pytest.raises(KeyError):
        registry.item("models.auth.Nobody")


def test_one_subscription_hears_all(registry: XRegistry) -> None:
    listening = registry.changes.subscribe(lambda: None)
    registry.register_function(total, name="again", namespace="pricing")
    registry.models.register_discovered(
        Shape(name="t", fields=(FieldShape(name="id", kinds=(Kind.INTEGER,)),)), resource="shop"
    )
    assert listening.take() == {"tree", "function:functions.pricing.again", "model:models.shop.t"}


def test_another_prefix_is_only_how_paths_are_shown() -> None:
    made = XRegistry(prefix="acme")
    registered = made.register_model(User, namespace="auth")
    assert (registered.path, registered.ns) == ("models.auth.User", "acme.models.auth.User")
    assert made.models["acme.models.auth.User"] is registered


def test_decorator_and_registry_of_the_module_are_one() -> None:
    assert xregistry_tui.register_function.__self__ is xregistry_tui.registry.functions


def test_what_is_registered_is_an_xobj(registry: XRegistry) -> None:
    assert isinstance(registry.item("functions.pricing.total"), XObjPrototype)
    assert issubclass(RegisteredModel, XObjPrototype)
    assert not isinstance(User(name="a"), XObjPrototype)


def test_users_models_build_on_the_prototype() -> None:
    class Mine(XObjPrototype):
        ns: str = "models.mine"
        x: int

    assert Mine(x=1).model_dump() == {"ns": "models.mine", "x": 1}
    assert isinstance(Mine(x=1), XObjPrototype)
    assert not issubclass(RegisteredFunction, Mine)


@pytest.mark.parametrize("package", ["xregistry_tui", "xregistry_tui.core"])
def test_public_names_are_loaded_when_used(package: str) -> None:
    code = (
        f"import sys, {package} as p\n"
        "loaded = [n for n in ('pydantic', 'textual', 'dynaconf', 'sqlite3', 'asyncio') if n in sys.modules]\n"
        "assert not loaded, loaded\n"
        "assert all(hasattr(p, name) for name in p.__all__ if name in dir(p))\n"
        "from xregistry_tui import XRegistry; XRegistry()\n"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        _ = xregistry_tui.nope
