"""What people give to an item and take away, as verbs: done, recorded, refused, and said so that one can act on it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from xregistry_tui.actions.base import ActionError, Refused
from xregistry_tui.actions.local import LocalSession
from xregistry_tui.core.bindings import Binding
from xregistry_tui.core.functions import FunctionPermission
from xregistry_tui.core.models import ModelPermission
from xregistry_tui.xregistry import XRegistry

FUNCTION, MODEL, TYPE = "functions.pricing.total", "models.auth.User", "types.constraint.Count"
ORDERS = "models.shop.orders"
EVERY = (FUNCTION, MODEL, TYPE)


class User(BaseModel):
    name: str


def total(amount: float) -> float:
    return amount


@pytest.fixture
def registry(session: LocalSession) -> XRegistry:
    """The session's, with one item of each kind."""
    made = session._workspace.registry
    made.functions.register(total, namespace="pricing")
    made.models.register_static_model(User, namespace="auth")
    made.types.register_type(Annotated[int, Field(gt=0)], name="Count")
    return made


def trail(session: LocalSession) -> list[tuple[str, str]]:
    return [(entry.verb, entry.subject) for entry in session.trail()]


@pytest.mark.parametrize("item", EVERY)
async def test_tags_come_and_go_and_leave_a_trail(session: LocalSession, registry: XRegistry, item: str) -> None:
    result = await session.perform("tag", item=item, tags=["money", "weekly"])
    assert result.said == f"{item} is tagged money and weekly"
    assert registry.item(item).tags == {"money", "weekly"}
    await session.perform("untag", item=item, tags="weekly absent")
    assert registry.item(item).tags == {"money"}
    assert trail(session) == [("tagged", item), ("untagged", item)]


@pytest.mark.parametrize("item", EVERY)
async def test_a_deprecation_says_until_when_and_what_instead(
    session: LocalSession, registry: XRegistry, item: str
) -> None:
    await session.perform("deprecate", item=item, removal="2999-01-31", alternative="another")
    held = registry.item(item).deprecation
    assert held is not None
    assert held.text.endswith("to be removed on 2999-01-31; use another")
    await session.perform("undeprecate", item=item)
    assert registry.item(item).deprecation is None
    assert trail(session) == [("deprecated", item), ("undeprecated", item)]


@pytest.mark.parametrize("item", EVERY)
async def test_what_is_unregistered_comes_back_as_it_was(session: LocalSession, registry: XRegistry, item: str) -> None:
    await session.perform("tag", item=item, tags=["kept"])
    before = registry.item(item)
    said = (await session.perform("unregister", item=item)).said
    assert said == f"{item} is unregistered; restore brings it back"
    with pytest.raises(KeyError):
        registry.item(item)
    await session.perform("restore", item=item)
    assert registry.item(item) is before
    assert trail(session)[1:] == [("unregistered", item), ("restored", item)]


@pytest.mark.parametrize(
    ("item", "permissions", "kind"),
    [(FUNCTION, "view modify", FunctionPermission), (MODEL, ["UPDATE"], ModelPermission)],
)
async def test_grants_are_what_a_role_may_do(session, registry, item, permissions, kind) -> None:
    result = await session.perform("grant", item=item, role=" ops ", permissions=permissions)
    words = permissions.split() if isinstance(permissions, str) else ["update"]
    assert registry.item(item).permissions["ops"] == {kind(word) for word in words}
    assert result.said == f"ops may {' and '.join(words)} {item}"
    await session.perform("revoke", item=item, role="ops", permissions=permissions)
    assert "ops" not in registry.item(item).permissions
    assert trail(session) == [("granted", item), ("revoked", item)]


async def test_what_a_role_holds_all_the_same_is_said(session: LocalSession, registry: XRegistry) -> None:
    said = (await session.perform("revoke", item=MODEL, role="ops", permissions="read")).said
    assert said == f"ops may read {MODEL} all the same: READ on {MODEL} is granted to everyone"
    said = (await session.perform("revoke", item=MODEL, role="*", permissions="read")).said
    assert said == f"* may not read {MODEL} any more"
    assert ModelPermission.READ not in registry.item(MODEL).permissions["*"]


