"""Change tokens: one question tells which collections changed, as well as the server can say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engines.fixtures import MakeServer
from tests.engines.mongodb import Fresh
from tests.resources.mongodb.conftest import Opened
from xregistry_tui.resources.base import RecordQuery

CHANGES: dict[str, tuple[Callable[[Any], Any], set[str]]] = {
    "insert": (lambda db: db["a"].insert_one({"n": 2}), {"a"}),
    "update": (lambda db: db["a"].update_many({}, {"$set": {"n": 5}}), {"a"}),
    "delete": (lambda db: db["a"].delete_many({}), {"a"}),
    "modify": (lambda db: db["b"].find_one_and_update({}, {"$set": {"n": 7}}), {"b"}),
    "elsewhere": (lambda db: db.client["elsewhere"]["a"].insert_one({"n": 1}), set()),
    "reading": (lambda db: list(db["a"].find()), set()),
}


@pytest.fixture(params=["mongo", "standalone"])
def database(request: pytest.FixtureRequest) -> Fresh:
    fresh: Fresh = request.getfixturevalue(request.param)
    for name in "ab":
        fresh.db[name].insert_one({"n": 1})
    fresh.db.create_collection("v", viewOn="a", pipeline=[])
    return fresh


@pytest.mark.parametrize("change", CHANGES)
async def test_only_what_changed_has_another_token(database: Fresh, opened: Opened, change: str) -> None:
    resource = await opened(database.url)
    before = await resource.change_tokens()
    assert set(before) == {"a", "b"}, "what a view shows is known by looking"
    await resource.records(RecordQuery(collection="a"))
    await resource.shape("b")
    assert await resource.change_tokens() == before
    whole = await resource.change_token()
    made, changed = CHANGES[change]
    made(database.db)
    after = await resource.change_tokens()
    assert {name for name in before if before[name] != after[name]} == changed
    assert (await resource.change_token() != whole) is bool(changed)
    assert await resource.change_token("v") is None
    database.client.drop_database("elsewhere")


async def test_a_stream_that_is_lost_goes_on_where_it_was(mongo: Fresh, opened: Opened) -> None:
    mongo.db["a"].insert_one({})
    mongo.db["b"].insert_one({})
    resource = await opened(mongo.url)
    before = await resource.change_tokens()
    mongo.db["a"].insert_one({})
    cursor, where = resource._watch._cursor
    mongo.db.command("killCursors", where, cursors=[cursor])
    after = await resource.change_tokens()
    assert (after["a"] != before["a"], after["b"] == before["b"]) == (True, True)


async def test_after_more_changes_than_are_told_apart_all_changed(
    mongo: Fresh, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xregistry_tui.resources.mongodb.changes.MOST", 10)
    mongo.db["a"].insert_one({})
    mongo.db["b"].insert_one({})
    resource = await opened(mongo.url)
    before = await resource.change_tokens()
    mongo.db["a"].insert_many([{} for _ in range(50)])
    after = await resource.change_tokens()
    assert (after["a"] != before["a"], after["b"] != before["b"]) == (True, True)
    assert await resource.change_tokens() == after, "what is behind us is left behind"


async def test_new_and_dropped_collections(mongo: Fresh, opened: Opened) -> None:
    mongo.db["a"].insert_one({})
    resource = await opened(mongo.url)
    assert set(await resource.change_tokens()) == {"a"}
    mongo.db["c"].insert_one({})
    assert set(await resource.change_tokens()) == {"a", "c"}
    mongo.db["a"].drop()
    assert set(await resource.change_tokens()) == {"c"}


@pytest.mark.parametrize(("roles", "says"), [(["read"], False), (["read", "clusterMonitor"], True)])
async def test_without_the_right_to_the_counters_age_alone_tells(
    mongo_servers: MakeServer, opened: Opened, roles: list[str], says: bool
) -> None:
    server = mongo_servers(replicas=False, secure=True)
    fresh = server.fresh()
    fresh.db["a"].insert_one({})
    granted = [{"role": role, "db": "admin" if "cluster" in role else fresh.name} for role in roles]
    fresh.db.command("createUser", "u", pwd="x", roles=granted)
    resource = await opened(f"mongodb://u:x@127.0.0.1:{server.port}/{fresh.name}")
    assert set(await resource.change_tokens()) == ({"a"} if says else set())
    assert (await resource.change_token() is not None) is says
    await resource.close()
    fresh.db.command("dropUser", "u")
    fresh.drop()


async def test_nothing_stays_when_it_is_closed(mongo: Fresh, opened: Opened) -> None:
    resource = await opened(mongo.url)
    await resource.change_tokens()
    assert len(mongo.activity()) == 1, "the stream waits for its next question"
    await resource.close()
    assert mongo.activity() == []
