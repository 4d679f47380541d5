"""CHECK constraints become rules only where they surely say so."""

from __future__ import annotations

import pytest

from xregistry_tui.resources.sqlite.declared import checks
from xregistry_tui.resources.sqlite.kinds import Affinity, affinity
from xregistry_tui.schema.rules import Length, OneOf, Range, Rule

AFFINITIES = {"a": Affinity.INTEGER, "b": Affinity.TEXT, "odd [x]": Affinity.TEXT, "any": Affinity.BLOB}


def read(check: str) -> dict[str, tuple[Rule, ...]]:
    return checks(f'CREATE TABLE t (a INTEGER, b TEXT, "odd [x]" TEXT, any, CHECK ({check}))', AFFINITIES)


@pytest.mark.parametrize(
    ("check", "column", "rule"),
    [
        ("b IN ('new', 'it''s', '')", "b", OneOf(("new", "it's", ""), "CHECK")),
        ("a IN (1, -2, 3.5)", "a", OneOf((1, -2, 3.5), "CHECK")),
        ("(\"odd [x]\" IN ('x'))", "odd [x]", OneOf(("x",), "CHECK")),
        ("[a] >= 0", "a", Range(ge=0, source="CHECK")),
        ("0 < A", "a", Range(gt=0, source="CHECK")),
        ("a BETWEEN -5 AND 1e3", "a", Range(ge=-5, le=1000.0, source="CHECK")),
        ("a IS NULL OR (a < 10)", "a", Range(lt=10, source="CHECK")),
        ("length(b) <= 5", "b", Length(None, 5, "CHECK")),
        ("length(`b`) = 2", "b", Length(2, 2, "CHECK")),
        ("length(b) > 0 /* said */ AND b GLOB 'x*' -- more", "b", Length(1, None, "CHECK")),
    ],
)
def test_what_is_said_plainly(check: str, column: str, rule: Rule) -> None:
    assert read(check) == {column: (rule,)}


@pytest.mark.parametrize(
    "check",
    [
        "a > 0 OR b IN ('x')",
        "NOT a > 0",
        "a NOT IN (1, 2)",
        "b IN ('x', NULL)",
        'b IN ("x", "y")',
        "a + 1 > 0",
        "5 < a + 1",
        "abs(a) > 1",
        "a > (SELECT 1)",
        "a > b",
        "a IN (1) = 0",
        "a > 0x10",
        "b > 0",
        "b IN (1, 2)",
        "a IN ('1', '2')",
        "CASE WHEN a > 0 THEN 1 END",
        "unknown > 0",
        "a IS NULL OR b IN ('x')",
        "a IN ()",
        "a >",
        "(",
        "",
    ],
)
def test_what_is_not_fully_understood_gives_no_rule(check: str) -> None:
    assert read(check) == {}


def test_a_conjunction_gives_what_is_understood_of_it() -> None:
    found = read("a > 0 AND a <= 9 AND b IN ('x') AND (a > 5 OR a < 3) AND a BETWEEN 0 AND 8")
    assert found["a"] == (Range(gt=0, source="CHECK"), Range(le=9, source="CHECK"), Range(ge=0, le=8, source="CHECK"))
    assert found["b"] == (OneOf(("x",), "CHECK"),)


def test_texts_and_comments_that_look_like_constraints_are_not() -> None:
    sql = "CREATE TABLE t (a INTEGER DEFAULT 'CHECK (a > 5)', -- CHECK (a > 5)\n \"CHECK\" (a > 5))"
    assert checks(sql, AFFINITIES) == {}


def test_a_collation_makes_a_set_of_texts_open() -> None:
    sql = "CREATE TABLE t (b TEXT COLLATE NOCASE CHECK (b IN ('x')), a INTEGER CHECK (a IN (1)))"
    assert checks(sql, AFFINITIES) == {"a": (OneOf((1,), "CHECK"),)}


@pytest.mark.parametrize(
    ("declared", "kept_as"),
    [("CHARINT", "integer"), ("VARCHAR(3)", "text"), ("", "blob"), ("DOUBLE", "real"), ("DATETIME", "numeric")],
)
def test_affinity_follows_the_rules_of_sqlite(declared: str, kept_as: str) -> None:
    assert affinity(declared) == kept_as
