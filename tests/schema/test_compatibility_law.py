"""The law of compatibility: where the verdict is "compatible", what the old schema accepts the new one accepts."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.schema.evolving import WORDS, closed, edited, endless, filled, instance, places, schema
from xregistry_tui.schema.diff import Change, Verdict, compare
from xregistry_tui.schema.evolution import Mode, judge

INSTANCES = 24
HOW_MANY = [pytest.param(20_000, marks=pytest.mark.long), 400]


def pairs(first: int, how_many: int) -> Iterator[tuple[Random, Any, Any]]:
    """Old and new schemas, most of them edits of one another, now and then two that have nothing in common."""
    for seed in range(first, first + how_many):
        rng = Random(seed)
        older = schema(rng)
        newer = schema(rng) if rng.random() < 0.1 else edited(rng, older)
        if not endless(older) and not endless(newer):
            yield (rng, newer, older) if rng.random() < 0.3 else (rng, older, newer)


def written_by(rng: Random, older: Any, newer: Any, *, strict: bool) -> Iterator[Any]:
    """Values that the older schema accepts, in the reading that is asked for; some are made for the newer one."""
    accepts = [Draft202012Validator(older)] + ([] if strict else [Draft202012Validator(closed(older))])
    for number in range(INSTANCES):
        source = newer if number % 4 == 3 else older if strict else closed(older)
        value = instance(rng, source, source)
        if all(one.is_valid(value) for one in accepts):
            yield value


@pytest.mark.parametrize("how_many", HOW_MANY)
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("forward", [False, True])
def test_what_is_called_compatible_is(how_many: int, strict: bool, forward: bool) -> None:
    verdicts: Counter[Verdict] = Counter()
    tried = 0
    for rng, older, newer in pairs(0, how_many):
        verdict = compare(older, newer, strict=strict, forward=forward).verdict
        verdicts[verdict] += 1
        if verdict is not Verdict.COMPATIBLE:
            continue
        writer, reader = (newer, older) if forward else (older, newer)
        accepts = [Draft202012Validator(reader), Draft202012Validator(filled(reader))]
        for value in written_by(rng, writer, reader, strict=strict):
            tried += 1
            assert any(one.is_valid(value) for one in accepts), (older, newer, value)
    assert tried > 2 * how_many
    assert min(verdicts[Verdict.COMPATIBLE], verdicts[Verdict.INCOMPATIBLE]) > how_many / 10


@pytest.mark.parametrize("how_many", HOW_MANY)
def test_nothing_changes_between_a_schema_and_itself(how_many: int) -> None:
    for _, older, newer in pairs(0, how_many // 2):
        for one in (older, newer):
            for strict in (False, True):
                assert compare(one, copy.deepcopy(one), strict=strict).changes == ()


@pytest.mark.parametrize("how_many", HOW_MANY)
def test_edited_words_are_documentation(how_many: int) -> None:
    for rng, older, _ in pairs(0, how_many):
        newer = copy.deepcopy(older)
        rng.choice(list(places(newer)))[rng.choice(WORDS)] = "Other words."
        diff = compare(older, newer, strict=True, forward=rng.random() < 0.5)
        assert (diff.verdict, diff.change) == (Verdict.COMPATIBLE, Change.DOCUMENTATION)


@pytest.mark.parametrize("how_many", HOW_MANY)
def test_full_is_both_directions_and_strict_refuses_no_less(how_many: int) -> None:
    for _, older, newer in pairs(0, how_many):
        verdicts = [compare(older, newer, forward=turned).verdict for turned in (False, True)]
        full = judge(newer, [("1.0.0", older)], Mode.FULL).verdict
        assert (full is Verdict.COMPATIBLE) == (verdicts == [Verdict.COMPATIBLE] * 2)
        if compare(older, newer, strict=True).verdict is Verdict.COMPATIBLE:
            assert verdicts[0] is Verdict.COMPATIBLE


@pytest.mark.parametrize("how_many", HOW_MANY)
def test_to_swap_the_schemas_is_to_turn_the_question(how_many: int) -> None:
    for _, older, newer in pairs(0, how_many):
        assert compare(older, newer, forward=True).verdict is compare(newer, older).verdict