async def test_a_resource_is_granted_and_then_refreshed_by_others(connected: LocalSession) -> None:
    ops = LocalSession(connected._workspace, "ops")
    with pytest.raises(Refused, match=r"role ops lacks REFRESH on resources\.shop"):
        await ops.perform("refresh", model=ORDERS)
    await connected.perform("grant", item="resources.shop", role="ops", permissions="refresh discover")
    assert (await ops.perform("refresh", model=ORDERS)).said == f"{ORDERS} refreshed"
    await connected.perform("revoke", item="resources.shop", role="ops", permissions="refresh")
    assert dict(connected._workspace.resource_grants["shop"]) == {"ops": {"discover"}}
    with pytest.raises(Refused, match="lacks REFRESH"):
        await ops.perform("refresh", model=ORDERS)


@pytest.mark.parametrize(
    ("verb", "arguments", "said"),
    [
        ("tag", {"item": "nothing", "tags": "x"}, r"nothing is registered as 'nothing': give a path such as"),
        ("tag", {"item": MODEL, "tags": " "}, "say which tags, e.g. finance"),
        ("grant", {"item": MODEL, "role": " ", "permissions": "read"}, r"say to which role \(\* is everyone\)"),
        ("grant", {"item": MODEL, "role": "ops", "permissions": []}, "say which permissions, e.g. read"),
        (
            "grant",
            {"item": MODEL, "role": "ops", "permissions": "execute"},
            "'execute' is no permission on models: give one of create, read, update, delete, list",
        ),
        ("grant", {"item": TYPE, "role": "ops", "permissions": "read"}, "types know no permissions: grant them on"),
        (
            "grant",
            {"item": "resources.gone", "role": "ops", "permissions": "refresh"},
            "no resource is named 'gone'; connected: none",
        ),
        ("deprecate", {"item": MODEL, "removal": "tomorrow"}, "'tomorrow' is no date: write it as 2027-01-31"),
        ("deprecate", {"item": MODEL, "removal": "1999-01-01"}, "removal on 1999-01-01 is before the deprecation"),
        ("restore", {"item": MODEL}, rf"{MODEL} is registered: there is nothing to restore"),
    ],
)
async def test_errors_say_what_to_do(session, registry, verb, arguments, said) -> None:
    with pytest.raises(ActionError, match=said):
        await session.perform(verb, **arguments)
    assert session.trail() == ()


async def test_a_wrong_permission_on_a_resource_names_those_there_are(connected: LocalSession) -> None:
    with pytest.raises(ActionError, match="'read' is no permission on resources: give one of connect, discover"):
        await connected.perform("grant", item="resources.shop", role="ops", permissions="read")


@pytest.mark.parametrize(
    ("verb", "more"),
    [
        ("tag", {"tags": "x"}),
        ("untag", {"tags": "x"}),
        ("deprecate", {}),
        ("undeprecate", {}),
        ("unregister", {}),
        ("grant", {"role": "ops", "permissions": "read"}),
    ],
)
async def test_what_is_unregistered_is_to_be_restored_first(session, registry, verb, more) -> None:
    await session.perform("unregister", item=MODEL)
    with pytest.raises(ActionError, match=f"{MODEL} is unregistered: restore it first"):
        await session.perform(verb, item=MODEL, **more)


async def test_a_name_that_two_registries_know_is_asked_back(session: LocalSession, registry: XRegistry) -> None:
    registry.functions.register(total, name="User", namespace="pricing")
    with pytest.raises(ActionError, match=r"'User' is ambiguous; give one of: functions\.pricing\.User, models\.auth"):
        await session.perform("tag", item="User", tags="x")
    registry.models.register_static_model(User, namespace="hr")
    with pytest.raises(ActionError, match=r"'User' is ambiguous; give one of: models\.auth\.User, models\.hr\.User"):
        await session.perform("deprecate", item="User")


@pytest.mark.parametrize(
    "verb", ["grant", "revoke", "tag", "untag", "deprecate", "undeprecate", "unregister", "restore"]
)
@pytest.mark.parametrize("item", EVERY)
async def test_others_are_refused_and_that_is_recorded(session, registry, verb, item) -> None:
    analyst = LocalSession(session._workspace, "analyst")
    before = registry.item(item)
    with pytest.raises(Refused, match=f"role analyst lacks (MODIFY|DELETE) on {item}; granted to nobody"):
        await analyst.perform(verb, item=item, role="analyst", permissions="modify", tags="x")
    assert registry.item(item) is before
    assert [(entry.who, entry.verb, entry.subject) for entry in analyst.trail()] == [("analyst", "refused", item)]


