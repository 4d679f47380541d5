"""A shape becomes a model, and the Python a person would keep; the two are one model."""

from __future__ import annotations

import datetime
import decimal
import warnings
from typing import Any

import pytest
from hypothesis import given
from pydantic import BaseModel, ValidationError

from tests.schema.shapes import HOSTILE, shapes
from xregistry_tui.schema.modelgen import MODULE, generate, source
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Required, Rule
from xregistry_tui.schema.shape import FieldShape, Kind, Shape


def imported(text: str, shape: Shape) -> type[BaseModel]:
    """The model of a source as an import would give it: the last class in it."""
    namespace: dict[str, Any] = {"__name__": MODULE}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(compile(text, f"<{shape.name!r}>", "exec", dont_inherit=True), namespace)
    last = [value for value in namespace.values() if isinstance(value, type) and value.__module__ == MODULE][-1]
    assert issubclass(last, BaseModel)
    return last


def one(*kinds: Kind, nullable: bool = False, rules: tuple[Rule, ...] = (), **more: Any) -> type[BaseModel]:
    return generate(shape(*kinds, nullable=nullable, rules=rules, **more), "records")


def shape(*kinds: Kind, **more: Any) -> Shape:
    return Shape(name="records", fields=(FieldShape(name="value", kinds=kinds, **more),))


def read(model: type[BaseModel], value: Any) -> Any:
    return model.model_validate({"value": value}).value  # type: ignore[attr-defined]


@given(shapes)
def test_the_source_is_the_model(shape: Shape) -> None:
    assert imported(source(shape, shape.name), shape).model_json_schema() == (
        generate(shape, shape.name).model_json_schema()
    )


@given(shapes)
def test_rediscovery_writes_the_same_source_byte_for_byte(shape: Shape) -> None:
    again = Shape(name=shape.name, fields=shape.fields, description=shape.description)
    assert source(shape, shape.name) == source(again, again.name)


@given(shapes)
def test_properties_are_the_true_names(shape: Shape) -> None:
    schema = generate(shape, shape.name).model_json_schema()
    assert list(schema.get("properties", {})) == [field.name for field in shape.fields]


def test_a_person_would_keep_this() -> None:
    orders = Shape(
        name="orders",
        description="What customers asked for.",
        fields=(
            FieldShape(name="id", kinds=(Kind.INTEGER,), nullable=False, rules=(Required(), Range(gt=0))),
            FieldShape(name="class", kinds=(Kind.STRING,), rules=(Length(most=5),)),
            FieldShape(name="status", kinds=(Kind.STRING,), nullable=False, rules=(OneOf(("new", "paid")),)),
            FieldShape(name="date", kinds=(Kind.DATE, Kind.STRING)),
        ),
    )
    assert source(orders, "orders") == (
        "import datetime as dt\n"
        "from typing import Annotated, Literal\n"
        "\n"
        "from pydantic import BaseModel, ConfigDict, Field\n"
        "\n"
        "\n"
        "class Orders(BaseModel):\n"
        '    """What customers asked for."""\n'
        "\n"
        '    model_config = ConfigDict(title="orders", populate_by_name=True)\n'
        "\n"
        "    id: Annotated[int, Field(gt=0)]\n"
        '    class_: Annotated[str, Field(max_length=5)] | None = Field(default=None, alias="class")\n'
        '    status: Literal["new", "paid"]\n'
        "    date: dt.date | str | None = None\n"
    )


def test_a_long_closed_set_has_a_line_for_each_value() -> None:
    cities = OneOf(tuple(f"a city by the number {n}" for n in range(5)))
    text = source(shape(Kind.STRING, rules=(cities,)), "t")
    assert '    value: Literal[\n        "a city by the number 0",\n' in text
    assert text.endswith('        "a city by the number 4",\n    ] | None = None\n')


def test_records_are_read_by_true_name_and_by_attribute() -> None:
    model = generate(Shape(name="t", fields=(FieldShape(name="class", kinds=(Kind.STRING,), nullable=False),)), "t")
    assert model.model_validate({"class": "a"}) == model.model_validate({"class_": "a"})


def test_an_attribute_never_answers_for_another_field_of_that_true_name() -> None:
    fields = tuple(FieldShape(name=name, kinds=(Kind.INTEGER,)) for name in ("class", "class_"))
    found = generate(Shape(name="t", fields=fields), "t").model_validate({"class_": 1})
    assert found.model_dump(by_alias=True) == {"class": None, "class_": 1}


@given(shapes)
def test_unknown_fields_are_ignored(shape: Shape) -> None:
    model = generate(shape, shape.name)
    assert model.model_config["extra"] == "ignore"


