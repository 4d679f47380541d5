"""What a person sees of CSV, Parquet and Arrow files and DuckDB databases, and what is wrong with them."""

from __future__ import annotations

import asyncio
import builtins
import datetime
import gzip
import os
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.resources.duckdb.conftest import Files, profiled
from xregistry_tui.profiling.plan import Budget, Grade, Plan
from xregistry_tui.resources.base import (
    CollectionFailed,
    Condition,
    RecordQuery,
    ResourceBroken,
    ResourceError,
    ResourceGone,
)
from xregistry_tui.resources.duckdb import DuckdbResource
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Required, Unique
from xregistry_tui.schema.shape import Kind


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\n1,x\n2,y\n", "separated by comma, with a header"),
        ("a;b\r\n1;x\r\n2;y\r\n", "separated by semicolon, with a header"),
        ("a\tb\n1\tx\n2\ty\n", "separated by tab, with a header"),
        ("\ufeffa|b\n1|x\n2|y\n", "separated by bar, with a header"),
    ],
)
async def test_how_a_file_is_written_is_found_out_and_said(files: Files, content: str, said: str) -> None:
    resource = await files(content)
    shape = await resource.shape("data")
    assert [(field.name, field.kind) for field in shape.fields] == [("a", Kind.INTEGER), ("b", Kind.STRING)]
    assert shape.warnings == (said,)
    assert (await resource.records(RecordQuery(collection="data"))).rows == ((1, "x"), (2, "y"))


async def test_a_file_without_a_header_and_a_packed_one(files: Files) -> None:
    assert "without a header" in (await (await files("1,2\n3,4\n")).shape("data")).warnings[0]
    resource = await files(gzip.compress(b"a,b\n1,2\n"), "packed.csv.gz")
    assert await resource.list_collections_or_tables() == ["packed"]
    assert (await profiled(resource)).rows.value == 1


@pytest.mark.parametrize("content", ["\n", "\ufeff", "  \n \n"])
async def test_an_empty_file_has_no_fields_and_no_rows(files: Files, content: str) -> None:
    resource = await files(content)
    assert (await resource.shape("data")).warnings == ("the file is empty",)
    assert (await profiled(resource)).rows.value == 0
    assert (await resource.records(RecordQuery(collection="data"))).rows == ()


async def test_lines_that_are_no_rows_are_counted_and_left_out(files: Files) -> None:
    good = "".join(f"{n},x\n" for n in range(30_000))
    profile = await profiled(await files("a,b\n" + good + "1\n2,y,z\nfour,x\n"))
    assert profile.rows.value == 30_000
    assert "3 lines could not be read and are left out (the first is line 30,002" in profile.how.sampling


async def test_text_that_is_not_utf8_is_read_and_said(files: Files) -> None:
    resource = await files(b"name,n\ncaf\xe9,1\nna\xefve,2\n")
    assert "it is not UTF-8 and was read as latin-1" in (await resource.shape("data")).warnings
    assert (await resource.records(RecordQuery(collection="data", fields=("name",)))).rows == (("café",), ("naïve",))
    resource = await files("name,n\ncafé,1\n".encode("utf-16"), "wide.csv")
    assert (await resource.records(RecordQuery(collection="wide", fields=("name",)))).rows == (("café",),)


async def test_formulas_are_text_and_types_are_found(files: Files) -> None:
    resource = await files(
        "f,d,t,b\n=1+1,2024-01-01,2024-01-01 10:00:00,true\n@SUM(A1),2024-01-02,2024-01-02 11:00:00,false\n"
    )
    shape = await resource.shape("data")
    assert [field.kind for field in shape.fields] == [Kind.STRING, Kind.DATE, Kind.DATETIME, Kind.BOOLEAN]
    assert (await resource.records(RecordQuery(collection="data"))).rows[0][:2] == ("=1+1", datetime.date(2024, 1, 1))


async def test_footers_are_a_catalogue_that_is_exact_and_free(files: Files) -> None:
    sql = "SELECT i AS n, CASE WHEN i % 4 > 0 THEN i * 0.5 END AS half, 'v' || i AS s FROM range(10000) r(i)"
    profile = await profiled(await files(sql, "data.parquet"), Grade.CATALOGUE)
    n, half = profile.fields["n"], profile.fields["half"]
    assert (profile.rows.value, profile.rows.method, profile.n) == (10_000, Grade.EXACT, 0)
    assert (n.minimum, n.maximum, half.nulls, half.fill.value) == (0, 9_999, 2_500, 0.75)
    assert "footers: rows, nulls and extremes are exact" in profile.how.sampling


