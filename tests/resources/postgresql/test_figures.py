"""Figures of PostgreSQL tables in their three grades: each says how it was got, and nothing stored is an error."""

from __future__ import annotations

import asyncio
import datetime
from decimal import Decimal
from statistics import fmean, pstdev
from typing import Any

import pytest

from tests.engines.fixtures import MakeFresh
from tests.resources.postgresql.conftest import Opened
from tests.resources.running import running
from xregistry_tui.profiling.plan import Grade, Plan
from xregistry_tui.profiling.profile import Histogram, Profile, ValueCount
from xregistry_tui.resources.base import CollectionFailed
from xregistry_tui.resources.postgresql import PostgresqlResource
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Reference, Required, Rule, Unique
from xregistry_tui.schema.shape import Kind

SMALL = """
CREATE TABLE place (id int PRIMARY KEY); INSERT INTO place VALUES (1), (2);
CREATE TABLE t (id int PRIMARY KEY, n int, s text, d timestamp, place int, f float8, tags text[], doc jsonb);
INSERT INTO t VALUES
  (1, 10, 'red',  '2024-01-01', 1, 1.5,         '{a,b}', '{"a": 1}'),
  (2, 20, 'red',  '2024-01-02', 2, 'NaN',       '{}',    '[1, 2, 3]'),
  (3, -5, '',     'infinity',   9, '-Infinity', NULL,    '"x"'),
  (4,  0, E' \t', NULL,      NULL, -1e300,      '{c}',   'null'),
  (5, NULL, NULL, '2024-01-03', 1, 0,           '{d}',   NULL);
"""
LARGE = """
SELECT setseed(0.1);
CREATE TABLE t AS SELECT g AS id, g % 7 AS few, (random() * 1e6)::int AS many, g / 3 AS third,
    CASE WHEN g % 10 > 0 THEN 'user' || g || '@example.org' END AS email, repeat('x', 200) AS filler
FROM generate_series(1, {rows}) AS g;
ALTER TABLE t ADD PRIMARY KEY (id);
"""


async def looked(
    resource: PostgresqlResource, rules: dict[str, tuple[Rule, ...]] | None = None, name: str = "public.t", **how: Any
) -> Profile:
    return await resource.profile(Plan(shape=await resource.shape(name), rules=rules or {}, **how))


async def test_exact_figures(fresh: MakeFresh, opened: Opened) -> None:
    profile = await looked(await opened(fresh(SMALL).url))
    assert (profile.n, profile.rows.value, profile.method, profile.how.sampling) == (5, 5, Grade.EXACT, "all rows")
    assert profile.how.queries
    n, s, d, f, tags, doc = (profile.fields[name] for name in ("n", "s", "d", "f", "tags", "doc"))
    assert (n.nulls, n.minimum, n.maximum, n.zeros, n.negatives) == (1, -5, 20, 1, 1)
    assert n.mean == pytest.approx(fmean([10, 20, -5, 0]))
    assert n.deviation == pytest.approx(pstdev([10, 20, -5, 0]))
    assert n.quantiles == ((0.25, -5), (0.5, 0), (0.75, 10))
    assert n.histogram == Histogram(-5.0, 20.0, (1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1))
    assert (s.present, s.empty, s.blank, s.once, s.minimum, s.maximum) == (4, 1, 2, 2, "", "red")
    assert s.top[0] == ValueCount("red", 2)
    assert s.distinct is not None
    assert (s.distinct.value, s.distinct.method) == (3, Grade.EXACT)
    assert s.lengths is not None
    assert (s.lengths.least, s.lengths.most, s.lengths.mean) == (0, 3, 2.0)
    assert (d.minimum, d.maximum) == (datetime.datetime(2024, 1, 1), "infinity")  # noqa: DTZ001 - as stored
    assert d.quantiles[1] == (0.5, datetime.datetime(2024, 1, 2))  # noqa: DTZ001
    assert (f.nans, f.infinities, f.zeros, f.minimum, f.maximum, f.mean) == (1, 1, 1, -1e300, 1.5, None)
    assert tags.empty == 1
    assert tags.lengths is not None
    assert tags.lengths.most == 2
    assert doc.kinds == {Kind.OBJECT: 1, Kind.ARRAY: 1, Kind.STRING: 1, Kind.ANY: 1}
    assert doc.lengths is not None
    assert doc.lengths.most == 3


