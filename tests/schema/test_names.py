"""Names of engines become identifiers: safe, unique, and the same tomorrow."""

from __future__ import annotations

import keyword
import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from tests.schema.shapes import HOSTILE, names
from xregistry_tui.schema.names import LONGEST, RESERVED_FIELDS, class_name, safe_fields, safe_segments

many = st.lists(st.one_of(names, st.text(max_size=200)), max_size=12)


def usable(name: str) -> bool:
    normal = unicodedata.normalize("NFKC", name) == name
    return name.isidentifier() and not keyword.iskeyword(name) and 1 <= len(name) <= LONGEST and normal


@given(many)
def test_every_segment_is_an_identifier_unlike_its_siblings_whatever_the_case(true_names: list[str]) -> None:
    safe = safe_segments(true_names)
    assert set(safe) == set(true_names)
    assert all(usable(segment) for segment in safe.values())
    assert len({segment.casefold() for segment in safe.values()}) == len(safe)


@given(many)
def test_no_field_has_a_name_that_pydantic_or_the_source_needs(true_names: list[str]) -> None:
    safe = safe_fields(true_names)
    assert all(usable(name) and not name.startswith("_") for name in safe.values())
    assert not RESERVED_FIELDS & set(safe.values())


@given(many, st.randoms())
def test_the_order_of_discovery_does_not_matter(true_names: list[str], random: object) -> None:
    shuffled = list(true_names)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert safe_segments(shuffled) == safe_segments(true_names)


@given(many, many)
def test_an_assigned_segment_never_changes_hands(before: list[str], after: list[str]) -> None:
    first = safe_segments(before)
    later = safe_segments([*after, *before], first)
    assert {name: later[name] for name in first} == first
    assert len({segment.casefold() for segment in later.values()}) == len(later)


@given(names)
def test_class_names_are_identifiers_too(true_name: str) -> None:
    assert usable(class_name(true_name))
    assert class_name(true_name) not in RESERVED_FIELDS


def test_the_codepoint_first_keeps_the_plain_name() -> None:
    safe = safe_segments(["orders", "Orders"])
    assert safe["Orders"] == "Orders"
    assert safe["orders"] == "orders_1c168a"


def test_what_people_see() -> None:
    assert safe_fields(["_id", "class", "schema", "[/red]", 'a"b;--', "", "2020", "order total"]) == {
        "_id": "id_",
        "class": "class_",
        "schema": "schema_",
        "[/red]": "red",
        'a"b;--': "a_b",
        "": "unnamed",
        "2020": "n2020",
        "order total": "order_total",
    }


def test_every_public_name_of_a_pydantic_model_is_reserved() -> None:
    assert {name for name in dir(BaseModel) if not name.startswith("_")} <= RESERVED_FIELDS


def test_hostile_names_are_all_told_apart() -> None:
    assert len(set(safe_fields(HOSTILE).values())) == len(HOSTILE)
