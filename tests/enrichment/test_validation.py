"""A person types a record; every problem is said at once, where it stands, with what would do instead."""

from __future__ import annotations

import datetime
import decimal
import json
import random
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, model_validator

from tests.enrichment.engine import START, profile_of, shape_of
from xregistry_tui.core.bindings import Binding
from xregistry_tui.core.models import ModelRegistry, RegisteredModel
from xregistry_tui.enrichment.live import Live
from xregistry_tui.enrichment.suggestions import suggest
from xregistry_tui.enrichment.validation import (
    InvalidRecord,
    accepted,
    validate_record,
    validate_records,
    validate_text,
)
from xregistry_tui.profiling.profile import How
from xregistry_tui.resources.base import Clipped, Page
from xregistry_tui.schema.report import Severity, Suggestion, ValidationReport
from xregistry_tui.schema.shape import Kind

NOW = datetime.datetime(2026, 3, 1, 14, 2, 29, tzinfo=datetime.UTC)


class Address(BaseModel):
    street: str
    city: str


class Order(BaseModel):
    id: int
    status: Literal["paid", "shipped", "pending", "cancelled", "refunded"]
    total: Annotated[decimal.Decimal, Field(gt=0)]
    currency: Annotated[str, Field(max_length=5)] = "EUR"
    email: str | None = None
    address: Address | None = None
    placed_at: datetime.datetime


ORDER = """{
  "id": 6413,
  "customer": "x",
  "status": "shiped",
  "total": "129.90",
  "currency": "EURO",
  "email": "ana@example.org",
  "address": {
    "street": "3 rue Bât",
    "city": "Lyon"
  }
}"""


def instantiate(data: Any, model: Any, live: Live | None, *, now: datetime.datetime, strict: bool = False) -> Any:
    """The instance of a record that is valid, as code asks for it."""
    return accepted(*validate_record(data, model, live, now=now), strict=strict)


def registered(model: type[BaseModel]) -> RegisteredModel:
    return ModelRegistry().register_static_model(model, namespace="demo")


def live_orders() -> Live:
    currencies = ["EUR"] * 881 + ["USD"] * 100 + ["GBP"] * 19
    statuses = ["paid"] * 610 + ["shipped"] * 240 + ["pending"] * 144 + ["shiped"] * 6
    records = [
        {"id": n, "status": status, "currency": currency}
        for n, (status, currency) in enumerate(zip(statuses, currencies, strict=True))
    ]
    return Live(
        binding=Binding(model="models.demo.Order", resource="shop", collection="orders"),
        profile=profile_of(records, at=START),
        shape=shape_of("orders", records),
    )


def check(text: str, model: type[BaseModel] = Order, live: Live | None = None) -> ValidationReport:
    return validate_text(text, registered(model), live, now=NOW)


def lines(report: ValidationReport) -> list[tuple[int | None, str, str, str]]:
    return [(problem.line, problem.severity.value, problem.path, problem.message) for problem in report.problems]


def test_all_problems_are_said_at_once_in_reading_order() -> None:
    report = check(ORDER, live=live_orders())
    assert lines(report) == [
        (3, "warning", "/customer", "the model has no such field, it is ignored"),
        (4, "error", "/status", "not one of the 5 allowed values"),
        (5, "note", "/total", "read as decimal 129.90 (lenient)"),
        (6, "warning", "/currency", "not among the 3 values seen in 1,000"),
        (12, "error", "/placed_at", "required, missing"),
    ]
    assert not report.valid
    assert (report.model, report.checked_at, report.live_as_of) == ("models.demo.Order", NOW, START)


def test_each_problem_brings_what_would_do_instead() -> None:
    suggested = {problem.path: problem.suggestion for problem in check(ORDER, live=live_orders()).problems}
    assert suggested["/status"] == Suggestion("shipped", 0.24, "of live values")
    assert suggested["/currency"] == Suggestion("EUR", 0.881, "of live values")
    assert suggested["/placed_at"] == Suggestion("2026-03-01T14:02:29Z", None, "now, UTC")


