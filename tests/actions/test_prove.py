"""A version, or an edited source, proved over live records: who may, and what the trail keeps of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pydantic import BaseModel

from xregistry_tui.actions.base import ActionError, Refused
from xregistry_tui.actions.local import LocalSession
from xregistry_tui.core.bindings import Binding
from xregistry_tui.core.models import ModelPermission
from xregistry_tui.schema.proof import Outcome, Proof

ORDERS, CUSTOMERS = "models.shop.orders", "models.shop.customers"


async def edited(session: LocalSession, *replaced: tuple[str, str], model: str = ORDERS) -> str:
    """The draft of a model with parts of it replaced."""
    source: str = (await session.perform("draft", model=model)).value
    for old, new in replaced:
        assert old in source, source
        source = source.replace(old, new)
    return source


async def proof_of(session: LocalSession, model: str = ORDERS, **arguments: str) -> Proof:
    proof: Proof = (await session.perform("prove", model=model, **arguments)).value
    return proof


PAID = ('Literal["paid", "shipped", "pending"]', 'Literal["paid"]')


async def test_an_edited_source_is_proved_before_it_is_a_version(connected: LocalSession) -> None:
    proof = await proof_of(connected, source=await edited(connected, PAID))
    assert proof.line == '20 of 60 fail: keys 3, 6, 9, …: status must be "paid"'
    assert (proof.older, proof.newer, proof.resource, proof.collection) == ("1.0.0", "edited", "shop", "orders")
    assert connected._workspace.registry.models[ORDERS].version == "1.0.0"
    assert not connected.work()


async def test_two_versions_are_proved_by_their_numbers(connected: LocalSession) -> None:
    await connected.perform("accept", model=ORDERS, source=await edited(connected, PAID), anyway=True)
    forth = await proof_of(connected)
    assert (forth.older, forth.newer, forth.failed, forth.outcome) == ("1.0.0", "2.0.0", 20, Outcome.REFUTED)
    back = await proof_of(connected, older="2.0.0", version="1.0.0")
    assert (back.failed, back.outcome) == (0, Outcome.PROVEN)


async def test_the_trail_has_counts_and_neither_keys_nor_values(connected: LocalSession) -> None:
    await proof_of(connected, source=await edited(connected, PAID))
    *_, entry = connected._workspace.trail
    assert (entry.verb, entry.subject) == ("proved", ORDERS)
    assert entry.text == "orders 1.0.0 → edited: 20 of 60 fail"
    assert {name: entry.detail[name] for name in ("rows", "failed", "verdict")} == {
        "rows": 60,
        "failed": 20,
        "verdict": "refuted",
    }
    assert "shipped" not in str(entry.detail)


async def test_reading_is_needed_and_to_run_a_source_updating_too(connected: LocalSession) -> None:
    workspace = connected._workspace
    await connected.perform("revoke", item=ORDERS, role="*", permissions=["read"])
    workspace.registry.models.grant(ORDERS, "reader", ModelPermission.READ, ModelPermission.LIST)
    workspace.registry.models.grant(ORDERS, "writer", ModelPermission.UPDATE, ModelPermission.LIST)
    source = await edited(connected, PAID)
    reader, writer = LocalSession(workspace, "reader"), LocalSession(workspace, "writer")
    with pytest.raises(Refused, match="UPDATE"):
        await reader.perform("prove", model=ORDERS, source=source)
    with pytest.raises(Refused, match="READ"):
        await writer.perform("prove", model=ORDERS, source=source)
    await connected.perform("accept", model=ORDERS, source=source, anyway=True)
    assert (await proof_of(reader)).failed == 20


async def test_without_records_it_says_what_to_connect(connected: LocalSession, session: LocalSession) -> None:
    class Free(BaseModel):
        id: int

    models = connected._workspace.registry.models
    models.register_static_model(Free, namespace="auth")
    with pytest.raises(ActionError, match=r"has no live records to prove it over: connect .* \[\[bindings\]\]"):
        await proof_of(connected, "models.auth.Free", older="1.0.0", version="1.0.0")
    await connected.perform("disconnect", resource="shop")
    with pytest.raises(ActionError, match="shop holds the records of orders and is not connected"):
        await proof_of(connected, older="1.0.0", version="1.0.0")


async def test_a_binding_of_the_settings_says_where_the_records_are(connected: LocalSession) -> None:
    class Order(BaseModel):
        id: int
        status: str

    models = connected._workspace.registry.models
    models.register_static_model(Order, namespace="auth")
    connected._workspace.want([Binding(model="auth.Order", resource="shop", collection="orders")])
    source = "class Order(BaseModel):\n    id: int\n    status: str\n    gift: bool\n"
    proof = await proof_of(connected, "models.auth.Order", source=source)
    assert proof.line == "60 of 60 fail: gift must be there"


async def test_the_first_version_has_none_before_it(connected: LocalSession) -> None:
    with pytest.raises(ActionError, match=r"no version of orders before 1\.0\.0"):
        await proof_of(connected)


async def test_a_source_that_gives_no_model_says_why(connected: LocalSession) -> None:
    with pytest.raises(ActionError, match="it defines no model"):
        await proof_of(connected, source="x = 1")


async def test_a_proof_that_runs_is_work_that_says_how_far_it_is(connected: LocalSession) -> None:
    source = await edited(
        connected, ("class Orders(BaseModel):", "from pydantic import model_validator\n\n\nclass Orders(BaseModel):")
    )
    source += "\n    @model_validator(mode='after')\n    def fine(self):\n        return self\n"
    said: set[tuple[str, float | None]] = set()
    changes = connected.subscribe(lambda: said.update((one.detail, one.progress) for one in connected.work()))
    proof = await proof_of(connected, source=source)
    changes.close()
    assert proof.outcome is Outcome.PROVEN
    assert said
    assert not connected.work()


async def test_a_proof_is_cancelled_and_the_trail_says_so(connected: LocalSession, shop: Path) -> None:
    task = asyncio.ensure_future(connected.perform("prove", model=ORDERS, source=await edited(connected, PAID)))
    while not connected.work():
        await asyncio.sleep(0)
    await connected.perform("cancel", work=connected.work()[-1].id)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [(entry.verb, entry.text) for entry in connected._workspace.trail][-1] == (
        "proved",
        "cancelled before it ended",
    )
    assert not connected.work()
