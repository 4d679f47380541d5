"""How registered things are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.core import paths

segments = st.text(alphabet="abcXYZ09é_", min_size=1, max_size=4).filter(str.isidentifier)
keys = st.lists(segments, min_size=1, max_size=5).map(".".join)


@given(keys)
def test_a_path_is_its_parts_joined(key: str) -> None:
    assert paths.join(*paths.split(key)) == key


@given(keys)
def test_the_prefix_comes_and_goes_at_the_edge(key: str) -> None:
    assert paths.without_prefix(paths.with_prefix(key)) == paths.without_prefix(key)


@pytest.mark.parametrize("wrong", ["", "a b", "1st", "a-b", "x" * 129, "__class__"])
def test_what_cannot_be_a_name_is_refused(wrong: str) -> None:
    with pytest.raises(paths.InvalidPath):
        paths.segment(wrong)


def test_a_segment_is_normal_and_no_keyword() -> None:
    assert paths.segment("ﬁnance") == "finance"
    assert paths.segment("class") == "class_"


@pytest.mark.parametrize(
    ("pattern", "literal"), [("a.b.c", "a.b.c"), ("a.b*.c", "a"), ("*", ""), ("a.[bc].d", "a"), ("a.?", "a")]
)
def test_the_literal_part_of_a_pattern(pattern: str, literal: str) -> None:
    assert paths.literal_prefix(pattern) == literal
