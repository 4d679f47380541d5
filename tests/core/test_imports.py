"""The kit of a package of models: the specification's own tests of import control, on a package in a folder."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.packages import SPEC, forgotten, write
from xregistry_tui import xregistry
from xregistry_tui.core import ModelPermission
from xregistry_tui.imports import UnknownModel, kit
from xregistry_tui.schema.shape import FieldShape, Kind, Shape
from xregistry_tui.xregistry import XRegistry


class Source:
    """A resource of two collections, one of whose names is no identifier."""

    name = "shop"

    def get_type(self) -> str:
        return "sqlite"

    async def list_collections_or_tables(self) -> list[str]:
        return ["orders", "order items"]

    async def shape(self, collection: str) -> Shape:
        return Shape(name=collection, fields=(FieldShape(name="id", kinds=(Kind.INTEGER,)),))


@pytest.fixture
def models(tmp_path: Path) -> Iterator[Any]:
    """`src.models`, with its models registered."""
    with forgotten():
        sys.path.append(str(write(tmp_path, SPEC)))
        module = importlib.import_module("src.models")
        module.auto_discover_models()
        yield module


def test_static_models_are_available(models: Any) -> None:
    names: dict[str, Any] = {}
    exec("from src.models import *", names)
    assert names["User"] is models.User
    assert names["get_model"]("User") is models.User
    assert "Base" not in names


def test_a_model_is_got_by_name_and_a_wrong_name_is_answered_with_the_nearest(models: Any) -> None:
    assert models.get_model("User") is models.User
    with pytest.raises(KeyError, match="did you mean User"):
        models.get_model("Usr")
    with pytest.raises(UnknownModel, match="gives all names"):
        models.get_model("Entirely different")


def test_access_follows_the_grants(models: Any) -> None:
    assert models.check_model_access("User", "create", "admin")
    assert models.check_model_access("User", "delete", "admin")
    assert models.check_model_access("User", "read", "user")
    assert not models.check_model_access("User", "delete", "user")
    assert not models.check_model_access("User", "create")
    assert not models.check_model_access("Nobody", "read", "admin")
    with pytest.raises(ValueError, match="there are: create, read, update, delete, list"):
        models.check_model_access("User", "erase", "admin")
    answers = [(asked.model, asked.role, asked.allowed) for asked in models.models.access_log]
    assert answers[-2:] == [("User", "anonymous", False), ("Nobody", "admin", False)]


def test_models_are_listed_by_category(models: Any) -> None:
    assert models.list_models() == ["Product", "User"]
    assert models.list_models("static") == ["Product", "User"]
    assert models.list_models("dynamic") == []
    with pytest.raises(ValueError, match="give one of static, dynamic"):
        models.list_models("other")


def test_discovery_registers_once_at_the_path_of_the_module(models: Any) -> None:
    paths = ["models.product.Product", "models.user.User"]
    assert sorted(xregistry.registry.models) == paths
    again = models.auto_discover_models()
    assert (again.registered, again.withheld) == ((), ("src.models.user.Base",))
    assert sorted(xregistry.registry.models) == paths
    assert {name: version.version for name, version in xregistry.registry.models.models.items()}[paths[1]] == "1.0.0"


async def test_a_dynamic_model_is_exported_where_that_is_asked_for(models: Any) -> None:
    orders = await models.register_dynamic_model(Source(), "orders")
    assert not hasattr(models, "orders")
    assert models.get_model("orders") is orders
    await models.register_dynamic_model(Source(), "orders", auto_export=True)
    assert models.orders is orders
    assert "orders" in models.__all__
    assert "orders" in dir(models)
    assert "orders" not in vars(models)
    names: dict[str, Any] = {}
    exec("from src.models import *\nfrom src.models import orders as named", names)
    assert names["orders"] is names["named"] is orders
    assert models.list_models("dynamic") == ["orders"]
    assert models.list_models() == ["Product", "User", "orders"]


async def test_what_is_no_identifier_is_exported_under_the_last_part_of_its_path(models: Any) -> None:
    items = await models.register_dynamic_model(Source(), "order items", auto_export=True)
    name = models.__all__[-1]
    assert name.isidentifier()
    assert getattr(models, name) is items


async def test_an_export_never_takes_the_name_of_another(models: Any) -> None:
    models.orders = "taken"
    with pytest.raises(ValueError, match=r"get_model\('shop.orders'\) gives this model"):
        await models.register_dynamic_model(Source(), "orders", auto_export=True)
    assert models.get_model("shop.orders").model_fields.keys() == {"id"}


async def test_an_exported_model_that_is_unregistered_takes_no_other_with_it(models: Any) -> None:
    orders = await models.register_dynamic_model(Source(), "orders", auto_export=True)
    xregistry.registry.models.unregister("models.shop.orders")
    assert models.list_models() == ["Product", "User"]
    assert models.get_model("User") is models.User
    assert models.check_model_access("User", "read", "user")
    assert not models.check_model_access("orders", "read", "user")
    with pytest.raises(UnknownModel):
        models.get_model("orders")
    with pytest.raises(AttributeError, match=r"module 'src.models' has no attribute 'orders'"):
        _ = models.orders
    xregistry.registry.models.restore("models.shop.orders")
    assert models.orders is models.get_model("orders") is orders


async def test_no_class_is_made_to_list_models_or_to_answer_for_them(models: Any) -> None:
    registry = xregistry.registry.models
    registry.register_external({"type": "object", "properties": {"id": {"type": "integer"}}}, "Foreign")
    registry.register_discovered(await Source().shape("orders"), resource="shop")
    assert models.list_models() == ["Foreign", "Product", "User", "orders"]
    assert models.check_model_access("User", "read", "user")
    assert [registry[name].metadata.body.made_class for name in ("Foreign", "orders")] == [None, None]


async def test_every_listed_name_is_answered(models: Any) -> None:
    registry = xregistry.registry
    registry.models.register_static_model(models.Product, name="User", namespace="elsewhere")
    await models.register_dynamic_model(Source(), "orders")
    registry.models.register_discovered(await Source().shape("orders"), resource="archive")
    listed = models.list_models()
    assert {"shop.orders", "archive.orders", "Product", "User"} <= set(listed)
    assert all(models.get_model(name) for name in listed)


def test_grants_of_a_registered_export_count(models: Any) -> None:
    own = XRegistry()
    own.models.register_static_model(models.User, permissions={"auditor": {ModelPermission.DELETE}})
    given = kit("src.models", own)
    assert given.check_model_access("User", "delete", "auditor")
    assert not given.check_model_access("User", "read", "guest")
    assert given.get_accessible_models("guest") == ["Product"]


def test_superusers_are_those_of_the_registry(models: Any) -> None:
    own = XRegistry()
    own.models.superuser_roles = {"root"}
    given = kit("src.models", own)
    assert given.check_model_access("User", "delete", "root")
    assert not given.check_model_access("User", "delete", "admin")
    own.models.default_permissions = ()
    assert given.get_accessible_models("root") == ["Product", "User"]
    assert given.get_accessible_models("admin") == []


def test_a_name_that_is_not_there_is_an_attribute_error(models: Any) -> None:
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        _ = models.nope


def test_a_registry_of_its_own_can_be_given(models: Any) -> None:
    own = XRegistry()
    assert kit("src.models", own).auto_discover_models().registered == ("models.product.Product", "models.user.User")
    assert len(own.models) == 2
