"""How values of documents are read so that none of them, however strange, is an error; and how ours are sent."""

from __future__ import annotations

import datetime
import decimal
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import bson
from bson import json_util
from bson.binary import Binary, UuidRepresentation
from bson.code import Code
from bson.codec_options import CodecOptions, DatetimeConversion
from bson.datetime_ms import DatetimeMS
from bson.dbref import DBRef
from bson.decimal128 import Decimal128, create_decimal128_context
from bson.max_key import MaxKey
from bson.min_key import MinKey
from bson.objectid import ObjectId
from bson.raw_bson import RawBSONDocument
from bson.regex import Regex
from bson.timestamp import Timestamp

if TYPE_CHECKING:
    from xregistry_tui.schema.shape import Scalar

CODEC: CodecOptions[dict[str, Any]] = CodecOptions(
    tz_aware=True,
    uuid_representation=UuidRepresentation.UNSPECIFIED,
    unicode_decode_error_handler="backslashreplace",
    datetime_conversion=DatetimeConversion.DATETIME_AUTO,
)
RAW: CodecOptions[RawBSONDocument] = CODEC.with_options(document_class=RawBSONDocument)

_UUID_SUBTYPE = 4
_UUID_BYTES = 16
_DAY = 86_400_000
_CANONICAL = json_util.CANONICAL_JSON_OPTIONS
_FLAGS = ((2, "i"), (4, "l"), (8, "m"), (16, "s"), (32, "u"), (64, "x"))


def decoded(raw: RawBSONDocument) -> dict[str, Any]:
    """A document of an answer as plain values; what the driver cannot read in it is said by a text in its place."""
    try:
        return {name: plain(value) for name, value in bson.decode(raw.raw, CODEC).items()}
    except (bson.errors.BSONError, ValueError, TypeError, OverflowError, RecursionError) as error:
        return _piecewise(raw, str(error))


def _piecewise(raw: RawBSONDocument, said: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    try:
        for name, value in raw.items():
            found[name] = decoded(value) if isinstance(value, RawBSONDocument) else plain(value)
    except (bson.errors.BSONError, ValueError, TypeError, OverflowError, RecursionError):
        found["?"] = f"cannot be read: {said}"
    return found


def plain(value: Any) -> Any:
    """A decoded value without any type of the driver's."""
    if value is None or isinstance(value, str | bool | int | float | datetime.datetime):
        return value if type(value) is not Code else str(value)
    if isinstance(value, DBRef):
        return plain(value.as_doc())
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return _special(value)


def _special(value: Any) -> Any:
    if isinstance(value, ObjectId):
        return str(value)
    if isinstance(value, Decimal128):
        return value.to_decimal()
    if isinstance(value, bytes):
        is_uuid = isinstance(value, Binary) and value.subtype == _UUID_SUBTYPE and len(value) == _UUID_BYTES
        return (
            str(value.as_uuid(UuidRepresentation.STANDARD)) if is_uuid and isinstance(value, Binary) else bytes(value)
        )
    if isinstance(value, DatetimeMS):
        return far_moment(int(value))
    if isinstance(value, Timestamp):
        return value.as_datetime()
    if isinstance(value, Regex):
        flags = "".join(letter for bit, letter in _FLAGS if value.flags & bit)
        pattern = value.pattern if isinstance(value.pattern, str) else value.pattern.decode("utf-8", "backslashreplace")
        return f"/{pattern}/{flags}"
    if isinstance(value, MinKey | MaxKey):
        return type(value).__name__
    return str(value)


def far_moment(milliseconds: int) -> str:
    """A moment outside Python's years as ISO 8601 writes it, with a sign and the year in full.

    >>> far_moment(-62167219200001), far_moment(253402300800000)
    ('-0001-12-31T23:59:59.999Z', '+10000-01-01T00:00:00.000Z')
    """
    days, rest = divmod(milliseconds, _DAY)
    # the calendar repeats every 400 years of 146,097 days
    eras, day = divmod(days + 719_162, 146_097)
    inside = datetime.datetime(2001, 1, 1) + datetime.timedelta(days=day, milliseconds=rest)  # noqa: DTZ001 - no zone
    year = inside.year - 2000 + 400 * eras
    return f"{'-' if year < 0 else '+'}{abs(year):04d}-{inside:%m-%dT%H:%M:%S}.{inside.microsecond // 1000:03d}Z"


def sent(value: Scalar) -> Any:
    """A value of ours as the server keeps it."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
    if isinstance(value, bool | float | bytes) or value is None:
        return value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**63 else Decimal128(create_decimal128_context().create_decimal(value))
    if isinstance(value, decimal.Decimal):
        with decimal.localcontext(create_decimal128_context()) as context:
            return Decimal128(context.create_decimal(value))
    if isinstance(value, datetime.datetime):
        return value if value.tzinfo else value.replace(tzinfo=datetime.UTC)
    if isinstance(value, datetime.date):
        return datetime.datetime(value.year, value.month, value.day, tzinfo=datetime.UTC)
    return value.isoformat()


def meanings(value: Scalar) -> list[Any]:
    """All that a written value may be in a document: a text may be a number, a moment, an id, a truth."""
    if not isinstance(value, str):
        return [sent(value), *([str(value)] if isinstance(value, int | float) and not isinstance(value, bool) else [])]
    found = [sent(value)]
    for read in (_integer, _number, _moment, _identifier, _truth):
        meant = read(value)
        if meant is not None and not any(meant == one and type(meant) is type(one) for one in found):
            found.append(meant)
    return found


def _integer(text: str) -> Any:
    return sent(int(text)) if text.strip().lstrip("+-").isdecimal() and len(text) < 35 else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _moment(text: str) -> datetime.datetime | None:
    try:
        return sent(datetime.datetime.fromisoformat(text)) if "-" in text else None
    except (ValueError, OverflowError):
        return None


def _identifier(text: str) -> Any:
    from uuid import UUID

    if ObjectId.is_valid(text) and len(text) == 24:
        return ObjectId(text)
    try:
        return Binary(UUID(text).bytes, _UUID_SUBTYPE) if len(text) == 36 else None
    except ValueError:
        return None


def _truth(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.strip().lower())


def locator(value: Any) -> Scalar:
    """An `_id` as a value that finds the record again, whatever it is."""
    if value is None or isinstance(value, str | bool | int | float | datetime.datetime):
        return value
    if isinstance(value, ObjectId | Decimal128):
        plainly: Scalar = plain(value)
        return plainly
    if type(value) is bytes:
        return value
    return json_util.dumps(value, json_options=_CANONICAL)


def located(key: Scalar) -> list[Any]:
    """What an `_id` given by `locator` may be."""
    if not isinstance(key, str):
        return [sent(key)]
    found = [sent(key)]
    if (identifier := _identifier(key)) is not None:
        found.append(identifier)
    if key.startswith("{"):
        try:
            found.append(json_util.loads(key, json_options=_CANONICAL))
        except (ValueError, TypeError, KeyError, bson.errors.BSONError, json.JSONDecodeError):
            return found
    return found


def every(rows: Iterable[RawBSONDocument]) -> list[dict[str, Any]]:
    """All documents of an answer, decoded."""
    return [decoded(row) for row in rows]
