"""The table of compatibility, row by row, and what it implies within arrays, tuples, records, unions and references."""

from __future__ import annotations

from typing import Any

import pytest

from xregistry_tui.schema.diff import Change, Verdict, compare

INTEGER = {"type": "integer"}
NUMBER = {"type": "number"}
TEXT = {"type": "string"}
NULL = {"type": "null"}
ONE = {**INTEGER, "default": 1}
CLOSED = {"additionalProperties": False}

YES, NO = Verdict.COMPATIBLE, Verdict.INCOMPATIBLE


def record(fields: dict[str, Any] | None = None, *required: str, **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields or {}, "required": list(required), **more}


def field(**words: Any) -> dict[str, Any]:
    return record({"a": words})


def either(*options: Any) -> dict[str, Any]:
    return field(anyOf=list(options))


def text(**words: Any) -> dict[str, Any]:
    return field(type="string", **words)


TABLE = [
    ("optional field added, old open", record(), record({"a": INTEGER}), NO, YES),
    ("optional field added, old closed", record(**CLOSED), record({"a": INTEGER}, **CLOSED), YES, YES),
    ("field without constraints added", record(), record({"a": {"title": "A"}}), YES, YES),
    ("required field added, no default", record(), record({"a": INTEGER}, "a"), NO, NO),
    ("required field without constraints added", record(), record({"a": {}}, "a"), NO, NO),
    ("required field with default added, old open", record(), record({"a": ONE}, "a"), NO, YES),
    ("required field with default added, old closed", record(**CLOSED), record({"a": ONE}, "a", **CLOSED), YES, YES),
    ("its default is not valid", record(**CLOSED), record({"a": {**INTEGER, "default": "x"}}, "a"), NO, NO),
    ("field removed, new open", field(**INTEGER), record(), YES, YES),
    ("field removed, new closed", record({"a": INTEGER}, **CLOSED), record(**CLOSED), NO, NO),
    ("optional to required, without default", field(**INTEGER), record({"a": INTEGER}, "a"), NO, NO),
    ("optional to required, with default", field(**ONE), record({"a": ONE}, "a"), YES, YES),
    ("field that is required and declared no more", field(**INTEGER), record({}, "a"), NO, NO),
    ("field that is required and never declared", record(), record({}, "a"), NO, NO),
    ("required to optional", record({"a": INTEGER}, "a"), field(**INTEGER), YES, YES),
    ("open to closed", field(**INTEGER), record({"a": INTEGER}, **CLOSED), NO, YES),
    ("closed to open", record({"a": INTEGER}, **CLOSED), field(**INTEGER), YES, YES),
    ("integer to number", field(**INTEGER), field(**NUMBER), YES, YES),
    ("number to integer", field(**NUMBER), field(**INTEGER), NO, NO),
    ("number with integer bounds to integer", field(**NUMBER, minimum=0, maximum=9), field(**INTEGER), NO, NO),
    ("boolean to integer", field(type="boolean"), field(**INTEGER), NO, NO),
    ("integer to boolean", field(**INTEGER), field(type="boolean"), NO, NO),
    ("nullable added", field(**INTEGER), either(INTEGER, NULL), YES, YES),
    ("nullable added as a list of types", field(**INTEGER), field(type=["integer", "null"]), YES, YES),
    ("nullable removed", either(INTEGER, NULL), field(**INTEGER), NO, NO),
    ("null removed from an enumeration", field(enum=["a", None]), field(enum=["a"]), NO, NO),
    ("bound widened", field(**INTEGER, minimum=1), field(**INTEGER, minimum=0), YES, YES),
    ("bound dropped", text(maxLength=3), text(), YES, YES),
    ("bound tightened", text(maxLength=3), text(maxLength=2), NO, NO),
    ("bound added", field(**INTEGER), field(**INTEGER, maximum=9), NO, NO),
    ("inclusive to exclusive", field(**NUMBER, minimum=0), field(**NUMBER, exclusiveMinimum=0), NO, NO),
    ("exclusive to inclusive", field(**NUMBER, exclusiveMaximum=0), field(**NUMBER, maximum=0), YES, YES),
    (
        "whole numbers, inclusive to exclusive",
        field(**INTEGER, minimum=0),
        field(**INTEGER, exclusiveMinimum=0),
        NO,
        NO,
    ),
    ("whole numbers over a half", field(**INTEGER, exclusiveMinimum=0.5), field(**INTEGER, minimum=1), YES, YES),
    ("whole numbers below ten", field(**INTEGER, exclusiveMaximum=10), field(**INTEGER, maximum=9), YES, YES),
    ("no number over a half is one", field(**NUMBER, exclusiveMinimum=0.5), field(**NUMBER, minimum=1), NO, NO),
    ("multiples of 4 to multiples of 2", field(**INTEGER, multipleOf=4), field(**INTEGER, multipleOf=2), YES, YES),
    ("multiples of 2 to multiples of 4", field(**INTEGER, multipleOf=2), field(**INTEGER, multipleOf=4), NO, NO),
    ("whole numbers to multiples of 1", field(**INTEGER), field(**NUMBER, multipleOf=1), YES, YES),
    ("pattern changed", text(pattern="^a"), text(pattern="^ab?"), NO, NO),
    ("pattern added", text(), text(pattern="^a"), NO, NO),
    ("pattern dropped", text(pattern="^a"), text(), YES, YES),
    ("format changed", text(format="date"), text(format="time"), NO, NO),
    ("format added", text(), text(format="date"), NO, NO),
    ("format dropped", text(format="date"), text(), YES, YES),
    ("encoding added", text(), text(contentEncoding="base64"), NO, NO),
    ("enum extended", text(enum=["a"]), text(enum=["b", "a"]), YES, YES),
    ("enum narrowed", text(enum=["a", "b"]), text(enum=["a"]), NO, NO),
    ("enum dropped", text(enum=["a", "b"]), text(), YES, YES),
    ("enum added", text(), text(enum=["a"]), NO, NO),
    ("enum within a bound", text(enum=["a", "abc"]), text(maxLength=3), YES, YES),
    ("enum beyond a bound", text(enum=["a", "abc"]), text(maxLength=2), NO, NO),
    ("enum within a wider type", field(enum=[1, 2.0], type="integer"), field(**NUMBER), YES, YES),
    ("whole numbers written as floats", field(enum=[1.0, 2.0]), field(**INTEGER), YES, YES),
    ("1 is not true", field(enum=[1]), field(enum=[True]), NO, NO),
    ("1 is 1.0", field(enum=[1]), field(enum=[1.0]), YES, YES),
    ("both booleans", field(type="boolean"), field(enum=[False, True]), YES, YES),
    ("constant to enum", field(const="a"), field(enum=["a", "b"]), YES, YES),
    ("constants to enum", either({"const": "a"}, {"const": "b"}), field(enum=["b", "a"]), YES, YES),
    ("constant edited", field(const="a"), field(const="b"), NO, NO),
    ("union grown", field(**INTEGER), either(INTEGER, TEXT), YES, YES),
    ("union shrunk", either(INTEGER, TEXT), field(**INTEGER), NO, NO),
    ("union reordered", either(INTEGER, TEXT), either(TEXT, INTEGER), YES, YES),
    ("an option within another", either({**INTEGER, "minimum": 0}, NUMBER), field(**NUMBER), YES, YES),
    ("title edited", field(**INTEGER, title="A"), field(**INTEGER, title="B"), YES, YES),
    ("default edited", field(**ONE), field(**INTEGER, default=2), YES, YES),
    ("a keyword that is not in the table", text(), field(type="string", **{"not": {"const": "a"}}), NO, NO),
    ("and one that is gone", field(**{"not": {"const": "a"}}), field(), NO, NO),
]


