"""The figures of the registry in the small: ratios only, and generous ones; the script measures the whole."""

from __future__ import annotations

import pytest

from tests.benchmarks import registry as figures

SIZE = 20_000


@pytest.fixture(scope="module")
def pair() -> figures.Pair:
    made = figures.both(SIZE)
    made.registry.find_by_namespace("*.nothing")
    return made


@pytest.mark.parametrize("name", figures.PATTERNS)
def test_every_pattern_finds_the_same_faster(pair: figures.Pair, name: str) -> None:
    _, _, faster, _ = figures.finding(pair, figures.patterns(SIZE)[name], 3, 3)
    assert faster > (50 if name in (figures.PREFIX, "no wildcard") else 1)


def test_a_path_is_looked_up_nearly_as_a_key(pair: figures.Pair) -> None:
    assert figures.lookup(pair, 3) < 6


def test_registering_is_faster_and_small() -> None:
    said = figures.registration(2_000, 3)
    assert said["ratio"] > 5
    assert said["bytes"] < 350
