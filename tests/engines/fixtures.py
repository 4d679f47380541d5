"""Fixtures of real servers: skipped with the reason where there is none, failed where `CI` is set."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.engines import postgres as engine
from tests.engines.postgres import Fresh, Postgres
from tests.engines.process import Unavailable

MakeFresh = Callable[..., Fresh]


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
