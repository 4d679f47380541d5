"""What constraints are understood to say, and what is left out; the engine is the judge of what was understood."""

from __future__ import annotations

import pytest

from tests.engines.fixtures import MakeFresh
from tests.resources.postgresql.conftest import Opened
from xregistry_tui.resources.postgresql.checks import checks
from xregistry_tui.resources.postgresql.patterns import for_server, portable
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Required, holds
from xregistry_tui.schema.shape import Kind

KINDS = {"s": Kind.STRING, "n": Kind.INTEGER, "d": Kind.DECIMAL, "at": Kind.DATE, "b": Kind.BOOLEAN}
KINDS["Odd, name"] = Kind.STRING

UNDERSTOOD = [
    ("s IN ('a', 'it''s', '[/red]', 'back\\slash')", "s", OneOf(("a", "it's", "[/red]", "back\\slash"), "CHECK")),
    ("s = 'a' OR s = 'b'", "s", OneOf(("a", "b"), "CHECK")),
    ("n IN (1, -2)", "n", OneOf((1, -2), "CHECK")),
    ("n > 0", "n", Range(gt=0, source="CHECK")),
    ("0 <= n", "n", Range(ge=0, source="CHECK")),
    ("d < 0.5", "d", Range(lt=0.5, source="CHECK")),
    ("d >= -10", "d", Range(ge=-10, source="CHECK")),
    ("n IS NULL OR n > 3", "n", Range(gt=3, source="CHECK")),
    ("length(s) <= 3", "s", Length(None, 3, "CHECK")),
    ("char_length(s) > 2", "s", Length(3, None, "CHECK")),
    ("length(s) = 2", "s", Length(2, 2, "CHECK")),
    ("s ~ '^[A-Z]{2}\\d+$'", "s", Pattern("^[A-Z]{2}[0-9]+$", "CHECK")),
    ("s IS NOT NULL", "s", Required("CHECK")),
    ("\"Odd, name\" IN ('x')", "Odd, name", OneOf(("x",), "CHECK")),
]

LEFT_OUT = [
    "s <> 'a'",
    "lower(s) = 'a'",
    "s ILIKE 'a%'",
    "s ~* 'a'",
    "s ~ 'a.c'",
    "at > '2000-01-01'",
    "n > d",
    "n % 2 = 0",
    "n > 0 OR s = 'x'",
    "NOT (n > 0)",
    "(n + 1) > 0",
    "n > 0 IS TRUE",
    "coalesce(n, 0) > 0",
    "CASE WHEN n > 0 THEN s = 'a' ELSE true END",
    "(d::integer) > 0",
    "s::varchar(1) = 'a'",
    "b",
    "b = true",
    "s IS NULL OR n > 3",
    "n IS NULL OR (n > 3 AND s <> 'x')",
]


async def as_written_out(fresh: MakeFresh, opened: Opened, constraints: list[str]) -> list[str]:
    columns = 's text, n integer, d numeric(10,2), at date, b boolean, "Odd, name" varchar(20)'
    tables = (f"CREATE TABLE t{number} ({columns}, CHECK ({text}));" for number, text in enumerate(constraints))
    resource = await opened(fresh("".join(tables)).url)
    from xregistry_tui.resources.postgresql.catalogue import catalogue

    known = await resource._look(catalogue)
    return [known.tables[f"public.t{number}"].checks[0] for number in range(len(constraints))]


async def test_what_is_plain_is_a_rule(fresh: MakeFresh, opened: Opened) -> None:
    written = await as_written_out(fresh, opened, [text for text, *_ in UNDERSTOOD])
    for expression, (text, column, rule) in zip(written, UNDERSTOOD, strict=True):
        assert checks(expression, KINDS) == [(column, rule)], text


async def test_of_all_else_nothing_is_claimed(fresh: MakeFresh, opened: Opened) -> None:
    for expression, text in zip(await as_written_out(fresh, opened, LEFT_OUT), LEFT_OUT, strict=True):
        assert checks(expression, KINDS) == [], text


async def test_the_parts_of_a_conjunction_stand_for_themselves(fresh: MakeFresh, opened: Opened) -> None:
    (written,) = await as_written_out(fresh, opened, ["n BETWEEN 1 AND 5 AND s <> 'x' AND length(s) < 4"])
    assert checks(written, KINDS) == [
        ("n", Range(ge=1, source="CHECK")),
        ("n", Range(le=5, source="CHECK")),
        ("s", Length(None, 3, "CHECK")),
    ]


@pytest.mark.parametrize("broken", ["", "(", "a =", "'open", "ARRAY[", "x::", "((((n > 0", "n > > 0", "\0"])
def test_what_cannot_be_read_is_left_out(broken: str) -> None:
    assert checks(broken, KINDS) == []


async def test_the_engine_and_we_agree_on_patterns(fresh: MakeFresh) -> None:
    patterns = ["^a+$", "^[a-c]{2,3}$", r"\d\d", r"a\.b", "^(x|yy)?$", "[^0-9]", "a-b", r"^[\d.]+$", "é"]
    values = ["", "a", "aa", "ab", "abc", "12", "a.b", "axb", "x", "yy", "a-b", "1.5", "é", "AB", "a\nb"]
    database = fresh()
    for pattern in patterns:
        regex = portable(pattern)
        assert regex is not None
        given = ", ".join(f"($v${value}$v$)" for value in values)
        said = database.sql(f"SELECT v ~ $p${pattern}$p$ FROM (VALUES {given}) AS t(v)")
        assert [row[0] == "t" for row in said] == [bool(holds(Pattern(regex), value)) for value in values], pattern


async def test_the_engine_judges_a_text_as_a_model_would(fresh: MakeFresh) -> None:
    patterns = [r"^\d+$", ".", "^.$", r"\s", "^[^a]+$", r"[\d.]{2}", "a$", "(?:a|b)c?$", "^$", r"^[\s\dé]*$"]
    values = ["", "a", "1", "\u0663\u0664", "a\nb", "a\n", "\n", " ", "\u2003", "1.", "bc", "é1 ", "\x1c"]
    database = fresh()
    given = ", ".join(f"($v${value}$v$)" for value in values)
    for pattern in patterns:
        regex = for_server(pattern)
        assert regex is not None, pattern
        said = database.sql(f'SELECT v COLLATE "C" ~ $p${regex}$p$ FROM (VALUES {given}) AS t(v)')
        assert [row[0] == "t" for row in said] == [bool(holds(Pattern(pattern), value)) for value in values], pattern


@pytest.mark.parametrize(
    "pattern", [r"\bword", r"\w+", "(?i)a", "a*?", "(?=a)", "[[:alpha:]]", "a{1,300}", "[a&&b]", "("]
)
def test_what_the_engine_may_read_otherwise_is_not_asked(pattern: str) -> None:
    assert for_server(pattern) is None
