"""The Model Registry of the specification: static, versioned, discovered in a real file, granted, found."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import BaseModel, Field, ValidationError

from tests.actions.conftest import make_shop
from xregistry_tui.core import ModelPermission, ModelRegistry, ModelSource
from xregistry_tui.core.models import IncompatibleChange, VersionConflict
from xregistry_tui.resources import ResourceFactory, XResource

ADMIN = {ModelPermission.CREATE, ModelPermission.READ, ModelPermission.UPDATE, ModelPermission.DELETE}


class Sample(BaseModel):
    """Test model"""

    name: str = Field(min_length=1)
    value: int = Field(gt=0)


class Described(Sample):
    """Test model"""

    description: str = ""


class User(BaseModel):
    """User model"""

    id: str
    name: str = Field(min_length=1, max_length=100)
    email: str
    is_active: bool = True


@pytest.fixture
def registry() -> ModelRegistry:
    return ModelRegistry()


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[XResource]:
    """A shop in a file: the resource that the specification's tests stand in for."""
    resource = ResourceFactory.create("sqlite", name="test_db", path=make_shop(tmp_path / "shop.sqlite"))
    await resource.connect()
    yield resource
    await resource.close()


def test_a_static_model_is_registered(registry: ModelRegistry) -> None:
    registered = registry.register_static_model(Sample, namespace="test", tags={"test", "example"})
    assert registered.metadata.source == ModelSource.STATIC
    assert registered.metadata.name == "Sample"
    assert "test" in registered.metadata.tags
    assert registered.model_class == Sample
    assert registered.metadata.json_schema["required"] == ["name", "value"]
    assert registered.metadata.ui_schema is not None


def test_a_version_follows_another_and_both_are_remembered(registry: ModelRegistry) -> None:
    registry.register_static_model(Sample, name="VersionedModel")
    updated = registry.update_model("VersionedModel", Described, version="2.0.0", migration_script="ALTER TABLE …")
    assert updated.metadata.version == "2.0.0"
    assert [version.version for version in registry.version_history["VersionedModel"]] == ["1.0.0", "2.0.0"]
    (step,) = registry.evolutions["VersionedModel"]
    assert (step.from_version, step.to_version, step.migration_script) == ("1.0.0", "2.0.0", "ALTER TABLE …")
    assert ("field_added", "/description") in [(change.type.value, change.path) for change in step.changes]
    assert step.applied_at is None
    assert registry.mark_applied("VersionedModel", "2.0.0").applied_at is not None


def test_what_was_registered_before_is_not_changed_by_what_comes_after(registry: ModelRegistry) -> None:
    before = registry.register_static_model(Sample, name="VersionedModel").metadata
    registry.update_model("VersionedModel", Described)
    first = registry.version_history["VersionedModel"][0]
    assert (first.version, first.json_schema) == (before.version, before.json_schema)
    assert "description" not in first.json_schema["properties"]
    assert registry.instantiate("VersionedModel", {"name": "a", "value": 1}, "1.0.0").model_dump() == {
        "name": "a",
        "value": 1,
    }


def test_a_model_that_is_not_there_a_low_version_and_a_breaking_change_are_refused(registry: ModelRegistry) -> None:
    with pytest.raises(ValueError, match="Model Nothing not found"):
        registry.update_model("Nothing", Sample, version="2.0.0")
    registry.register_static_model(Sample)
    with pytest.raises(VersionConflict, match="too low"):
        registry.update_model("Sample", Described, version="1.0.1")
    with pytest.raises(IncompatibleChange, match="backward refuses"):
        registry.update_model("Sample", User)


def test_rights_are_granted_by_role(registry: ModelRegistry) -> None:
    registered = registry.register_static_model(Sample, permissions={"admin": ADMIN, "user": {ModelPermission.READ}})
    assert registered.metadata.permissions["admin"] == ADMIN
    assert registered.metadata.permissions["user"] == {ModelPermission.READ}
    assert registry.check_access("Sample", "read", "user")
    assert not registry.check_access("Sample", "create", "user")
    assert registry.get_accessible_models("user", ModelPermission.READ) == [registered.path]
    assert registry.get_accessible_models("user", ModelPermission.DELETE) == []


async def test_a_model_is_made_of_a_collection(registry: ModelRegistry, shop: XResource) -> None:
    registered = await registry.register_from_inspector(resource=shop, collection_name="orders")
    assert registered.metadata.source == ModelSource.DYNAMIC
    assert registered.metadata.name == "orders"
    assert {"dynamic", "sqlite"} <= registered.metadata.tags
    assert registered.path == "models.test_db.orders"
    order = registered.model_class(id=1, customer_id=1, status="paid", placed_at="2026-01-01T00:00:00Z")
    assert order.model_dump()["status"] == "paid"
    with pytest.raises(ValidationError):
        registered.model_class(id=1, customer_id=1, status="lost", placed_at="2026-01-01T00:00:00Z")


async def test_a_namespace_stands_for_the_resources_name(registry: ModelRegistry, shop: XResource) -> None:
    registered = await registry.register_from_inspector(resource=shop, collection_name="customers", namespace="shop")
    assert registered is registry.get_by_namespace("ns.models.shop.customers")


def test_models_are_found_by_tag_and_path(registry: ModelRegistry) -> None:
    registered = registry.register_static_model(User, namespace="auth", tags={"user", "authentication"})
    assert registry.find_by_tag("authentication") == [registered]
    assert registry.get_by_namespace("ns.models.auth.User") is registered
    assert registry.find_by_namespace("ns.models.auth.*") == [registered]


def test_a_hundred_models_are_each_found_by_name(registry: ModelRegistry) -> None:
    for number in range(100):
        made = type(f"TestModel{number}", (BaseModel,), {"__annotations__": {"value": int}, "__module__": "test"})
        registry.register_static_model(made)
    assert all(registry.models.get(f"TestModel{number}") is not None for number in range(100))
    assert len(registry.models) == 100