async def test_rules_are_counted_with_the_keys_that_fail(fresh: MakeFresh, opened: Opened) -> None:
    rules: dict[str, tuple[Rule, ...]] = {
        "id": (Unique(), Required()),
        "n": (Range(ge=0), Required(), OneOf((10, 20, "x", True))),
        "s": (OneOf(("red", "")), Length(least=1), Required(), Unique(), Pattern("^r")),
        "place": (Reference("public.place", "id"), Reference("public.nowhere", "id")),
        "f": (Range(le=10),),
        "doc": (OneOf(("x",)), Required()),
    }
    fields = (await looked(await opened(fresh(SMALL).url), rules)).fields
    found = {name: [(r.checked, r.failed, r.keys, r.values) for r in field.rules] for name, field in fields.items()}
    assert found["id"] == [(5, 0, (), ()), (5, 0, (), ())], "the server itself keeps them"
    assert found["n"] == [(4, 1, ((3,),), (-5,)), (5, 1, ((5,),), (None,)), (4, 2, ((3,), (4,)), (-5, 0))]
    assert [keys for _, _, keys, _ in found["s"]] == [((4,),), ((3,),), ((5,),), ((1,), (2,)), ()]
    assert found["s"][-1][:2] == (0, None), "what the engine cannot check is never passed"
    assert found["place"] == [(4, 1, ((3,),), (9,)), (0, None, (), ())]
    assert (found["f"][0][1], found["f"][0][2]) == (1, ((2,),)), "NaN is not below ten"
    assert [result[:2] for result in found["doc"]] == [(0, None), (5, 1)]


async def test_an_empty_table_and_an_empty_column(fresh: MakeFresh, opened: Opened) -> None:
    database = fresh("CREATE TABLE t (a text NOT NULL, b int); CREATE TABLE u (a int); INSERT INTO u VALUES (NULL);")
    resource = await opened(database.url)
    for grade in Grade:
        profile = await looked(resource, {"a": (Required(),)}, grade=grade)
        assert profile.n == 0
    assert (profile.fields["a"].fill, profile.fields["a"].distinct) == (None, None)
    field = (await looked(resource, {"a": (Required(), Range(ge=1))}, "public.u")).fields["a"]
    assert field.fill is not None
    assert (field.nulls, field.fill.value) == (1, 0.0)
    assert [(rule.checked, rule.failed) for rule in field.rules] == [(1, 1), (0, 0)]


async def test_a_sample_is_drawn_by_pages_and_is_the_same_again(fresh: MakeFresh, opened: Opened) -> None:
    database = fresh(LARGE.format(rows=80_000) + "ANALYZE t;")
    resource = await opened(database.url)
    rules: dict[str, tuple[Rule, ...]] = {"few": (OneOf((1, 2, 3, 4, 5, 6)), Unique())}
    profile = await looked(resource, rules, grade=Grade.SAMPLE, sample=4_000)
    again = await looked(resource, rules, grade=Grade.SAMPLE, sample=4_000)
    assert profile.fields == again.fields, "the same data gives the same sample"
    assert 2_500 < profile.n < 6_000
    assert profile.how.sampling.startswith("whole pages by chance")
    assert (profile.rows.value, profile.rows.method) == (80_000, Grade.CATALOGUE)
    email, few, id_ = (profile.fields[name] for name in ("email", "few", "id"))
    assert email.fill is not None
    assert email.fill.low is not None
    assert email.fill.high is not None
    assert email.fill.low < 0.9 < email.fill.high
    assert [name for name, share in email.formats if share > 0.99] == ["email"]
    assert email.distinct is not None
    assert email.distinct.at_least
    assert (id_.fill and id_.fill.low) == 1.0, "a key is always there"
    assert id_.distinct is not None
    assert (id_.distinct.value, id_.distinct.approximate) == (80_000, True)
    low, high = id_.quantile_intervals[1]
    assert isinstance(low, int)
    assert isinstance(high, int)
    assert low < 40_000 < high
    one_of, unique = few.rules
    assert one_of.rate is not None
    assert one_of.rate.low is not None
    assert one_of.rate.low < 6 / 7 < (one_of.rate.high or 0)
    assert all(key[0] % 7 == 0 for key in one_of.keys)
    assert (unique.checked, unique.failed) == (0, None), "a sample cannot tell"


