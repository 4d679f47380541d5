"""What a hand-written model asks for, read as a shape."""

from __future__ import annotations

import datetime
import enum
import uuid
from decimal import Decimal
from typing import Annotated, Any, Literal

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from xregistry_tui.schema.json_schema import shape_of, shape_of_model
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Required
from xregistry_tui.schema.shape import CollectionKind, FieldShape, Kind


class Colour(enum.StrEnum):
    RED = "red"
    BLUE = "blue"


class Address(BaseModel):
    street: str = Field(min_length=1)


class Person(BaseModel):
    """Somebody."""

    parent: Person | None = None
    name: str


class Order(BaseModel):
    """What a customer asked for."""

    id: int = Field(gt=0, le=99)
    status: Literal["new", "paid"]
    colour: Colour | None = None
    code: str = Field(pattern="^x", max_length=9, description="A code.")
    total: Decimal = Field(ge=0)
    weight: float | None = None
    at: datetime.datetime
    key: uuid.UUID | str
    address: Address
    lines: list[Address] = []
    extras: dict[str, int] = {}
    free: Any = None
    mail: Annotated[str, Field(json_schema_extra={"format": "email"})] = "a@b"
    either: Annotated[int, Field(ge=0)] | Annotated[str, Field(max_length=2)] = 0
    ranges: Annotated[int, Field(ge=0)] | Annotated[float, Field(ge=1)] = 0
    only: Literal["one"] = "one"
    kind: str = Field(alias="class")


SHAPE = shape_of_model(Order, "Order", source="demo.Order")


def field(name: str) -> FieldShape:
    found = SHAPE.field(name)
    assert found is not None
    return found


def test_the_shape_has_the_fields_as_records_name_them() -> None:
    assert SHAPE.kind is CollectionKind.MODEL
    assert SHAPE.description == "What a customer asked for."
    assert [one.name for one in SHAPE.fields][-1] == "class"


def test_rules_say_where_they_come_from() -> None:
    assert field("status").rules == (
        Required("required in demo.Order"),
        OneOf(("new", "paid"), "Literal in demo.Order"),
    )
    assert Range(gt=0, le=99, source="constraint in demo.Order") in field("id").rules
    assert Pattern("^x", "constraint in demo.Order") in field("code").rules
    assert Length(None, 9, "constraint in demo.Order") in field("code").rules


def test_kinds_follow_types_and_formats() -> None:
    expected = {
        "id": (Kind.INTEGER,),
        "total": (Kind.DECIMAL,),
        "weight": (Kind.NUMBER,),
        "at": (Kind.DATETIME,),
        "key": (Kind.UUID, Kind.STRING),
        "address": (Kind.OBJECT,),
        "lines": (Kind.ARRAY,),
        "extras": (Kind.MAP,),
        "free": (),
        "mail": (Kind.STRING,),
        "either": (Kind.INTEGER, Kind.STRING),
    }
    assert {name: field(name).kinds for name in expected} == expected


def test_null_and_absence_are_told_apart() -> None:
    assert (field("weight").nullable, field("weight").required) == (True, False)
    assert (field("lines").nullable, field("lines").required, field("lines").default) == (False, False, "[]")
    assert (field("id").nullable, field("id").required) == (False, True)


def test_a_closed_set_may_be_an_enum_a_literal_or_a_constant() -> None:
    assert field("colour").rules == (OneOf(("red", "blue"), "Literal in demo.Order"),)
    assert field("only").rules == (OneOf(("one",), "Literal in demo.Order"),)


def test_what_lies_within_is_read_too() -> None:
    assert field("address").fields[0].rules[1] == Length(1, None, "constraint in demo.Order")
    items = field("lines").items
    assert items is not None
    assert [one.name for one in items.fields] == ["street"]


def test_a_format_without_a_kind_is_only_said() -> None:
    assert field("mail").description == "format email"
    assert field("code").description == "A code."


def test_a_rule_of_one_way_to_be_valid_binds_only_its_own_kind() -> None:
    assert len(field("either").rules) == 2
    assert field("ranges").rules == ()


