"""The proof by simulation: of the 95 % intervals that samples state, at least 95 % hold, however the data lies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.engines.fixtures import MakeFresh
from tests.engines.postgres import Fresh
from tests.resources.postgresql.conftest import Opened
from xregistry_tui.profiling.plan import Grade, Plan
from xregistry_tui.profiling.profile import FieldProfile, Profile
from xregistry_tui.resources.postgresql import PostgresqlResource

# by page alike, sorted as it lies, skewed, rare, rare and in one heap; some by chance
TABLE = """
SELECT setseed(0.42);
CREATE TABLE t AS SELECT g AS sorted, random() AS free, (power(random(), 4) * 1000)::int AS skewed,
    CASE WHEN random() < 0.7 THEN g END AS thinned, CASE WHEN (g / 700) % 3 > 0 THEN g % 5 - 1 END AS heaped,
    CASE WHEN random() < 0.995 THEN 1 END AS rare, CASE WHEN g / 900 % 40 > 0 THEN 0 END AS heap,
    (g / 450) % 4 = 0 AS paged, random() < 0.02 AS seldom,
    CASE WHEN (g / 300) % 2 = 0 THEN 'u' || g || '@x.org' WHEN random() < 0.8 THEN 'none' ELSE ' ' END AS mail,
    '2024-01-01'::timestamptz + g * interval '1 min' AS moment, date '2024-01-01' + (random() * 300)::int AS day,
    (g / 40 * 37) % 1000 AS stepped, repeat('x', 100 + g % 150) AS filler
FROM generate_series(1, {rows}) AS g;
ANALYZE t;
"""
COUNTED = {
    "fill": "count({c}) / count(*)::float8",
    "zeros": "count(*) FILTER (WHERE {c} = 0) / count({c})::float8",
    "negatives": "count(*) FILTER (WHERE {c} < 0) / count({c})::float8",
    "true": "count(*) FILTER (WHERE {c}) / count({c})::float8",
    "complete": "count(*) FILTER (WHERE btrim({c}) <> '') / count(*)::float8",
    "format email": "count(*) FILTER (WHERE {c} LIKE '%@%') / count({c})::float8",
}


def stated(field: FieldProfile) -> Iterator[tuple[str, Any, Any]]:
    """(what, low, high) of each interval that is no certainty."""
    figures = {"fill": field.fill, **field.rates}
    for name, figure in figures.items():
        if name == "complete" and figure == field.fill:
            continue
        if name in COUNTED and figure is not None and figure.low is not None and figure.low != figure.high:
            yield name, figure.low, figure.high
    for (p, _), (low, high) in zip(field.quantiles, field.quantile_intervals, strict=True):
        yield f"quantile {p}", low, high


def true(database: Fresh, profile: Profile) -> dict[tuple[str, str], Any]:
    """What each of the figures is of the whole table."""
    found = {}
    for name, field in profile.fields.items():
        for what, _, _ in stated(field):
            sql = COUNTED.get(what, f"percentile_disc({what[9:]}) WITHIN GROUP (ORDER BY {{c}})").format(c=name)
            found[name, what] = database.sql(f"SET TimeZone = 'UTC'; SELECT {sql} FROM {profile.collection}")[0][0]
    return found


def holds(low: Any, truth: str, high: Any) -> bool:
    """Whether a true value, as the server writes it, lies within an interval."""
    made = truth if not isinstance(low, int | float) else float(truth)
    if isinstance(made, str):
        made = type(low).fromisoformat(truth)
    return bool(low <= made <= high) or (isinstance(made, float) and low - 1e-9 <= made <= high + 1e-9)


async def looked(database: Fresh, resource: PostgresqlResource, seeds: int, sample: int) -> list[tuple[str, bool]]:
    """(what, whether it held) of all intervals; a table of another name is drawn from by another seed."""
    held: list[tuple[str, bool]] = []
    truth: dict[tuple[str, str], Any] = {}
    before = "t"
    for seed in range(seeds):
        database.sql(f"ALTER TABLE {before} RENAME TO t_{seed}")
        before = f"t_{seed}"
        shape = await resource.shape(f"public.{before}")
        profile = await resource.profile(Plan(shape=shape, grade=Grade.SAMPLE, sample=sample))
        assert profile.method is Grade.SAMPLE
        assert profile.how.sampling.startswith("whole pages by chance")
        missing = {
            key for name, field in profile.fields.items() for key, *_ in [((name, w),) for w, *_ in stated(field)]
        }
        if missing - truth.keys():
            truth |= true(database, profile)
        for name, field in profile.fields.items():
            held += [(f"{name} {what}", holds(low, truth[name, what], high)) for what, low, high in stated(field)]
    return held


def broken(held: list[tuple[str, bool]]) -> dict[str, int]:
    """How often each interval did not hold."""
    counts: dict[str, int] = {}
    for what, good in held:
        counts[what] = counts.get(what, 0) + (not good)
    return {what: count for what, count in counts.items() if count}


async def test_intervals_of_samples_hold(fresh: MakeFresh, opened: Opened) -> None:
    database = fresh(TABLE.format(rows=60_000))
    held = await looked(database, await opened(database.url), seeds=6, sample=3_000)
    assert len(held) >= 200
    assert sum(good for _, good in held) >= 0.95 * len(held), broken(held)


@pytest.mark.long
async def test_a_thousand_intervals_hold(fresh: MakeFresh, opened: Opened) -> None:
    database = fresh(TABLE.format(rows=300_000))
    resource = await opened(database.url)
    held = await looked(database, resource, seeds=25, sample=10_000)
    share = sum(good for _, good in held) / len(held)
    print(f"{len(held)} intervals, {share:.1%} held; broken: {broken(held)}")
    assert len(held) >= 1_000
    assert share >= 0.95