def test_a_valid_record_is_valid_and_comes_back_as_the_model_read_it() -> None:
    text = '{"id": 1, "status": "paid", "total": 9.5, "placed_at": "2026-01-02T03:04:05Z"}'
    report = check(text, live=live_orders())
    assert report.problems == ()
    assert report.valid
    assert report.value is not None
    assert report.value["total"] == decimal.Decimal("9.5")
    assert report.value["currency"] == "EUR"


def test_without_live_data_the_model_alone_judges() -> None:
    report = check(ORDER)
    assert [problem.path for problem in report.problems] == ["/customer", "/status", "/total", "/placed_at"]
    assert report.live_as_of is None


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('{\n  "id": 1\n  "status": "paid"\n}', 2, "a comma is missing"),
        ("", 1, "a value is missing: the text ends here"),
        ("[1, 2]", 1, "a record is an object {…}, this is a list"),
        ('{"a": "' + "x" * 1_000_000 + '"}', 1, "the text has 1,000,009 characters, more than 1,000,000"),
    ],
)
def test_what_is_no_record_is_one_problem(text: str, line: int, message: str) -> None:
    report = check(text)
    assert lines(report) == [(line, "error", "", message)]
    assert report.value is None


class Everything(BaseModel):
    model_config = ConfigDict(extra="forbid")
    whole: int = 0
    real: float = 0.0
    text: str = ""
    flag: bool = False
    day: datetime.date = datetime.date(2026, 1, 1)
    moment: datetime.datetime = START
    short: Annotated[str, Field(max_length=3)] = ""
    code: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "FR"
    stars: Annotated[int, Field(ge=1, le=5)] = 1
    several: int | list[str] = 0
    kind: Literal["a"] = "a"
    tags: list[str] = []
    address: Address | None = None


@pytest.mark.parametrize(
    ("field", "value", "code", "message", "suggested"),
    [
        ("whole", "1,204", "type", "expected a whole number, is text “1,204”", 1204),
        ("whole", 1.5, "type", "expected a whole number, is the number 1.5", None),
        ("whole", None, "type", "expected a whole number, is null", 0),
        ("real", "129,90", "type", "expected a number, is text “129,90”", 129.9),
        ("real", "much", "type", "expected a number, is text “much”", None),
        ("text", 12, "type", "expected text, is the number 12", "12"),
        ("text", True, "type", "expected text, is true", "true"),
        ("flag", "perhaps", "type", "expected true or false, is text “perhaps”", None),
        ("day", "02.01.2026", "type", "expected a date, is text “02.01.2026”", "2026-01-02"),
        (
            "moment",
            "2026/01/02 03:04",
            "type",
            "expected a date and time, is text “2026/01/02 03:04”",
            "2026-01-02T03:04:00",
        ),
        ("short", "EURO", "length", "at most 3 characters, has 4", None),
        ("code", "fr", "pattern", "does not match ^[A-Z]{2}$", None),
        ("stars", 9, "range", "must be ≤ 5, is 9", None),
        ("several", {"a": 1}, "type", "expected a whole number or a list, is an object", None),
        ("kind", "b", "not_allowed", "must be “a”", None),
        ("wholly", 1, "unknown_field", "the model has no such field", None),
        ("text", "x" * 99, None, None, None),
    ],
)
def test_a_problem_is_said_in_plain_words(
    field: str, value: Any, code: str | None, message: str | None, suggested: Any
) -> None:
    report = check(json.dumps({field: value}), Everything)
    found = [(p.path, p.code, p.message, p.suggestion.value if p.suggestion else None) for p in report.problems]
    assert found == ([(f"/{field}", code, message, suggested)] if code else [])


def test_nested_problems_point_at_their_line() -> None:
    report = check('{\n "tags": ["a",\n 5],\n "address": {\n  "street": "x"\n }\n}', Everything)
    assert lines(report) == [
        (3, "error", "/tags/1", "expected text, is the number 5"),
        (6, "error", "/address/city", "required, missing"),
    ]


class Card(BaseModel):
    number: str
    holder: str


class Transfer(BaseModel):
    iban: str


class Payment(BaseModel):
    by: Card | Transfer


