"""The trail is sealed: what was altered, dropped or moved shows."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.core.audit import AuditRecord, append, from_json, verify

NAIVE = datetime.datetime.fromisoformat("2026-01-02")
words = st.text(max_size=10)
moments = st.datetimes(timezones=st.just(datetime.UTC))


def chain(entries: list[tuple[datetime.datetime, str, str]]) -> list[AuditRecord]:
    records: list[AuditRecord] = []
    for at, who, text in entries:
        tip = records[-1] if records else None
        records.append(append(tip, at=at, who=who, verb="connected", subject="shop", text=text))
    return records


chains = st.lists(st.tuples(moments, words, words), max_size=6).map(chain)
some = st.lists(st.tuples(moments, words, words), min_size=2, max_size=6).map(chain)


@given(chains)
def test_an_honest_trail_verifies_and_survives_being_kept(records: list[AuditRecord]) -> None:
    assert verify(records) is None
    kept = [from_json(json.loads(json.dumps(record.as_json()))) for record in records]
    assert kept == records
    assert verify(kept) is None


@given(some, st.data())
def test_the_first_altered_record_is_named(records: list[AuditRecord], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(records) - 1))
    name = data.draw(st.sampled_from(["who", "verb", "subject", "text"]))
    records[index] = replace(records[index], **{name: getattr(records[index], name) + "!"})
    assert verify(records) == index


@given(some, st.data())
def test_a_record_dropped_from_within_shows(records: list[AuditRecord], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(records) - 2))
    del records[index]
    expected = index if index else None
    assert verify(records) == expected


@given(some)
def test_the_tail_of_a_trail_verifies_by_itself(records: list[AuditRecord]) -> None:
    assert verify(records[1:]) is None
    assert [record.sequence for record in records] == list(range(len(records)))


def test_a_moment_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        append(None, at=NAIVE, who="a", verb="b", subject="c", text="d")


def test_the_same_moment_in_another_zone_is_the_same_record() -> None:
    utc = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.UTC)
    there = utc.astimezone(datetime.timezone(datetime.timedelta(hours=5)))
    given = {"who": "a", "verb": "b", "subject": "c", "text": "d"}
    assert append(None, at=utc, **given) == append(None, at=there, **given)