async def test_figures_of_all_rows(files: Files) -> None:
    sql = "SELECT i % 10 - 2 AS n, ['', '  ', 'word'][1 + i % 3] AS s, i % 2 = 0 AS b, i / 2 AS f FROM range(300) r(i)"
    profile = await profiled(await files(sql, "data.parquet"))
    n, s, b, f = (profile.fields[name] for name in "nsbf")
    assert (n.minimum, n.maximum, n.mean, n.zeros, n.negatives) == (-2, 7, 2.5, 30, 60)
    assert (n.distinct.value, n.once, len(n.top), sum(n.histogram.counts)) == (10, 0, 10, 300)
    assert (s.empty, s.blank, s.distinct.value, s.lengths.most) == (100, 200, 3, 4)
    assert [(entry.value, entry.count) for entry in b.top] == [(False, 150), (True, 150)]
    assert f.quantiles[1][1] == pytest.approx(74.75, abs=1)


async def test_many_values_are_estimated_and_never_proved_unique(files: Files) -> None:
    resource = await files("SELECT i AS id, i % 7 AS few FROM range(500000) r(i)", "data.parquet")
    profile = await profiled(resource, id=(Unique(),))
    id_, few = profile.fields["id"], profile.fields["few"]
    assert id_.distinct.approximate
    assert id_.distinct.low <= 500_000 <= id_.distinct.high * 1.01
    assert id_.distinct.value <= 500_000
    assert (id_.once, id_.rules[0].failed, id_.categorical) == (None, None, False)
    assert (few.distinct.value, few.distinct.approximate, few.top[0].count) == (7, False, 71_429)


async def test_nested_columns(files: Files) -> None:
    sql = "SELECT {'city': 'Rome', 'geo': {'x': 1.5}} AS a, [1, 2] AS l, MAP {'k': 1} AS m"
    resource = await files(sql, "data.parquet")
    profile = await profiled(resource)
    assert set(profile.fields) == {"a", "/a/city", "/a/geo", "/a/geo/x", "l", "m"}
    assert (profile.fields["/a/city"].top[0].value, profile.fields["l"].lengths.most) == ("Rome", 2)
    page = await resource.records(RecordQuery(collection="data"))
    assert page.rows == (({"city": "Rome", "geo": {"x": pytest.approx(1.5)}}, [1, 2], {"k": 1}),)


async def test_rules_and_failing_records(files: Files) -> None:
    content = "s,n,d\npaid,1,2024-01-01\nodd,200,2024-01-02\n,3,2024-01-03\npaid,3,\n"
    rules = {
        "s": (OneOf(("paid", "open")), Required(), Length(most=3), Pattern("x")),
        "n": (Range(ge=0, le=100), Unique()),
    }
    fields = (await profiled(await files(content), **rules)).fields
    listed, required, length, pattern = fields["s"].rules
    assert (listed.checked, listed.failed, listed.keys, listed.values) == (3, 1, ((1,),), ("odd",))
    assert (required.failed, required.keys, length.failed, pattern.failed) == (1, ((2,),), 2, None)
    within, unique = fields["n"].rules
    assert (within.failed, within.values, unique.failed, unique.keys) == (1, (200,), 2, ((2,), (3,)))


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
async def test_a_sample_says_how_it_was_drawn(files: Files, tmp_path: Path, suffix: str) -> None:
    sql = "SELECT i AS n, 'text' AS s FROM range(100000) r(i)"
    duckdb.connect().execute(f"COPY ({sql}) TO '{tmp_path}/data.{suffix}'")
    profile = await profiled(await files("", f"data.{suffix}"), Grade.SAMPLE)
    assert profile.method is Grade.SAMPLE
    assert profile.rows.value == pytest.approx(100_000, rel=0.1)
    by_chance = suffix == "parquet"
    said = "rows drawn at random" if by_chance else "the first rows, not random"
    assert (profile.how.sampling, profile.random) == (f"{said}: {profile.n:,} rows", by_chance)
    assert profile.n == pytest.approx(1_000, rel=0.2)
    assert (profile.fields["n"].fill.low is not None) is by_chance, "the first rows have no interval"


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (Condition("d", "=", "2024-01-02"), [1]),
        (Condition("d", ">", "2024-01-01"), [1]),
        (Condition("b", "=", "true"), [0]),
        (Condition("n", "=", "no number"), []),
        (Condition("n", "!=", "no number"), [0, 1]),
        (Condition("s", "=", 7), [0]),
    ],
)
async def test_conditions_read_values_as_the_column_does(files: Files, condition: Condition, found: list[int]) -> None:
    resource = await files("d,b,n,s\n2024-01-01,true,1,7\n2024-01-02,false,2,x\n")
    page = await resource.records(RecordQuery(collection="data", where=(condition,)))
    assert [key[0] for key in page.keys] == found


