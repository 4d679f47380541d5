"""Nothing that writes or runs a program ever leaves, wherever in a command it stands."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.mongodb import Fresh
from tests.resources.mongodb.conftest import Opened
from xregistry_tui.resources.base import Condition, RecordQuery
from xregistry_tui.resources.mongodb.guard import REFUSED, STAGES, Refused, checked

names = st.text(max_size=5).filter(lambda name: name not in REFUSED)
plain = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=10,
)


@st.composite
def hiding(draw: st.DrawFn) -> Any:
    """A value with something refused at some depth of it."""
    value: Any = {draw(st.sampled_from(sorted(REFUSED))): draw(plain)}
    for _ in range(draw(st.integers(0, 6))):
        around = draw(st.lists(plain, max_size=2))
        value = (
            [*around, value]
            if draw(st.booleans())
            else {**draw(st.dictionaries(names, plain, max_size=2)), draw(names): value}
        )
    return value


@given(hiding(), st.sampled_from(sorted(STAGES - {"$facet", "$lookup"})))
def test_what_writes_or_runs_a_program_is_refused_at_any_depth(hidden: Any, stage: str) -> None:
    for command in (
        {"aggregate": "t", "pipeline": [{stage: hidden}]},
        {"aggregate": "t", "pipeline": [{"$facet": {"a": [{stage: hidden}]}}]},
        {"count": "t", "query": hidden},
    ):
        with pytest.raises(Refused):
            checked(command)


@given(plain, st.sampled_from(sorted(STAGES - {"$facet", "$lookup"})))
def test_what_only_reads_is_sent_as_it_is(value: Any, stage: str) -> None:
    command = {"aggregate": "t", "pipeline": [{stage: value}]}
    assert checked(command) is command


@pytest.mark.parametrize(
    "command",
    [
        {},
        {"insert": "t", "documents": []},
        {"mapReduce": "t"},
        {"eval": "1"},
        {"aggregate": "t", "pipeline": [{"$out": "x"}]},
        {"aggregate": "t", "pipeline": [{"$match": {}, "$out": "x"}]},
        {"aggregate": "t", "pipeline": [{"$lookup": {"from": "x", "pipeline": [{"$merge": "y"}], "as": "z"}}]},
        {"aggregate": "t", "pipeline": [{"$facet": {"a": [{"$listSessions": {}}]}}]},
        {"aggregate": "t", "pipeline": [{"$queryStats": {}}]},
    ],
)
def test_only_commands_and_stages_that_we_have_a_use_for(command: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        checked(command)


def test_programs_as_values_are_refused() -> None:
    from bson.code import Code

    with pytest.raises(Refused):
        checked({"count": "t", "query": {"a": [Code("sleep(1)")]}})


async def test_names_and_values_of_records_may_look_like_programs(mongo: Fresh, opened: Opened) -> None:
    mongo.db.command("insert", "t", documents=[{"_id": 1, "$where": "$out", "a": "$function"}])
    resource = await opened(mongo.url)
    for name, value in (("$where", "$out"), ("a", "$function")):
        page = await resource.records(RecordQuery(collection="t", where=(Condition(name, "=", value),)))
        assert dict(zip(page.columns, page.rows[0], strict=True)) == {"_id": 1, "$where": "$out", "a": "$function"}
    assert await resource.exists("t", "$where", "$out")