async def test_the_catalogue_reads_no_record(fresh: MakeFresh, opened: Opened) -> None:
    database = fresh(LARGE.format(rows=30_000))
    resource = await opened(database.url)
    sampled = await looked(resource, grade=Grade.CATALOGUE, sample=1_000)
    assert sampled.method is Grade.SAMPLE
    assert sampled.how.sampling.startswith("no statistics, so a sample")
    database.sql("ANALYZE t; CREATE VIEW v AS SELECT * FROM t; DELETE FROM t WHERE id > 20000")
    resource = await opened(database.url)
    profile = await looked(resource, grade=Grade.CATALOGUE)
    assert (profile.method, profile.rows.value, profile.rows.approximate) == (Grade.CATALOGUE, 30_000, True)
    assert "nothing was read" in profile.how.sampling
    email, few, many = (profile.fields[name] for name in ("email", "few", "many"))
    assert email.fill is not None
    assert (round(email.fill.value, 2), email.fill.method) == (0.9, Grade.CATALOGUE)
    assert few.distinct is not None
    assert (few.distinct.value, few.distinct.approximate, len(few.top)) == (7, True, 7)
    assert sum(entry.count for entry in few.top) == pytest.approx(few.looked_at, abs=7)
    assert (many.minimum, many.maximum) == (None, None), "the ends of a histogram are no extremes"
    assert dict(many.quantiles)[0.5] == pytest.approx(500_000, rel=0.05)
    view = await looked(resource, name="public.v", grade=Grade.CATALOGUE)
    assert (view.fields, view.rows.at_least) == ({}, True)


async def test_many_values_are_counted_by_their_hashes_and_keys_by_their_index(
    fresh: MakeFresh, opened: Opened
) -> None:
    database = fresh(LARGE.format(rows=140_000) + "ANALYZE t;")
    profile = await looked(await opened(database.url))
    for name in ("many", "third", "email"):
        distinct, field = profile.fields[name].distinct, profile.fields[name]
        truth = int(database.sql(f"SELECT count(DISTINCT {name}) FROM t")[0][0])
        assert distinct is not None
        assert distinct.low is not None
        assert distinct.high is not None
        assert distinct.low <= truth <= distinct.high
        assert distinct.approximate
        assert distinct.high - distinct.low < 0.05 * truth
        assert field.spread is Grade.SAMPLE
    assert profile.fields["third"].quantile_intervals
    few, key = profile.fields["few"], profile.fields["id"]
    assert (few.distinct and few.distinct.value, few.spread, sum(e.count for e in few.top)) == (7, None, 140_000)
    assert (key.distinct and key.distinct.value, key.once) == (140_000, 140_000)
    assert "by a sample" in profile.how.sampling


