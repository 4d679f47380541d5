"""Shapes as engines might report them, names that hurt included."""

from __future__ import annotations

from hypothesis import strategies as st

from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Required
from xregistry_tui.schema.shape import FieldShape, Kind, Shape

HOSTILE = (
    'a"b;--',
    "[/red]",
    "_id",
    "id",
    "model_config",
    "model_fields",
    "class",
    "class_",
    "schema",
    "",
    "Name",
    "name",
    "date",
    "dt",
    "Field",
    "Decimal",
    "UUID",
    "str",
    "None",
    "__class__",
    "2020",
    "ﬁ",
    "é",
    "e\u0301",
    "a'\\b",
    '"""',
    "line\nbreak",
    "\u202eevil",
    "model_dump_x",
)

names = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=8))
_bounds = st.one_of(st.integers(-1000, 1000), st.floats(-1000, 1000, allow_nan=False))
_values = st.one_of(
    st.lists(st.text(max_size=5), min_size=1, max_size=4),
    st.lists(st.integers(-(10**20), 10**20), min_size=1, max_size=4),
    st.lists(st.booleans(), min_size=1, max_size=2),
    st.lists(st.floats(allow_nan=False), min_size=1, max_size=2),
)
rules = st.one_of(
    st.just(Required()),
    st.builds(OneOf, _values.map(tuple)),
    st.builds(Range, ge=st.none() | _bounds, lt=st.none() | _bounds),
    st.builds(Length, st.none() | st.integers(0, 5), st.none() | st.integers(0, 50)),
    st.builds(Pattern, st.sampled_from(["^a", r"\d+$", "(?=x)", "["])),
)
kinds = st.lists(st.sampled_from(list(Kind)), unique=True, max_size=3).map(tuple)


def _fields(children: st.SearchStrategy[tuple[FieldShape, ...]]) -> st.SearchStrategy[tuple[FieldShape, ...]]:
    one = st.builds(
        FieldShape,
        name=names,
        kinds=kinds,
        nullable=st.booleans(),
        required=st.booleans(),
        rules=st.lists(rules, max_size=2).map(tuple),
        description=st.none() | st.text(max_size=20),
        fields=children,
        items=st.none() | children.filter(bool).map(lambda fields: fields[0]),
    )
    return st.lists(one, max_size=4, unique_by=lambda field: field.name).map(tuple)


fields = st.recursive(st.just(()), _fields, max_leaves=4)
shapes = st.builds(Shape, name=names, fields=fields, description=st.none() | st.text(max_size=30))
