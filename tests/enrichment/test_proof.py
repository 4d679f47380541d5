"""A new version before all live records: how many fail, which, why; and how far anybody looked."""

from __future__ import annotations

import asyncio
import datetime
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
    field_validator,
    model_validator,
)

from xregistry_tui.core.definition import Definition
from xregistry_tui.enrichment import passing
from xregistry_tui.enrichment.proof import PROOF, Step, prove
from xregistry_tui.profiling.plan import Budget
from xregistry_tui.resources.base import RecordQuery
from xregistry_tui.resources.sqlite import SqliteResource
from xregistry_tui.schema.proof import Finding, Outcome, Proof


def step(old: type[BaseModel], new: type[BaseModel]) -> Step:
    """A step from one class to another."""
    before, after = (Definition(title="order", source="order", model_class=one) for one in (old, new))
    return Step("models.order", "1.0.0", "2.0.0", before, after)


async def proved(path: Path, one: Step, table: str = "t", budget: Budget = PROOF) -> Proof:
    """The step over a table of a file."""
    resource = SqliteResource(path)
    await resource.connect()
    try:
        return await prove(resource, await resource.shape(table), one, budget=budget)
    finally:
        await resource.close()


class Order(BaseModel):
    id: int
    status: str | None = None
    total: float | None = None
    note: str | None = None


def ordered(**fields: Any) -> type[BaseModel]:
    """The next version of an order, with these fields otherwise."""
    return create_model("Order", __base__=Order, **fields)


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """1,000 orders, of which 17 are “shiped” and 5 cost nothing."""
    path = tmp_path / "orders.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, status TEXT, total REAL, note TEXT)")
        connection.executemany(
            "INSERT INTO t VALUES (?, ?, ?, ?)",
            (
                (n, "shiped" if n in range(12, 29) else "paid", 0.0 if n <= 5 else n / 4, "x" * (n % 7) or None)
                for n in range(1, 1_001)
            ),
        )
    return path


async def test_a_set_is_counted_in_the_engine_and_those_off_it_are_named(orders: Path) -> None:
    new = ordered(status=(Literal["paid", "shipped", "pending", "cancelled", "refunded"] | None, None))
    proof = await proved(orders, step(Order, new))
    assert proof.line == "17 of 1,000 fail: keys 12, 13, 14, …: status must be one of 5 values"
    assert (proof.outcome, proof.rows, proof.checked, proof.at_least) == (Outcome.REFUTED, 1_000, 1_000, False)
    (tested,) = proof.tested
    assert (tested.path, tested.way, tested.checked, tested.failed) == ("/status", "engine", 1_000, 17)
    assert tested.keys == tuple((n,) for n in range(12, 29)) == proof.keys
    assert set(tested.values) == {"shiped"}
    assert not any("ORDER BY" in query for query in proof.queries)
    assert "shiped" not in proof.said


async def test_what_holds_everywhere_is_proven(orders: Path) -> None:
    new = ordered(total=(float, Field(ge=0)), note=(Annotated[str, Field(max_length=6)] | None, None))
    proof = await proved(orders, step(Order, new))
    assert (proof.line, proof.outcome) == ("0 of 1,000 fail", Outcome.PROVEN)
    assert {(one.sentence, one.way) for one in proof.tested} == {
        ("total must be there", "engine"),
        ("total must be ≥ 0", "engine"),
        ("note must have at most 6 characters", "engine"),
    }


async def test_one_record_that_fails_twice_is_one_that_fails(orders: Path) -> None:
    new = ordered(total=(float, Field(gt=0)), status=(Literal["paid"], ...), id=(int, Field(ge=3)))
    proof = await proved(orders, step(Order, new))
    assert (proof.failed, proof.at_least) == (22, False)
    assert sorted(proof.keys) == [(n,) for n in (*range(1, 6), *range(12, 29))]
    assert proof.line.endswith('status must be "paid", and 2 more')