STRANGE = """
CREATE TYPE mood AS ENUM ('it''s', 'o"k', E'a\\\\b'); CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN positive AS numeric CHECK (VALUE > 0);
CREATE TABLE t (i interval, n numeric, b bytea, u uuid, a inet, r int4range, m mood, c pair, p point, j json,
    k jsonb, arr int[][], mon money, tz timetz, bits bit(3), v tsvector, dom positive, f float4, "q$1::text" text,
    l timestamptz, ch char(4), x oid, big int8);
INSERT INTO t SELECT NULL FROM generate_series(1, {extra});
INSERT INTO t VALUES
 ('1 year -3 days', 'NaN', '\\xff00', gen_random_uuid(), '10.0.0.1/8', '[1,5)', 'it''s', ROW(NULL, NULL), '(1,2)',
  '{{"a": 1, "a": 2}}', '{{}}', '{{{{1,2}},{{3,4}}}}', 12.5, '10:00+02', B'101', 'a b', 1e200, 'Infinity', '$1',
  'infinity', 'a', 4294967295, 9223372036854775807),
 ('-178000000 years', repeat('9', 1000)::numeric, '', NULL, '::1', 'empty', E'a\\\\b', ROW(1, 'x'), '(0,0)', '[]',
  '[null]', '{{}}', -1, '00:00', B'000', '', 0.1, 'NaN', repeat('ü', 20000), '4713-01-01 BC', '', 0,
  -9223372036854775808);
INSERT INTO t DEFAULT VALUES;
"""


@pytest.mark.parametrize("extra", [0, 3000])
@pytest.mark.parametrize("analysed", [False, True])
async def test_nothing_that_is_stored_is_an_error(
    fresh: MakeFresh, opened: Opened, *, extra: int, analysed: bool
) -> None:
    database = fresh(STRANGE.format(extra=extra) + ("ANALYZE t;" if analysed else ""))
    resource = await opened(database.url)
    for grade in Grade:
        profile = await looked(resource, grade=grade, sample=1_000)
        assert len(profile.fields) == 23 if profile.n else grade is Grade.CATALOGUE
        for field in profile.fields.values():
            hash(tuple(entry.value for entry in field.top))
    fields = profile.fields
    assert all(field.present == 2 for field in fields.values() if field.name not in ("u", "n", "f"))
    assert (fields["n"].nans, fields["n"].infinities, fields["n"].mean) == (1, 0, None)
    assert (fields["f"].nans, fields["f"].infinities) == (1, 1)
    assert fields["dom"].maximum == Decimal("1e200")
    assert fields["q$1::text"].lengths is not None
    assert fields["q$1::text"].lengths.most == 20_000
    assert fields["big"].maximum == 2**63 - 1


async def test_views_partitions_and_heirs(fresh: MakeFresh, opened: Opened) -> None:
    database = fresh(
        """
        CREATE TABLE t (g int, s text) PARTITION BY RANGE (g);
        CREATE TABLE a PARTITION OF t FOR VALUES FROM (0) TO (40000);
        CREATE TABLE b PARTITION OF t FOR VALUES FROM (40000) TO (90000);
        INSERT INTO t SELECT g, repeat('x', 300) FROM generate_series(1, 80000) AS g;
        CREATE VIEW v AS SELECT g FROM t;
        CREATE TABLE parent (g int); CREATE TABLE heir () INHERITS (parent);
        INSERT INTO parent VALUES (1); INSERT INTO heir VALUES (2); ANALYZE;
        """
    )
    resource = await opened(database.url)
    drawn = await looked(resource, grade=Grade.SAMPLE, sample=3_000)
    assert drawn.how.sampling.startswith("whole pages by chance")
    assert drawn.rows.value == pytest.approx(80_000, rel=0.02)
    low, high = drawn.fields["g"].quantile_intervals[1]
    assert isinstance(low, int)
    assert isinstance(high, int)
    assert low < 40_000 < high
    view = await looked(resource, name="public.v", grade=Grade.SAMPLE, sample=1_000)
    assert (view.n, view.rows.at_least, view.how.sampling) == (1_001, True, "the first rows, not random: 1,001 rows")
    assert view.fields["g"].fill is not None
    assert (view.fields["g"].fill.low, view.fields["g"].quantile_intervals) == (None, ()), "no interval is honest"
    whole = await looked(resource, name="public.parent", grade=Grade.SAMPLE)
    assert (whole.n, whole.method) == (2, Grade.EXACT)


