"""Who may do what: the whole matrix of role × permission × verb, and that nobody sees what is not for their eyes."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from xregistry_tui.actions import table
from xregistry_tui.actions.access import OF_RESOURCES, decision, visible
from xregistry_tui.actions.base import Action, Refused
from xregistry_tui.actions.local import LocalSession
from xregistry_tui.actions.views import Node
from xregistry_tui.config.model import Settings
from xregistry_tui.core.functions import FunctionPermission
from xregistry_tui.core.models import ModelPermission
from xregistry_tui.workspace import Workspace, open_workspace

FUNCTION, MODEL, TYPE, RESOURCE = (
    "functions.pricing.total",
    "models.auth.User",
    "types.constraint.Count",
    "resources.shop",
)
ORDERS = "models.shop.orders"
WORDS = {
    FUNCTION: tuple(one.value for one in FunctionPermission),
    MODEL: tuple(one.value for one in ModelPermission),
    RESOURCE: OF_RESOURCES,
}
SUBJECTS = {"function": (FUNCTION,), "model": (MODEL,), "item": (FUNCTION, MODEL, TYPE, RESOURCE)}
NEEDED = {("modify", MODEL): "delete"}
"""What is asked for by another name: whoever may delete a model may change what is kept of it."""


class User(BaseModel):
    name: str


class Hidden(BaseModel):
    name: str


def total() -> int:
    return 1


def reprice() -> int:
    return 1


def bare() -> Workspace:
    """One function and one model that nobody was granted anything on, and a type."""
    workspace = open_workspace(Settings())
    workspace.registry.functions.register(total, namespace="pricing", permissions={})
    workspace.registry.models.register_static_model(User, namespace="auth", permissions={})
    workspace.registry.types.register_type(Annotated[int, Field(gt=0)], name="Count")
    return workspace


def granting(item: str, role: str, word: str) -> Workspace:
    """The same with one grant."""
    workspace = bare()
    if item == RESOURCE:
        workspace.grant_on_resource("shop", {role: frozenset({word})})
    else:
        registry = workspace.registry.functions if item == FUNCTION else workspace.registry.models
        registry.grant(item, role, word)
    return workspace


def cases() -> list[tuple[str, str]]:
    """Every verb with every item that it can be asked of."""
    verbs = []
    for action in table().values():
        if action.permission in OF_RESOURCES:
            verbs.append((action.verb, RESOURCE))
        else:
            verbs += [(action.verb, item) for item in SUBJECTS.get(action.subject, ("",))]
    return verbs


def may(workspace: Workspace, role: str | None, action: Action, item: str) -> bool:
    return decision(workspace, role, action.permission, item, action.subject).allowed


@pytest.mark.parametrize(("verb", "item"), cases())
def test_without_a_grant_a_verb_is_for_superusers_and_the_trusted_caller_alone(verb: str, item: str) -> None:
    workspace, action = bare(), table()[verb]
    assert may(workspace, "admin", action, item)
    assert may(workspace, None, action, item)
    assert may(workspace, "analyst", action, item) is (action.permission == "")


@pytest.mark.parametrize(("verb", "item"), cases())
@pytest.mark.parametrize("held_by", ["analyst", "*", "ops"])
def test_of_all_grants_the_one_that_is_asked_for_opens_a_verb_to_its_holder_and_everyone(
    verb: str, item: str, held_by: str
) -> None:
    action = table()[verb]
    wanted = NEEDED.get((action.permission, item), action.permission)
    for granted_on, words in WORDS.items():
        for word in words:
            opens = word == wanted and granted_on == item and held_by in {"analyst", "*"}
            assert may(granting(granted_on, held_by, word), "analyst", action, item) is (opens or not wanted), (
                granted_on,
                word,
            )


def test_the_matrix_has_every_verb_that_is_not_of_the_whole_workspace() -> None:
    asked = {verb for verb, item in cases() if item}
    whole = {"trail", "verify_trail", "trust", "untrust"}
    open_to_all = {action.verb for action in table().values() if not action.permission}
    assert set(table()) - asked <= whole | open_to_all


@pytest.mark.parametrize("verb", sorted(table()))
async def test_a_stranger_is_refused_before_anything_is_run_and_that_is_kept(verb: str) -> None:
    action, workspace = table()[verb], bare()
    stranger = LocalSession(workspace, "stranger")
    item = SUBJECTS.get(action.subject, ("somewhere",))[0]
    if action.permission:
        with pytest.raises(Refused, match=f"role stranger lacks {action.permission.upper()} on "):
            await stranger.perform(verb, **{action.subject: item, "nonsense": object()})
        assert [entry.verb for entry in stranger.trail()] == ["refused"]
    await stranger.close()


def test_a_name_of_a_function_lends_a_model_of_that_name_nothing() -> None:
    workspace = bare()
    workspace.registry.functions.register(reprice, name="User", namespace="pricing")
    workspace.registry.models.grant(MODEL, "analyst", "read")
    assert may(workspace, "analyst", table()["validate"], "User")
    assert not may(workspace, "analyst", table()["rollback"], "User")


async def seen(session: LocalSession, path: str = "") -> list[Node]:
    """The whole tree as a role sees it."""
    nodes: list[Node] = []
    for node in session.children(path):
        nodes += [node, *await seen(session, node.path)]
    return nodes


async def test_the_tree_of_a_role_has_what_it_may_see_and_counts_that_alone(connected: LocalSession) -> None:
    registry = connected._workspace.registry
    registry.models.register_static_model(User, namespace="auth")
    registry.models.register_static_model(Hidden, namespace="auth.deep", permissions={"ops": {ModelPermission.READ}})
    registry.models.register_static_model(Hidden, namespace="secret", permissions={})
    registry.functions.register(total, namespace="pricing")
    registry.functions.register(reprice, namespace="pricing", permissions={"ops": {FunctionPermission.VIEW}})
    analyst, ops = (LocalSession(connected._workspace, role) for role in ("analyst", "ops"))
    assert {node.path for node in await seen(analyst)} == {
        "models", "models.auth", "models.auth.User", "models.shop", "models.shop.customers", ORDERS,
        "functions", "functions.pricing", FUNCTION, "types", "resources", "resources.shop",
    }  # fmt: skip
    counts = {node.path: node.children for node in await seen(analyst)}
    assert (counts["models"], counts["models.auth"], counts["functions"]) == (3, 1, 1)
    assert "functions.pricing.reprice" in {node.path for node in await seen(ops)}
    assert {node.path: node.children for node in await seen(connected)}["models"] == 5
    for path in ("models.secret.Hidden", "models.auth.deep.Hidden"):
        assert analyst.model(path) is None
    assert analyst.function("functions.pricing.reprice") is None


async def test_figures_are_for_those_who_may_read(connected: LocalSession) -> None:
    await connected.perform("revoke", item=ORDERS, role="*", permissions="read")
    analyst = LocalSession(connected._workspace, "analyst")
    view = analyst.model(ORDERS)
    assert view is not None
    assert view.bindings == ()
    orders = next(node for node in analyst.children("models.shop") if node.path == ORDERS)
    assert (orders.count, orders.status, orders.failing, orders.note) == (None, None, None, "")
    assert [one.binding.model for one in analyst.bindings()] == ["models.shop.customers"]
    assert analyst.overview().statuses.total() == 1  # type: ignore[union-attr]
    assert len(connected.bindings()) == 2
    for verb in ("records", "suggest", "template", "validate"):
        with pytest.raises(Refused, match=f"role analyst lacks READ on {ORDERS}"):
            await analyst.perform(verb, model=ORDERS)


@pytest.mark.parametrize("item", [FUNCTION, MODEL])
@pytest.mark.parametrize("held_by", ["analyst", "*", "ops"])
def test_an_item_is_seen_with_list_view_or_execute_and_with_nothing_else(item: str, held_by: str) -> None:
    for word in WORDS[item]:
        workspace = granting(item, held_by, word)
        opens = word in {"list", "view", "execute"}
        assert visible(workspace, "analyst", item) is (opens and held_by != "ops")
        assert visible(workspace, "admin", item)
        assert visible(workspace, None, item)
        assert visible(workspace, "analyst", TYPE)
        assert not visible(workspace, "analyst", f"{item}.nothing")


def test_rights_are_every_word_of_an_item_with_its_reason() -> None:
    session = LocalSession(granting(MODEL, "analyst", "read"), "analyst")
    rights = {right.permission: right for right in session.rights(MODEL)}
    assert {word for word, right in rights.items() if right.allowed} == {"read"}
    assert rights["read"].reason == f"READ on {MODEL} is granted to role analyst"
    assert rights["delete"].reason == f"role analyst lacks DELETE on {MODEL}; granted to nobody"
    for item, words in WORDS.items():
        assert {right.permission for right in session.rights(item)} == set(words)
    assert session.rights(TYPE) == ()


@pytest.mark.parametrize("item", WORDS)
@pytest.mark.parametrize("role", ["analyst", "ops", "nobody"])
def test_a_preview_never_shows_more_than_ones_own(item: str, role: str) -> None:
    for word in WORDS[item]:
        workspace = granting(item, "ops", word)
        session = LocalSession(workspace, role)
        own = {right.permission for right in session.rights(item) if right.allowed}
        for other in ("analyst", "ops", "nobody", "admin"):
            if other == "admin" or (other == "ops" and role != "ops"):
                with pytest.raises(Refused, match=f"role {role} cannot look as {other}, who holds "):
                    session.rights(item, other)
            else:
                assert {right.permission for right in session.rights(item, other) if right.allowed} <= own


def test_an_admin_previews_every_role() -> None:
    session = LocalSession(granting(MODEL, "ops", "read"), "admin")
    assert [right.permission for right in session.rights(MODEL, "ops") if right.allowed] == ["read"]


def test_the_roles_are_those_with_grants_the_superusers_and_ones_own() -> None:
    workspace = granting(MODEL, "zoe", "read")
    workspace.registry.functions.grant(FUNCTION, "*", "view")
    workspace.grant_on_resource("shop", {"ops": frozenset({"refresh"})})
    assert LocalSession(workspace, "me").roles() == ("me", "admin", "ops", "zoe")
    assert LocalSession(workspace, "ops").roles() == ("ops", "admin", "zoe")
