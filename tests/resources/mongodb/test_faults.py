"""What goes wrong while a server is used: each is said as what it is, nothing stays behind, and we go on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.engines import mongodb as engine
from tests.engines.fixtures import MakeServer, unavailable
from tests.engines.mongodb import PASSWORD, Fresh
from tests.engines.process import Unavailable
from tests.engines.proxy import proxied
from tests.resources.mongodb.conftest import Opened
from tests.resources.running import running
from xregistry_tui.profiling.plan import Budget, Plan
from xregistry_tui.resources.base import (
    RecordQuery,
    ResourceBusy,
    ResourceDenied,
    ResourceError,
    ResourceGone,
    ResourceSlow,
    UnknownTarget,
)
from xregistry_tui.resources.mongodb import MongodbResource
from xregistry_tui.resources.mongodb.shapes import shape

_MANY = [{"$set": {"x": {"$range": [0, 5_000]}}}, {"$unwind": "$x"}]
SLOW = [*_MANY, *_MANY, *_MANY, {"$group": {"_id": None, "n": {"$sum": 1}}}]
ORDERS = RecordQuery(collection="orders")


def filled(database: Fresh) -> Fresh:
    database.db["orders"].insert_one({"_id": 1, "note": "a"})
    database.db.create_collection("slow", viewOn="orders", pipeline=SLOW)
    return database


@pytest.fixture
def shop(mongo: Fresh) -> Fresh:
    return filled(mongo)


@pytest.fixture
def own() -> Iterator[Fresh]:
    """A database of a replica set that the test may kill."""
    try:
        server = engine.start()
    except Unavailable as error:
        unavailable(f"no MongoDB here: {error}")
        raise
    yield filled(server.fresh())
    server.stop()


async def still_works(resource: MongodbResource) -> None:
    assert (await resource.records(ORDERS)).rows == ((1, "a"),)


@pytest.mark.parametrize("how", ["time", "owner", "close"])
@pytest.mark.parametrize("what", ["records", "shape", "profile"])
async def test_nothing_of_ours_stays_on_the_server(shop: Fresh, opened: Opened, how: str, what: str) -> None:
    resource = await opened(shop.url)
    orders = await resource.shape("orders")
    seconds = 0.2 if how == "time" else 30.0
    work = {
        "records": lambda: resource.records(RecordQuery(collection="slow", budget=Budget(seconds=seconds))),
        "shape": lambda: resource._ask(lambda ask: shape(ask, "slow"), seconds),
        "profile": lambda: resource.profile(Plan(shape=replace(orders, name="slow"), budget=Budget(seconds=seconds))),
    }[what]
    if how == "time":
        with pytest.raises(ResourceSlow, match=r"took longer than 0\.2 s"):
            await work()
    else:
        task = await running(work(), shop)
        if how == "owner":
            task.cancel()
        else:
            await resource.close()
        with pytest.raises((asyncio.CancelledError, ResourceGone)):
            await task
    assert [one for one in shop.activity() if one.get("active")] == []
    if how != "close":
        await still_works(resource)


async def test_one_whose_owner_goes_ends_nobody_elses(shop: Fresh, opened: Opened) -> None:
    resource = await opened(shop.url)
    query = RecordQuery(collection="slow")
    first, second = await running(resource.records(query), shop), asyncio.ensure_future(resource.records(query))
    while not second.done() and len([one for one in shop.activity() if one.get("active")]) < 2:
        await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert len([one for one in shop.activity() if one.get("active")]) == 1
    assert not second.done()
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second


async def test_an_operation_that_an_administrator_ends(shop: Fresh, opened: Opened) -> None:
    resource = await opened(shop.url)
    task = await running(resource.records(RecordQuery(collection="slow")), shop)
    (found,) = (one for one in shop.activity() if one.get("active"))
    assert found["command"]["comment"].startswith("xreg-tui ")
    assert found["command"]["maxTimeMS"] <= 30_000
    shop.client.admin.command("killOp", op=found["opid"])
    with pytest.raises(ResourceBusy, match="someone ended"):
        await task
    await still_works(resource)


async def test_production_is_asked_for_less(shop: Fresh, opened: Opened) -> None:
    resource = await opened(shop.url, level="production")
    orders = await resource.shape("orders")
    task = await running(resource.profile(Plan(shape=replace(orders, name="slow"))), shop)
    (found,) = (one for one in shop.activity() if one.get("active"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert found["command"]["maxTimeMS"] <= 10_000


async def test_a_slow_view_is_said_of_it_alone(shop: Fresh, opened: Opened) -> None:
    shop.db.create_collection("zebras")
    resource = await opened(shop.url)
    resource._budget = Budget(seconds=0.5)
    orders, slow, zebras = [one async for one in resource.shapes(["orders", "slow", "zebras"])]
    assert (orders.name, slow[0], zebras.name) == ("orders", "slow", "zebras")
    assert isinstance(slow[1], ResourceSlow)


async def test_a_server_that_is_killed_and_comes_again(own: Fresh, opened: Opened) -> None:
    resource = await opened(own.url + "&serverSelectionTimeoutMS=1000")
    orders = await resource.shape("orders")
    before = await resource.change_tokens()
    task = await running(resource.profile(Plan(shape=replace(orders, name="slow"))), own)
    own.server.kill()
    with pytest.raises(ResourceGone):
        await task
    assert not await resource.validate_connection()
    own.server.run()
    own.server.initiate()
    await still_works(resource)
    own.db["orders"].update_one({"_id": 1}, {"$set": {"note": "a"}})
    assert (await resource.profile(Plan(shape=orders))).n == 1
    assert await resource.change_tokens() is not None
    own.db["orders"].insert_one({"_id": 2})
    assert (await resource.change_tokens())["orders"] != before["orders"]


async def test_a_primary_that_steps_down(own: Fresh, opened: Opened) -> None:
    resource = await opened(own.url)
    orders = await resource.shape("orders")
    own.client.admin.command("replSetStepDown", 1, secondaryCatchUpPeriodSecs=0, force=True)
    assert (await resource.profile(Plan(shape=orders))).n == 1
    await still_works(resource)
    own.server.primary(own.client)
    await still_works(resource)


async def test_a_network_that_swallows_everything(shop: Fresh) -> None:
    async with proxied(shop.server.port, blind=True) as proxy:
        url = f"mongodb://127.0.0.1:{proxy.port}/{shop.name}?directConnection=true&connectTimeoutMS=500"
        resource = MongodbResource(url=url)
        await resource.connect()
        proxy.hold()
        began = time.monotonic()
        with pytest.raises((ResourceSlow, ResourceGone)):
            await resource.records(RecordQuery(collection="orders", budget=Budget(seconds=0.5)))
        assert time.monotonic() - began < 8
        proxy.cut()
        await resource.close()


async def test_who_may_not_come_in(mongo_servers: MakeServer, opened: Opened) -> None:
    server = mongo_servers(replicas=False, secure=True)
    shop = filled(server.fresh())
    for url, said in (
        (server.url_of("reader", shop.name, "wrong"), "refused the password of user 'reader'"),
        (server.url_of("stranger", shop.name), "refused the password of user 'stranger'"),
        (server.url(shop.name), "refused to be read without a user"),
        (server.url_of("reader", shop.name).replace("?authSource=admin", ""), "refused the password"),
    ):
        with pytest.raises(ResourceDenied, match=said) as refused:
            await opened(url)
        assert not refused.value.recoverable
        assert refused.value.hint
        assert "wrong" not in str(refused.value)
        assert PASSWORD not in str(refused.value)
    await still_works(await opened(server.url_of("reader", shop.name)))
    with pytest.raises(ResourceDenied, match="nobody may not read it"):
        await opened(server.url_of("nobody", shop.name))
    shop.drop()


async def test_a_password_that_is_asked_for(mongo_servers: MakeServer, opened: Opened) -> None:
    server = mongo_servers(replicas=False, secure=True)
    shop = filled(server.fresh())
    asked = []

    async def ask(question: str) -> str:
        asked.append(question)
        return PASSWORD

    url = f"mongodb://reader@127.0.0.1:{server.port}/{shop.name}?authSource=admin"
    await still_works(await opened(url, ask=ask))
    assert asked == [f"Password of reader at 127.0.0.1:{server.port}: "]
    with pytest.raises(ResourceDenied, match="or got none"):
        await opened(url)
    shop.drop()


async def test_a_reader_ends_her_own_operations(mongo_servers: MakeServer, opened: Opened) -> None:
    server = mongo_servers(replicas=False, secure=True)
    shop = filled(server.fresh())
    resource = await opened(server.url_of("reader", shop.name))
    task = await running(resource.records(RecordQuery(collection="slow")), shop)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert shop.activity() == []
    shop.drop()


@pytest.mark.parametrize(
    ("url", "kind", "said"),
    [
        ("mongodb://127.0.0.1:1/x", ResourceGone, "no server listens at 127.0.0.1:1"),
        ("mongodb://nowhere.invalid/x", ResourceGone, "there is no host nowhere.invalid"),
        ("mongodb://127.0.0.1:{port}/x?replicaSet=other", ResourceGone, "no member of replica set 'other'"),
        ("mongodb://127.0.0.1:{port}/x?tls=true", ResourceDenied, "encryption with"),
        ("mongodb://127.0.0.1:{port}/x?tlsCAFile=/nowhere.pem&tls=true", UnknownTarget, "cannot be connected to"),
        ("mongodb://127.0.0.1:{port}/x?readPreference=nonsense", UnknownTarget, "cannot be connected to"),
        ("mongodb://u:hidden@127.0.0.1:{port}/x?authMechanism=NONSENSE", UnknownTarget, "cannot be connected to"),
    ],
)
async def test_targets_that_lead_nowhere(
    mongo: Fresh, opened: Opened, url: str, kind: type[ResourceError], said: str
) -> None:
    port = mongo.server.port
    query = "&" if "?" in url else "?"
    with pytest.raises(kind, match=said) as refused:
        await opened(url.format(port=port) + f"{query}serverSelectionTimeoutMS=700")
    assert refused.value.hint
    assert "hidden" not in str(refused.value)
