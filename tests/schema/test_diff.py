"""What the diff of two JSON Schemas tells, in which order and in which words; what it does with any value at all."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from xregistry_tui.schema.change import ChangeType
from xregistry_tui.schema.diff import Change, Diff, Rename, Verdict, compare

INTEGER = {"type": "integer"}
TEXT = {"type": "string"}


def record(fields: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(required)}


class Before(BaseModel):
    """What a customer asked for."""

    id: int
    city: str
    note: str | None = None
    tags: list[str] = []


class After(BaseModel):
    """What a customer asked for."""

    id: int = Field(ge=0)
    town: str
    note: str | None = Field(None, description="Anything.")
    tags: list[str | int] = []
    colour: str = "red"


def test_it_tells_fields_in_the_newer_order_and_the_removed_where_they_stood() -> None:
    before, after = Before.model_json_schema(), After.model_json_schema()
    told = [(change.path, change.type, change.verdict.value) for change in compare(before, after).changes]
    assert told == [
        ("", "documentation_edited", "compatible"),
        ("/id", "bound_tightened", "incompatible"),
        ("/city", "field_removed", "compatible"),
        ("/town", "field_added", "incompatible"),
        ("/note", "documentation_edited", "compatible"),
        ("/tags/*", "type_widened", "compatible"),
        ("/colour", "field_added", "compatible"),
    ]


def test_forward_tells_the_same_changes_judged_the_other_way() -> None:
    before, after = Before.model_json_schema(), After.model_json_schema()
    backward, forward = compare(before, after), compare(before, after, forward=True)
    assert [(c.path, c.type, c.old, c.new) for c in forward.changes] == [
        (c.path, c.type, c.old, c.new) for c in backward.changes
    ]
    assert {c.path for c in forward.changes if c.verdict is Verdict.INCOMPATIBLE} == {"/city", "/tags/*"}


def test_it_speaks_in_sentences() -> None:
    older = record({"n": INTEGER, "tags": {"type": "array", "items": INTEGER}, "gone": TEXT})
    newer = record({"n": {**INTEGER, "minimum": 1}, "tags": {"type": "array", "items": TEXT}, "new": TEXT}, "new")
    assert [change.message for change in compare(older, newer).changes] == [
        "n was unbounded and is now ≥ 1.",
        "Each entry of tags was integer and is now string.",
        "gone was removed.",
        "new was added, required and without a default.",
    ]


def test_it_says_why_data_does_not_survive_a_field() -> None:
    closed = {**record({"a": INTEGER}), "additionalProperties": False}
    assert [change.message for change in compare(closed, {**closed, "properties": {}}).changes] == [
        "a was removed; the newer schema refuses undeclared fields."
    ]
    assert [change.message for change in compare(record({}), record({"a": INTEGER}), strict=True).changes] == [
        "a was added, optional; records could hold something else by that name."
    ]


def test_as_json_names_the_field_of_a_top_level_change_only() -> None:
    older, newer = record({"a": record({"b": INTEGER})}), record({"a": record({"b": TEXT}), "c": TEXT})
    nested, added = (change.as_json() for change in compare(older, newer).changes)
    assert nested == {
        "path": "/a/b",
        "type": "type_changed",
        "verdict": "incompatible",
        "old": ["integer"],
        "new": ["string"],
        "message": "a.b was integer and is now string.",
    }
    assert added["field"] == "c"


def test_the_types_of_change_are_a_closed_set() -> None:
    changes = compare(Before.model_json_schema(), After.model_json_schema()).changes
    assert {change.type for change in changes} <= set(ChangeType)


@pytest.mark.parametrize(
    ("newer", "change"),
    [
        (record({"a": INTEGER}), Change.NONE),
        (record({"a": {**INTEGER, "title": "A"}}), Change.DOCUMENTATION),
        (record({"a": {**INTEGER, "examples": [1]}}), Change.DOCUMENTATION),
        (record({"a": {**INTEGER, "default": 1}}), Change.COMPATIBLE),
        (record({"a": INTEGER, "b": {}}), Change.COMPATIBLE),
        (record({"a": TEXT}), Change.BREAKING),
        (record({"a": {"$ref": "#/nowhere"}}), Change.BREAKING),
    ],
)
def test_how_much_a_change_matters(newer: Any, change: Change) -> None:
    assert compare(record({"a": INTEGER}), newer).change is change


def test_a_model_that_holds_itself_tells_a_change_once() -> None:
    def person(name: Any) -> Any:
        holds = {"anyOf": [{"$ref": "#/$defs/Person"}, {"type": "null"}]}
        return {"$ref": "#/$defs/Person", "$defs": {"Person": record({"parent": holds, "name": name})}}

    assert [change.path for change in compare(person(INTEGER), person(TEXT)).changes] == ["/name"]


def test_an_option_under_another_name_is_told_field_by_field() -> None:
    def address(name: str, **fields: Any) -> Any:
        return {
            **record({"a": {"anyOf": [{"$ref": f"#/$defs/{name}"}, {"type": "null"}]}}),
            "$defs": {name: record(fields)},
        }

    diff = compare(address("Address", city=INTEGER), address("Place", city=TEXT))
    assert [(change.path, change.type) for change in diff.changes] == [("/a/city", "type_changed")]


def test_renames_are_proposed_among_what_was_removed_and_added() -> None:
    older = record({"customerId": INTEGER, "mail": TEXT, "address": record({"street_name": TEXT}), "size": INTEGER})
    newer = record({"customer_id": INTEGER, "email": TEXT, "address": record({"streetname": TEXT}), "colour": TEXT})
    assert compare(older, newer).renames == (
        Rename(old="/customerId", new="/customer_id", likeness=1.0),
        Rename(old="/address/street_name", new="/address/streetname", likeness=0.95),
        Rename(old="/mail", new="/email", likeness=0.89),
    )


def test_a_rename_changes_no_verdict() -> None:
    assert compare(record({"mail": TEXT}, "mail"), record({"email": TEXT}, "email")).verdict is Verdict.INCOMPATIBLE


_WORDS = st.one_of(
    st.sampled_from(["type", "properties", "required", "items", "prefixItems", "additionalProperties"]),
    st.sampled_from(["anyOf", "oneOf", "allOf", "not", "if", "then", "$ref", "$defs", "$id", "unevaluatedProperties"]),
    st.sampled_from(["enum", "const", "minimum", "maxLength", "multipleOf", "pattern", "format", "default"]),
    st.sampled_from(["patternProperties", "propertyNames", "a"]),
)
_TEXTS = st.sampled_from(["", "#", "#/$defs/a", "#/properties/a", "object", "string", "integer", "array", "^a", "["])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXTS | st.just(10**400),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_WORDS, inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=600, deadline=None)
@given(ANY_JSON, ANY_JSON, st.booleans(), st.booleans())
def test_any_json_at_all_is_compared(older: Any, newer: Any, strict: bool, forward: bool) -> None:
    diff = compare(older, newer, strict=strict, forward=forward)
    assert isinstance(diff.verdict, Verdict)
    assert compare(older, copy.deepcopy(older), strict=strict, forward=forward) == Diff()


@pytest.mark.parametrize("word", ["items", "not", "additionalProperties", "const", "default", "allOf", "enum", "anyOf"])
def test_nesting_of_any_depth_ends(word: str) -> None:
    def deep(innermost: Any) -> Any:
        for _ in range(3_000):
            innermost = {word: [innermost] if word in ("allOf", "enum", "anyOf") else innermost}
        return innermost

    assert isinstance(compare(record({"a": deep(1)}), record({"a": deep(2)})).verdict, Verdict)
    assert compare(deep(1), deep(1)).changes == ()