@pytest.mark.parametrize(("item", "word"), [(FUNCTION, "modify"), (MODEL, "delete")])
async def test_whoever_may_keep_an_item_may_retire_it_and_bring_it_back(session, registry, item, word) -> None:
    await session.perform("grant", item=item, role="keeper", permissions=word)
    keeper = LocalSession(session._workspace, "keeper")
    await keeper.perform("unregister", item=item)
    await keeper.perform("restore", item=item)
    assert registry.item(item).title in {"total", "User"}


async def test_an_unregistered_model_is_watched_no_more_until_it_is_restored(connected: LocalSession) -> None:
    await connected.perform("unregister", item=ORDERS)
    assert connected.model(ORDERS) is None
    assert [view.binding.model for view in connected.bindings()] == ["models.shop.customers"]
    assert [node.title for node in connected.children("models.shop")] == ["customers"]
    await connected.perform("restore", item=ORDERS)
    await connected.settled()
    view = connected.model(ORDERS)
    assert view is not None
    assert view.binding is not None
    assert view.binding.profile is not None
    assert view.binding.profile.rows.value == 60


async def test_no_discovery_brings_back_what_a_person_unregistered(connected: LocalSession, shop: Path) -> None:
    await connected.perform("unregister", item=ORDERS)
    paths, _ = (await connected.perform("discover", resource="shop")).value
    assert paths == ("models.shop.customers",)
    with closing(sqlite3.connect(shop)) as connection, connection:
        connection.execute("ALTER TABLE orders ADD COLUMN note TEXT")
    await connected.perform("discover", resource="shop")
    await connected._workspace.enriched.discover_and_register(connected._workspace.connections["shop"].resource)
    await connected.perform("disconnect", resource="shop")
    await connected.perform("connect", target=str(shop))
    assert connected.model(ORDERS) is None
    assert [view.binding.model for view in connected.bindings()] == ["models.shop.customers"]


async def test_what_is_restored_learns_at_the_next_discovery_what_changed_meanwhile(
    connected: LocalSession, shop: Path
) -> None:
    await connected.perform("tag", item=ORDERS, tags="kept")
    await connected.perform("unregister", item=ORDERS)
    with closing(sqlite3.connect(shop)) as connection, connection:
        connection.execute("ALTER TABLE orders ADD COLUMN note TEXT")
    await connected.perform("restore", item=ORDERS)
    model = connected._workspace.registry.models[ORDERS]
    assert (model.version, "kept" in model.tags) == ("1.0.0", True)
    await connected.perform("discover", resource="shop")
    model = connected._workspace.registry.models[ORDERS]
    assert (model.version, "kept" in model.tags) == ("1.1.0", True)


async def test_asking_a_resource_for_one_collection_by_name_brings_its_model_back(connected: LocalSession) -> None:
    await connected.perform("unregister", item=ORDERS)
    models = connected._workspace.registry.models
    await models.register_from_inspector(connected._workspace.connections["shop"].resource, "orders")
    assert ORDERS in models


async def test_a_binding_of_the_settings_comes_back_with_its_model(session, registry, shop: Path) -> None:
    session._workspace.want([Binding(model=MODEL, resource="shop", collection="customers")])
    await session.perform("connect", target=str(shop))
    assert [view.binding.collection for view in session.model(MODEL).bindings] == ["customers"]
    await session.perform("unregister", item=MODEL)
    await session.perform("restore", item="auth.User")
    assert [view.binding.collection for view in session.model(MODEL).bindings] == ["customers"]


async def test_a_model_that_code_unregisters_is_gone_from_every_view(connected: LocalSession) -> None:
    connected._workspace.registry.models.unregister(ORDERS)
    assert [view.title for view in connected.bindings()] == ["customers"]
    assert connected.overview().statuses.total() == 1  # type: ignore[union-attr]
    assert connected.work() == ()
