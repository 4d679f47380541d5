"""What a change makes of a version, and whether a schema may follow the ones before it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.schema.diff import Verdict
from xregistry_tui.schema.evolution import Change, Mode, higher, judge, next_version


@given(st.sampled_from(Change))
def test_versions_only_grow(change: Change) -> None:
    before, after = ([int(part) for part in v.split(".")] for v in ("1.2.3", next_version("1.2.3", change)))
    assert (after > before) == (change is not Change.NONE)


def record(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "additionalProperties": False}


INTEGER = {"type": "integer"}
NUMBER = {"type": "number"}
ONE, TWO, THREE = record(a=INTEGER), record(a=NUMBER), record(a=NUMBER, b=INTEGER)


@pytest.mark.parametrize(
    ("newer", "earlier", "mode", "verdict"),
    [
        (TWO, ONE, Mode.BACKWARD, Verdict.COMPATIBLE),
        (TWO, ONE, Mode.FORWARD, Verdict.INCOMPATIBLE),
        (TWO, ONE, Mode.FULL, Verdict.INCOMPATIBLE),
        (ONE, TWO, Mode.BACKWARD, Verdict.INCOMPATIBLE),
        (ONE, TWO, Mode.FORWARD, Verdict.COMPATIBLE),
        (ONE, ONE, Mode.FULL, Verdict.COMPATIBLE),
        (ONE, TWO, Mode.NONE, Verdict.COMPATIBLE),
    ],
)
def test_a_schema_is_judged_by_the_mode(newer: Any, earlier: Any, mode: Mode, verdict: Verdict) -> None:
    assert judge(newer, [("1.0.0", earlier)], mode).verdict is verdict


def test_without_a_mode_it_is_backward_and_lenient() -> None:
    judged = judge(TWO, [("1.0.0", ONE)])
    assert (judged.mode, judged.strict, judged.verdict) == (Mode.BACKWARD, False, Verdict.COMPATIBLE)


@pytest.mark.parametrize("mode", [Mode.BACKWARD_TRANSITIVE, Mode.FULL_TRANSITIVE])
def test_transitive_judges_every_earlier_version_newest_first(mode: Mode) -> None:
    earlier = [("2.0.0", ONE), ("1.0.0", record(a={"type": "string"}))]
    judged = judge(ONE, earlier, mode)
    assert [version for version, _ in judged.diffs] == ["2.0.0", "1.0.0"]
    assert [diff.verdict for _, diff in judged.diffs] == [Verdict.COMPATIBLE, Verdict.INCOMPATIBLE]
    assert judged.verdict is Verdict.INCOMPATIBLE
    assert judge(ONE, earlier, Mode.FULL).verdict is Verdict.COMPATIBLE


def test_none_refuses_nothing_and_lists_the_changes_all_the_same() -> None:
    judged = judge(ONE, [("1.0.0", TWO)], Mode.NONE)
    assert judged.verdict is Verdict.COMPATIBLE
    assert [change.type for change in judged.changes] == ["type_narrowed"]


def test_full_lists_each_change_once_with_the_worse_verdict() -> None:
    changes = judge(THREE, [("1.0.0", ONE)], Mode.FULL).changes
    assert [(c.path, c.type, c.verdict) for c in changes] == [
        ("/a", "type_widened", Verdict.INCOMPATIBLE),
        ("/b", "field_added", Verdict.INCOMPATIBLE),
    ]


def test_the_first_version_follows_nothing() -> None:
    judged = judge(ONE, [], Mode.FULL_TRANSITIVE)
    assert (judged.verdict, judged.changes, judged.diffs) == (Verdict.COMPATIBLE, (), ())


def test_what_is_undecided_is_not_compatible() -> None:
    elsewhere = record(a={"$ref": "https://example.org/a"})
    assert judge(elsewhere, [("1.0.0", ONE)]).verdict is Verdict.UNDECIDED


@pytest.mark.parametrize(
    ("version", "change", "following"),
    [
        ("1.2.3", Change.NONE, "1.2.3"),
        ("1.2.3", Change.DOCUMENTATION, "1.2.4"),
        ("1.2.3", Change.COMPATIBLE, "1.3.0"),
        ("1.2.3", Change.BREAKING, "2.0.0"),
        ("2.0.0-rc.1", Change.COMPATIBLE, "2.1.0"),
    ],
)
def test_the_version_that_follows(version: str, change: Change, following: str) -> None:
    assert next_version(version, change) == following


BEFORE_ONE = "0.9.9 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1"
IN_ORDER = f"{BEFORE_ONE} 1.0.0 1.0.10 1.2.0 10.0.0"


def test_versions_are_in_the_order_of_the_specification() -> None:
    for lower, upper in pairwise(IN_ORDER.split()):
        assert higher(upper, lower)
        assert not higher(lower, upper)


def test_no_version_is_higher_than_itself_and_builds_do_not_count() -> None:
    assert not higher("1.0.0", "1.0.0")
    assert not higher("1.0.0+2", "1.0.0+1")


UNORDERED = ("", "1", "1.2", "v1.2.3", "1.2.3.4", "01.2.3", "1.2.x", "1.2.3-", "1.2.3-01", "1.2.3\n", "١.0.0")


@pytest.mark.parametrize("text", UNORDERED)
def test_what_is_no_semantic_version_is_refused_with_what_one_is(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no semantic version; write it as 1\.4\.0"):
        higher(text, "1.0.0")
    with pytest.raises(ValueError, match="no semantic version"):
        next_version(text, Change.BREAKING)


_WORD = st.sampled_from(["", "-a", "-1", "-a.1", "-rc.2", "+b"])
VERSIONS = st.builds(lambda a, b, c, word: f"{a}.{b}.{c}{word}", *[st.integers(0, 20)] * 3, _WORD)


@given(VERSIONS, st.sampled_from(list(Change)))
def test_a_changed_version_is_higher(version: str, change: Change) -> None:
    assert higher(next_version(version, change), version) is (change is not Change.NONE)
