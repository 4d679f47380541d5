"""The enriched registry of the specification, on a real file instead of stand-ins."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import BaseModel, Field

from xregistry_tui.core import FunctionRegistry, ModelRegistry, TypeRegistry
from xregistry_tui.enrichment import EnrichedRegistry
from xregistry_tui.resources import ResourceFactory, XResource

CATEGORIES = ("Electronics", "Books", "Clothing")


class Product(BaseModel):
    name: str = Field(min_length=1)
    category: str
    price: float = Field(default=1.0, ge=0)


def make_products(path: Path) -> Path:
    """A hundred products in three categories."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE products (name TEXT NOT NULL, category TEXT NOT NULL, price REAL)")
        rows = [(f"Product {n}", CATEGORIES[(n % 7) // 3], n / 2) for n in range(100)]
        connection.executemany("INSERT INTO products VALUES (?, ?, ?)", rows)
    return path


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[XResource]:
    resource = ResourceFactory.create("sqlite", name="test_db", path=make_products(tmp_path / "shop.sqlite"))
    yield resource
    await resource.close()


@pytest.fixture
async def registry() -> AsyncIterator[EnrichedRegistry]:
    made = EnrichedRegistry(
        model_registry=ModelRegistry(), type_registry=TypeRegistry(), function_registry=FunctionRegistry()
    )
    made.model_registry.register_static_model(Product, namespace="shop")
    yield made
    await made.close()


async def test_a_model_is_enriched_with_what_a_resource_holds(registry: EnrichedRegistry, shop: XResource) -> None:
    enrichment = await registry.enrich_from_resource(resource=shop, model_name="Product", auto_refresh=False)
    assert enrichment.model_name == "Product"
    assert enrichment.statistics["total_count"] == 100
    assert enrichment.statistics["field_statistics"]["category"]["null_count"] == 0
    assert set(enrichment.categorical_fields["category"]) == set(CATEGORIES)
    assert enrichment.data_quality["completeness"]["name"] == 1.0
    assert len(enrichment.sample_data) == 100
    assert registry.enrichments["Product"].resource_name == "test_db"
    assert list(registry.connected_resources) == ["test_db"]


async def test_a_record_is_created_where_its_values_are_those_that_live_data_has(
    registry: EnrichedRegistry, shop: XResource
) -> None:
    await registry.enrich_from_resource(shop, "Product")
    laptop = {"name": "Laptop", "category": "Electronics", "price": 999.99}
    product = await registry.create_with_validation("Product", laptop)
    assert isinstance(product, Product)
    assert product.category == "Electronics"
    with pytest.raises(ValueError, match=r"^Invalid value for category"):
        await registry.create_with_validation("Product", {"name": "Item", "category": "Electronix"}, strict=True)
    with pytest.raises(ValueError, match="price"):
        await registry.create_with_validation("Product", {**laptop, "price": -1})
    unheard_of = {**laptop, "category": "Gardens"}
    assert await registry.create_with_validation("Product", unheard_of, validate_against_resource=False)


async def test_values_are_suggested_most_frequent_first(registry: EnrichedRegistry, shop: XResource) -> None:
    await registry.enrich_from_resource(shop, "Product")
    assert await registry.suggest_values("Product", "category") == ["Electronics", "Books", "Clothing"]


async def test_everything_that_a_resource_holds_is_discovered(registry: EnrichedRegistry, shop: XResource) -> None:
    discovered = await registry.discover_and_register(resource=shop, namespace="dynamic")
    assert list(discovered) == ["models.dynamic.products"]
    await registry.settled()
    assert registry.enrichments["products"].statistics["total_count"] == 100


async def test_a_resource_answers_for_itself(shop: XResource) -> None:
    await shop.connect()
    assert set((await shop.get_schema("products"))["properties"]) == {"name", "category", "price"}
    assert [row["name"] for row in await shop.get_preview(2, "products")] == ["Product 0", "Product 1"]
    assert (await shop.get_statistics("products"))["total_count"] == 100
    assert shop.get_type() == "sqlite"
    assert shop.metadata.get("name") == "test_db"
