"""Patterns over many paths find what one look at every path would."""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from xregistry_tui.core import FunctionRegistry
from xregistry_tui.core.path_index import PathIndex
from xregistry_tui.core.paths import literal_start

names = st.text(alphabet="abX_é9", min_size=1, max_size=4).filter(str.isidentifier)
keys = st.lists(names, min_size=1, max_size=4).map(lambda parts: ".".join(["functions", *parts]))
pieces = st.sampled_from(
    ["*", "?", "[ab]", "[!a]", "[!-~]", "[!.]", "[", "]", ".", "a", "b", "ab", "X", "functions.", "\n"]
)
patterns = st.lists(pieces, max_size=7).map("".join)


@settings(max_examples=200)
@given(st.sets(keys, max_size=30), patterns)
@example({"functions.a.b", "functions.c.b"}, "*.b")
@example({"functions.aa", "functions.a.a"}, "functions.*a")
@example({"functions.ab", "functions.b.aab"}, "*a?b")
def test_it_finds_what_a_look_at_every_path_would(paths: set[str], pattern: str) -> None:
    index = PathIndex({path: path for path in paths})
    naive = sorted(path for path in paths if fnmatch.fnmatchcase(path, pattern))
    assert index.find(pattern, literal_start(pattern)) == naive


@given(st.sets(keys, min_size=1, max_size=30), st.data())
def test_patterns_made_of_a_path_find_it(paths: set[str], data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(paths)))
    wild = data.draw(
        st.lists(st.sampled_from(["keep", "keep", "?", "*", "[!#]"]), min_size=len(path), max_size=len(path))
    )
    pattern = "".join(c if how == "keep" else how for c, how in zip(path, wild, strict=True))
    index = PathIndex({path: path for path in paths})
    found = index.find(pattern, literal_start(pattern))
    assert path in found
    assert found == sorted(one for one in paths if fnmatch.fnmatchcase(one, pattern))


@pytest.mark.parametrize(
    "pattern", ["*", "functions.*", "*.f7", "functions.n?.f1*", "n1.f[12]", "*1*", "functions.n1.f1"]
)
def test_what_is_found_follows_every_change(pattern: str) -> None:
    functions = FunctionRegistry()
    for n in range(40):
        functions.register(len, f"f{n}", f"n{n % 4}")

    def naive() -> list[str]:
        full = pattern if pattern[0] in "*f" else f"functions.{pattern}"
        return sorted(path for path in functions if fnmatch.fnmatchcase(path, full))

    def found() -> list[str]:
        return [item.path for item in functions.find_by_namespace(pattern)]

    assert found() == naive()
    functions.unregister("functions.n1.f1")
    assert found() == naive()
    functions.register(max, "f1", "n1", replace=True)
    assert found() == naive()
    functions.register(min, "f1", "n1", replace=True)
    assert [item.func for item in functions.find_by_namespace("*.f1")] == [min]