async def test_what_only_code_tells_the_class_tells_of_every_record(orders: Path) -> None:
    class Checked(Order):
        @field_validator("total")
        @classmethod
        def even(cls, total: float | None) -> float | None:
            if total is not None and total % 5 == 0:
                raise ValueError("fives are not sold")
            return total

    proof = await proved(orders, step(Order, Checked))
    (tested,) = proof.tested
    assert (tested.sentence, tested.way) == ("total must pass the model's own check", "model")
    assert (proof.failed, proof.checked, proof.at_least) == (55, 1_000, False)
    assert tested.keys[0] == (1,)
    assert tested.values[0] == 0.0


async def test_how_far_anybody_looked_is_said(orders: Path) -> None:
    class Checked(Order):
        @model_validator(mode="after")
        def never(self) -> Checked:
            return self

    proof = await proved(orders, step(Order, Checked), budget=Budget(seconds=30, rows=100))
    assert proof.line == "0 of 100 looked at fail, of 1,000 records"
    assert proof.outcome is Outcome.PARTLY
    assert proof.notes == (
        "what only the model can tell was told of 100 of 1,000 records: that is as far as the budget went",
    )


async def test_code_that_never_ends_ends_the_proof_not_the_program(
    orders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = threading.Event()

    class Checked(Order):
        @model_validator(mode="after")
        def ever(self) -> Checked:
            held.wait()
            return self

    monkeypatch.setattr(passing, "_GRACE", 0.0)
    proof = await proved(orders, step(Order, Checked), budget=Budget(seconds=0.2))
    held.set()
    assert (proof.outcome, proof.checked) == (Outcome.PARTLY, 0)
    assert proof.notes[0].endswith("of 0 of 1,000 records: its own code came to no end")


async def test_the_same_code_as_before_asks_nothing_new(orders: Path) -> None:
    def checked(**fields: Any) -> type[BaseModel]:
        def short(note: str | None) -> str | None:
            assert note is None or len(note) < 3
            return note

        return ordered(note=(Annotated[str | None, AfterValidator(short)], None), **fields)

    proof = await proved(orders, step(checked(), checked(total=(float, ...))))
    assert [one.sentence for one in proof.tested] == ["total must be there"]
    assert proof.outcome is Outcome.PROVEN


async def test_a_required_field_that_no_record_has_fails_all(orders: Path) -> None:
    proof = await proved(orders, step(Order, ordered(country=(str, ...))))
    assert proof.line == "1,000 of 1,000 fail: country must be there"
    assert proof.tested[0].note == "t has no such column"


async def test_undeclared_fields_are_named_where_none_are_allowed_any_more(orders: Path) -> None:
    class Small(BaseModel):
        model_config = ConfigDict(extra="forbid")
        id: int
        status: str | None = None
        total: float | None = None

    class Open(BaseModel):
        id: int
        status: str | None = None
        total: float | None = None

    proof = await proved(orders, step(Open, Small))
    assert proof.line == "1,000 of 1,000 fail: the record must have no undeclared fields: note"


async def test_a_type_that_the_kinds_of_values_settle_needs_no_reading(orders: Path) -> None:
    class Wide(BaseModel):
        id: int | float

    class Whole(BaseModel):
        id: int

    (tested,) = (await proved(orders, step(Wide, Whole))).tested
    assert (tested.sentence, tested.outcome, tested.way) == ("id must be integer", Outcome.PROVEN, "engine")


async def test_what_was_invalid_before_is_told_apart(orders: Path) -> None:
    with closing(sqlite3.connect(orders)) as connection, connection:
        connection.execute("UPDATE t SET total = 'much' WHERE id > 990")

    class Checked(Order):
        @field_validator("note")
        @classmethod
        def fine(cls, note: str | None) -> str | None:
            return note

    proof = await proved(orders, step(Order, Checked))
    assert (proof.failed, proof.before, proof.outcome) == (0, 10, Outcome.PROVEN)
    assert proof.notes == ("10 records were invalid before, for what the older version asks too",)


async def test_values_of_another_type_among_numbers_are_read_by_the_class(orders: Path) -> None:
    with closing(sqlite3.connect(orders)) as connection, connection:
        connection.execute("CREATE TABLE loose (id INTEGER PRIMARY KEY, n)")
        connection.executemany("INSERT INTO loose (n) VALUES (?)", [("12",), (12,), ("7",), (7,)])
    old, new = create_model("N", n=(int, ...)), create_model("N", n=(Annotated[int, Field(ge=10)], ...))
    proof = await proved(orders, step(old, new), table="loose")
    (tested,) = proof.tested
    assert (tested.way, tested.failed, tested.keys) == ("model", 2, ((3,), (4,)))


async def test_programs_read_it_as_json(orders: Path) -> None:
    said = (await proved(orders, step(Order, ordered(total=(Annotated[float, Field(gt=0)] | None, None))))).as_json()
    assert (said["verdict"], said["rows"], said["failed"], said["keys"]) == (
        "refuted",
        1_000,
        5,
        [[n] for n in range(1, 6)],
    )
    assert said["tested"][0]["message"] == "total must be > 0"
    assert datetime.datetime.fromisoformat(said["as_of"]).tzinfo is not None


# The law: what a proof says of records that were valid is what the new class says of each of them.

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)
WORDS = st.sampled_from(["a", "A", "b", "ab", "", "2026-01-02", "12", " a"]) | TEXTS
ROWS = st.fixed_dictionaries(
    {
        "n": st.none() | st.integers(-3, 3) | st.sampled_from(["2", "x", 1.5, 2.0, 2**40]),
        "r": st.none() | st.floats(-3, 3) | st.integers(-3, 3),
        "s": st.none() | WORDS,
        "k": st.sampled_from(["a", "b", "c"]),
        "b": st.none() | st.sampled_from([0, 1]),
        "x": st.none() | st.integers(-2, 2) | WORDS,
    }
)
COLUMNS = "n INTEGER, r REAL, s TEXT COLLATE NOCASE, k TEXT, b BOOLEAN, x"
SIZE = st.sampled_from([0, 1, 2])
BOUND = st.sampled_from([-1, 0, 1, 2])