def test_a_record_that_holds_itself_ends() -> None:
    shape = shape_of(Person.model_json_schema(), "Person")
    assert shape.description == "Somebody."
    parent = shape.field("parent")
    assert parent is not None
    assert parent.kinds == (Kind.OBJECT,)
    assert parent.nullable


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_typed = st.fixed_dictionaries(
    {"type": st.sampled_from(["object", "string", "array", "null", "unheard-of"])},
    optional={"enum": st.lists(_json, max_size=3), "format": st.text(max_size=4), "items": st.booleans()},
)


@given(st.dictionaries(st.text(max_size=5), _typed | st.builds(dict, anyOf=st.lists(_typed, max_size=3)), max_size=4))
def test_any_schema_has_a_shape_with_its_properties(properties: dict[str, Any]) -> None:
    shape = shape_of({"type": "object", "properties": properties}, "t")
    assert [one.name for one in shape.fields] == list(properties)


def kinds_of(schema: Any, **more: Any) -> tuple[Kind, ...]:
    found = shape_of({"properties": {"x": schema}, **more}, "t").field("x")
    assert found is not None
    return found.kinds


def test_what_holds_besides_by_all_of_and_by_reference_is_part_of_the_shape() -> None:
    base = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}
    more = {"properties": {"name": {"type": "string"}}, "required": ["name"]}
    both = shape_of(
        {"properties": {"own": {}}, "allOf": [{"$ref": "#/$defs/Base"}, more], "$defs": {"Base": base}}, "t"
    )
    assert [(one.name, one.required) for one in both.fields] == [("own", False), ("id", True), ("name", True)]
    beside = shape_of({"$ref": "#/$defs/Base", "properties": {"own": {}}, "$defs": {"Base": base}}, "t")
    assert [one.name for one in beside.fields] == ["own", "id"]


def test_a_type_holds_whatever_else_is_asked_for_beside_it() -> None:
    either = {"type": "object", "properties": {"a": {}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}
    assert kinds_of(either) == (Kind.OBJECT,)
    assert kinds_of({"type": "string", "oneOf": [{"format": "date"}, {"pattern": "^x"}]}) == (Kind.STRING,)


def test_items_of_a_tuple_are_not_those_that_follow_it() -> None:
    tuple_ = {"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "integer"}}
    found = shape_of({"properties": {"x": tuple_}}, "t").field("x")
    assert found is not None
    assert found.items is None


def test_a_reference_that_cannot_be_followed_allows_anything() -> None:
    assert kinds_of({"$ref": "#anchor"}) == ()
    assert kinds_of({"$ref": "https://example.org/x"}) == ()
    assert kinds_of({"$ref": "#/$defs/missing"}) == ()
    assert kinds_of({"$ref": "#/$defs/a%20b"}, **{"$defs": {"a b": {"type": "string"}}}) == (Kind.STRING,)
    assert kinds_of({"$ref": "#/allOf/0"}, allOf=[{"type": "integer"}]) == (Kind.INTEGER,)
    endless = {"$defs": {"list": {"type": "array", "items": {"$ref": "#/$defs/list"}}}}
    assert kinds_of({"$ref": "#/$defs/list"}, **endless) == (Kind.ARRAY,)


def test_a_schema_too_deep_or_too_much_to_follow_still_has_a_shape() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"type": "object", "properties": {"a": deep}, "allOf": [deep], "anyOf": [deep]}
    assert [one.name for one in shape_of(deep, "t").fields] == ["a"]
    wide: dict[str, Any] = {
        f"d{n}": {"type": "object", "properties": {k: {"$ref": f"#/$defs/d{n + 1}"} for k in "abcd"}} for n in range(40)
    }
    assert len(shape_of({"$ref": "#/$defs/d0", "$defs": wide}, "t").fields) == 4


_WORDS = ("type", "properties", "required", "$ref", "allOf", "anyOf", "oneOf", "enum", "items", "minimum", "maxLength")
_MORE = ("pattern", "format", "description", "default", "additionalProperties", "prefixItems")
_keywords = st.sampled_from((*_WORDS, *_MORE))
_nonsense = st.recursive(
    _json | st.sampled_from(["string", "object", "#", "#/properties/a", "#/allOf/0"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keywords | st.just("a"), inner, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(_keywords, _nonsense))
def test_anything_has_a_shape(schema: dict[str, Any]) -> None:
    assert shape_of(schema, "t").name == "t"
