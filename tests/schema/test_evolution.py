"""What a change of shape makes of a version."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from tests.schema.shapes import shapes
from xregistry_tui.schema.evolution import Change, classify, next_version
from xregistry_tui.schema.rules import OneOf, Required
from xregistry_tui.schema.shape import FieldShape, Kind, Shape

NAME = FieldShape(name="name", kinds=(Kind.STRING,), nullable=False)
NOTE = FieldShape(name="note", kinds=(Kind.STRING,))
BASE = Shape(name="t", fields=(NAME, NOTE))


def with_name(**changed: object) -> Shape:
    return replace(BASE, fields=(replace(NAME, **changed), NOTE))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("newer", "change"),
    [
        (BASE, Change.NONE),
        (replace(BASE, description="Words."), Change.DOCUMENTATION),
        (with_name(description="Words."), Change.DOCUMENTATION),
        (replace(BASE, fields=(*BASE.fields, replace(NOTE, name="more"))), Change.COMPATIBLE),
        (with_name(nullable=True), Change.COMPATIBLE),
        (with_name(kinds=(Kind.STRING, Kind.INTEGER)), Change.COMPATIBLE),
        (replace(BASE, fields=(NAME,)), Change.BREAKING),
        (replace(BASE, fields=(*BASE.fields, replace(NAME, name="more"))), Change.BREAKING),
        (replace(BASE, fields=(NAME, replace(NOTE, rules=(Required(),)))), Change.BREAKING),
        (with_name(kinds=(Kind.INTEGER,)), Change.BREAKING),
        (with_name(rules=(OneOf(("a",)),)), Change.BREAKING),
    ],
)
def test_what_breaks_and_what_does_not(newer: Shape, change: Change) -> None:
    assert classify(BASE, newer) is change


@given(shapes)
def test_nothing_changes_between_a_shape_and_itself(shape: Shape) -> None:
    assert classify(shape, replace(shape)) is Change.NONE


@given(shapes, shapes)
def test_versions_only_grow(older: Shape, newer: Shape) -> None:
    change = classify(older, newer)
    before, after = ([int(part) for part in v.split(".")] for v in ("1.2.3", next_version("1.2.3", change)))
    assert (after > before) == (change is not Change.NONE)