class Loose(BaseModel):
    n: int | float | None = None
    r: float | None = None
    s: str | None = None
    k: str
    b: bool | None = None


def _not_a(value: Any) -> Any:
    if value == "a":
        raise ValueError("not a")
    return value


TIGHTER: dict[str, st.SearchStrategy[Any]] = {
    "n": st.one_of(
        st.sampled_from([int | None, int, float, int | float, Annotated[int, Field(multiple_of=2)] | None]),
        st.builds(lambda low: Annotated[int | float, Field(ge=low)] | None, BOUND),
        st.builds(lambda high: Annotated[int, Field(lt=high)] | None, BOUND),
    ),
    "r": st.one_of(
        st.just(float),
        st.builds(lambda low, high: Annotated[float, Field(ge=low, le=high)], BOUND, BOUND),
        st.builds(lambda low: Annotated[float, Field(gt=low)] | None, BOUND),
        st.just(int | None),
    ),
    "s": st.one_of(
        st.just(str),
        st.builds(lambda least, most: Annotated[str, Field(min_length=least, max_length=most)] | None, SIZE, SIZE),
        st.sampled_from([r"^a", r"\d$", "^[^a]*$"]).map(lambda regex: Annotated[str, Field(pattern=regex)] | None),
        st.sampled_from([Literal["a", "ab"], Literal["a", "b", "", None], datetime.date | None, Literal[1, 2]]),
        st.just(Annotated[str | None, AfterValidator(_not_a)]),
    ),
    "k": st.sampled_from([Literal["a", "b"], Literal["a", "b", "c"], Annotated[str, Field(pattern="[ab]")]]),
    "b": st.sampled_from([bool, Literal[True] | None]),
    "x": st.sampled_from([int, int | None, str, str | None, Annotated[int, Field(ge=0)] | None, Literal[1] | None]),
    "zz": st.sampled_from([int, int | None]),
}


