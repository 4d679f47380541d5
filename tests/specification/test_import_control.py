"""Import Control of the specification: what a package of models exports, and nothing else, is for its users."""

from __future__ import annotations

import importlib
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.actions.conftest import make_shop
from tests.packages import SPEC, forgotten, write
from xregistry_tui import xregistry
from xregistry_tui.cli import main
from xregistry_tui.resources import ResourceFactory, XResource


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, SPEC)


@pytest.fixture
def models(folder: Path) -> Iterator[ModuleType]:
    """`src.models`, imported."""
    with forgotten():
        sys.path.insert(0, str(folder))
        yield importlib.import_module("src.models")


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[XResource]:
    resource = ResourceFactory.create("sqlite", path=make_shop(tmp_path / "shop.sqlite"))
    await resource.connect()
    yield resource
    await resource.close()


def test_exported_models_are_imported_and_asked_for_by_name(models: ModuleType) -> None:
    assert models.get_model("User") is models.User
    assert {"User", "Product"} <= set(models.list_models())
    assert models.list_models("dynamic") == []
    with pytest.raises(KeyError, match="there is no model 'Usr'; did you mean User"):
        models.get_model("Usr")


def test_who_may_do_what_with_a_model_is_asked_and_kept(models: ModuleType) -> None:
    assert models.check_model_access("User", "read", "user") is True
    assert models.check_model_access("User", "delete", "user") is False
    assert models.check_model_access("User", "delete", "admin") is True
    assert [(access.operation, access.allowed) for access in models.models.access_log] == [
        ("read", True),
        ("delete", False),
        ("delete", True),
    ]


def test_discovery_registers_what_is_exported(models: ModuleType) -> None:
    found = models.auto_discover_models()
    assert found.registered == ("models.product.Product", "models.user.User")
    assert xregistry.registry.models.get_by_namespace("ns.models.user.User").model_class is models.User  # type: ignore[union-attr]


async def test_a_model_of_live_data_is_exported_when_asked_for(models: ModuleType, shop: XResource) -> None:
    made = await models.register_dynamic_model(shop, "orders", auto_export=True)
    assert models.orders is made
    assert "orders" in models.__all__
    assert models.list_models("dynamic") == ["orders"]
    assert models.get_model("orders") is made


def test_imports_that_bypass_the_package_are_found_with_file_and_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, {"app.py": "from src.models import User\nfrom src.models.user import Base\n"})
    assert main(["lint", str(folder)]) == 1
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "app.py" in line]
    assert "app.py:2" in line
    write(folder, {"app.py": "from src.models import User, get_model\n"})
    assert main(["lint", str(folder)]) == 0
