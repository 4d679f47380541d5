"""A model made of a JSON Schema accepts what the schema accepts, and only that; its fields have types besides."""

from __future__ import annotations

import datetime
import json
import subprocess
import sys
import uuid
from decimal import Decimal
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field, ValidationError
from referencing import Registry

from tests.schema.json_schemas import records, schemas
from tests.schema.shapes import HOSTILE
from xregistry_tui.schema.external import NOTE, InvalidSchema, model_of
from xregistry_tui.schema.ui_schema import ui_schema

ORDER: dict[str, Any] = {
    "title": "Order",
    "description": "What a customer asked for.",
    "type": "object",
    "properties": {
        "id": {"type": "integer", "minimum": 1},
        "class": {"type": "string", "maxLength": 5},
        "status": {"enum": ["new", "paid"], "default": "new"},
        "at": {"type": "string", "format": "date-time"},
        "total": {"type": "number", "exclusiveMinimum": 0},
        "address": {"anyOf": [{"$ref": "#/$defs/Address"}, {"type": "null"}]},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/Address"}, "minItems": 1},
    },
    "required": ["id", "class"],
    "additionalProperties": False,
    "$defs": {
        "Address": {
            "type": "object",
            "properties": {"street": {"type": "string", "minLength": 2}},
            "required": ["street"],
        }
    },
}