@pytest.mark.parametrize(("older", "newer", "strict", "lenient"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE])
def test_a_row_of_the_table(older: Any, newer: Any, strict: Verdict, lenient: Verdict) -> None:
    assert compare(older, newer, strict=True).verdict is strict
    assert compare(older, newer).verdict is lenient
    assert compare(newer, older, strict=True, forward=True).verdict is strict
    assert compare(newer, older, forward=True).verdict is lenient


def in_list(one: Any) -> Any:
    return field(type="array", items=one)


def in_tuple(one: Any) -> Any:
    return field(type="array", prefixItems=[TEXT, one], minItems=2, maxItems=2)


def in_map(one: Any) -> Any:
    return field(type="object", additionalProperties=one)


def in_record(one: Any) -> Any:
    return record({"a": record({"b": one}, "b")}, "a")


def in_union(one: Any) -> Any:
    return field(anyOf=[record({"b": one}, "b"), NULL])


def by_reference(one: Any) -> Any:
    return record({"a": {"$ref": "#/$defs/B"}}, **{"$defs": {"B": record({"b": one})}})


def by_way_of_itself(one: Any) -> Any:
    node = record({"b": one, "next": {"anyOf": [{"$ref": "#/$defs/N"}, NULL]}})
    return {"$ref": "#/$defs/N", "$defs": {"N": node}}


