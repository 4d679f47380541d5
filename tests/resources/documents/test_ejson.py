"""Extended JSON is read as MongoDB would read it."""

from __future__ import annotations

import datetime
import json
import math
import uuid
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.resources.documents.ejson import moment, read
from xregistry_tui.schema.inference import kind_of
from xregistry_tui.schema.shape import Kind

UTC = datetime.UTC


def value(text: str) -> Any:
    return json.loads(text, object_pairs_hook=read)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('{"$oid": "5ca4bbcea2dd94ee58162a68"}', "5ca4bbcea2dd94ee58162a68"),
        ('{"$numberInt": "-7"}', -7),
        ('{"$numberLong": "9223372036854775807"}', 2**63 - 1),
        ('{"$numberDouble": "-0.5"}', -0.5),
        ('{"$numberDouble": "Infinity"}', math.inf),
        ('{"$numberDecimal": "9.999999999999999999999999999999999E+6144"}', Decimal("9." + "9" * 33 + "E+6144")),
        ('{"$date": {"$numberLong": "1000"}}', datetime.datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        ('{"$date": "1970-01-01T01:00:01.000+0100"}', datetime.datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        ('{"$date": 1000}', datetime.datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        ('{"$date": {"$numberLong": "253402300800000"}}', "+010000-01-01T00:00:00.000Z"),
        ('{"$binary": {"base64": "aGk=", "subType": "00"}}', b"hi"),
        ('{"$binary": "aGk=", "$type": "00"}', b"hi"),
        ('{"$uuid": "00000000-0000-4000-8000-000000000000"}', uuid.UUID("00000000-0000-4000-8000-000000000000")),
        ('{"$binary": {"base64": "AAAAAAAAQACAAAAAAAAAAA==", "subType": "04"}}', uuid.UUID(int=0x4000 << 64 | 1 << 63)),
        ('{"$regularExpression": {"pattern": "^a", "options": "i"}}', "/^a/i"),
        ('{"$regex": "^a", "$options": "i"}', "/^a/i"),
        ('{"$timestamp": {"t": 1, "i": 5}}', datetime.datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        ('{"$undefined": true}', None),
        ('{"$minKey": 1}', "MinKey"),
        ('{"$symbol": "a"}', "a"),
        ('{"$code": "x()", "$scope": {}}', "x()"),
        ('{"$ref": "users", "$id": {"$numberInt": "1"}}', {"$ref": "users", "$id": 1}),
    ],
)
def test_what_it_says_is_what_is_meant(text: str, meant: object) -> None:
    found = value(text)
    assert (found, type(found).__mro__[-2]) == (meant, type(meant).__mro__[-2])


def test_an_object_id_is_its_digits_of_a_kind_of_its_own() -> None:
    assert kind_of(value('{"$oid": "5ca4bbcea2dd94ee58162a68"}')) is Kind.OBJECT_ID
    assert math.isnan(value('{"$numberDouble": "NaN"}'))
    assert value('{"$numberDecimal": "sNaN"}').is_qnan()


@pytest.mark.parametrize(
    "text",
    [
        '{"$oid": "short"}',
        '{"$oid": 5}',
        '{"$numberInt": "seven"}',
        '{"$numberInt": "1", "more": 2}',
        '{"$date": "yesterday"}',
        '{"$binary": {"base64": "?"}}',
        '{"$timestamp": 5}',
        '{"$regex": {"a": 1}}',
        '{"$unheard": 1}',
        '{"$": 1}',
    ],
)
def test_what_only_looks_like_it_stays_what_it_is(text: str) -> None:
    assert value(text) == json.loads(text)


@given(st.datetimes())
def test_moments_keep_their_millisecond(at: datetime.datetime) -> None:
    at = at.replace(microsecond=at.microsecond // 1000 * 1000, tzinfo=UTC)
    assert moment((at - datetime.datetime(1970, 1, 1, tzinfo=UTC)) // datetime.timedelta(milliseconds=1)) == at
