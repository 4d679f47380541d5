"""What a person sees of a file of documents: its fields, its figures, its records, and what is wrong with it."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
from pathlib import Path

import pytest

from tests.resources.documents.conftest import Documents
from xregistry_tui.profiling.plan import Budget, Grade, Plan
from xregistry_tui.resources.base import (
    Clipped,
    CollectionFailed,
    Condition,
    RecordQuery,
    ResourceBroken,
    ResourceDenied,
    ResourceGone,
)
from xregistry_tui.resources.documents import DocumentsResource, standard_input
from xregistry_tui.schema.rules import OneOf, Pattern, Required, Unique
from xregistry_tui.schema.shape import Kind

PEOPLE = [
    {"name": "Ann", "age": 30, "address": {"city": "Rome"}, "tags": ["a", "b"], "by_id": {str(n): n for n in range(9)}},
    {"name": "Bob", "age": None, "address": {"city": "Oslo", "zip": "0150"}, "tags": []},
    {"name": "Cid", "age": 2.5, "address": None, "tags": ["a"]},
]


async def profiled(resource: DocumentsResource, grade: Grade = Grade.EXACT, **rules: tuple):
    shape = await resource.shape((await resource.list_collections_or_tables())[0])
    return await resource.profile(Plan(shape=shape, grade=grade, rules=rules))


async def test_fields_inside_of_others_are_named_by_pointers(documents: Documents) -> None:
    profile = await profiled(await documents(json.dumps(PEOPLE)))
    assert set(profile.fields) == {
        "name", "age", "address", "/address/city", "/address/zip", "tags", "/tags/*", "by_id", "/by_id/*",
    }  # fmt: skip
    city, tags = profile.fields["/address/city"], profile.fields["tags"]
    assert (city.looked_at, city.missing, city.present, city.distinct.value) == (3, 1, 2, 2)
    assert (tags.kinds, tags.lengths.least, tags.lengths.most, tags.lengths.mean) == ({Kind.ARRAY: 3}, 0, 2, 1)
    assert (profile.fields["/tags/*"].looked_at, profile.fields["/tags/*"].top[0].value) == (3, "a")
    assert profile.fields["by_id"].kinds == {Kind.MAP: 1}


async def test_missing_and_null_are_two_things(documents: Documents) -> None:
    profile = await profiled(await documents('[{"a": 1, "b": null}, {"a": 2}, {"b": 3}]'))
    assert (profile.fields["a"].missing, profile.fields["a"].nulls) == (1, 0)
    assert (profile.fields["b"].missing, profile.fields["b"].nulls) == (1, 1)


async def test_figures_of_numbers_and_texts(documents: Documents) -> None:
    records = [{"n": n % 10 - 2, "t": ["", "  ", "word"][n % 3]} for n in range(300)] + [{"n": float("nan"), "t": "x"}]
    profile = await profiled(await documents("\n".join(json.dumps(record) for record in records), "d.jsonl"))
    n, t = profile.fields["n"], profile.fields["t"]
    assert (n.minimum, n.maximum, n.mean, n.zeros, n.negatives, n.nans) == (-2, 7, 2.5, 30, 60, 1)
    assert (n.distinct.value, n.once, [value for _, value in n.quantiles]) == (10, 0, [0, 3, 5])
    assert (t.empty, t.blank, t.distinct.value, t.once) == (100, 200, 4, 1)
    assert (t.lengths.least, t.lengths.most, t.top[0].count) == (0, 4, 100)


async def test_rules_are_counted_and_failing_records_are_located(documents: Documents) -> None:
    records = [{"s": "paid", "k": n} for n in range(50)] + [{"s": "odd", "k": 0}, {"k": 51}]
    rules = {"s": (OneOf(("paid", "open")), Required(), Pattern("^[a-z]+$")), "k": (Unique(),)}
    fields = (await profiled(await documents(json.dumps(records)), **rules)).fields
    listed, required, pattern = fields["s"].rules
    assert (listed.checked, listed.failed, listed.keys, listed.values) == (51, 1, ((50,),), ("odd",))
    assert (required.checked, required.failed, required.keys) == (52, 1, ((51,),))
    assert pattern.failed == 0
    assert (fields["k"].rules[0].failed, fields["k"].once) == (2, 50)


async def test_a_sample_of_a_file_of_lines_is_drawn_from_all_over_it(documents: Documents) -> None:
    text = "".join(json.dumps({"n": n, "half": n // 50_000}) + "\n" for n in range(100_000))
    resource = await documents(text, "many.jsonl")
    shape = await resource.shape("many")
    profile = await resource.profile(Plan(shape=shape, grade=Grade.SAMPLE, sample=2_000))
    assert profile.method is Grade.SAMPLE
    assert profile.rows.value == pytest.approx(100_000, rel=0.1)
    assert "random places" in profile.how.sampling
    assert profile.fields["n"].mean == pytest.approx(50_000, rel=0.1)
    assert profile.fields["n"].distinct.at_least
    first = await resource.profile(Plan(shape=shape, grade=Grade.CATALOGUE))
    assert (first.n, dict(first.fields), first.rows.approximate) == (0, {}, True)


async def test_a_sample_of_an_array_is_its_beginning_and_says_so(documents: Documents) -> None:
    resource = await documents(json.dumps([{"n": n} for n in range(20_000)]))
    profile = await resource.profile(Plan(shape=await resource.shape("docs"), grade=Grade.SAMPLE, sample=500))
    assert (profile.n, profile.method) == (500, Grade.SAMPLE)
    assert "the first 500 records, not random" in profile.how.sampling
    assert profile.rows.value == pytest.approx(20_000, rel=0.2)


async def test_a_sample_that_holds_all_is_exact(documents: Documents) -> None:
    profile = await profiled(await documents('[{"a": 1}]'), Grade.SAMPLE)
    assert (profile.method, profile.rows.value) == (Grade.EXACT, 1)


async def test_too_many_values_are_bounded_and_prove_nothing(documents: Documents) -> None:
    resource = await documents("".join(f'{{"n": {n}}}\n' for n in range(15_000)), "d.jsonl")
    profile = await profiled(resource, n=(Unique(),))
    seen = profile.fields["n"]
    assert (seen.distinct.at_least, seen.once, seen.categorical) == (True, None, False)
    assert seen.rules[0].failed is None, "unchecked, never passed"
    assert "lower bound" in profile.how.sampling


async def test_records_in_windows_by_conditions_and_in_order(documents: Documents) -> None:
    resource = await documents(json.dumps(PEOPLE))
    page = await resource.records(RecordQuery(collection="docs", fields=("name",), offset=1, limit=1))
    assert (page.rows, page.keys, page.more, page.total.value) == ((("Bob",),), ((1,),), True, 3)
    page = await resource.records(RecordQuery(collection="docs", fields=("name",), order_by="age", descending=True))
    assert [row[0] for row in page.rows] == ["Ann", "Cid", "Bob"], "nulls are last either way"
    page = await resource.records(
        RecordQuery(collection="docs", fields=("name",), where=(Condition("address", "contains", "oslo"),))
    )
    assert page.rows == (("Bob",),)
    page = await resource.records(RecordQuery(collection="docs", fields=("by_id",), cell_limit=10))
    assert page.rows[0][0] == Clipped('{"0":0,"1"', 55, Kind.OBJECT)


async def test_a_file_that_grows_is_followed(documents: Documents, tmp_path: Path) -> None:
    resource = await documents('{"a": 1}\n', "log.jsonl")
    before = await resource.change_token("log")
    with (tmp_path / "log.jsonl").open("a") as file:
        file.write('{"a": 2}\n{"a": ')
    assert await resource.change_token("log") != before
    profile = await profiled(resource)
    assert profile.rows.value == 2
    assert "still being written" in profile.how.sampling


async def test_a_file_that_is_replaced_is_another_one(documents: Documents, tmp_path: Path) -> None:
    resource = await documents('[{"a": 1}]')
    before = await resource.change_token()
    (tmp_path / "new").write_text('[{"b": 1}]')
    os.replace(tmp_path / "new", tmp_path / "docs.json")
    assert await resource.change_token() != before
    assert [field.name for field in (await resource.shape("docs")).fields] == ["b"]


async def test_a_planned_field_that_is_gone_is_said(documents: Documents, tmp_path: Path) -> None:
    resource = await documents('[{"a": 1}]')
    shape = await resource.shape("docs")
    (tmp_path / "docs.json").write_text('[{"b": 1}]')
    with pytest.raises(CollectionFailed, match="has no field “a”; discover again"):
        await resource.profile(Plan(shape=shape))


async def test_what_is_wrong_with_a_file_is_a_warning_of_its_shape(documents: Documents) -> None:
    shape = await (await documents(b'{"a": 1}\nbroken\n{"a": "\xff"}\n[1]\n', "d.jsonl")).shape("d")
    assert shape.warnings == (
        "1 lines are no JSON (the first is line 2)",
        "1 places are not UTF-8 and were replaced",
        "1 records are no objects; each is shown as a field named value",
    )


async def test_a_pattern_is_a_collection_a_file_and_follows_its_folder(tmp_path: Path) -> None:
    for name in ("b.json", "a.ejson", "a.jsonl.gz"):
        (tmp_path / name).write_bytes(gzip.compress(b"{}") if name.endswith("gz") else b'[{"x": 1}]')
    resource = DocumentsResource(tmp_path / "*.*json*")
    await resource.connect()
    assert await resource.list_collections_or_tables() == ["a.ejson", "a.jsonl.gz", "b"], "a stem is no name for two"
    before = await resource.change_token()
    (tmp_path / "a.ejson").unlink()
    (tmp_path / "c.json").write_text("[]")
    assert await resource.list_collections_or_tables() == ["a", "b", "c"]
    assert await resource.change_token() != before
    with pytest.raises(CollectionFailed, match="discover again"):
        await resource.shape("a.ejson")
    await resource.close()


async def test_what_stands_in_the_way_is_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
    (tmp_path / "secret.json").write_text("[]")
    (tmp_path / "secret.json").chmod(0)
    cases = [("gone.json", ResourceGone, "there is no file"), ("*.none", ResourceGone, "no file fits")]
    cases += [("pipe.json", ResourceBroken, "is a pipe"), (".", ResourceBroken, "is a folder")]
    cases += [("loop.json", ResourceGone, "cannot be looked at")]
    if os.geteuid():
        cases.append(("secret.json", ResourceDenied, "may not be read"))
    for name, kind, said in cases:
        with pytest.raises(kind, match=said) as refused:
            await DocumentsResource(tmp_path / name).connect()
        assert refused.value.hint


async def test_standard_input_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    monkeypatch.setattr(standard_input, "descriptor", lambda: reading)
    os.write(writing, b'{"a": 1}\n{"a": 2}\n')
    os.close(writing)
    resource = DocumentsResource("-")
    await resource.connect()
    assert (resource.name, await resource.list_collections_or_tables()) == ("stdin", ["stdin"])
    assert (await profiled(resource)).rows.value == 2
    assert (await profiled(resource)).fields["a"].distinct.value == 2
    await resource.close()
    os.close(reading)


async def test_a_page_never_waits_for_a_long_look(documents: Documents) -> None:
    resource = await documents("".join(f'{{"n": {n}}}\n' for n in range(200_000)), "d.jsonl")
    look = asyncio.create_task(profiled(resource))
    page = await resource.records(RecordQuery(collection="d", limit=5))
    assert len(page.rows) == 5
    assert not look.done()
    look.cancel()
    with pytest.raises(asyncio.CancelledError):
        await look


async def test_names_that_are_awkward_and_objects_that_are_wide_or_deep(documents: Documents) -> None:
    record = {"a.b": 1, "$x": 2, "": 3, "nul\x00": 4, "/": 5, "wide": {f"k{n}": n for n in range(100_000)}}
    record["deep"] = json.loads('{"d":' * 100 + "1" + "}" * 100)
    resource = await documents(json.dumps([record]))
    profile = await profiled(resource)
    assert {"a.b", "$x", "", "nul\x00", "/~1", "wide", "deep"} <= set(profile.fields)
    assert profile.fields["wide"].kinds == {Kind.MAP: 1}
    assert profile.fields["/wide/*"].looked_at == 100_000


async def test_forms_of_texts_are_counted(documents: Documents) -> None:
    records = [{"e": f"user{n}@example.org" if n % 5 else "nobody", "w": "word"} for n in range(15_000)]
    fields = (await profiled(await documents("\n".join(json.dumps(record) for record in records), "d.jsonl"))).fields
    assert (fields["e"].formats, fields["w"].formats) == ((("email", 0.8),), ())


async def test_fields_that_come_after_the_look_are_counted_and_named(documents: Documents) -> None:
    records = [{"n": n, "a": {"x": n}} for n in range(20_000)]
    resource = await documents(json.dumps([*records, {"late": 1, "a": {"y": 2, "z": 3}}]))
    profile = await profiled(resource)
    assert profile.n == 20_001
    assert "fields that only some records have, not looked at: late (1), /a/z (1), /a/y (1)" in profile.how.sampling
    shape = await resource.shape("docs")
    only_n = await resource.profile(Plan(shape=shape, fields=("n",)))
    assert "/a/z" not in only_n.how.sampling
    assert "late (1)" in only_n.how.sampling


async def test_a_page_has_no_more_bytes_than_its_budget(documents: Documents) -> None:
    resource = await documents(json.dumps([{"t": "x" * 1_000} for _ in range(100)]))
    for order_by in (None, "t"):
        query = RecordQuery(collection="docs", order_by=order_by, budget=Budget(bytes=10_000))
        page = await resource.records(query)
        assert (len(page.rows), page.more) == (11, True)
