"""What a package of the user's own code offers, and what of it fails."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.packages import PRODUCT, USER, forgotten, write
from xregistry_tui.core import ModelRegistry, TypeRegistry
from xregistry_tui.core.discovery import discover_models, discover_types


@pytest.fixture
def package(tmp_path: Path) -> Iterator[Callable[[dict[str, str]], ModuleType]]:
    """Writes `shop`, a package, and imports it."""

    def made(files: dict[str, str]) -> ModuleType:
        write(tmp_path, {"shop/__init__.py": "", **{f"shop/{name}": text for name, text in files.items()}})
        return importlib.import_module("shop")

    with forgotten():
        sys.path.append(str(tmp_path))
        yield made


def test_without_an_all_the_public_models_of_public_modules_are_found(package) -> None:
    found = discover_models(
        package({"user.py": USER, "deep/__init__.py": "", "deep/product.py": PRODUCT, "_private.py": PRODUCT}),
        ModelRegistry(),
    )
    assert found.registered == ("models.deep.product.Product", "models.user.Base", "models.user.User")
    assert found.failed == {}


def test_a_module_offers_what_its_all_exports(package) -> None:
    models = ModelRegistry()
    found = discover_models(package({"user.py": f"__all__ = ['User']\n{USER}", "product.py": PRODUCT}), models)
    assert found.registered == ("models.product.Product", "models.user.User")


def test_the_all_of_a_package_speaks_for_all_that_lies_in_it_where_that_is_strict(package) -> None:
    module = package({"__init__.py": "from .user import User\n__all__ = ['User']", "user.py": USER})
    found = discover_models(module, ModelRegistry())
    assert (found.registered, found.withheld) == (("models.user.User",), ("shop.user.Base",))
    lenient = discover_models(module, ModelRegistry(), strict=False)
    assert lenient.registered == ("models.user.Base", "models.user.User")


def test_a_module_that_fails_is_told_with_its_place_and_stops_no_other(package) -> None:
    found = discover_models(
        package(
            {
                "a.py": "1 / 0\n",
                "b.py": "def f(:\n",
                "c.py": "import sys\nsys.exit(3)\n",
                "d.py": "__all__ = ['Gone']\n",
                "e/__init__.py": "import nowhere_at_all\n",
                "f.py": "__all__ = [3]\n",
                "g.py": "__all__ = ['Lazy']\ndef __getattr__(name): raise RuntimeError(name)\n",
                "user.py": USER,
            }
        ),
        ModelRegistry(),
    )
    assert found.registered == ("models.user.Base", "models.user.User")
    assert list(found.failed) == ["shop.a", "shop.b", "shop.c", "shop.d.Gone", "shop.e", "shop.f", "shop.g"]
    assert found.failed["shop.a"].startswith("ZeroDivisionError: division by zero (")
    assert found.failed["shop.a"].endswith("a.py:1)")
    assert found.failed["shop.b"].endswith("b.py:1)")
    assert found.failed["shop.c"].startswith("SystemExit: 3 (")
    assert found.failed["shop.e"].startswith("ModuleNotFoundError")


def test_a_name_that_only_begins_alike_is_no_member(package, tmp_path) -> None:
    write(tmp_path, {"shop_old.py": PRODUCT})
    found = discover_models(package({"user.py": "from shop_old import Product\n"}), ModelRegistry())
    assert found.registered == ()
    sys.modules.pop("shop_old")


def test_what_is_exported_from_a_private_or_foreign_module_is_where_people_import_it(package, tmp_path) -> None:
    write(tmp_path, {"shop_old.py": PRODUCT})
    text = "from ._base import Base\nfrom shop_old import Product\nfrom pydantic import BaseModel\n"
    found = discover_models(
        package({"__init__.py": f"{text}__all__ = ['Base', 'BaseModel', 'Product']", "_base.py": USER}), ModelRegistry()
    )
    assert found.registered == ("models.Base", "models.Product")
    sys.modules.pop("shop_old")


def test_a_model_is_registered_once_however_often_it_is_exported(package) -> None:
    init = "from .user import User\nPerson = User\n__all__ = ['User', 'Person']"
    models = ModelRegistry()
    module = package({"__init__.py": init, "user.py": f"__all__ = ['User']\n{USER}"})
    assert discover_models(module, models).registered == ("models.user.User",)
    assert discover_models(module, models).registered == ()
    elsewhere = ModelRegistry()
    elsewhere.register_static_model(module.User, namespace="by.hand")
    assert discover_models(module, elsewhere).registered == ()


def test_a_path_that_another_has_is_told(package) -> None:
    module = package({"user.py": USER})
    models = ModelRegistry()
    models.register_static_model(module_class(), name="User", namespace="user")
    found = discover_models(module, models)
    assert found.registered == ("models.user.Base",)
    assert "needs another name=" in found.failed["shop.user.User"]


def module_class() -> type:
    from pydantic import BaseModel

    class Other(BaseModel):
        y: int

    return Other


def test_without_registering_modules_are_imported_all_the_same(package) -> None:
    found = discover_models(package({"user.py": USER, "a.py": "1 / 0"}), ModelRegistry(), register=False)
    assert (found.registered, found.withheld, list(found.failed)) == ((), (), ["shop.a"])
    assert "shop.user" in sys.modules


TYPES = """
from enum import Enum
from typing import Annotated, Literal
from pydantic import BaseModel, Field

Positive = Annotated[int, Field(gt=0)]
Size = Literal["s", "m"]
Bare = int | None
class Colour(Enum):
    RED = "red"
class Money(BaseModel):
    amount: float
def even(value): return value
LIMIT = 3
__all__ = ["Positive", "Size", "Bare", "Colour", "Money", "even", "LIMIT"]
"""


def test_a_package_of_types_offers_those_that_it_exports(package) -> None:
    types = TypeRegistry()
    module = package({"__init__.py": TYPES})
    names = ("Bare", "Colour", "Positive", "Size")
    wanted = ("types.composite.Money", *(f"types.constraint.{name}" for name in names))
    assert discover_types(module, types).registered == wanted
    assert types.validate("Positive", 3) == 3
    assert discover_types(module, types).registered == ()


def test_a_package_of_types_may_register_them_itself(package) -> None:
    types = TypeRegistry()
    text = f"{TYPES}\ndef register_all_types(types):\n    types.register_type(Money, namespace='mine')\n    1 / 0\n"
    found = discover_types(package({"__init__.py": text}), types)
    assert found.registered == ("types.mine.Money",)
    assert found.failed["shop.register_all_types"].startswith("ZeroDivisionError")


def test_an_all_that_is_none_is_told_of_the_package_that_has_it(package) -> None:
    found = discover_types(package({"__init__.py": "__all__ = 3\n"}), TypeRegistry())
    assert found.registered == ()
    assert list(found.failed) == ["shop"]
    assert found.failed["shop"].startswith("TypeError")


def test_what_a_person_unregistered_stays_so_when_its_package_is_discovered_again(package) -> None:
    module, models, types = (
        package({"__init__.py": f"{PRODUCT}__all__ = ['Product']\n"}),
        ModelRegistry(),
        TypeRegistry(),
    )
    discover_models(module, models)
    discover_types(module, types)
    models.unregister("Product")
    types.unregister("Product")
    assert discover_models(module, models).registered == discover_types(module, types).registered == ()
    assert len(models) == len(types) == 0
    models.restore("models.Product")
    assert discover_models(module, models).registered == ()
