"""What every engine has to do, whatever it is: subclass `Contract` and give it an `engine`.

The engine holds two collections. `orders` has five records: `id` 1 to 5, `status` paid or open, `total` 1.5 to 7.5,
`note` null but in the third, `long` of 10,000 characters in the fifth. `empty` has none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from xregistry_tui.profiling.plan import Budget, Plan
from xregistry_tui.resources.base import (
    Clipped,
    CollectionFailed,
    Condition,
    RecordQuery,
    ResourceError,
    ResourceGone,
    ResourceSlow,
    XResource,
)
from xregistry_tui.resources.inspector import XInspector
from xregistry_tui.schema.shape import Kind

LONG = "x" * 10_000
ORDERS = (
    (1, "paid", 1.5, None, "a"),
    (2, "open", 3.0, None, "b"),
    (3, "paid", 4.5, "Gift [/red]", "c"),
    (4, "open", 6.0, None, "d"),
    (5, "paid", 7.5, None, LONG),
)
FIELDS = ("id", "status", "total", "note", "long")


@dataclass(slots=True)
class Engine:
    """One engine under contract. `make` gives a new resource, `gone` one whose engine is not there.

    `insert` adds an order, `slow` is a collection whose records take many seconds, `busy` counts our queries that the
    engine works on. `prefix` is what comes before the names of collections, `own` are the fields that the engine itself
    gives to every record, before the others.
    """

    make: Callable[[], XResource]
    gone: Callable[[], XResource]
    insert: Callable[[], None]
    prefix: str = ""
    slow: str | None = None
    busy: Callable[[], int] = field(default=lambda: 0)
    profiles: bool = True
    keyed: bool = True
    own: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        return (*self.own, *FIELDS)

    @property
    def orders(self) -> str:
        return f"{self.prefix}orders"


def ids(rows: tuple[tuple[object, ...], ...]) -> list[object]:
    return [row[0] for row in rows]


class Contract:
    """Each test is a promise to those who use resources."""

    @pytest.fixture
    async def resource(self, engine: Engine):
        resource = engine.make()
        await resource.connect()
        yield resource
        await resource.close()

    async def test_it_says_what_it_is_without_connecting(self, engine: Engine) -> None:
        resource = engine.make()
        assert resource.name
        assert resource.get_type() == resource.metadata.get("kind") == resource.get_type().lower()
        assert resource.metadata.location in repr(resource)

    async def test_connecting_twice_and_closing_twice_is_harmless(self, engine: Engine) -> None:
        resource = engine.make()
        await resource.connect()
        await resource.connect()
        assert await resource.validate_connection()
        await resource.close()
        await resource.close()

    async def test_closing_is_final_until_it_is_connected_again(self, engine: Engine) -> None:
        resource = engine.make()
        assert not await resource.validate_connection()
        await resource.connect()
        await resource.close()
        assert not await resource.validate_connection()
        with pytest.raises(ResourceGone):
            await resource.list_collections_or_tables()
        await resource.connect()
        assert await resource.validate_connection()
        await resource.close()

    async def test_what_is_not_there_says_so_with_what_to_do(self, engine: Engine) -> None:
        resource = engine.gone()
        with pytest.raises(ResourceError) as said:
            await resource.connect()
        assert said.value.reason
        assert said.value.hint
        assert not await resource.validate_connection()
        await resource.close()

    async def test_collections_are_listed_sorted(self, engine: Engine, resource: XResource) -> None:
        names = await resource.list_collections_or_tables()
        assert names == sorted(names)
        assert {f"{engine.prefix}empty", engine.orders} <= set(names)

    async def test_a_shape_has_the_true_names_and_kinds(self, engine: Engine, resource: XResource) -> None:
        shape = await resource.shape(engine.orders)
        assert shape.name == engine.orders
        assert tuple(field.name for field in shape.fields) == engine.fields
        kinds = {field.name: field.kind for field in shape.fields}
        assert (kinds["id"], kinds["status"]) == (Kind.INTEGER, Kind.STRING)
        assert kinds["total"] in (Kind.NUMBER, Kind.DECIMAL)
        assert shape.field("note").nullable

    async def test_shapes_come_in_their_order_and_one_failure_is_its_own(
        self, engine: Engine, resource: XResource
    ) -> None:
        wanted = [engine.orders, f"{engine.prefix}nowhere", f"{engine.prefix}empty"]
        found = [one async for one in resource.shapes(wanted)]
        assert [one[0] if isinstance(one, tuple) else one.name for one in found] == wanted
        assert isinstance(found[1][1], CollectionFailed)

    async def test_a_preview_is_records_by_true_name(self, engine: Engine, resource: XResource) -> None:
        records = await resource.get_preview(2, engine.orders)
        assert [record["id"] for record in records] == [1, 2]
        assert set(records[0]) == set(engine.fields)

    async def test_a_schema_and_a_model_can_be_made_of_it(self, engine: Engine, resource: XResource) -> None:
        schema = await resource.get_schema(engine.orders)
        assert set(schema["properties"]) == set(engine.fields)
        model = await XInspector(resource, engine.orders).generate_model()
        for record in await resource.get_preview(5, engine.orders):
            model.model_validate(record)

    @pytest.mark.parametrize(
        ("condition", "found"),
        [
            (Condition("status", "=", "paid"), [1, 3, 5]),
            (Condition("status", "!=", "paid"), [2, 4]),
            (Condition("id", "=", "3"), [3]),
            (Condition("id", "<", 3), [1, 2]),
            (Condition("total", ">=", "6"), [4, 5]),
            (Condition("note", "notnull"), [3]),
            (Condition("note", "null"), [1, 2, 4, 5]),
            (Condition("note", "contains", "GIFT"), [3]),
            (Condition("status", "=", "' OR 1=1 --"), []),
            (Condition("status", "contains", "%"), []),
        ],
    )
    async def test_conditions(
        self, engine: Engine, resource: XResource, condition: Condition, found: list[int]
    ) -> None:
        page = await resource.records(RecordQuery(collection=engine.orders, fields=("id",), where=(condition,)))
        assert sorted(ids(page.rows)) == found
        assert page.total is not None
        assert page.total.value == len(found)

    async def test_what_is_asked_wrongly_fails_for_its_collection_alone(
        self, engine: Engine, resource: XResource
    ) -> None:
        for query in (
            RecordQuery(collection=f"{engine.prefix}nowhere"),
            RecordQuery(collection=engine.orders, where=(Condition("colour", "=", 1),)),
            RecordQuery(collection=engine.orders, where=(Condition("status", "~", "x"),)),
        ):
            with pytest.raises(CollectionFailed) as said:
                await resource.records(query)
            assert said.value.hint
        assert await resource.validate_connection()

    async def test_order_and_window(self, engine: Engine, resource: XResource) -> None:
        page = await resource.records(
            RecordQuery(collection=engine.orders, fields=("id",), order_by="total", descending=True, offset=1, limit=2)
        )
        assert (ids(page.rows), page.more, page.offset) == ([4, 3], True, 1)
        last = await resource.records(RecordQuery(collection=engine.orders, order_by="id", offset=4, limit=2))
        assert (len(last.rows), last.more) == (1, False)
        none = await resource.records(RecordQuery(collection=f"{engine.prefix}empty"))
        assert (none.rows, none.more, none.total.value) == ((), False, 0)

    async def test_records_are_found_again_by_their_keys(self, engine: Engine, resource: XResource) -> None:
        page = await resource.records(RecordQuery(collection=engine.orders))
        again = await resource.records(RecordQuery(collection=engine.orders, keys=(page.keys[3], page.keys[1])))
        assert sorted(ids(again.rows)) == sorted((page.rows[1][0], page.rows[3][0]))

    async def test_large_values_come_by_their_head(self, engine: Engine, resource: XResource) -> None:
        page = await resource.records(
            RecordQuery(collection=engine.orders, fields=("long",), order_by="id", cell_limit=100)
        )
        assert page.rows[4][0] == Clipped("x" * 100, 10_000, Kind.STRING)
        assert page.rows[0][0] == "a"

    async def test_exists(self, engine: Engine, resource: XResource) -> None:
        assert await resource.exists(engine.orders, "status", "open")
        assert not await resource.exists(engine.orders, "status", "returned")
        assert await resource.exists(engine.orders, "id", 5)
        assert not await resource.exists(engine.orders, "id", 6)

    async def test_figures(self, engine: Engine, resource: XResource) -> None:
        if not engine.profiles:
            pytest.skip("this engine has no figures yet")
        shape = await resource.shape(engine.orders)
        profile = await resource.profile(Plan(shape=shape))
        assert (profile.rows.value, profile.n, profile.collection) == (5, 5, engine.orders)
        assert profile.fields["note"].nulls == 4
        assert (await resource.cost(Plan(shape=shape))).rows in (5, None)

    async def test_a_token_differs_when_data_changed_and_only_then(self, engine: Engine, resource: XResource) -> None:
        async def asked() -> object:
            tokens = await resource.change_tokens()
            return await resource.change_token() if tokens is None else tokens.get(engine.orders)

        before = await asked()
        if before is None:
            pytest.skip("this engine cannot say")
        await resource.records(RecordQuery(collection=engine.orders))
        assert await asked() == before
        whole = await resource.change_token()
        engine.insert()
        assert await asked() != before
        assert await resource.change_token() != whole

    async def test_the_time_limit_ends_it(self, engine: Engine, resource: XResource) -> None:
        if engine.slow is None:
            pytest.skip("nothing is slow here")
        with pytest.raises(ResourceSlow, match=r"0\.2 s"):
            await resource.records(RecordQuery(collection=engine.slow, budget=Budget(seconds=0.2)))
        assert engine.busy() == 0
        assert await resource.validate_connection()

    @pytest.mark.parametrize("ending", ["cancelled", "closed"])
    async def test_nothing_runs_on_when_its_owner_goes(self, engine: Engine, resource: XResource, ending: str) -> None:
        if engine.slow is None:
            pytest.skip("nothing is slow here")
        running = asyncio.create_task(resource.records(RecordQuery(collection=engine.slow)))
        for _ in range(1_000):
            await asyncio.sleep(0)
            if engine.busy():
                break
        if ending == "cancelled":
            running.cancel()
        else:
            await resource.close()
        with pytest.raises((asyncio.CancelledError, ResourceGone)):
            await running
        assert engine.busy() == 0

    async def test_questions_at_once_are_all_answered(self, engine: Engine, resource: XResource) -> None:
        asked: list[Awaitable[object]] = [resource.shape(engine.orders) for _ in range(5)]
        asked += [resource.records(RecordQuery(collection=engine.orders)) for _ in range(5)]
        assert all(await asyncio.gather(*asked))
