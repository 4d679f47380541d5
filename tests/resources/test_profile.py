"""Figures of a look, each grade saying how it was got."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from statistics import fmean, pstdev

import pytest

from tests.resources.conftest import Connected, Database
from xregistry_tui.profiling.plan import Grade, Plan
from xregistry_tui.profiling.profile import Histogram, Profile, ValueCount
from xregistry_tui.resources.sqlite import SqliteResource
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Reference, Required, Rule, Unique
from xregistry_tui.schema.shape import Kind

SCRIPT = """
CREATE TABLE place (id INTEGER PRIMARY KEY); INSERT INTO place VALUES (1), (2);
CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER, s TEXT, d DATETIME, place INTEGER);
INSERT INTO t VALUES
  (1, 10, 'red',  '2024-01-01 00:00:00', 1),
  (2, 20, 'red',  '2024-01-02 00:00:00', 2),
  (3, -5, '',     '2024-01-03 00:00:00', 9),
  (4,  0, '  ',   'soon',                NULL),
  (5, 'x', NULL,  NULL,                  1);
"""


async def looked(resource: SqliteResource, rules: dict[str, tuple[Rule, ...]] | None = None, **how: object) -> Profile:
    return await resource.profile(Plan(shape=await resource.shape("t"), rules=rules or {}, **how))  # type: ignore[arg-type]


async def test_exact_figures(database: Database, connected: Connected) -> None:
    profile = await looked(await connected(database(SCRIPT)))
    assert (profile.n, profile.rows.value, profile.method, profile.how.sampling) == (5, 5, Grade.EXACT, "all rows")
    assert profile.how.queries
    assert profile.how.milliseconds > 0
    n, s, d = (profile.fields[name] for name in "nsd")
    assert n.kinds == {Kind.INTEGER: 4, Kind.STRING: 1}
    assert (n.minimum, n.maximum, n.zeros, n.negatives) == (-5, 20, 1, 1)
    assert n.mean == pytest.approx(fmean([10, 20, -5, 0]))
    assert n.deviation == pytest.approx(pstdev([10, 20, -5, 0]))
    assert n.quantiles == ((0.25, -5), (0.5, 0), (0.75, 10))
    assert n.histogram == Histogram(-5.0, 20.0, (1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1))
    assert (s.nulls, s.present, s.empty, s.blank, s.once) == (1, 4, 1, 2, 2)
    assert s.top[0] == ValueCount("red", 2)
    assert s.fill is not None
    assert s.fill.value == 0.8
    assert s.distinct is not None
    assert (s.distinct.value, s.distinct.at_least) == (3, False)
    assert s.lengths is not None
    assert (s.lengths.least, s.lengths.most, s.lengths.mean) == (0, 3, 2.0)
    assert d.kinds == {Kind.DATETIME: 3, Kind.STRING: 1}
    assert d.quantiles[1] == (0.5, "2024-01-02 00:00:00")
    assert d.histogram is not None
    assert (d.histogram.low, d.histogram.high, sum(d.histogram.counts)) == (1704067200.0, 1704240000.0, 3)


async def test_rules_are_counted_with_the_keys_that_fail(database: Database, connected: Connected) -> None:
    rules: dict[str, tuple[Rule, ...]] = {
        "n": (Range(ge=0), Required()),
        "s": (OneOf(("red", "")), Length(least=1), Required(), Unique(), Pattern("^r")),
        "place": (Reference("place", "id"), Reference("nowhere", "id")),
    }
    fields = (await looked(await connected(database(SCRIPT)), rules)).fields
    found = {(name, type(r.rule)): r for name, field in fields.items() for r in reversed(field.rules)}
    assert [(r.checked, r.failed, r.keys, r.values) for r in fields["n"].rules] == [
        (4, 1, ((3,),), (-5,)),
        (5, 0, (), ()),
    ]
    assert (found["s", OneOf].failed, found["s", OneOf].keys) == (1, ((4,),))
    assert (found["s", Length].checked, found["s", Length].keys) == (4, ((3,),))
    assert (found["s", Required].failed, found["s", Required].keys) == (1, ((5,),))
    assert (found["s", Unique].failed, found["s", Unique].keys) == (2, ((1,), (2,)))
    assert (found["s", Pattern].failed, found["s", Pattern].checked) == (None, 0)
    known, lost = fields["place"].rules
    assert (known.checked, known.failed, known.keys, known.values) == (4, 1, ((3,),), (9,))
    assert (lost.checked, lost.failed) == (0, None)


async def test_an_empty_table_and_an_empty_column(database: Database, connected: Connected) -> None:
    resource = await connected(database("CREATE TABLE t (a TEXT NOT NULL, b)"))
    profile = await looked(resource, {"a": (Required(),)})
    assert (profile.n, profile.fields["a"].fill, profile.fields["a"].distinct) == (0, None, None)
    assert profile.fields["a"].rules[0].failed == 0
    path = database("CREATE TABLE t (a TEXT); INSERT INTO t VALUES (NULL), (NULL)", "nulls.sqlite")
    field = (await looked(await connected(path), {"a": (Required(), Range(ge=1))})).fields["a"]
    assert field.fill is not None
    assert (field.nulls, field.fill.value) == (2, 0.0)
    assert [(rule.checked, rule.failed) for rule in field.rules] == [(2, 2), (0, 0)]
    assert field.rules[0].keys == ((1,), (2,))


@pytest.fixture
def large(database: Database) -> Path:
    return database("""
    CREATE TABLE parent (id INTEGER PRIMARY KEY); INSERT INTO parent VALUES (0), (1);
    CREATE TABLE t (id INTEGER PRIMARY KEY, even BOOLEAN, gap TEXT, code TEXT UNIQUE, parent INTEGER);
    WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000)
    INSERT INTO t SELECT i, i % 2, iif(i % 4, 'x', NULL), 'c' || i, i % 3 FROM c;
    """)


async def test_a_sample_says_how_far_off_it_may_be(large: Path, connected: Connected) -> None:
    resource = await connected(large)
    rules: dict[str, tuple[Rule, ...]] = {"parent": (Reference("parent", "id"), Unique()), "even": (OneOf((0,)),)}
    profile = await looked(resource, rules, grade=Grade.SAMPLE, sample=1000)
    again = await looked(resource, rules, grade=Grade.SAMPLE, sample=1000)
    assert (profile.n, profile.method, profile.how.sampling) == (1000, Grade.SAMPLE, "random row ids: 1,000 rows")
    assert profile.fields == again.fields, "the same data gives the same sample"
    assert (profile.rows.value, profile.rows.approximate) == (20000, True)
    fill = profile.fields["gap"].fill
    assert fill is not None
    assert fill.low is not None
    assert fill.high is not None
    assert fill.low < 0.75 < fill.high
    assert profile.fields["even"].distinct is not None
    assert profile.fields["even"].distinct.at_least
    assert profile.fields["code"].distinct is not None
    assert (profile.fields["code"].distinct.value, profile.fields["code"].distinct.approximate) == (20000, True)
    reference, unique = profile.fields["parent"].rules
    assert 250 < (reference.failed or 0) < 420
    assert all(key[0] % 3 == 2 for key in reference.keys)
    assert (unique.checked, unique.failed) == (0, None), "a sample cannot tell"


async def test_quantiles_of_a_sample_have_intervals_and_texts_have_formats(large: Path, connected: Connected) -> None:
    with sqlite3.connect(large) as writer:
        writer.execute("ALTER TABLE t ADD COLUMN mail TEXT")
        writer.execute("UPDATE t SET mail = iif(id % 10, 'user' || id || '@example.org', 'none')")
    writer.close()
    resource = await connected(large)
    sampled = await looked(resource, grade=Grade.SAMPLE, sample=1000)
    field = sampled.fields["id"]
    for (_, value), (low, high) in zip(field.quantiles, field.quantile_intervals, strict=True):
        assert isinstance(value, int)
        assert isinstance(low, int)
        assert isinstance(high, int)
        assert low <= value <= high
        assert 700 < high - low < 1600
    whole = await looked(resource)
    for profile in (sampled, whole):
        ((name, share),) = profile.fields["mail"].formats
        assert (name, round(share, 1)) == ("email", 0.9)
        assert profile.fields["gap"].formats == ()
    assert whole.fields["id"].quantile_intervals == ()


async def test_intervals_of_samples_hold(large: Path, connected: Connected) -> None:
    resource, held, before = await connected(large), [], "t"
    for seed in range(20):
        with sqlite3.connect(large) as writer:
            writer.execute(f"ALTER TABLE {before} RENAME TO t{seed}")
        writer.close()
        before = f"t{seed}"
        shape = await resource.shape(before)
        fields = (await resource.profile(Plan(shape=shape, grade=Grade.SAMPLE, sample=500))).fields
        fill = fields["gap"].fill
        assert fill is not None
        held.append((fill.low or 0) <= 0.75 <= (fill.high or 0))
        for (p, _), (low, high) in zip(fields["id"].quantiles, fields["id"].quantile_intervals, strict=True):
            held.append(low <= p * 20_000 <= high)  # type: ignore[operator]
    assert sum(held) >= 0.9 * len(held), "few enough here that chance decides"


async def test_gaps_in_the_row_ids_are_allowed_for(large: Path, connected: Connected) -> None:
    with sqlite3.connect(large) as writer:
        writer.execute("DELETE FROM t WHERE id % 5 AND id < 20000")
    writer.close()
    profile = await looked(await connected(large), grade=Grade.SAMPLE, sample=500)
    assert profile.n == 500
    assert profile.rows.low is not None
    assert profile.rows.high is not None
    assert profile.rows.low < 4000 < profile.rows.high


async def test_sparse_row_ids(database: Database, connected: Connected) -> None:
    path = database(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES (-9223372036854775808, 'low');"
        "INSERT INTO t VALUES (1, 'a'), (9223372036854775807, 'high');"
    )
    profile = await looked(await connected(path), grade=Grade.SAMPLE, sample=100)
    assert profile.n >= 1
    assert "sparse" in profile.how.sampling


async def test_views_and_small_tables_in_the_sample_grade(large: Path, connected: Connected) -> None:
    with sqlite3.connect(large) as writer:
        writer.execute("CREATE VIEW v AS SELECT id, gap FROM t")
    writer.close()
    resource = await connected(large)
    plan = Plan(shape=await resource.shape("v"), grade=Grade.SAMPLE, sample=50)
    first = await resource.profile(plan)
    assert (first.n, first.rows.at_least, "not random" in first.how.sampling) == (50, True, True)
    gap = first.fields["gap"].fill
    assert gap is not None
    assert (gap.approximate, gap.low, first.random) == (True, None, False), "no interval would be honest"
    assert first.fields["id"].quantile_intervals == ()
    whole = await resource.profile(Plan(shape=plan.shape, grade=Grade.SAMPLE, sample=20_000))
    assert (whole.n, whole.method, whole.rows.value) == (20_000, Grade.EXACT, 20_000)
    small = await looked(resource, grade=Grade.SAMPLE, sample=50_000)
    assert (small.n, small.method) == (20_000, Grade.EXACT)


async def test_the_catalogue_reads_no_rows(large: Path, connected: Connected) -> None:
    resource = await connected(large)
    profile = await looked(resource, grade=Grade.CATALOGUE)
    assert (profile.n, profile.fields, profile.rows.value) == (0, {}, 20_000)
    assert profile.rows.approximate
    cost = await resource.cost(Plan(shape=await resource.shape("t")))
    assert cost.rows == 20_000
    assert cost.milliseconds is not None
    with sqlite3.connect(large) as writer:
        writer.execute("ANALYZE")
        writer.execute("DELETE FROM t WHERE id < 20000")
    writer.close()
    assert (await looked(resource, grade=Grade.CATALOGUE)).rows.value == 20_000, "as ANALYZE left it"


async def test_a_writer_is_not_kept_waiting_by_the_look_at_a_large_table(large: Path, connected: Connected) -> None:
    resource = await connected(large)
    await looked(resource)
    with sqlite3.connect(large, timeout=0) as writer:
        writer.execute("INSERT INTO t (id) VALUES (30000)")
    writer.close()
    assert (await looked(resource)).n == 20_001