@st.composite
def tightenings(draw: st.DrawFn) -> type[BaseModel]:
    """A next version of `Loose` that asks for more, here and there."""
    names = draw(st.lists(st.sampled_from(sorted(TIGHTER)), unique=True, max_size=4))
    fields: dict[str, Any] = {}
    for name in names:
        annotation = draw(TIGHTER[name])
        optional = type(None) in getattr(annotation, "__args__", ()) or draw(st.booleans())
        fields[name] = (annotation, None) if optional else (annotation, ...)
    config = ConfigDict(extra="forbid") if draw(st.integers(0, 5)) == 0 else None
    return create_model("Loose", __base__=Loose, **fields) if config is None else _closed(fields)


def _closed(fields: dict[str, Any]) -> type[BaseModel]:
    base = {
        name: (info.annotation, info.default if not info.is_required() else ...)
        for name, info in Loose.model_fields.items()
    }
    return create_model("Loose", __config__=ConfigDict(extra="forbid"), **{**base, **fields})


def valid(model: type[BaseModel], record: dict[str, Any]) -> bool:
    try:
        model.model_validate(record)
    except ValidationError:
        return False
    return True


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Places for as many files as are asked for."""
    folder = tmp_path_factory.mktemp("proofs")
    return (folder / f"{number}.sqlite" for number in range(1_000_000))


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(ROWS, max_size=12), new=tightenings())
def test_a_proof_says_of_valid_records_what_the_new_class_says(
    files: Iterator[Path], rows: list[dict[str, Any]], new: type[BaseModel]
) -> None:
    asyncio.run(_agrees(next(files), rows, step(Loose, new)))


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(ROWS, max_size=12), new=tightenings(), both=st.booleans())
def test_and_what_a_json_schema_says(
    files: Iterator[Path], rows: list[dict[str, Any]], new: type[BaseModel], both: bool
) -> None:
    after = Definition(title="order", source="order", json_schema=new.model_json_schema())
    before = Definition(title="order", source="order", json_schema=Loose.model_json_schema())
    if not both:
        before = Definition(title="order", source="order", model_class=Loose)
    asyncio.run(_agrees(next(files), rows, Step("models.order", "1.0.0", "2.0.0", before, after)))


async def _agrees(path: Path, rows: list[dict[str, Any]], one: Step) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE t (id INTEGER PRIMARY KEY, {COLUMNS})")
        connection.executemany("INSERT INTO t (n, r, s, k, b, x) VALUES (:n, :r, :s, :k, :b, :x)", rows)
    resource = SqliteResource(path)
    await resource.connect()
    try:
        page = await resource.records(RecordQuery(collection="t"))
        found = {key: dict(zip(page.columns, row, strict=True)) for key, row in zip(page.keys, page.rows, strict=True)}
        records = {key: record for key, record in found.items() if valid(one.old.model_class, record)}
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.executemany("DELETE FROM t WHERE id = ?", found.keys() - records.keys())
        proof = await prove(resource, await resource.shape("t"), one)
    finally:
        await resource.close()
    failing = {key for key, record in records.items() if not valid(one.new.model_class, record)}
    assert proof.rows == len(records)
    assert set(proof.keys) <= failing
    assert proof.outcome is (Outcome.REFUTED if failing else Outcome.PROVEN), proof.tested
    if proof.at_least:
        assert 0 < proof.failed <= len(failing)
    else:
        assert proof.failed == len(failing), proof.tested


def test_a_tested_demand_reads_as_a_sentence() -> None:
    made = Finding(path="/address/city", words="must be there", checked=1, failed=0, outcome=Outcome.PROVEN)
    assert made.sentence == "address.city must be there"
