"""The trail is sealed: what was altered, dropped, doubled, moved or cut off shows, and names the first bad record."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from xregistry_tui.core.audit import (
    AuditRecord,
    Broken,
    Entry,
    Head,
    Reason,
    Verification,
    append,
    compact,
    fingerprint,
    from_json,
    parse,
    verify,
)

NAIVE = datetime.datetime.fromisoformat("2026-01-02")
NOON = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.UTC)
WRITERS = ("a1", "b2", "c3")

words = st.text(st.characters(), max_size=4)  # surrogates too: a file name may hold them
numbers = st.integers(-9, 9) | st.floats(allow_nan=True)
details = st.dictionaries(words, st.none() | st.booleans() | numbers | words, max_size=2)
zones = st.sampled_from([datetime.timezone(datetime.timedelta(hours=hours)) for hours in (-12, 0, 5)])
moments = st.datetimes(
    datetime.datetime.fromisoformat("0002-01-01"), datetime.datetime.fromisoformat("9998-01-01"), timezones=zones
)
entries = st.builds(
    Entry, at=moments, who=st.just("ops"), verb=st.just("connected"), subject=words, text=words, detail=details
)


def trail(written: list[tuple[str, Entry]]) -> list[AuditRecord]:
    tips: dict[str, AuditRecord] = {}
    records = []
    for writer, entry in written:
        tips[writer] = append(tips.get(writer), entry, writer=writer)
        records.append(tips[writer])
    return records


def trails(least: int = 0) -> st.SearchStrategy[list[AuditRecord]]:
    return st.lists(st.tuples(st.sampled_from(WRITERS), entries), min_size=least, max_size=7).map(trail)


def shared() -> st.SearchStrategy[list[AuditRecord]]:
    """Trails whose first writer has three records at least, among those of others."""
    others = st.lists(st.tuples(st.sampled_from(WRITERS), entries), max_size=2)
    own = entries.map(lambda entry: [("a1", entry)])
    return st.tuples(own, others, own, others, own).map(lambda parts: trail([pair for part in parts for pair in part]))


def heads_of(records: list[AuditRecord]) -> dict[str, Head]:
    return {record.writer: Head(record.sequence, record.hash) for record in records}


def lines_of(records: list[AuditRecord]) -> list[str]:
    return [compact(record.as_json()) for record in records]


@given(trails())
def test_an_honest_trail_of_several_writers_verifies_and_survives_being_kept(records: list[AuditRecord]) -> None:
    assert verify(records) is None
    assert verify(records, heads_of(records), [record.hash for record in records]) is None
    kept = [parse(line) for line in lines_of(records)]
    assert kept == records
    assert [from_json(json.loads(line)) for line in lines_of(records)] == records
    assert all(line.isascii() and line.isprintable() for line in lines_of(records))


@given(trails(1), st.data())
def test_any_tail_of_a_trail_verifies_by_itself(records: list[AuditRecord], data: st.DataObject) -> None:
    assert verify(records[data.draw(st.integers(0, len(records))) :]) is None


@given(trails(1), st.data())
def test_any_field_of_any_record_that_was_altered_is_found_and_named(
    records: list[AuditRecord], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(records) - 1))
    name = data.draw(st.sampled_from([field.name for field in fields(AuditRecord)]))
    was = getattr(records[index], name)
    new = data.draw(_another(name))
    assume(new != was or type(new) is not type(was))
    records[index] = replace(records[index], **{name: new})
    flaw = verify(records)
    assert flaw is not None
    assert (flaw.index, flaw.reason) == (index, Reason.ALTERED)


def _another(name: str) -> st.SearchStrategy[Any]:
    if name == "at":
        return moments
    if name == "sequence":
        return st.integers() | st.booleans() | st.none()
    return details.filter(lambda detail: "NaN" not in repr(detail)) if name == "detail" else words | st.none()


@given(trails(1), st.data())
def test_any_byte_that_was_altered_in_a_line_is_found(records: list[AuditRecord], data: st.DataObject) -> None:
    lines = lines_of(records)
    index = data.draw(st.integers(0, len(lines) - 1))
    at = data.draw(st.integers(0, len(lines[index]) - 1))
    new = data.draw(st.characters(max_codepoint=127, exclude_characters=lines[index][at]) | st.just(""))
    lines[index] = lines[index][:at] + new + lines[index][at + 1 :]
    flaw = verify(map(parse, lines), heads_of(records))
    assert flaw is not None
    assert flaw.index >= index


@given(trails(2), st.data())
def test_any_record_that_was_taken_away_is_found_where_heads_were_kept(
    records: list[AuditRecord], data: st.DataObject
) -> None:
    heads = heads_of(records)
    gone = records.pop(data.draw(st.integers(0, len(records) - 1)))
    flaw = verify(records, heads)
    assert flaw is not None
    assert flaw.writer == gone.writer
    assert flaw.reason in (Reason.MISSING, Reason.CUT)


@given(shared(), st.data())
def test_a_record_dropped_from_within_a_chain_shows_without_heads(
    records: list[AuditRecord], data: st.DataObject
) -> None:
    chain = [record for record in records if record.writer == "a1"]
    gone = data.draw(st.sampled_from(chain[1:-1]))
    after = chain[chain.index(gone) + 1]
    records.remove(gone)
    flaw = verify(records)
    assert flaw is not None
    assert (flaw.index, flaw.reason, flaw.sequence) == (records.index(after), Reason.MISSING, after.sequence)


@given(shared(), st.data())
def test_records_of_one_writer_that_changed_places_are_found(records: list[AuditRecord], data: st.DataObject) -> None:
    places = [index for index, record in enumerate(records) if record.writer == "a1"]
    heads = heads_of(records)
    one, other = sorted(data.draw(st.lists(st.sampled_from(places), min_size=2, max_size=2, unique=True)))
    records[one], records[other] = records[other], records[one]
    for known in (None, heads):
        flaw = verify(records, known)
        assert flaw is not None
        assert flaw.reason is Reason.OUT_OF_ORDER


@given(trails(1), st.data())
def test_a_record_that_was_doubled_is_found(records: list[AuditRecord], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(records) - 1))
    to = data.draw(st.integers(index + 1, len(records)))
    records.insert(to, records[index])
    flaw = verify(records)
    assert flaw is not None
    assert (flaw.index, flaw.reason) == (to, Reason.DUPLICATE)


@given(shared(), entries, st.data())
def test_a_record_that_was_slipped_in_is_found(records: list[AuditRecord], entry: Entry, data: st.DataObject) -> None:
    """Even one that is sealed as it should be: the one that follows does not continue it."""
    before = data.draw(st.sampled_from([record for record in records if record.writer == "a1"][:-1]))
    slipped = append(before, entry, writer="a1")
    assume(slipped not in records)
    heads = heads_of(records)
    records.insert(records.index(before) + 1, slipped)
    assert verify(records) is not None
    assert verify(records, heads) is not None


@given(trails(), st.sampled_from([None, {}, "x", Broken()]), st.data())
def test_what_is_no_record_is_found(records: list[Any], other: object, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(records)))
    records.insert(index, other)
    flaw = verify(records)
    assert flaw is not None
    assert (flaw.index, flaw.reason, flaw.writer) == (index, Reason.NOT_A_RECORD, None)


@given(trails(1), st.data())
def test_a_trail_that_was_cut_at_the_end_is_found_by_a_kept_head_or_hash(
    records: list[AuditRecord], data: st.DataObject
) -> None:
    kept = records[: data.draw(st.integers(0, len(records) - 1))]
    assert verify(kept) is None
    for flaw in (verify(kept, heads_of(records)), verify(kept, hashes=[records[-1].hash])):
        assert flaw is not None
        assert (flaw.index, flaw.reason) == (len(kept), Reason.CUT)


@given(trails(1), st.data())
def test_a_chain_that_was_written_anew_is_not_the_one_whose_head_was_kept(
    records: list[AuditRecord], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(records) - 1))
    forged = [
        (record.writer, replace(_entry(record), text=record.text + "!") if place == index else _entry(record))
        for place, record in enumerate(records)
    ]
    assert verify(trail(forged)) is None
    assert verify(trail(forged), heads_of(records)) is not None


def _entry(record: AuditRecord) -> Entry:
    return Entry(**{field.name: getattr(record, field.name) for field in fields(Entry)})


@given(trails(1), st.data())
def test_a_torn_line_is_no_flaw_of_its_neighbours(records: list[AuditRecord], data: st.DataObject) -> None:
    lines = lines_of(records)
    at = data.draw(st.integers(0, len(lines)))
    torn = data.draw(st.sampled_from(lines))
    lines.insert(at, torn[: data.draw(st.integers(1, len(torn) - 1))])
    check = Verification()
    assert [flaw for line in lines if (flaw := check.take(parse(line)))] == []
    assert (check.records, check.torn, check.last_torn) == (len(records), 1, at)


def test_a_flaw_is_told_in_plain_words() -> None:
    entry = Entry(at=NOON, who="a", verb="b", subject="c", text="d")
    records = trail([("a1", entry)] * 4)
    assert str(verify([records[0], records[3]]).text) == (  # type: ignore[union-attr]
        "record 3 of writer a1 follows record 0: what was between them is missing"
    )
    cut = verify(records[:2], heads_of(records))
    assert cut is not None
    assert cut.text == "the trail was cut at the end: records 2 to 3 of writer a1 are missing"


def test_a_trail_is_followed_in_flat_memory() -> None:
    def many() -> Iterator[AuditRecord]:
        tip: AuditRecord | None = None
        for _ in range(2_000):
            tip = append(tip, Entry(at=NOON, who="a", verb="b", subject="c", text="d"), writer="a1")
            yield tip

    check = Verification()
    assert all(check.take(record) is None for record in many())
    assert len(check.heads) == 1
    assert check.heads["a1"].sequence == 1_999


def test_a_line_nested_beyond_all_measure_is_no_record() -> None:
    assert parse("[" * 200_000) == Broken()
    assert parse('{"writer":"a"}') == Broken()
    assert parse("") == Broken()


def test_a_moment_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        append(None, Entry(at=NAIVE, who="a", verb="b", subject="c", text="d"), writer="a1")


def test_a_chain_is_continued_by_its_own_writer_alone() -> None:
    entry = Entry(at=NOON, who="a", verb="b", subject="c", text="d")
    with pytest.raises(ValueError, match="continued by that writer alone"):
        append(append(None, entry, writer="a1"), entry, writer="b2")


def test_the_same_moment_in_another_zone_is_the_same_record() -> None:
    entry = Entry(at=NOON, who="a", verb="b", subject="c", text="d")
    there = replace(entry, at=NOON.astimezone(datetime.timezone(datetime.timedelta(hours=5))))
    assert append(None, entry, writer="a1") == append(None, there, writer="a1")


@given(st.dictionaries(words, numbers | words, max_size=4), st.binary(min_size=32, max_size=32))
def test_a_fingerprint_is_of_the_value_and_the_key_and_tells_nothing_else(value: dict[str, Any], key: bytes) -> None:
    made = fingerprint(key, value)
    assert made == fingerprint(key, dict(reversed(value.items())))
    assert len(made) == len("hmac:") + 32
    assert made != fingerprint(key[::-1] + b"x", value)
    assert made != fingerprint(key, {**value, "more": None})
