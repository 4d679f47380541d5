"""Fixtures of real servers: skipped with the reason where there is none, failed where `CI` is set."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.engines import mongodb
from tests.engines import postgres as engine
from tests.engines.mongodb import Mongo
from tests.engines.postgres import Fresh, Postgres
from tests.engines.process import Unavailable

MakeFresh = Callable[..., Fresh]
MakeServer = Callable[..., Mongo]


def unavailable(reason: str) -> None:
    """Skip the test, or fail it where everything should be there."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The PostgreSQL server, started at the first test that asks for it."""
    try:
        server = engine.start()
    except Unavailable as error:
        unavailable(f"no PostgreSQL here: {error}")
        raise
    yield server
    server.kept.stop()


@pytest.fixture
def fresh(postgres: Postgres) -> Iterator[MakeFresh]:
    """`fresh("CREATE TABLE …")` gives a new database, which is gone after the test."""
    made: list[Fresh] = []

    def make(script: str = "", **options: str) -> Fresh:
        made.append(postgres.fresh(script, **options))
        return made[-1]

    yield make
    for database in made:
        postgres.drop(database)


@pytest.fixture(scope="session")
def mongo_servers() -> Iterator[MakeServer]:
    """`mongo_servers(replicas=…, secure=…)` gives the MongoDB server of that kind, started at the first call."""
    started: dict[tuple[tuple[str, bool], ...], Mongo] = {}

    def server(**kind: bool) -> Mongo:
        key = tuple(sorted(kind.items()))
        if key not in started:
            try:
                started[key] = mongodb.start(**kind)
            except Unavailable as error:
                unavailable(f"no MongoDB here: {error}")
                raise
        return started[key]

    yield server
    for one in started.values():
        one.stop()


@pytest.fixture
def mongo(mongo_servers: MakeServer) -> Iterator[mongodb.Fresh]:
    """A new database of a replica set of one node, gone after the test."""
    database = mongo_servers(replicas=True).fresh()
    yield database
    database.drop()


@pytest.fixture
def standalone(mongo_servers: MakeServer) -> Iterator[mongodb.Fresh]:
    """A new database of a server that is no replica set, gone after the test."""
    database = mongo_servers(replicas=False).fresh()
    yield database
    database.drop()