def tagged(one: Any) -> Any:
    options = [record({"kind": {"const": tag}, "b": one}, "kind") for tag in "xy"]
    return field(oneOf=options, discriminator={"propertyName": "kind"})


@pytest.mark.parametrize(
    ("within", "path"),
    [
        (in_list, "/a/*"),
        (in_tuple, "/a/1"),
        (in_map, "/a/*"),
        (in_record, "/a/b"),
        (in_union, "/a/b"),
        (by_reference, "/a/b"),
        (by_way_of_itself, "/b"),
        (tagged, "/a/b"),
    ],
)
def test_the_rules_hold_within(within: Any, path: str) -> None:
    wider, narrower = (
        compare(within(INTEGER), within(NUMBER), strict=True),
        compare(within(NUMBER), within(INTEGER)),
    )
    assert (wider.verdict, narrower.verdict) == (YES, NO)
    assert {change.path for change in (*wider.changes, *narrower.changes)} == {path}


ADDRESS = record({"city": TEXT}, title="Address")
REFERRED = record({"a": {"$ref": "#/$defs/Address"}}, **{"$defs": {"Address": ADDRESS}})


def test_inline_and_by_reference_are_the_same() -> None:
    for older, newer in ((REFERRED, record({"a": ADDRESS})), (record({"a": ADDRESS}), REFERRED)):
        assert compare(older, newer, strict=True).changes == ()


def test_a_reference_in_a_list_of_one_is_the_same() -> None:
    wrapped = record({"a": {"allOf": [{"$ref": "#/$defs/Address"}]}}, **{"$defs": {"Address": ADDRESS}})
    assert compare(REFERRED, wrapped, strict=True).verdict is YES


def test_what_stands_beside_a_reference_holds_too() -> None:
    def at_least(bound: int) -> Any:
        return record({"a": {"$ref": "#/$defs/N", "minimum": bound}}, **{"$defs": {"N": {**INTEGER, "minimum": 0}}})

    assert compare(at_least(2), at_least(1)).verdict is YES
    assert compare(at_least(1), at_least(2)).verdict is NO
    assert compare(at_least(-1), at_least(-2)).verdict is YES


def test_odd_names_are_names() -> None:
    odd = dict.fromkeys(("$ref", "/", "~", "", "anyOf", "type"), INTEGER)
    diff = compare(record(odd), record({**odd, "$ref": TEXT, "/": TEXT, "~": TEXT, "": TEXT}))
    assert [change.path for change in diff.changes] == ["/$ref", "/~1", "/~0", "/"]
    assert [change.as_json()["field"] for change in diff.changes] == ["$ref", "/", "~", ""]


def test_a_option_that_may_overlap_makes_one_of_uncertain() -> None:
    assert compare(field(oneOf=[INTEGER]), field(oneOf=[INTEGER, NUMBER])).verdict is NO
    assert compare(field(oneOf=[INTEGER]), field(oneOf=[INTEGER, TEXT])).verdict is YES


def test_a_tagged_union_may_grow_where_the_tag_is_required() -> None:
    def pets(*tags: str, required: bool = True) -> Any:
        options = [record({"kind": {"const": tag}}, *(["kind"] if required else [])) for tag in tags]
        return field(oneOf=options)

    assert compare(pets("cat"), pets("cat", "dog")).verdict is YES
    assert compare(pets("cat", "dog"), pets("cat")).verdict is NO
    has_default = field(oneOf=[record({"kind": {"const": tag, "default": tag}}, "kind") for tag in ("cat", "dog")])
    assert compare(pets("cat"), has_default).verdict is NO
    assert compare(pets("cat", required=False), pets("cat", "dog", required=False)).verdict is NO


