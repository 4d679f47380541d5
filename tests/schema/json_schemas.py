"""JSON Schemas of records, and records that they may or may not accept."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

NAMES = ("a", "b", "class", "class_", "schema", "_id", "2020 sales", "", "model_dump", "x-1")

names = st.sampled_from(NAMES)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 12),
    st.sampled_from([2**70, 0.5, 1.0, -2.5]),
    st.sampled_from(["", "a", "b1", "2026-01-02", "ana@example.org", "2026-01-02T03:04:05Z", "é" * 4]),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
records = st.dictionaries(names, values, max_size=6)

_leaf = st.one_of(
    st.booleans(),
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["string", "integer", "number", "boolean", "null", "array", "object"])
            | st.lists(st.sampled_from(["string", "integer", "null"]), min_size=1, max_size=2, unique=True),
            "minimum": st.sampled_from([0, 0.5, 3]),
            "exclusiveMaximum": st.sampled_from([1, 10]),
            "multipleOf": st.sampled_from([2, 0.5]),
            "minLength": st.integers(0, 2),
            "maxLength": st.integers(0, 4),
            "pattern": st.sampled_from([r"^a", r"\d$", "(?=b)"]),
            "format": st.sampled_from(["date", "email", "date-time", "uuid", "duration", "binary", "unheard-of"]),
            "default": scalars,
            "description": st.text(max_size=5),
        },
    ),
    st.fixed_dictionaries({"enum": st.lists(scalars, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"const": values}),
    st.just({"$ref": "#/$defs/thing"}),
    st.just({"$ref": "#/$defs/tree"}),
)


def _containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(inner, min_size=1, max_size=3)
    arrays = st.fixed_dictionaries(
        {"type": st.just("array")},
        optional={
            "items": inner,
            "prefixItems": some,
            "minItems": st.integers(0, 2),
            "maxItems": st.integers(0, 3),
            "uniqueItems": st.booleans(),
            "contains": inner,
            "unevaluatedItems": st.booleans(),
        },
    )
    unions = st.sampled_from(["anyOf", "oneOf", "allOf"]).flatmap(lambda key: some.map(lambda all_: {key: all_}))
    return st.one_of(_objects(inner), arrays, unions, inner.map(lambda one: {"not": one}))


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"type": st.just("object"), "properties": st.dictionaries(names, inner, max_size=4)},
        optional={
            "required": st.lists(names, max_size=2, unique=True),
            "additionalProperties": inner,
            "patternProperties": st.dictionaries(st.sampled_from(["^a", "_$"]), inner, max_size=1),
            "propertyNames": st.just({"maxLength": 6}),
            "minProperties": st.integers(0, 2),
            "maxProperties": st.integers(1, 4),
            "dependentRequired": st.dictionaries(names, st.lists(names, max_size=2, unique=True), max_size=1),
            "dependentSchemas": st.dictionaries(names, inner, max_size=1),
            "unevaluatedProperties": st.booleans(),
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "oneOf": st.lists(inner, min_size=1, max_size=2),
            "if": inner,
            "then": inner,
            "else": inner,
            "title": st.text(max_size=5),
        },
    )


_TREE = {"type": "object", "properties": {"a": {"$ref": "#/$defs/tree"}, "b": {"type": "integer"}}, "required": ["b"]}
subschemas = st.recursive(_leaf, _containers, max_leaves=6)
schemas = st.builds(
    lambda schema, thing: {**schema, "$defs": {"tree": _TREE, "thing": thing}},
    _objects(subschemas),
    st.one_of(st.just({"type": "string", "minLength": 1}), st.just(_TREE), st.just({"type": ["integer", "null"]})),
)
