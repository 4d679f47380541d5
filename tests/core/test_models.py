"""Models in the registry: written by hand, discovered, and their versions."""

from __future__ import annotations

import datetime
import subprocess
import sys
from dataclasses import replace
from typing import Literal

import pytest
from pydantic import AliasChoices, BaseModel, Field, ValidationError

from xregistry_tui.core import AmbiguousName, DefinitionConflict, ModelPermission, ModelRegistry, ModelSource
from xregistry_tui.core.namespace import Namespace
from xregistry_tui.schema.rules import OneOf, Required
from xregistry_tui.schema.shape import FieldShape, Kind, Shape

NOON = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.UTC)
ID = FieldShape(name="id", kinds=(Kind.INTEGER,), nullable=False, rules=(Required("NOT NULL"),))
ORDERS = Shape(name="orders", fields=(ID,))
WIDER = replace(ORDERS, fields=(ID, FieldShape(name="note", kinds=(Kind.STRING,))))


class Order(BaseModel):
    """What a customer asked for."""

    status: Literal["new", "paid"]
    total: float = Field(gt=0)


@pytest.fixture
def models() -> ModelRegistry:
    return ModelRegistry(clock=lambda: NOON)


def test_a_static_model_is_registered_with_what_is_known_of_it(models: ModelRegistry) -> None:
    registered = models.register_static_model(Order, namespace="test", tags={"test", "example"})
    metadata = registered.metadata
    assert metadata.source is ModelSource.STATIC
    assert (metadata.name, metadata.namespace, metadata.ns_path) == ("Order", "test", "ns.models.test.Order")
    assert metadata.description == "What a customer asked for."
    assert metadata.created_at == NOON
    assert registered.model_class is Order
    assert models.find_by_tag("example") == [registered]


def test_its_shape_names_the_model_as_the_source_of_its_rules(models: ModelRegistry) -> None:
    registered = models.register_static_model(Order, namespace="demo")
    status = registered.shape.field("status")
    assert status is not None
    assert OneOf(("new", "paid"), "Literal in demo.Order") in status.rules


def test_its_json_schema_is_serialised_as_schema(models: ModelRegistry) -> None:
    registered = models.register_static_model(Order)
    assert registered.json_schema == Order.model_json_schema()
    assert registered.metadata.as_json()["schema"] == Order.model_json_schema()


def test_without_a_namespace_the_path_comes_from_the_module(models: ModelRegistry) -> None:
    assert models.register(Order).path == f"models.{__name__}.Order"
    in_package = type("User", (BaseModel,), {"__module__": "app.models.user"})
    assert models.register(in_package).path == "models.user.User"


def test_permissions_are_read_and_list_for_everyone_unless_given(models: ModelRegistry) -> None:
    given = {"admin": {ModelPermission.CREATE, ModelPermission.DELETE}, "user": {ModelPermission.READ}}
    held = models.register(Order, permissions=given).metadata.permissions
    assert ModelPermission.DELETE in held["admin"]
    assert ModelPermission.CREATE not in held["user"]
    default = models.register(Order, name="Other").metadata.permissions
    assert default == {"*": {ModelPermission.READ, ModelPermission.LIST}}


def test_the_same_class_again_changes_nothing_and_another_one_is_refused(models: ModelRegistry) -> None:
    first = models.register(Order, namespace="test")
    assert models.register(Order, namespace="test") is first
    other = type("Order", (BaseModel,), {"__module__": "elsewhere", "__annotations__": {"x": int}})
    with pytest.raises(DefinitionConflict, match=r"test_models\.Order already; elsewhere\.Order"):
        models.register(other, namespace="test")
    second = models.register(other, namespace="test", replace=True)
    assert second.version == "2.0.0"
    assert [version.version for version in models.version_history["Order"]] == ["1.0.0", "2.0.0"]
    assert models.version_history["Order"][0].json_schema == Order.model_json_schema()


