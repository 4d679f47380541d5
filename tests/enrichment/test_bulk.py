"""Whole files against a model: what is counted is what checking line after line would count."""

from __future__ import annotations

import datetime
import io
import json
from collections.abc import Callable
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from tests.enrichment.engine import profile_of
from xregistry_tui.core.bindings import Binding
from xregistry_tui.core.models import RegisteredModel
from xregistry_tui.enrichment import bulk
from xregistry_tui.enrichment.adapters import plain, reader
from xregistry_tui.enrichment.bulk import validate_lines
from xregistry_tui.enrichment.crew import Crew, recipe
from xregistry_tui.enrichment.live import Live
from xregistry_tui.enrichment.tally import chunks
from xregistry_tui.schema.report import SampleReport
from xregistry_tui.schema.rules import Range
from xregistry_tui.schema.shape import FieldShape, Kind, Shape
from xregistry_tui.xregistry import XRegistry

NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
SHAPE = Shape(
    name="orders",
    fields=(
        FieldShape(name="id", kinds=(Kind.INTEGER,), rules=(Range(ge=0),)),
        FieldShape(name="First Name", kinds=(Kind.STRING,), nullable=True),
        FieldShape(name="status", kinds=(Kind.STRING,)),
        FieldShape(name="at", kinds=(Kind.DATETIME,), nullable=True, required=False),
    ),
)
SEEN = [{"id": n, "First Name": None, "status": ("paid", "sent")[n % 2], "at": None} for n in range(400)]


class Line(BaseModel):
    """A model with all that a record can be asked for in one."""

    model_config = ConfigDict(extra="forbid")

    sku: str = Field(alias="SKU", pattern="^[a-z]+$")
    count: int = Field(default=1, gt=0)
    kind: Literal["a", "b"] | None = None
    inner: dict[str, int | list[str]] = {}


class Careful(BaseModel):
    """A model with code of its own."""

    name: str

    @field_validator("name")
    @classmethod
    def small(cls, value: str) -> str:
        """Small letters only; anything else, or a failure of the check itself, is a problem of the record."""
        if value == "boom":
            raise RuntimeError("out of order")
        if value != value.lower():
            raise ValueError("must be in small letters")
        return value


def discovered() -> RegisteredModel:
    return XRegistry().models.register_discovered(SHAPE, resource="shop")


def live(model: RegisteredModel) -> Live:
    binding = Binding(model=model.path, resource="shop", collection="orders")
    return Live(binding=binding, profile=profile_of(SEEN))


async def validated(text: str | bytes, model: RegisteredModel, known: Live | None = None, **how: Any) -> SampleReport:
    data = text.encode() if isinstance(text, str) else text
    return await validate_lines(io.BytesIO(data).read, model, known, now=NOW, **how)


SCALARS = st.none() | st.booleans() | st.integers(-2, 3) | st.sampled_from(["paid", "lost", "abc", "", "2026-01-01T00"])
ANYTHING = SCALARS | st.lists(SCALARS, max_size=2)
RECORDS = st.dictionaries(
    st.sampled_from(["id", "First Name", "First_Name", "status", "at", "SKU", "count", "kind", "inner", "other"]),
    ANYTHING,
)


def accepted(model: type[BaseModel], text: str) -> bool:
    try:
        model.model_validate_json(text)
    except ValidationError:
        return False
    return True


@settings(deadline=None, max_examples=200)
@given(records=st.lists(RECORDS | ANYTHING, max_size=8), known=st.booleans())
async def test_a_record_is_counted_invalid_where_its_model_refuses_it(records: list[Any], known: bool) -> None:
    model = discovered() if known else XRegistry().models.register_static_model(Line)
    lines = [json.dumps(record) for record in records]
    report = await validated("\n".join(lines), model, live(model) if known else None)
    refused = [number for number, line in enumerate(lines) if not accepted(model.model_class, line)]
    assert (report.checked, report.invalid) == (len(lines), len(refused))
    assert {problem.record for problem in report.problems} == set(refused)
    assert report.invalid <= sum(failures.failures for failures in report.by_field)


async def test_a_value_never_seen_is_a_warning_and_no_error() -> None:
    model = discovered()
    records = [{"id": 1, "First Name": "a", "status": status} for status in ("paid", "lost", "lost", "sent")]
    report = await validated("\n".join(map(json.dumps, records)), model, live(model))
    assert (report.invalid, report.warned) == (0, 2)
    assert [(one.path, one.failures, one.reason) for one in report.unseen] == [("/status", 2, "lost")]
    wrong = await validated(json.dumps({"id": -1, "First Name": 2, "status": "lost"}), model, live(model))
    assert (wrong.invalid, wrong.warned) == (1, 1)
    assert {(one.path, one.failures) for one in wrong.by_field} == {("/id", 1), ("/First Name", 1)}