async def test_a_very_wide_table(fresh: MakeFresh, opened: Opened) -> None:
    names = [f"c{number}" for number in range(1_590)]
    database = fresh(f"CREATE TABLE t ({', '.join(f'{name} bool' for name in names)}); INSERT INTO t DEFAULT VALUES;")
    profile = await looked(await opened(database.url))
    assert len(profile.fields) == 1_590
    assert profile.fields["c1589"].nulls == 1


async def test_a_look_tells_how_far_it_is_what_it_will_cost_and_ends_with_its_owner(
    fresh: MakeFresh, opened: Opened
) -> None:
    database = fresh(
        LARGE.format(rows=150_000) + "ANALYZE t; CREATE VIEW slow AS SELECT id, pg_sleep(1)::text AS s FROM t;"
    )
    resource = await opened(database.url)
    plan = Plan(shape=await resource.shape("public.t"))
    before = await resource.cost(plan)
    assert before.rows == 150_000
    assert before.milliseconds is not None
    assert resource.progress("public.t") is None
    seen = []
    looking = asyncio.create_task(resource.profile(plan))
    while not looking.done():
        seen.append(resource.progress("public.t") or 0.0)
        await asyncio.sleep(0)
    took = (await looking).how.milliseconds
    assert seen == sorted(seen)
    assert len(set(seen)) >= 3
    assert resource.progress("public.t") is None
    after = await resource.cost(plan)
    assert after.milliseconds == pytest.approx(took, rel=0.2), "as fast as the last one"
    slow = await running(looked(resource, name="public.slow"), database)
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    assert all(state == "idle" for state, _ in database.activity())


async def test_a_table_that_changed_since_it_was_planned(fresh: MakeFresh, opened: Opened) -> None:
    database = fresh("CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, 2); ANALYZE t;")
    resource = await opened(database.url)
    plan = Plan(shape=await resource.shape("public.t"))
    database.sql("ALTER TABLE t DROP COLUMN b")
    with pytest.raises(CollectionFailed, match="has no column “b”"):
        await resource.profile(plan)
    database.sql("DROP TABLE t")
    for grade in Grade:
        with pytest.raises(CollectionFailed):
            await resource.profile(Plan(shape=plan.shape, grade=grade))


async def test_statistics_of_all_tables_come_with_the_second(fresh: MakeFresh, opened: Opened) -> None:
    database = fresh(
        "".join(f"CREATE TABLE t{n} AS SELECT g FROM generate_series(1, 100) g;" for n in range(5)) + "ANALYZE;"
    )
    resource = await opened(database.url)
    asked = [len((await looked(resource, name=f"public.t{n}", grade=Grade.CATALOGUE)).how.queries) for n in range(5)]
    assert asked == [1, 1, 0, 0, 0]


async def test_who_may_read_some_columns_only_gets_a_sample_without_intervals(fresh: MakeFresh, opened: Opened) -> None:
    database = fresh(LARGE.format(rows=80_000) + "ANALYZE t; GRANT SELECT (id, few, email) ON t TO limited;")
    resource = await opened(database.url_of("limited"))
    profile = await looked(resource, grade=Grade.SAMPLE, sample=4_000)
    assert set(profile.fields) == {"id", "few", "email"}
    fill = profile.fields["email"].fill
    assert fill is not None
    assert (fill.approximate, fill.low, profile.random) == (True, None, False)
    assert fill.value == pytest.approx(0.9, abs=0.05)
    statistics = await looked(resource, grade=Grade.CATALOGUE)
    assert set(statistics.fields) == {"id", "few", "email"}


async def test_a_view_is_counted_whole(fresh: MakeFresh, opened: Opened) -> None:
    resource = await opened(fresh(SMALL + "CREATE VIEW v AS SELECT *, n * 2 AS double FROM t;").url)
    profile = await looked(resource, {"double": (Range(ge=0),)}, "public.v")
    assert (profile.n, profile.method) == (5, Grade.EXACT)
    double = profile.fields["double"]
    assert (double.minimum, double.maximum, double.distinct and double.distinct.value) == (-10, 40, 4)
    assert (double.rules[0].failed, double.rules[0].keys, double.rules[0].values) == (1, (), (-10,))