def test_the_entries_of_a_map_are_its_data_in_either_reading() -> None:
    anything, integers = in_map(True), in_map(INTEGER)
    for strict in (False, True):
        assert compare(anything, integers, strict=strict).verdict is NO
        assert compare(integers, anything, strict=strict).verdict is YES
        assert compare(integers, record({"a": record({"n": TEXT})}), strict=strict).verdict is NO


def test_a_list_may_not_become_a_tuple_but_the_reverse() -> None:
    listed, paired = (
        field(type="array", items=TEXT),
        field(type="array", prefixItems=[TEXT, TEXT], minItems=2, maxItems=2),
    )
    assert compare(paired, listed, strict=True).verdict is YES
    assert compare(listed, paired).verdict is NO


def test_what_was_concluded_within_an_option_that_failed_is_forgotten() -> None:
    """While `T` and `U` are compared they are taken to agree, and with them `M` and `N`; then they turn out not to."""
    t, u = ({"m": {"$ref": ref}, "v": value} for ref, value in (("#/$defs/M", INTEGER), ("#/$defs/N", TEXT)))
    m, n = record({"back": {"$ref": "#/$defs/T"}}), record({"back": {"$ref": "#/$defs/U"}})
    one_way = {"anyOf": [{"$ref": "#/$defs/T"}, NULL]}
    either_way = {"anyOf": [{"$ref": "#/$defs/U"}, {"type": "object"}, NULL]}
    older = {"$defs": {"T": record(t), "M": m}, **record({"a": one_way, "b": {"$ref": "#/$defs/M"}})}
    newer = {"$defs": {"U": record(u), "N": n}, **record({"a": either_way, "b": {"$ref": "#/$defs/N"}})}
    diff = compare(older, newer)
    assert diff.verdict is NO
    assert {change.path for change in diff.changes if change.verdict is NO} == {"/b/back/v"}


def nested(depth: int, innermost: Any) -> Any:
    for _ in range(depth):
        innermost = record({"a": innermost})
    return innermost


@pytest.mark.parametrize("depth", [100, 5_000])
def test_past_the_budget_of_depth_it_is_undecided_and_says_so(depth: int) -> None:
    diff = compare(nested(depth, INTEGER), nested(depth, NUMBER))
    assert (diff.verdict, diff.change) == (Verdict.UNDECIDED, Change.BREAKING)
    assert [change.type for change in diff.changes] == ["undecided"]
    assert "nests more than 48 levels" in diff.changes[0].message
    assert compare(nested(depth, INTEGER), nested(depth, INTEGER)).changes == ()


def test_past_the_budget_of_size_it_is_undecided_and_says_so() -> None:
    def wide(least: int) -> Any:
        return record({f"f{number}": {**INTEGER, "minimum": least} for number in range(12_000)})

    diff = compare(wide(1), wide(0))
    assert diff.verdict is Verdict.UNDECIDED
    assert "more than 10000 places" in diff.changes[-1].message


def test_definitions_that_double_at_every_step_end_within_the_budget() -> None:
    def doubling(innermost: Any) -> Any:
        defs = {f"D{n}": record({x: {"$ref": f"#/$defs/D{n + 1}"} for x in "xy"}) for n in range(40)}
        return {"$ref": "#/$defs/D0", "$defs": {**defs, "D40": innermost}}

    assert compare(doubling(INTEGER), doubling(NUMBER)).verdict is Verdict.UNDECIDED
    assert compare(doubling(INTEGER), doubling(INTEGER)).verdict is YES


@pytest.mark.parametrize("target", ["https://example.org/schema", "#/$defs/None", "other.json"])
def test_a_reference_that_leads_nowhere_is_undecided_unless_it_is_the_same(target: str) -> None:
    referring = record({"a": {"$ref": target}, "b": INTEGER})
    assert compare(record({"a": INTEGER, "b": INTEGER}), referring).verdict is Verdict.UNDECIDED
    assert compare(referring, record({"a": {"$ref": target}, "b": NUMBER})).verdict is YES