async def test_a_pattern_is_a_collection_a_file_or_one_of_all(files: Files, tmp_path: Path) -> None:
    for name, more in (("a", ""), ("b", ", 'x' AS extra")):
        duckdb.connect().execute(f"COPY (SELECT 1 AS n{more}) TO '{tmp_path}/{name}.parquet'")
    resource = DuckdbResource(tmp_path / "*.parquet")
    await resource.connect()
    assert await resource.list_collections_or_tables() == ["a", "b"]
    (tmp_path / "b.parquet").rename(tmp_path / "c.parquet")
    assert await resource.list_collections_or_tables() == ["a", "c"], "a folder may change"
    with pytest.raises(CollectionFailed, match="discover again"):
        await resource.shape("b")
    await resource.close()
    resource = DuckdbResource(tmp_path / "*.parquet", together=True)
    await resource.connect()
    (name,) = await resource.list_collections_or_tables()
    assert [field.name for field in (await resource.shape(name)).fields] == ["n", "extra"]
    assert (await profiled(resource)).rows.value == 2
    await resource.close()


async def test_a_file_that_is_replaced_is_read_anew(files: Files, tmp_path: Path) -> None:
    resource = await files("SELECT 1 AS a", "data.parquet")
    before = await resource.change_token("data")
    assert [field.name for field in (await resource.shape("data")).fields] == ["a"]
    duckdb.connect().execute(f"COPY (SELECT 2 AS b FROM range(10)) TO '{tmp_path}/new' (FORMAT parquet)")
    os.replace(tmp_path / "new", tmp_path / "data.parquet")
    assert await resource.change_token("data") != before
    assert [field.name for field in (await resource.shape("data")).fields] == ["b"]
    assert (await profiled(resource)).rows.value == 10


