"""Windows of records: conditions, order, pages, single records by key."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.resources.conftest import Connected, Database
from xregistry_tui.resources.base import CollectionFailed, Condition, RecordQuery

SCRIPT = """
CREATE TABLE t (id INTEGER PRIMARY KEY, n, s TEXT, r REAL);
INSERT INTO t VALUES (1, 5, 'Paris', 1.5), (2, '5', 'paris', NULL), (3, 10, 'Lyon', 0.5), (4, 'ten', NULL, 2.5);
CREATE TABLE pair (a TEXT, b INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID; INSERT INTO pair VALUES ('x', 1), ('y', 2);
CREATE VIEW v AS SELECT s FROM t;
"""


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (Condition("n", "=", "5"), [1, 2]),
        (Condition("n", "=", 5), [1, 2]),
        (Condition("n", "!=", "5"), [3, 4]),
        (Condition("n", ">", "5"), [3, 4]),
        (Condition("n", ">=", "ten"), [4]),
        (Condition("r", "<", "2"), [1, 3]),
        (Condition("r", "=", "1.5"), [1]),
        (Condition("s", "=", "Paris"), [1]),
        (Condition("s", "contains", "PAR"), [1, 2]),
        (Condition("s", "contains", "%"), []),
        (Condition("n", "contains", 5), [1, 2]),
        (Condition("s", "null"), [4]),
        (Condition("s", "notnull"), [1, 2, 3]),
        (Condition("s", "=", None), [4]),
        (Condition("s", "!=", None), [1, 2, 3]),
        (Condition("s", "=", "' OR 1=1 --"), []),
    ],
)
async def test_conditions(database: Database, connected: Connected, condition: Condition, found: list[int]) -> None:
    resource = await connected(database(SCRIPT))
    page = await resource.records(RecordQuery(collection="t", fields=("id",), where=(condition,)))
    assert [row[0] for row in page.rows] == found
    assert page.total is not None
    assert page.total.value == len(found)


async def test_nulls_come_last_in_either_direction(database: Database, connected: Connected) -> None:
    resource = await connected(database(SCRIPT))
    for descending, order in ((False, [3, 1, 4, 2]), (True, [4, 1, 3, 2])):
        page = await resource.records(RecordQuery(collection="t", order_by="r", descending=descending))
        assert [key for (key,) in page.keys] == order


async def test_an_unknown_operator_and_a_wrong_key_are_said(database: Database, connected: Connected) -> None:
    resource = await connected(database(SCRIPT))
    with pytest.raises(CollectionFailed, match="no operator “~”"):
        await resource.records(RecordQuery(collection="t", where=(Condition("s", "~", "x"),)))
    with pytest.raises(CollectionFailed, match="located by 2 values"):
        await resource.records(RecordQuery(collection="t", keys=((1, 2),)))
    with pytest.raises(CollectionFailed, match="located by"):
        await resource.records(RecordQuery(collection="v", keys=((),)))


async def test_single_records_by_their_keys(database: Database, connected: Connected) -> None:
    resource = await connected(database(SCRIPT))
    page = await resource.records(RecordQuery(collection="pair", keys=(("y", 2), ("z", 3))))
    assert (page.rows, page.keys) == ((("y", 2),), (("y", 2),))
    assert (await resource.records(RecordQuery(collection="t", keys=((3,), (1,))))).keys == ((1,), (3,))
    assert (await resource.records(RecordQuery(collection="v"))).keys == ((), (), (), ())


async def test_exists(database: Database, connected: Connected) -> None:
    resource = await connected(database(SCRIPT))
    assert await resource.exists("t", "s", "Lyon")
    assert await resource.exists("t", "n", "10")
    assert not await resource.exists("t", "s", "lyon")
    assert await resource.exists("t", "s", None)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 7), order=st.sampled_from([None, "k", "v"]), descending=st.booleans())
async def test_pages_cover_every_record_once(
    database: Database, connected: Connected, size: int, order: str | None, descending: bool
) -> None:
    rows = ", ".join(f"({n}, {n % 3 or 'NULL'})" for n in range(20))
    resource = await connected(database(f"DROP TABLE IF EXISTS t; CREATE TABLE t (k, v); INSERT INTO t VALUES {rows}"))
    seen: list[object] = []
    more, offset = True, 0
    while more:
        page = await resource.records(
            RecordQuery(collection="t", order_by=order, descending=descending, offset=offset, limit=size)
        )
        assert page.total is not None
        assert page.total.value == 20
        seen += [row[0] for row in page.rows]
        more, offset = page.more, offset + size
    assert sorted(seen, key=str) == sorted(range(20), key=str)
