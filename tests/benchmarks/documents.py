"""The table of `postgres_grades` as documents: 20 fields of mixed kinds, made on the machine of the benchmark."""

from __future__ import annotations

import datetime
import hashlib
import itertools
import random
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bson.binary import Binary
from bson.decimal128 import Decimal128
from bson.int64 import Int64

if TYPE_CHECKING:
    from pymongo.database import Database

LONGS = ("_id", "parent")
INTS = ("customer", "quantity", "rating")
DOUBLES = ("price", "score")
DECIMALS = ("amount",)
NUMBERS = (*LONGS, *INTS, *DOUBLES, *DECIMALS)
MOMENTS = ("created", "updated", "day")
TEXTS = ("status", "country", "email", "full_name", "note", "code", "address")
TRUTHS, UUIDS = ("active",), ("token",)
TYPES = {
    **dict.fromkeys(LONGS, "long"),
    **dict.fromkeys(INTS, "int"),
    **dict.fromkeys(DOUBLES, "double"),
    **dict.fromkeys(DECIMALS, "decimal"),
    **dict.fromkeys(MOMENTS, "date"),
    **dict.fromkeys(TEXTS, "string"),
    **dict.fromkeys(TRUTHS, "bool"),
    **dict.fromkeys(UUIDS, "binData"),
}
"""The type of each field; `parent` and `rating` may be null, `note` may be missing."""

_ZONE = datetime.UTC
_CREATED, _UPDATED, _DAY = (datetime.datetime(year, 1, 1, tzinfo=_ZONE) for year in (2020, 2021, 2019))
_BATCH = 10_000


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def document(g: int, chance: random.Random) -> dict[str, Any]:
    """The record of this number."""
    cents = round(chance.random() * 100_000)
    host = int(chance.random() * 60_000)
    noted = {"note": f"a note about {g % 90_000}"} if chance.random() < 0.3 else {}
    return {
        "_id": Int64(g),
        "customer": round(chance.random() ** 3 * 50_000),
        "amount": Decimal128(Decimal(cents).scaleb(-2)),
        "price": chance.random() * 100,
        "quantity": g % 50,
        "status": ("new", "paid", "sent", "done", "void")[int(chance.random() ** 2 * 5)],
        "country": ("de", "fr", "it", "es", "pl", "nl", "at")[g % 7],
        "email": f"user{g % 400_000}@example.org",
        "full_name": f"Name {_md5(str(g % 300_000))}",
        **noted,
        "created": _CREATED + g * datetime.timedelta(seconds=13),
        "updated": _UPDATED + chance.random() * datetime.timedelta(days=900),
        "day": _DAY + datetime.timedelta(days=g // 900 % 3000),
        "active": chance.random() < 0.8,
        "token": Binary(uuid.UUID(_md5(str(g))).bytes, 4),
        "address": f"10.0.{host // 256}.{host % 256}",
        "score": chance.random(),
        "parent": Int64(g // 10) if g % 10 else None,
        "code": f"C{g % 25_000}",
        "rating": 1 + int(chance.random() * 5) if chance.random() < 0.95 else None,
    }


def documents(rows: int) -> Iterator[list[dict[str, Any]]]:
    """So many of them, always the same, in batches."""
    chance = random.Random(rows)
    made = (document(g, chance) for g in range(1, rows + 1))
    while batch := list(itertools.islice(made, _BATCH)):
        yield batch


def fill(database: Database[dict[str, Any]], name: str, rows: int) -> None:
    """A collection of so many of them."""
    for batch in documents(rows):
        database[name].insert_many(batch, ordered=False)