def test_a_union_says_what_is_wrong_with_the_likeliest_member() -> None:
    report = check('{"by": {"number": "4111"}}', Payment)
    assert [problem.message for problem in report.problems] == ["required, missing"]
    assert len({problem.path for problem in report.problems}) == 1


@pytest.mark.parametrize(
    ("field", "text", "note"),
    [
        ("whole", '"12"', "read as integer 12 (lenient)"),
        ("flag", '"yes"', "read as boolean true (lenient)"),
        ("flag", "1", "read as boolean true (lenient)"),
        ("whole", "true", "read as integer 1 (lenient)"),
        ("real", "5", None),
        ("day", '"2026-01-02"', None),
        ("whole", "5", None),
    ],
)
def test_reading_one_type_as_another_is_noted(field: str, text: str, note: str | None) -> None:
    report = check(f'{{"{field}": {text}}}', Everything)
    assert report.valid
    assert [problem.message for problem in report.problems] == ([note] if note else [])


def test_a_name_written_twice_is_a_warning() -> None:
    report = check('{"whole": 1,\n "whole": 2}', Everything)
    assert lines(report) == [(2, "warning", "/whole", "written twice: the last one counts")]


class Size(Enum):
    SMALL = "s"
    LARGE = "l"


class Shirt(BaseModel):
    size: Size
    rate: int = Field(0, alias="class")


def test_enums_and_aliases_are_read_by_their_values_and_names() -> None:
    assert check('{"size": "s", "class": 3}', Shirt).problems == ()
    assert instantiate({"size": Size.LARGE}, registered(Shirt), None, now=NOW) == Shirt(size=Size.LARGE)
    (problem,) = check('{"size": "SMALL"}', Shirt).problems
    assert (problem.code, problem.message) == ("not_allowed", "not one of the 2 allowed values")


def test_half_a_surrogate_pair_is_one_problem() -> None:
    (problem,) = check('{"size": "\\ud800"}', Shirt).problems
    assert problem.message.startswith("the text cannot be read")


def test_a_mistyped_optional_name_is_not_lost_in_silence() -> None:
    text = '{"id": 1, "status": "paid", "total": 9, "placed_at": "2026-01-02", "emial": "a@b.c"}'
    (problem,) = check(text).problems
    assert problem.message == "the model has no such field, it is ignored; did you mean email?"


class Whole(BaseModel):
    low: int
    high: int

    @model_validator(mode="after")
    def ordered(self) -> Whole:
        if self.low == 13:
            raise KeyError("unlucky")
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


def test_what_concerns_the_whole_record_points_at_its_begin() -> None:
    assert lines(check('{"low": 3, "high": 1}', Whole)) == [(1, "error", "", "low is above high")]


def test_a_model_whose_own_code_fails_is_said_and_ends_nothing() -> None:
    (problem,) = check('{"low": 13, "high": 1}', Whole).problems
    assert problem.code == "check_failed"
    assert "KeyError" in problem.message


def test_an_open_set_is_a_warning_only_where_it_is_fully_known() -> None:
    rng = random.Random(1)
    records = [{"id": n, "currency": rng.choice("ABCDEFGHIJ") * 3 + str(n % 200)} for n in range(1_000)]
    live = Live(binding=live_orders().binding, profile=profile_of(records), shape=shape_of("orders", records))
    text = '{"id": 1, "status": "paid", "total": 9, "placed_at": "2026-01-02", "currency": "XYZ"}'
    assert check(text, live=live).problems == ()


@settings(max_examples=60, deadline=None)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_leaves=8,
    ),
    name=st.sampled_from([*Order.model_fields, *Everything.model_fields, "", "a/b", "~"]),
    model=st.sampled_from([Order, Everything, Payment]),
)
def test_any_record_gets_a_report_whose_problems_all_have_a_line(value: Any, name: str, model: type[BaseModel]) -> None:
    text = json.dumps({name: value}, indent=1)
    report = check(text, model, live_orders())
    count = text.count("\n") + 1
    assert all(problem.line is not None and 1 <= problem.line <= count for problem in report.problems)
    assert report.valid == (not any(problem.severity is Severity.ERROR for problem in report.problems))
    try:
        model.model_validate_json(text)
    except ValueError:
        assert not report.valid