def test_a_reloaded_class_that_asks_for_the_same_keeps_its_version(models: ModelRegistry) -> None:
    def loaded(kind: type) -> type[BaseModel]:
        return type(
            "Thing", (BaseModel,), {"__module__": "app.things", "__qualname__": "Thing", "__annotations__": {"x": kind}}
        )

    first = models.register(loaded(int))
    assert models.register(loaded(int)) is first
    assert models.register(loaded(str)).version == "2.0.0"


def test_a_discovered_model_lives_at_its_resource_and_collection(models: ModelRegistry) -> None:
    registered = models.register_discovered(ORDERS, resource="shop")
    assert registered.path == "models.shop.orders"
    assert registered.metadata.source is ModelSource.DYNAMIC
    assert (registered.resource, registered.collection, registered.shape) == ("shop", "orders", ORDERS)
    assert {"dynamic", "inspector-generated"} <= registered.tags
    assert registered.metadata.namespace is None
    with pytest.raises(ValidationError):
        registered.model_class.model_validate({"id": None})


def test_true_names_stay_titles_and_segments_never_change_hands(models: ModelRegistry) -> None:
    first = models.register_discovered(replace(ORDERS, name="order items"), resource="my shop")
    second = models.register_discovered(replace(ORDERS, name="order_items"), resource="my shop")
    assert first.path == "models.my_shop.order_items"
    assert second.path.startswith("models.my_shop.order_items_")
    assert (first.title, second.title) == ("order items", "order_items")
    assert models.register_discovered(replace(ORDERS, name="order_items"), resource="my shop") is second
    assert [child.title for child in models.children()] == ["my shop"]
    assert [child.title for child in models.children("ns.models.my_shop")] == ["order items", "order_items"]


def test_a_namespace_replaces_the_resource_and_a_name_the_collection(models: ModelRegistry) -> None:
    assert models.register_discovered(ORDERS, resource="shop", namespace="sales.eu").path == "models.sales.eu.orders"
    assert models.register_discovered(ORDERS, resource="shop", name="ShopOrders").path == "models.shop.ShopOrders"


def test_rediscovering_the_unchanged_changes_nothing(models: ModelRegistry) -> None:
    first = models.register_discovered(ORDERS, resource="shop")
    listening = models.changes.subscribe(lambda: None)
    assert models.register_discovered(replace(ORDERS), resource="shop") is first
    assert listening.take() == frozenset()
    assert len(models.version_history["orders"]) == 1


