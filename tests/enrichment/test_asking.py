"""What only the engine can tell of a record: references, rare values, values that are taken."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.enrichment.engine import StillClock
from xregistry_tui.core.models import RegisteredModel
from xregistry_tui.enrichment.asking import Answers, asked
from xregistry_tui.enrichment.enriched import EnrichedRegistry
from xregistry_tui.enrichment.validation import InvalidRecord, validate_record
from xregistry_tui.resources.base import XResource
from xregistry_tui.resources.factory import ResourceFactory
from xregistry_tui.schema.report import ValidationReport
from xregistry_tui.xregistry import XRegistry

NOW = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
SCRIPT = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT UNIQUE);
INSERT INTO customers VALUES (1, 'a@example.org'), (2, 'b@example.org');
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers (id), status TEXT);
"""


@dataclass
class Shop:
    """Orders that were looked at, and then one more with a status that nobody had seen."""

    enriched: EnrichedRegistry
    resource: XResource
    path: Path

    def model(self, name: str) -> RegisteredModel:
        return self.enriched.model_registry[name]

    async def check(self, record: dict[str, Any], name: str = "orders", **how: Any) -> ValidationReport:
        model = self.model(name)
        (live,) = self.enriched.lives(model.path)
        report, _ = validate_record(record, model, live, now=NOW)
        return await self.enriched.asked(report, model, live, **how)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(SCRIPT)
        rows = [(n, n % 2 + 1, ("paid", "sent")[n % 2]) for n in range(400)]
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?)", rows)
    resource, enriched = ResourceFactory.from_url(str(path)), XRegistry().get_enriched()
    await enriched.discover_and_register(resource)
    await enriched.settled()
    for live in enriched.lives():
        enriched.pause(live.binding.key)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO orders VALUES (1000, 1, 'lost')")
    yield Shop(enriched, resource, path)
    await enriched.close()
    await resource.close()


def codes(report: ValidationReport) -> list[tuple[str, str, str]]:
    return [(problem.path, problem.code, problem.severity.value) for problem in report.problems]


async def test_a_reference_to_nobody_is_an_error(shop: Shop) -> None:
    fine = {"id": 5000, "customer": 2, "status": "paid"}
    assert codes(await shop.check(fine)) == []
    report = await shop.check({**fine, "customer": 9})
    assert codes(report) == [("/customer", "reference", "error")]
    assert report.problems[0].message == "refers to no record of customers: none has 9 as its id"
    with pytest.raises(InvalidRecord, match=r"^Invalid value for customer: refers to no record"):
        await shop.enriched.create_with_validation("orders", {**fine, "customer": 9})
    assert await shop.enriched.create_with_validation("orders", {**fine, "customer": 9}, False)


async def test_nobody_is_warned_of_a_value_that_is_there_though_it_was_not_seen(shop: Shop) -> None:
    record = {"id": 5000, "customer": 1, "status": "lost"}
    model = shop.model("orders")
    (live,) = shop.enriched.lives(model.path)
    without, _ = validate_record(record, model, live, now=NOW)
    assert codes(without) == [("/status", "unseen", "warning")]
    assert codes(await shop.check(record)) == []
    assert codes(await shop.check({**record, "status": "payd"})) == [("/status", "unseen", "warning")]


async def test_whether_a_value_is_taken_is_asked_where_someone_wants_to_know(shop: Shop) -> None:
    record = {"id": 1, "email": "b@example.org"}
    assert codes(await shop.check(record, "customers")) == []
    report = await shop.check(record, "customers", unique=True)
    assert codes(report) == [("/id", "taken", "warning"), ("/email", "taken", "warning")]
    assert codes(await shop.check({"id": 7, "email": "c@example.org"}, "customers", unique=True)) == []


async def test_what_is_typed_on_is_not_asked_again_within_seconds(shop: Shop) -> None:
    clock = StillClock()
    answers = Answers(clock)
    question = ("customers", "id", 9)
    assert not await answers.of(shop.resource, question)
    with closing(sqlite3.connect(shop.path)) as connection, connection:
        connection.execute("INSERT INTO customers VALUES (9, NULL)")
    assert not await answers.of(shop.resource, question)
    await clock.advance(11)
    assert await answers.of(shop.resource, question)


async def test_an_engine_that_does_not_answer_is_a_note_and_what_was_said_stays(shop: Shop) -> None:
    model = shop.model("orders")
    (live,) = shop.enriched.lives(model.path)
    record = {"id": 5000, "customer": 9, "status": "lost"}
    report, _ = validate_record(record, model, live, now=NOW)
    await shop.resource.close()
    shop.path.unlink()
    told = await asked(report, model, live, shop.resource, Answers(StillClock()))
    assert codes(told) == [("/status", "unseen", "warning"), ("", "not_asked", "note")]
    assert told.valid
    assert "could not be asked about references and rare values" in told.problems[-1].message


async def test_a_value_that_is_wrong_already_is_asked_about_no_more(shop: Shop) -> None:
    report = await shop.check({"id": 5000, "customer": "x", "status": "paid"})
    assert [code for _, code, _ in codes(report)] == ["type"]
