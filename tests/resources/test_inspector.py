"""Who looks: models, schemas, statistics and previews of a collection."""

from __future__ import annotations

import pytest

from tests.resources.conftest import Connected, Database
from xregistry_tui.inspector import InspectionResult, XInspector
from xregistry_tui.resources.base import CollectionFailed, ResourceError
from xregistry_tui.schema.shape import Shape

SCRIPT = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT NOT NULL, total NUMERIC(10,2), note TEXT);
WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 100)
INSERT INTO orders SELECT i, iif(i % 4, 'paid', 'new'), i * 1.5, iif(i = 1, 'n' || i, NULL) FROM c;
"""


async def test_an_inspection_has_all_there_is_to_know(database: Database, connected: Connected) -> None:
    result = await XInspector(await connected(database(SCRIPT))).inspect()
    assert isinstance(result, InspectionResult)
    assert result.model_name == "orders"
    assert set(result.schema["properties"]) == {"id", "status", "total", "note"}
    assert result.statistics["total_count"] == 100
    note = result.statistics["field_statistics"]["note"]
    assert (note["null_count"], note["unique_count"]) == (99, 1)
    total = result.statistics["field_statistics"]["total"]
    assert (total["min"], total["max"]) == (1.5, 150)
    assert result.categorical_fields["status"].distinct_values == ("paid", "new")
    assert result.categorical_fields["status"].counts == (75, 25)
    assert "id" not in result.categorical_fields
    assert len(result.sample_data) == 100
    assert result.shape.key == ("id",)
    assert result.profile.n == 100


async def test_a_model_takes_the_records_it_was_made_from(database: Database, connected: Connected) -> None:
    inspector = XInspector(await connected(database(SCRIPT)), "orders")
    model = await inspector.generate_model()
    for record in await inspector.preview_data(20):
        assert model.model_validate(record).model_dump(by_alias=True)["status"] == record["status"]


async def test_the_resource_asks_its_inspector(database: Database, connected: Connected) -> None:
    resource = await connected(database(SCRIPT))
    assert (await resource.get_schema())["properties"]["id"]
    assert [record["id"] for record in await resource.get_preview(3)] == [1, 2, 3]
    assert (await resource.get_statistics("orders"))["total_count"] == 100


async def test_without_a_collection_there_must_be_only_one(database: Database, connected: Connected) -> None:
    resource = await connected(database("CREATE TABLE a (x); CREATE TABLE b (x);"))
    with pytest.raises(CollectionFailed, match=r"holds 2 collections.*a, b"):
        await XInspector(resource).preview_data()


async def test_discovery_goes_on_after_a_failure(database: Database, connected: Connected) -> None:
    resource = await connected(
        database("CREATE TABLE a (x); CREATE VIEW b AS SELECT * FROM nowhere; CREATE TABLE c (x);")
    )
    found = [entry async for entry in XInspector(resource).discover()]
    assert [entry.name if isinstance(entry, Shape) else entry[0] for entry in found] == ["a", "b", "c"]
    failed = found[1]
    assert isinstance(failed, tuple)
    assert isinstance(failed[1], ResourceError)
