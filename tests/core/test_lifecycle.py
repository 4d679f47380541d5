"""What people give to what is kept, and take away: tags, grants, deprecations, unregistering."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Callable
from typing import Annotated

import pytest
from pydantic import BaseModel, Field

from xregistry_tui.core import (
    DefinitionConflict,
    FunctionPermission,
    FunctionRegistry,
    ModelPermission,
    ModelRegistry,
    NotRegistered,
    TypeRegistry,
)
from xregistry_tui.core.registry import Registry

NOON = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


class User(BaseModel):
    name: str


class Other(BaseModel):
    name: str
    age: int


def total(x: int) -> int:
    return x


def other(x: int) -> int:
    return -x


def a_function() -> tuple[Registry, str]:
    functions = FunctionRegistry(clock=lambda: NOON)
    return functions, functions.register(total, "item", "pricing", tags={"first"}).path


def a_model() -> tuple[Registry, str]:
    models = ModelRegistry(clock=lambda: NOON)
    return models, models.register(User, "item", namespace="auth", tags={"first"}).path


def a_type() -> tuple[Registry, str]:
    types = TypeRegistry(clock=lambda: NOON)
    return types, types.register_type(Annotated[int, Field(gt=0)], "item", tags={"first"}).path


def another(registry: Registry) -> str:
    if isinstance(registry, FunctionRegistry):
        return registry.register(other, "another", "pricing", tags={"first"}).path
    if isinstance(registry, ModelRegistry):
        return registry.register(Other, "another", namespace="auth", tags={"first"}).path
    assert isinstance(registry, TypeRegistry)
    return registry.register_type(Annotated[int, Field(gt=1)], "another", tags={"first"}).path


every = pytest.mark.parametrize("make", [a_function, a_model, a_type])
Make = Callable[[], tuple[Registry, str]]


@every
def test_tags_are_given_and_taken_and_found_by(make: Make) -> None:
    registry, path = make()
    registry.tag("item", "kept", "also")
    assert registry[path].tags == {"first", "kept", "also"}
    assert registry.find_by_tag("kept") == [registry[path]]
    registry.untag(path, "first", "never had")
    assert registry.find_by_tag("first") == []
    assert registry[path].metadata.tags == {"kept", "also"}


@every
def test_what_has_a_tag_keeps_its_place_among_the_others_when_it_is_changed(make: Make) -> None:
    registry, path = make()
    later = another(registry)
    registry.tag(path, "new")
    registry.deprecate(path)
    assert [item.path for item in registry.find_by_tag("first")] == [path, later]


def test_what_has_a_tag_keeps_its_place_in_a_new_version() -> None:
    models, path = a_model()
    later = another(models)
    models.grant(path, "editor", "update")
    models.register(Other, "item", namespace="auth", replace=True)
    assert [item.path for item in models.find_by_tag("first")] == [path, later]


@every
def test_a_tag_is_looked_up_while_its_item_is_unregistered(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    registry, path = make()
    found: list[object] = []
    monkeypatch.setattr(registry, "_unindex", lambda *_: found.append(registry.find_by_tag("first")))
    registry.unregister(path)
    assert found == [[]]


@every
def test_what_is_deprecated_says_so_and_can_be_taken_back(make: Make) -> None:
    registry, path = make()
    deprecation = registry.deprecate(path, removal=NOON + 30 * DAY, alternative="ns.functions.pricing.sum")
    assert registry[path].deprecation == deprecation
    assert (
        deprecation.text == "deprecated from 2026-01-02 on; to be removed on 2026-02-01; use ns.functions.pricing.sum"
    )
    registry.undeprecate(path)
    assert registry[path].deprecation is None


def test_a_deprecation_needs_sound_moments() -> None:
    functions, path = a_function()
    with pytest.raises(ValueError, match="time zone"):
        functions.deprecate(path, removal=datetime.datetime(2026, 5, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="before the deprecation"):
        functions.deprecate(path, removal=NOON - DAY)


@every
def test_what_is_unregistered_is_nowhere_and_comes_back_as_it_was(make: Make) -> None:
    registry, path = make()
    registry.tag(path, "kept")
    registry.deprecate(path)
    item = registry.unregister("item")
    assert registry.get_by_namespace(path) is None
    assert "item" not in registry
    assert len(registry) == 0
    assert registry.find_by_tag("kept") == registry.find_by_namespace("*") == []
    assert registry.children() == ()
    assert registry.unregistered() == {path: item}
    assert registry.restore(path) is item
    assert registry["item"] is item
    assert registry.find_by_tag("kept") == registry.find_by_namespace("*") == [item]
    assert registry.unregistered() == {}
    assert item.deprecation is not None


@every
def test_what_is_unregistered_is_shown_under_another_prefix_too(make: Make) -> None:
    registry, path = make()
    registry.unregister(path)
    registry.show_under("app")
    assert str(registry.unregistered()[path]) == f"app.{path}"
    assert registry.restore(path).metadata.ns_path == f"app.{path}"


@every
def test_unknown_paths_are_not_registered(make: Make) -> None:
    registry, path = make()
    registry.unregister(path)
    for act in (registry.tag, registry.untag, registry.deprecate, registry.undeprecate, registry.unregister):
        with pytest.raises(NotRegistered):
            act(path)
    with pytest.raises(NotRegistered):
        registry.restore("nothing")


@every
def test_every_change_is_marked_after_the_value_is_there(make: Make) -> None:
    registry, path = make()
    seen: list[frozenset[str]] = []
    listening = registry.changes.subscribe(lambda: seen.append(registry[path].tags))
    registry.tag(path, "new")
    assert "new" in seen[0]
    keys = {"tree", f"{registry.change_key}:{path}"}
    assert listening.take() == keys
    registry.untag(path, "new")
    assert listening.take() == keys
    registry.deprecate(path)
    assert listening.take() == keys


def test_the_path_of_an_unregistered_item_stays_reserved() -> None:
    functions, path = a_function()
    functions.unregister(path)
    with pytest.raises(
        DefinitionConflict, match=r"item is reserved for .*total .*unregistered; restore it, or .*other"
    ):
        functions.register(other, "item", "pricing")
    with pytest.raises(ValueError, match=r"differs only by case from .*, which is reserved"):
        functions.register(other, "item", "Pricing")
    assert functions.register(other, "item", "pricing", replace=True)(1) == -1
    assert functions.unregistered() == {}


def test_the_same_definition_brings_back_counts_grants_and_history() -> None:
    functions, path = a_function()
    functions[path](1)
    functions.grant(path, "ops", "execute")
    item = functions.unregister(path)
    assert functions.register(total, "item", "pricing") is item
    assert (item.call_count, len(item.history), set(item.grants)) == (1, 1, {"ops"})


def test_a_reserved_model_is_refused_or_continued() -> None:
    models, path = a_model()
    models.unregister(path)
    with pytest.raises(DefinitionConflict, match="reserved for"):
        models.register(Other, "item", namespace="auth")
    assert models.register(User, "item", namespace="auth").version == "1.0.0"
    models.unregister(path)
    assert models.register(Other, "item", namespace="auth", replace=True).version == "2.0.0"


def test_a_grant_never_narrows_and_a_revocation_reaches_the_defaults() -> None:
    functions, path = a_function()
    functions.grant(path, "ops", FunctionPermission.MODIFY, "view")
    held = functions[path].permissions
    assert held == {"*": {FunctionPermission.EXECUTE}, "ops": {FunctionPermission.MODIFY, FunctionPermission.VIEW}}
    assert set(functions[path].grants) == {"ops"}
    functions.revoke(path, "ops", "modify")
    functions.revoke(path, "*", "execute")
    assert functions[path].permissions == {"*": frozenset(), "ops": {FunctionPermission.VIEW}}
    functions.grant(path, "*", "execute")
    assert functions[path].metadata.permissions["*"] == {FunctionPermission.EXECUTE}


def test_grants_on_models_are_grants_of_models() -> None:
    models, path = a_model()
    models.grant(path, "editor", "update")
    assert models[path].metadata.permissions["editor"] == {ModelPermission.UPDATE}
    models.revoke(path, "*", "list")
    assert models[path].metadata.permissions["*"] == {ModelPermission.READ}
    with pytest.raises(ValueError, match="'execute' is no permission on models: give one of create, read"):
        models.grant(path, "editor", "execute")


def test_types_know_no_permissions() -> None:
    types, path = a_type()
    with pytest.raises(ValueError, match="types know no permissions"):
        types.grant(path, "ops", "read")


def test_default_permissions_hold_for_what_is_registered_already() -> None:
    functions, path = a_function()
    functions.default_permissions = (FunctionPermission.VIEW,)
    assert functions[path].permissions == {"*": {FunctionPermission.VIEW}}
    assert functions[path].grants == {}


def test_a_deprecated_function_warns_once_per_caller_place() -> None:
    functions, path = a_function()
    decorated = functions.register(namespace="pricing", name="old")(other)
    functions.deprecate(path, alternative="total")
    functions.deprecate("old")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(3):
            functions[path](1)
            decorated(1)
        functions[path](1)
    assert [warning.filename for warning in caught] == [__file__] * 3
    assert len({warning.lineno for warning in caught}) == 3
    assert str(caught[0].message) == "ns.functions.pricing.item is deprecated from 2026-01-02 on; use total"


async def test_a_deprecated_coroutine_warns_where_it_is_awaited() -> None:
    functions = FunctionRegistry(clock=lambda: NOON)

    @functions.register(namespace="pricing")
    async def old() -> int:
        return 1

    functions.deprecate("old")
    with pytest.warns(DeprecationWarning, match="deprecated") as caught:
        assert await old() == 1
    assert caught[0].filename == __file__


def test_what_will_be_deprecated_does_not_warn_yet() -> None:
    functions, path = a_function()
    functions.deprecate(path, effective=NOON + DAY)
    assert functions[path](1) == 1
    assert not functions[path].history[-1].deprecated