def test_a_value_keeps_the_kind_it_was_stored_as() -> None:
    mixed = one(Kind.STRING, Kind.INTEGER)
    assert read(mixed, 5) == 5
    assert read(mixed, "5") == "5"
    assert read(one(Kind.BOOLEAN, Kind.INTEGER), True) is True
    assert type(read(one(Kind.BOOLEAN, Kind.INTEGER), 1)) is int
    assert read(one(Kind.DATETIME, Kind.STRING), "2026-01-02") == "2026-01-02"


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        (Kind.DECIMAL, "12.50", decimal.Decimal("12.50")),
        (Kind.DATETIME, "2026-01-02T03:04:05Z", datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)),
        (Kind.DATE, "2026-01-02", datetime.date(2026, 1, 2)),
        (Kind.TIME, "03:04", datetime.time(3, 4)),
        (Kind.BYTES, b"\x00\xff", b"\x00\xff"),
        (Kind.NUMBER, 1.5, 1.5),
        (Kind.ANY, object, object),
        (Kind.MAP, {"a": [1]}, {"a": [1]}),
        (Kind.ARRAY, [1, "a"], [1, "a"]),
    ],
)
def test_each_kind_is_a_type_of_the_language(kind: Kind, given: Any, expected: Any) -> None:
    assert read(one(kind), given) == expected


def test_nullable_fields_may_be_null_or_absent_and_required_ones_neither() -> None:
    optional = one(Kind.INTEGER, nullable=True)
    assert optional.model_validate({}) == optional.model_validate({"value": None})
    with pytest.raises(ValidationError, match="Field required"):
        one(Kind.INTEGER).model_validate({})
    with pytest.raises(ValidationError, match="valid integer"):
        one(Kind.INTEGER, nullable=True, rules=(Required(),)).model_validate({"value": None})


@pytest.mark.parametrize(
    ("kinds", "rule", "good", "bad"),
    [
        ((Kind.STRING,), OneOf(("a", "b")), "a", "c"),
        ((Kind.INTEGER,), Range(ge=0.5), 1, 0),
        ((Kind.NUMBER,), Range(ge=0.5), 0.5, 0.4),
        ((Kind.INTEGER, Kind.STRING), Range(ge=0), "text", -1.5),
        ((Kind.STRING,), Length(least=2, most=3), "ab", "abcd"),
        ((Kind.BYTES,), Length(most=1), b"a", b"ab"),
        ((Kind.STRING,), Pattern(r"\d$"), "a1", "1a"),
    ],
)
def test_rules_are_constraints(kinds: tuple[Kind, ...], rule: Rule, good: Any, bad: Any) -> None:
    model = one(*kinds, rules=(rule,))
    assert read(model, good) == good
    with pytest.raises(ValidationError):
        read(model, bad)


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        (Kind.STRING, OneOf(tuple(f"v{n}" for n in range(101)))),
        (Kind.NUMBER, OneOf((0.5, 1.5))),
        (Kind.STRING, OneOf((1, 2))),
        (Kind.STRING, Pattern("(?=lookahead)")),
        (Kind.STRING, Pattern("[")),
    ],
)
def test_what_a_model_cannot_say_stays_a_rule_and_forbids_nothing(kind: Kind, rule: Rule) -> None:
    value = "anything" if kind is Kind.STRING else 7.0
    assert read(one(kind, rules=(rule,)), value) == value


def test_nested_records_are_classes_and_arrays_lists() -> None:
    street = FieldShape(name="street", kinds=(Kind.STRING,), nullable=False)
    line = FieldShape(name="*", kinds=(Kind.OBJECT,), nullable=False, fields=(street,))
    model = one(Kind.ARRAY, items=line)
    assert read(model, [{"street": "x"}])[0].street == "x"
    with pytest.raises(ValidationError) as caught:
        read(model, [{"street": 5}])
    assert caught.value.errors()[0]["loc"] == ("value", 0, "street")


def test_two_thousand_hostile_columns_are_one_model() -> None:
    columns = [*HOSTILE, *(f"column {n}" for n in range(2000 - len(HOSTILE)))]
    wide = Shape(name="wide", fields=tuple(FieldShape(name=name, kinds=(Kind.INTEGER,)) for name in columns))
    found = generate(wide, "wide").model_validate(dict.fromkeys(columns, 7))
    assert found.model_dump(by_alias=True) == dict.fromkeys(columns, 7)
    assert list(imported(source(wide, "wide"), wide).model_json_schema()["properties"]) == columns