@given(text=st.text(max_size=60))
def test_any_text_gets_a_report(text: str) -> None:
    report = check(text)
    assert report.problems


def test_an_instance_is_made_of_valid_data() -> None:
    data = {"id": 1, "status": "paid", "total": 5, "placed_at": START}
    order = instantiate(data, registered(Order), live_orders(), now=NOW)
    assert isinstance(order, Order)
    assert order.placed_at == START


def test_a_value_off_its_set_is_named_first() -> None:
    data = {"id": "x", "status": "shiped", "total": 5, "placed_at": START}
    with pytest.raises(
        InvalidRecord, match=r"^Invalid value for status: not one of the 5 allowed values; id: "
    ) as caught:
        instantiate(data, registered(Order), None, now=NOW)
    assert len(caught.value.report.problems) == 2


def test_a_value_never_seen_is_refused_only_when_strict() -> None:
    data = {"id": 1, "status": "paid", "total": 5, "placed_at": START, "currency": "EURO"}
    instantiate(data, registered(Order), live_orders(), now=NOW)
    with pytest.raises(InvalidRecord, match=r"^Invalid value for currency: not among the 3 values seen in 1,000"):
        instantiate(data, registered(Order), live_orders(), now=NOW, strict=True)


def test_many_records_are_counted_by_field_and_reason() -> None:
    good = {"id": 1, "status": "paid", "total": 5, "placed_at": "2026-01-02"}
    records = [good] * 5 + [{**good, "status": "shiped"}] * 3 + [{**good, "status": "x", "total": -1}]
    report = validate_records(records, registered(Order), now=NOW)
    assert (report.checked, report.invalid, report.passed) == (9, 4, 5)
    assert [(field.path, field.failures) for field in report.by_field] == [("/status", 4), ("/total", 1)]
    assert report.by_field[0].reason == "not one of the 5 allowed values"
    assert [problem.record for problem in report.problems] == [5, 6, 7, 8, 8]


def test_records_of_an_engine_are_named_by_their_key_and_cut_ones_are_left_out() -> None:
    page = Page(
        columns=("id", "status", "total", "placed_at"),
        rows=((1, "shiped", 5, "2026-01-02"), (2, Clipped("pai", 9, Kind.STRING), 5, "2026-01-02")),
        keys=((4871,), (4902,)),
        offset=0,
        more=False,
        total=None,
        how=How(),
    )
    report = validate_records(page, registered(Order), now=NOW)
    assert (report.checked, report.invalid, report.excluded) == (1, 1, 1)
    assert report.problems[0].record == "4871"


def test_a_million_failures_keep_a_bounded_list_and_whole_counts() -> None:
    report = validate_records(({"id": "x"} for _ in range(1_000)), registered(Order), now=NOW)
    assert report.invalid == 1_000
    assert len(report.problems) == 200


def test_suggestions_come_by_frequency_and_with_text_by_closeness() -> None:
    order, live = registered(Order), live_orders()
    assert [(s.value, s.share) for s in suggest("currency", live, order)] == [
        ("EUR", 0.881),
        ("USD", 0.1),
        ("GBP", 0.019),
    ]
    assert suggest("/currency", live, order, "gb")[0].value == "GBP"
    assert [s.value for s in suggest("currency", live, order, limit=1)] == ["EUR"]


def test_a_closed_set_is_offered_whole_and_nothing_else() -> None:
    values = [s.value for s in suggest("status", live_orders(), registered(Order))]
    assert values == ["paid", "shipped", "pending", "cancelled", "refunded"]
    assert suggest("status", live_orders(), registered(Order), "ship")[0].value == "shipped"
    assert [s.value for s in suggest("status", None, registered(Order))] == values


def test_of_what_is_not_known_nothing_is_suggested() -> None:
    assert suggest("total", live_orders(), registered(Order)) == ()
    assert suggest("nowhere", live_orders(), registered(Order)) == ()