async def test_a_database_stays_free_for_its_writer(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(path) as writer:
        writer.execute("CREATE TABLE t AS SELECT 1 AS n; CREATE SCHEMA s; CREATE VIEW s.v AS SELECT 2 AS m")
    resource = await files("", "shop.duckdb")
    assert await resource.list_collections_or_tables() == ["s.v", "t"]
    with duckdb.connect(path) as writer:
        writer.execute("INSERT INTO t VALUES (2)")
    assert (await profiled(resource)).collection == "s.v"
    assert (await resource.records(RecordQuery(collection="t"))).rows == ((1,), (2,))


async def test_nothing_but_the_named_files_can_be_reached(files: Files, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(path) as writer:
        writer.execute(f"CREATE VIEW peek AS SELECT * FROM read_csv('{tmp_path}/secret.csv')")
    resource = await files("", "shop.duckdb")
    with pytest.raises(ResourceError):
        await resource.records(RecordQuery(collection="peek"))


async def test_what_stands_in_the_way_is_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    (tmp_path / "empty.parquet").touch()
    (tmp_path / "bad.parquet").write_bytes(b"no parquet")
    cases = [("gone.csv", ResourceGone, "there is no file"), ("*.none", ResourceGone, "no file fits")]
    cases += [("pipe.csv", ResourceBroken, "is a pipe"), ("loop.csv", ResourceGone, "cannot be looked at")]
    cases += [("empty.parquet", ResourceBroken, "is empty"), ("bad.parquet", ResourceBroken, "is no Parquet file")]
    for name, kind, said in cases:
        with pytest.raises(kind, match=said) as refused:
            await DuckdbResource(tmp_path / name).connect()
        assert refused.value.hint


async def test_a_truncated_file_is_said(files: Files, tmp_path: Path) -> None:
    resource = await files("SELECT i FROM range(1000) r(i)", "data.parquet")
    whole = (tmp_path / "data.parquet").read_bytes()
    (tmp_path / "data.parquet").write_bytes(whole[:-20])
    with pytest.raises(CollectionFailed, match=r"data\.parquet cannot be read"):
        await resource.shape("data")
    (tmp_path / "data.parquet").write_bytes(whole)
    assert (await profiled(resource)).rows.value == 1_000


async def test_without_the_extra_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    real = builtins.__import__

    def without(name: str, *args: Any, **more: Any) -> Any:
        if name == "duckdb":
            raise ImportError(name)
        return real(name, *args, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ResourceBroken, match=r"need DuckDB; install it: pip install 'xregistry-tui\[files\]'"):
        await DuckdbResource(tmp_path / "a.csv").connect()


async def test_a_look_that_is_cancelled_leaves_the_file_readable(files: Files) -> None:
    resource = await files("SELECT md5(i::VARCHAR) AS s, i AS n FROM range(2000000) r(i)", "data.parquet")
    shape = await resource.shape("data")
    look = asyncio.create_task(resource.profile(Plan(shape=shape)))
    page = await resource.records(RecordQuery(collection="data", limit=5))
    assert len(page.rows) == 5
    look.cancel()
    with pytest.raises(asyncio.CancelledError):
        await look
    assert (await resource.profile(Plan(shape=shape, grade=Grade.CATALOGUE))).rows.value == 2_000_000


async def test_numbers_that_are_none_or_too_large_leave_the_others_their_figures(files: Files) -> None:
    sql = "SELECT * FROM (VALUES (1.0::DOUBLE, 1e300, 5), (3.0, -1e300, 5), ('nan', 0, 5), ('inf', 2, NULL)) v(a, b, c)"
    for name in ("data.parquet", "again.csv"):
        resource = await files(sql, "data.parquet")
        if name == "again.csv":
            resource = await files("a,b,c\n1.0,1e300,5\n3.0,-1e300,5\nnan,0,5\ninf,2,\n", name)
        fields = (await profiled(resource)).fields
        a, b, c = (fields[name] for name in "abc")
        assert (a.mean, a.deviation, a.nans, a.infinities) == (2, 1, 1, 1)
        assert (b.deviation, b.mean) == (None, pytest.approx(0.5))
        assert (c.mean, c.deviation, c.nulls, c.distinct.value) == (5, 0, 1, 1)


async def test_drawn_values_are_the_same_ones_each_time_and_as_many_as_is_said(files: Files) -> None:
    resource = await files("SELECT i AS n, i / 7 AS x FROM range(200000) r(i)", "data.parquet")
    profile, again = await profiled(resource), await profiled(resource)
    n = profile.fields["n"]
    assert n.quantiles == again.fields["n"].quantiles
    assert [value for _, value in n.quantiles] == pytest.approx([50_000, 100_000, 150_000], rel=0.1)
    assert "rows drawn (±1." in profile.how.sampling
    assert (n.mean, n.deviation) == (pytest.approx(99_999.5), pytest.approx(57_735.027, rel=1e-6))


async def test_footers_and_values_agree(files: Files) -> None:
    moments = "'2024-01-01'::TIMESTAMP + to_seconds(i) AS t, '2024-01-01'::DATE + i::INT AS d, uuid() AS u"
    texts = "['', ' x', 'é', 'z'][1 + i % 4] AS s, repeat('long', 500) || i AS l, (i - 50)::DECIMAL(9, 2) AS m"
    sql = f"SELECT i, {texts}, {moments}, CASE WHEN i > 10 THEN i END AS some, NULL::INT AS none FROM range(100) r(i)"
    catalogue = await profiled(await files(sql, "data.parquet"), Grade.CATALOGUE)
    exact = await profiled(await files(sql, "data.parquet"))
    for name, seen in catalogue.fields.items():
        counted = exact.fields[name]
        assert (seen.nulls, seen.present) == (counted.nulls, counted.present), name
        if seen.minimum is not None and name not in "tu":
            assert (seen.minimum, seen.maximum) == (counted.minimum, counted.maximum), name
    assert (exact.fields["s"].empty, exact.fields["s"].blank) == (25, 25)
    assert (exact.fields["m"].negatives, exact.fields["m"].zeros, exact.fields["none"].present) == (50, 1, 0)
    assert len(exact.fields["l"].minimum) == 1_024


async def test_a_page_has_no_more_bytes_than_its_budget(files: Files) -> None:
    resource = await files("SELECT repeat('x', 1000) AS t FROM range(100)", "data.parquet")
    page = await resource.records(RecordQuery(collection="data", budget=Budget(bytes=10_000)))
    assert (len(page.rows), len(page.keys), page.more) == (11, 11, True)


async def test_forms_of_texts_are_counted(files: Files) -> None:
    email = "CASE WHEN i % 5 > 0 THEN 'user' || i || '@example.org' ELSE 'nobody' END"
    sql = f"SELECT {email} AS e, 'word' AS w FROM range({{}}) r(i)"
    exact = (await profiled(await files(sql.format(1_000), "data.parquet"))).fields
    assert (exact["e"].formats, exact["w"].formats) == ((("email", 0.8),), ())
    sampled = (await profiled(await files(sql.format(100_000), "data.parquet"), Grade.SAMPLE)).fields
    assert dict(sampled["e"].formats)["email"] == pytest.approx(0.8, abs=0.05)