def test_rediscovering_does_not_look_at_the_whole_level(models: ModelRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    first = models.register_discovered(ORDERS, resource="shop")
    levels: list[str] = []
    monkeypatch.setattr(Namespace, "segments", lambda _, path: levels.append(path) or {})
    assert models.register_discovered(ORDERS, resource="shop") is first
    assert levels == []


def test_a_collection_without_a_name_is_the_same_model_at_each_discovery(models: ModelRegistry) -> None:
    first = models.register_discovered(replace(ORDERS, name=""), resource="shop")
    other = models.register_discovered(replace(ORDERS, name="unnamed"), resource="shop")
    assert models.register_discovered(replace(ORDERS, name=""), resource="shop") is first
    assert models.register_discovered(replace(ORDERS, name="unnamed"), resource="shop") is other
    assert first.path == "models.shop.unnamed"
    assert len(models) == 2


def test_a_changed_shape_is_a_new_version_and_the_old_one_stays(models: ModelRegistry) -> None:
    first = models.register_discovered(ORDERS, resource="shop", tags={"mine"})
    listening = models.changes.subscribe(lambda: None)
    second = models.register_discovered(WIDER, resource="shop")
    assert (first.version, second.version) == ("1.0.0", "1.1.0")
    assert models["models.shop.orders"] is second
    assert listening.take() == {"tree", "model:models.shop.orders"}
    assert "mine" in second.tags
    older, newer = models.version_history["orders"]
    assert list(older.json_schema["properties"]) == ["id"]
    assert list(newer.json_schema["properties"]) == ["id", "note"]
    assert models.register_discovered(ORDERS, resource="shop").version == "1.2.0"
    emptied = replace(ORDERS, fields=(replace(ID, kinds=(Kind.STRING,)),))
    assert models.register_discovered(emptied, resource="shop").version == "2.0.0"


def test_where_another_model_has_the_path_a_name_is_asked_for(models: ModelRegistry) -> None:
    models.register_static_model(Order, name="orders", namespace="shop")
    with pytest.raises(DefinitionConflict, match="'orders' of shop needs name="):
        models.register_discovered(ORDERS, resource="shop")
    models.register_discovered(replace(ORDERS, name="items"), resource="shop")
    with pytest.raises(DefinitionConflict, match="the collection 'items' of shop already"):
        models.register_static_model(Order, name="items", namespace="shop")


def test_bare_names_resolve_while_only_one_has_them(models: ModelRegistry) -> None:
    models.register_discovered(ORDERS, resource="shop")
    assert models.models["orders"].path == "models.shop.orders"
    models.register_discovered(ORDERS, resource="archive")
    with pytest.raises(AmbiguousName) as caught:
        _ = models.models["orders"]
    assert caught.value.candidates == ("models.archive.orders", "models.shop.orders")
    assert set(models.models) == set(caught.value.candidates)


class Shop:
    """An engine of one's own, as small as the Protocol allows."""

    name = "shop"

    def __init__(self, *shapes: Shape) -> None:
        self.shapes = {shape.name: shape for shape in shapes}

    def get_type(self) -> str:
        return "memory"

    async def list_collections_or_tables(self) -> list[str]:
        return sorted(self.shapes)

    async def shape(self, collection: str) -> Shape:
        return self.shapes[collection]


async def test_a_resource_is_asked_for_the_shape(models: ModelRegistry) -> None:
    registered = await models.register_from_inspector(Shop(ORDERS), "orders", "sales")
    assert registered.path == "models.sales.orders"
    assert {"dynamic", "memory"} <= registered.tags


async def test_the_only_collection_needs_no_name_and_several_do(models: ModelRegistry) -> None:
    assert (await models.register_from_inspector(Shop(ORDERS))).title == "orders"
    with pytest.raises(ValueError, match=r"shop has 2 collections; give one of: items, orders"):
        await models.register_from_inspector(Shop(ORDERS, replace(ORDERS, name="items")))


def test_attributes_are_known_by_true_name(models: ModelRegistry) -> None:
    shape = Shape(name="t", fields=(replace(ID, name="class"), replace(ID, name="_id")))
    assert models.register_discovered(shape, resource="shop").safe_names == {"class": "class_", "_id": "id_"}

    class Aliased(BaseModel):
        kind: str = Field(alias="class")
        note: str = Field(validation_alias=AliasChoices("Note", "n"))

    registered = models.register(Aliased, namespace="test")
    assert registered.safe_names == {"class": "kind", "Note": "note"}
    assert list(registered.safe_names) == [field.name for field in registered.shape.fields]


def test_registering_what_was_discovered_does_not_load_pydantic() -> None:
    code = (
        "import sys\n"
        "from xregistry_tui.core.models import ModelRegistry\n"
        "from xregistry_tui.schema.shape import FieldShape, Kind, Shape\n"
        "shape = Shape(name='t', fields=(FieldShape(name='id', kinds=(Kind.INTEGER,)),))\n"
        "ModelRegistry().register_discovered(shape, resource='shop').safe_names\n"
        "sys.exit('pydantic' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_schema_judges_the_same_whatever_was_asked_of_its_model_first(models: ModelRegistry) -> None:
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}
    model = models.register_external(schema, "Order")
    assert model.shape.field("id") is not None
    assert model.metadata.definition is not None
    assert model.metadata.definition.given_shape is None
    with pytest.raises(ValidationError):
        model.model_class.model_validate({"id": "1"})