def errors(model: type[BaseModel], record: Any) -> list[tuple[tuple[str | int, ...], str]]:
    """Where a model refuses a record, and why."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(record)
    return [(error["loc"], error["type"]) for error in caught.value.errors()]


def accepted(model: type[BaseModel], record: Any) -> bool:
    try:
        model.model_validate(record)
    except ValidationError:
        return False
    return True


def of(schema: Any, /, **properties: Any) -> type[BaseModel]:
    return model_of({"type": "object", **schema, **({"properties": properties} if properties else {})}, "t")


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=50)
@given(schemas, records)
def test_a_record_is_valid_where_its_schema_accepts_it_and_only_there(
    schema: dict[str, Any], record: dict[str, Any]
) -> None:
    try:
        model = model_of(schema, "t")
    except InvalidSchema:
        assert not Draft202012Validator(schema, registry=Registry()).is_valid(record)
        return
    judge = Draft202012Validator(schema, registry=Registry(), format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert accepted(model, record) == judge.is_valid(record)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=50)
@given(schemas, records)
def test_what_is_accepted_is_kept_and_accepted_again(schema: dict[str, Any], record: dict[str, Any]) -> None:
    try:
        found = model_of(schema, "t").model_validate(record)
    except ValueError:  # no model of it, or no record for it
        return
    again = found.model_dump(by_alias=True, exclude_unset=True)
    assert set(again) == set(record)
    assert accepted(type(found), again)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=50)
@given(schemas)
def test_the_schema_comes_back_as_it_was(schema: dict[str, Any]) -> None:
    before = json.dumps(schema)
    try:
        model = model_of(schema, "t")
    except InvalidSchema:
        return
    assert model.model_json_schema() == schema
    assert model.model_json_schema(mode="serialization") is not model.model_json_schema()
    assert json.dumps(schema) == before
    assert list(ui_schema(model)["fields"])[: len(schema["properties"])] == list(schema["properties"])


def test_fields_have_the_types_that_the_schema_says() -> None:
    order = model_of(ORDER, "demo order")
    record = {"id": 1, "class": "x", "at": "2026-01-02T03:04:05Z", "total": 5, "lines": [{"street": "ab", "no": 7}]}
    found: Any = order.model_validate(record)
    assert (order.__name__, found.class_) == ("DemoOrder", "x")
    assert found.at == datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
    assert type(found.total) is float
    assert found.lines[0].street == "ab"
    assert found.lines[0].model_dump() == {"street": "ab", "no": 7}
    assert order.model_fields["status"].annotation == Literal["new", "paid"] | None
    assert found.status == "new"


def test_all_problems_are_told_at_once_with_their_places_in_the_order_of_the_record() -> None:
    wrong = {
        "id": 0,
        "extra": 1,
        "class": "too long",
        "at": 5,
        "total": 0,
        "address": {"street": "a"},
        "lines": [{"street": "ab"}, {}],
        "status": "lost",
    }
    assert errors(model_of(ORDER, "Order"), wrong) == [
        (("id",), "greater_than_equal"),
        (("extra",), "extra_forbidden"),
        (("class",), "string_too_long"),
        (("at",), "string_type"),
        (("total",), "greater_than"),
        (("address", "street"), "string_too_short"),
        (("lines", 1, "street"), "missing"),
        (("status",), "literal_error"),
    ]
    assert errors(model_of(ORDER, "Order"), {}) == [(("id",), "missing"), (("class",), "missing")]


@pytest.mark.parametrize(
    ("schema", "value", "problem"),
    [
        ({"type": ["string", "null"]}, 5, "Input should be text or null"),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, [], "Input should be a whole number or text"),
        (
            {"anyOf": [{"minimum": 5}, {"minimum": 7}]},
            1,
            "Input should match at least one of 2 schemas, and matches none",
        ),
        ({"oneOf": [{}, {}]}, 1, "Input should match exactly one of 2 schemas"),
        ({"not": {"type": "string"}}, "hunter2", "Input is what the schema says that it must not be"),
        ({"format": "date"}, "hunter2", "Input should be a valid date"),
        ({"uniqueItems": True}, [1, 1], "Items should all be different"),
        ({"contains": {"const": 1}}, [2], "Items of the kind that the list should contain are missing or too many"),
        ({"pattern": "^a"}, "b", "String should match pattern '^a'"),
        ({"multipleOf": 2}, 3, "Input should be a multiple of 2"),
        ({"maxItems": 1}, [1, 2], "List should have at most 1 item after validation, not 2"),
        ({"maxProperties": 0}, {"a": 1}, "Dictionary should have at most 0 items after validation, not 1"),
        ({"const": "a"}, "b", "Input should be 'a'"),
        ({"enum": list(range(50))}, 99, "or one of 30 more"),
        (False, 1, "Nothing is allowed here"),
        (
            {"prefixItems": [{}], "unevaluatedItems": False},
            [1, 2],
            "The list has items that no part of the schema allows",
        ),
        ({"propertyNames": {"maxLength": 1}}, {"ab": 1}, "String should have at most 1 character"),
    ],
)
def test_a_problem_is_said_without_the_value(schema: Any, value: Any, problem: str) -> None:
    with pytest.raises(ValidationError) as caught:
        of({}, field=schema).model_validate({"field": value})
    (error,) = caught.value.errors()
    assert problem in error["msg"]
    assert error["loc"] == ("field",)
    assert "hunter2" not in error["msg"]


def test_fields_that_need_each_other_are_missed_by_name() -> None:
    assert errors(of({"dependentRequired": {"a": ["b", "c"]}}), {"a": 1}) == [(("b",), "missing"), (("c",), "missing")]
    closed = of({"allOf": [{"properties": {"a": True}}], "unevaluatedProperties": False})
    assert errors(closed, {"a": 1, "b": 2}) == [(("b",), "extra_forbidden")]
    either = of({"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}})
    assert errors(either, {"a": 1}) == [(("b",), "missing")]
    assert errors(either, {}) == [(("c",), "missing")]


def test_a_member_that_allows_nothing_is_no_way_to_be_valid() -> None:
    nothing = of({"$defs": {"no": False}}, x={"anyOf": [False, {"$ref": "#/$defs/no"}, {"type": "string"}]})
    assert accepted(nothing, {"x": "a"})
    assert errors(nothing, {"x": 1}) == [(("x",), "json_schema_anyOf")]
    assert errors(of({}, x={"anyOf": [False, False]}), {"x": 1}) == [(("x",), "json_schema_anyOf")]


def test_a_union_told_apart_by_a_tag_is_judged_by_its_own_member() -> None:
    cat = {"properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}, "required": ["kind", "lives"]}
    dog = {"properties": {"kind": {"const": "dog"}, "name": {"type": "string"}}, "required": ["kind"]}
    assert errors(of({}, pet={"oneOf": [cat, dog]}), {"pet": {"kind": "cat"}}) == [(("pet", "lives"), "missing")]


def test_values_of_python_go_in_as_they_do_in_pydantic() -> None:
    key, moment = uuid.uuid4(), datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
    model: Any = of(
        {},
        at={"type": "string", "format": "date-time"},
        key={"type": "string", "format": "uuid"},
        text={"type": "string"},
        price={"type": "number", "multipleOf": 0.5},
        exact={"type": "string", "pattern": r"^\d+\.\d\d$"},
        sizes={"type": "array", "items": {"type": "integer"}, "uniqueItems": True},
        took={"type": "string", "format": "duration"},
    )
    given = {
        **{"at": moment, "key": key, "text": key, "price": Decimal("2.5"), "exact": Decimal("1.50"), "sizes": {1, 2}},
        "took": datetime.timedelta(hours=1),
    }
    found = model(**given)
    assert (found.at, found.key, found.text, found.price, found.exact) == (moment, key, str(key), 2.5, "1.50")
    assert (found.sizes, found.took) == ([1, 2], datetime.timedelta(hours=1))
    assert errors(model, {"price": Decimal("2.25")}) == [(("price",), "multiple_of")]


def test_records_and_models_within_are_taken_too() -> None:
    class Address(BaseModel):
        street: str

    order: Any = model_of(ORDER, "Order")
    first = order(**{"id": 1, "class": "x", "address": Address(street="abc")})
    assert order.model_validate(first) is first
    assert first.address.street == "abc"
    assert errors(order, {"id": 1, "class": "x", "address": Address(street="")}) == [
        (("address", "street"), "string_too_short")
    ]
    assert errors(order, [1]) == [((), "model_type")]
    assert order.model_validate_json('{"id": 1, "class": "x"}').id == 1


def test_what_is_accepted_but_fits_no_type_stays_as_it_came() -> None:
    model: Any = of({}, at={"type": "string", "format": "date-time"}, n={"type": "number"})
    found = model.model_validate({"at": "some day", "n": 2**70 + 1})
    assert (found.at, found.n) == ("some day", 2**70 + 1)
    assert found.model_dump_json() == f'{{"at":"some day","n":{2**70 + 1}}}'


def test_a_model_says_what_it_is_not() -> None:
    plain: Any = model_of(ORDER, "Order")
    assert plain.__doc__ == f"What a customer asked for.\n\n{NOTE}"
    old: Any = model_of(ORDER, "Order", note="Version 1.2.0, without its Python validators.")
    assert old.__note__ == "Version 1.2.0, without its Python validators."
    assert old.__note__ in old.__doc__


def test_a_model_whose_class_is_gone_is_read_again_by_its_schema() -> None:
    class Line(BaseModel):
        sku: str = Field(pattern="^[A-Z]+$")
        price: Decimal = Field(ge=0, decimal_places=2)

    class Order(BaseModel):
        lines: list[Line]
        count: int = 5
        note: str | None = None

    again: Any = model_of(Order.model_json_schema(), "Order")
    assert again.model_json_schema() == Order.model_json_schema()
    found = again.model_validate({"lines": [{"sku": "A", "price": "1.50"}]})
    assert (found.count, found.note, found.lines[0].price) == (5, None, "1.50")
    assert errors(again, {"lines": [{"sku": "a", "price": -1}]}) == [
        (("lines", 0, "sku"), "string_pattern_mismatch"),
        (("lines", 0, "price"), "greater_than_equal"),
    ]


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ([], "an object, this is a list"),
        (True, "an object, this is true or false"),
        ({"type": "array"}, "accepts no object"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "accepts no object"),
        ({"$ref": "#/$defs/x", "$defs": {"x": {"const": 5}}}, "accepts no object"),
        ({"type": 5}, "no valid JSON Schema: at #/type"),
        ({"properties": {"a": {"pattern": "["}}}, "at #/properties/a/pattern"),
        ({"properties": {"a": {"$ref": "https://example.org/a.json"}}}, "outside it and is not fetched"),
        ({"properties": {"a": {"$ref": "a.json#/x"}}}, "outside it and is not fetched"),
        ({"$ref": "#/$defs/x"}, "'#/$defs/x', which it does not have"),
        ({"hidden": {"$ref": "a.json"}, "$ref": "#/hidden"}, "outside it"),
        ({"hidden": {"type": 7}, "$ref": "#/hidden"}, "no valid JSON Schema"),
        ({"$ref": "#"}, "refers to itself without an end"),
        ({"anyOf": [{"type": "object"}, {"$ref": "#"}]}, "refers to itself without an end"),
        ({"$schema": "https://example.org/mine"}, "no draft that is known"),
        ({"minimum": float("nan")}, "at #/minimum there is nan, which JSON has not"),
        ({"default": datetime.date(2026, 1, 2)}, "which JSON has not"),
        ({1: 2}, "the key 1 is no text"),
    ],
)
def test_what_no_model_can_be_made_of_is_refused_in_words(schema: Any, said: str) -> None:
    with pytest.raises(InvalidSchema) as caught:
        model_of(schema, "demo.Order")
    assert str(caught.value).startswith("demo.Order: ")
    assert said in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_a_schema_or_a_record_too_deep_is_refused_and_breaks_nothing() -> None:
    deep: dict[str, Any] = {}
    record: dict[str, Any] = {}
    for _ in range(3000):
        deep, record = {"properties": {"a": deep}}, {"a": record}
    with pytest.raises(InvalidSchema, match="nested too deep"):
        model_of(deep, "t")
    tree = model_of({"type": "object", "properties": {"a": {"$ref": "#"}}}, "tree")
    assert errors(tree, record) == [((), "json_schema_unchecked")]


def test_a_schema_that_holds_itself_judges_every_level() -> None:
    node = {"type": "object", "properties": {"name": {"type": "string"}, "next": {"$ref": "#"}}, "required": ["name"]}
    assert errors(model_of(node, "node"), {"name": "a", "next": {"name": "b", "next": {}}}) == [
        (("next", "next", "name"), "missing")
    ]


def test_names_that_hurt_and_two_thousand_of_them_are_fields() -> None:
    columns = [*HOSTILE, *(f"column {n}" for n in range(2000 - len(HOSTILE)))]
    wide = of({"additionalProperties": False}, **{name: {"type": "integer"} for name in columns})
    found = wide.model_validate(dict.fromkeys(columns, 7))
    assert found.model_dump(by_alias=True) == dict.fromkeys(columns, 7)


def test_a_name_that_is_an_attribute_is_no_field_of_another_name() -> None:
    model: Any = of({}, **{"class": {"type": "integer"}})
    found = model.model_validate({"class_": "free"})
    assert found.class_ is None
    assert found.model_extra == {"class_": "free"}
    assert found.model_dump(by_alias=True, exclude_unset=True) == {"class_": "free"}


def test_older_drafts_are_read_by_their_own_rules() -> None:
    older = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "properties": {"pair": {"items": [{"type": "integer"}, {"type": "string"}], "additionalItems": False}},
        "dependencies": {"pair": ["other"]},
    }
    model = model_of(older, "t")
    assert accepted(model, {"pair": [1, "a"], "other": 1})
    assert not accepted(model, {"pair": [1, "a", 2], "other": 1})
    assert not accepted(model, {"pair": [1, "a"]})


def test_nothing_is_loaded_before_a_model_is_asked_for() -> None:
    code = "import sys, xregistry_tui.schema.external; print(any(m in sys.modules for m in ('jsonschema', 'pydantic')))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "False\n"