async def test_problems_name_the_record_and_blank_lines_are_none() -> None:
    lines = ['{"SKU": "a", "kind": "a"}', " ", '{"SKU": "A", "count": 0}', '{"SKU": "a"', "7", '{"SKU": "a", "x": 1}']
    report = await validated("\n".join(lines), XRegistry().models.register_static_model(Line))
    assert (report.checked, report.invalid) == (5, 4)
    assert [(problem.record, problem.path) for problem in report.problems][:2] == [(1, "/SKU"), (1, "/count")]
    assert {problem.record for problem in report.problems} == {1, 2, 3, 4}


async def test_bytes_that_are_no_text_a_mark_at_the_start_and_lines_of_windows() -> None:
    model = XRegistry().models.register_static_model(Line)
    report = await validated(b'\xef\xbb\xbf{"SKU": "a"}\r\n{"SKU": "\xff"}\r\n\r\n{"SKU": "b"}', model)
    assert (report.checked, report.invalid) == (3, 1)
    assert report.problems[0].record == 1


async def test_a_models_own_code_is_asked_and_may_fail() -> None:
    model = XRegistry().models.register_static_model(Careful)
    assert not plain(Careful)
    report = await validated('{"name": "a"}\n{"name": "A"}\n{"name": "boom"}', model)
    assert (report.checked, report.invalid) == (3, 2)
    reasons = {one.reason for one in report.by_field}
    assert "the model's own check failed: RuntimeError: out of order" in reasons
    assert any("small letters" in reason for reason in reasons)


async def test_a_line_beyond_all_measure_is_one_wrong_record_and_never_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xregistry_tui.enrichment.tally.LONGEST", 1_000)
    monkeypatch.setattr(bulk, "CHUNK", 100)
    text = '{"SKU": "a"}\n{"SKU": "' + "a" * 50_000 + '"}\n{"SKU": "b"}'
    report = await validated(text, XRegistry().models.register_static_model(Line))
    assert (report.checked, report.invalid) == (3, 1)
    assert report.by_field[0].reason.startswith("longer than")


@given(text=st.text(st.sampled_from("ab\n\r"), max_size=60), size=st.integers(1, 9))
def test_lines_are_the_same_however_they_are_read(text: str, size: int) -> None:
    data = text.encode()
    found = [line for part in chunks(io.BytesIO(data).read, size) for line in part.split(b"\n") if line]
    assert found == [line for line in data.split(b"\n") if line]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> str:
    """So much that processes are called."""
    monkeypatch.setattr(bulk, "CHUNK", 2_000)
    records = [
        {"id": n if n % 97 else -n - 1, "First Name": None, "status": "lost" if n % 50 == 0 else "paid"}
        for n in range(2_000)
    ]
    return "\n".join(map(json.dumps, records))


async def test_processes_beside_count_the_same(large: str) -> None:
    model = discovered()
    told: list[tuple[int, int]] = []
    beside = await validated(large, model, live(model), workers=2, told=lambda *counts: told.append(counts))
    here = await validated(large, model, live(model), workers=0)
    assert (beside.checked, beside.invalid, beside.warned) == (2_000, 21, 40)
    assert (here.checked, here.invalid, here.warned) == (beside.checked, beside.invalid, beside.warned)
    assert here.by_field == beside.by_field
    assert [problem.record for problem in beside.problems] == [n for n in range(2_000) if n % 97 == 0]
    assert told == sorted(told), "and how far they are is heard"
    assert told[-1] == (2_000, 21)


# a thread of the pool itself may still be writing to a process that is gone
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_what_ended_processes_did_not_do_is_done_here(large: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model = discovered()
    crews: list[Crew] = []
    begun: Callable[..., None] = Crew.__init__

    def noted(crew: Crew, *given: Any) -> None:
        begun(crew, *given)
        crews.append(crew)

    monkeypatch.setattr(Crew, "__init__", noted)

    def end_them(_checked: int, _invalid: int) -> None:
        for process in list((crews[0]._pool._processes or {}).values()):
            process.kill()

    report = await validated(large, model, live(model), workers=2, told=end_them)
    assert (report.checked, report.invalid, report.warned) == (2_000, 21, 40)


async def test_a_schema_of_someone_else_is_read_as_it_says() -> None:
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}
    model = XRegistry().models.register_external(schema, "Order")
    report = await validated('{"id": 1}\n{"id": "1"}\n{"id": 1.0}\n{}', model)
    assert (report.checked, report.invalid) == (4, 2)


def test_only_what_can_be_made_anew_elsewhere_goes_there() -> None:
    class Local(BaseModel):
        a: int

    models = XRegistry().models
    assert recipe(discovered(), {}) is not None
    static = recipe(models.register_static_model(Line), {})
    assert static is not None
    assert static.reader().read_json(b'{"SKU": "a"}')
    assert recipe(models.register_static_model(Local), {}) is None


def test_what_a_field_asks_for_besides_is_asked_too() -> None:
    read = reader(Line, {"SKU": frozenset({"a"}), "count": frozenset({1})})
    assert read.compiled == {}, "fields that ask for more are left as they are"
    with pytest.raises(ValidationError):
        read.read_json(b'{"SKU": "a", "count": 0}')
