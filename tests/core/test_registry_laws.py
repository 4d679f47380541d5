"""Whatever happens in whatever order, the registry answers as a plain dict of everything would."""

from __future__ import annotations

import fnmatch
import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from xregistry_tui.core import (
    AmbiguousName,
    DefinitionConflict,
    FunctionPermission,
    FunctionRegistry,
    ModelPermission,
    ModelRegistry,
    NotRegistered,
)
from xregistry_tui.core.namespace import PathClash
from xregistry_tui.core.registry import Registry
from xregistry_tui.schema.shape import FieldShape, Kind, Shape

parts = st.sampled_from(["a", "b", "A", "ab", "aB", "class", "é", "É", "_x"])
spaces = st.lists(parts, min_size=1, max_size=3).map(".".join)
globs = st.lists(st.sampled_from(["*", "?", "[ab]", ".", "a", "b", "functions."]), min_size=1, max_size=5).map("".join)
tags = st.sampled_from(["old", "new", "both"])
DEFINITIONS = (len, max, min)


def steps(path: str) -> list[str]:
    return [".".join(path.split(".")[: end + 1]) for end in range(path.count(".") + 1)]


class RegistryAgainstADict(RuleBasedStateMachine):
    """The model: path → (definition, tags), for what is there and for what is reserved."""

    def __init__(self) -> None:
        super().__init__()
        self.registry = FunctionRegistry()
        self.there: dict[str, tuple[object, set[str]]] = {}
        self.gone: dict[str, tuple[object, set[str]]] = {}

    def path(self, space: str, name: str) -> str:
        return "functions." + ".".join("class_" if part == "class" else part for part in (*space.split("."), name))

    def clashes(self, path: str) -> bool:
        taken = {step.casefold(): step for held in (*self.there, *self.gone) for step in steps(held)}
        return any(taken.get(step.casefold(), step) != step for step in steps(path))

    @rule(space=spaces, name=parts, definition=st.sampled_from(DEFINITIONS), tag=tags, replace=st.booleans())
    def register(self, space: str, name: str, definition: object, tag: str, replace: bool) -> None:
        path = self.path(space, name)
        held = self.there.get(path) or self.gone.get(path)

        def act() -> None:
            self.registry.register(definition, name, space, {tag}, replace=replace)  # type: ignore[call-overload]

        if held is None and self.clashes(path):
            with pytest.raises(PathClash):
                act()
        elif held is not None and held[0] is not definition and not replace:
            with pytest.raises(DefinitionConflict):
                act()
        else:
            act()
            same = held is not None and held[0] is definition
            self.there[path] = held if same and held else (definition, {tag})
            self.gone.pop(path, None)

    @rule(space=spaces, name=parts)
    def unregister(self, space: str, name: str) -> None:
        path = self.path(space, name)
        if path in self.there:
            self.registry.unregister(path)
            self.gone[path] = self.there.pop(path)
        else:
            with pytest.raises(NotRegistered):
                self.registry.unregister(path)

    @rule(data=st.data())
    def unregister_one_that_is_there(self, data: st.DataObject) -> None:
        if self.there:
            path = data.draw(st.sampled_from(sorted(self.there)))
            self.registry.unregister(path)
            self.gone[path] = self.there.pop(path)

    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        if self.gone:
            path = data.draw(st.sampled_from(sorted(self.gone)))
            self.registry.restore(path)
            self.there[path] = self.gone.pop(path)

    @rule(data=st.data(), tag=tags, on=st.booleans())
    def tag(self, data: st.DataObject, tag: str, on: bool) -> None:
        if self.there:
            path = data.draw(st.sampled_from(sorted(self.there)))
            (self.registry.tag if on else self.registry.untag)(path, tag)
            (self.there[path][1].add if on else self.there[path][1].discard)(tag)

    @rule(pattern=globs)
    def find(self, pattern: str) -> None:
        wanted = self.registry._pattern(pattern)
        expected = sorted(path for path in self.there if fnmatch.fnmatchcase(path, wanted))
        assert [item.path for item in self.registry.find_by_namespace(pattern)] == expected

    @rule(name=parts)
    def bare_name(self, name: str) -> None:
        last = "class_" if name == "class" else name
        candidates = tuple(sorted(path for path in self.there if path.rpartition(".")[2] == last))
        if len(candidates) > 1:
            with pytest.raises(AmbiguousName) as caught:
                self.registry.resolve(name)
            assert caught.value.candidates == candidates
        elif candidates:
            assert self.registry[name].path == self.registry.resolve(last) == candidates[0]
        else:
            assert name not in self.registry

    @rule(space=spaces)
    def children(self, space: str) -> None:
        above = self.path(space, "x").rpartition(".")[0]
        found = self.registry.children(above)
        below = {steps(path)[above.count(".") + 1] for path in self.there if path.startswith(above + ".")}
        assert {child.path for child in found} == below
        for child in found:
            assert child.below == sum(path.startswith(child.path + ".") for path in self.there)

    @invariant()
    def holds_what_is_there(self) -> None:
        assert set(self.registry) == set(self.there)
        assert set(self.registry.unregistered()) == set(self.gone)
        assert len(self.registry) == len(self.there) == self.registry._tree.below("functions")
        for path, (definition, its_tags) in self.there.items():
            item = self.registry.get_by_namespace(f"ns.{path}")
            assert item is not None
            assert (item.func, item.tags) == (definition, its_tags)

    @invariant()
    def tags_find_theirs(self) -> None:
        for tag in ("old", "new", "both"):
            expected = {path for path, (_, given) in self.there.items() if tag in given}
            assert {item.path for item in self.registry.find_by_tag(tag)} == expected


RegistryAgainstADict.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestRegistryAgainstADict = RegistryAgainstADict.TestCase


def a_function(grants: dict[str, set[FunctionPermission]] | None) -> tuple[Registry, str]:
    functions = FunctionRegistry()
    return functions, functions.register(len, "item", "test", permissions=grants).path


def a_model(grants: dict[str, set[ModelPermission]] | None) -> tuple[Registry, str]:
    models = ModelRegistry()
    shape = Shape(name="item", fields=(FieldShape(name="id", kinds=(Kind.INTEGER,)),))
    path = models.register_discovered(shape, resource="shop").path
    if grants is not None:
        models.revoke(path, "*", *ModelPermission)
        for role, granted in grants.items():
            models.grant(path, role, *granted)
    return models, path


ROLES = ("admin", "ops", "analyst", None)


@pytest.mark.parametrize(("make", "permissions"), [(a_function, FunctionPermission), (a_model, ModelPermission)])
@given(data=st.data())
def test_the_whole_matrix_of_roles_grants_permissions_and_superusers(make, permissions, data) -> None:
    holders = st.sampled_from(["ops", "analyst", "admin", "*"])
    given_grants = data.draw(st.dictionaries(holders, st.sets(st.sampled_from(permissions), min_size=1)))
    superusers = data.draw(st.sampled_from([("admin",), (), ("admin", "ops")]))
    registry, path = make(given_grants)
    registry.superuser_roles = superusers
    for role, permission in itertools.product(ROLES, permissions):
        granted = given_grants.get(role, set()) | given_grants.get("*", set()) if role else set()
        expected = role is None or role in superusers or permission in granted
        assert registry.check_access(path, permission.name, role) is expected
        assert registry.check_access("item", permission.name.title(), role) is expected
        assert (registry[path] in registry.get_accessible(role, permission)) is expected
        answer = registry.access_log[-1]
        assert (answer.path, answer.operation, answer.role, answer.allowed) == (path, permission.value, role, expected)
        assert expected or f"role {role} lacks {permission.name} on {path}" in answer.reason


@given(st.sets(st.sampled_from(FunctionPermission)), st.sampled_from(FunctionPermission))
def test_defaults_hold_for_everyone_where_nothing_was_given(defaults, permission) -> None:
    functions, path = a_function(None)
    functions.default_permissions = defaults
    assert functions.check_access(path, permission.value, "anyone") is (permission in defaults)
    functions.grant(path, "ops", permission)
    assert functions.check_access(path, permission.value, "ops")
    assert functions.check_access(path, permission.value, "anyone") is (permission in defaults)
    functions.revoke(path, "*", permission)
    assert not functions.check_access(path, permission.value, "anyone")
    given_ones, _ = a_function({"ops": {FunctionPermission.VIEW}})
    given_ones.default_permissions = defaults
    assert not given_ones.check_access(path, permission.value, "anyone")


def test_what_cannot_be_asked_is_said_and_what_is_not_there_is_nobodys() -> None:
    functions, path = a_function(None)
    with pytest.raises(ValueError, match="'fly' is no permission on functions: give one of execute, view, modify"):
        functions.check_access(path, "fly", "ops")
    assert functions.check_access("nothing", "view", "admin") is False
    assert functions.access_log[-1].reason == "nothing is registered as 'nothing'"


def test_the_log_of_answers_is_bounded() -> None:
    functions, path = a_function(None)
    for number in range(1_100):
        functions.check_access(path, "view", f"role{number}")
    assert len(functions.access_log) == 1_000
    assert functions.access_log[-1].role == "role1099"


def test_threads_hammer_registrations_calls_and_finders_and_nothing_is_lost() -> None:
    functions = FunctionRegistry()
    called = functions.register(len, "called", "shared")

    def work(thread: int) -> None:
        for number in range(100):
            functions.register(max, f"f{number}", f"own{thread}", tags={f"t{number % 3}"})
            functions.register(max, f"f{number}", "shared")
            called("abc")
            functions.find_by_namespace("*.f7")
            functions.children(f"functions.own{thread}")
            if number % 5 == 0:
                functions.unregister(f"own{thread}.f{number}")
                functions.find_by_tag("t1")
                assert "called" in functions
            if number % 10 == 0:
                functions.restore(f"own{thread}.f{number}")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert called.call_count == len(called.history) == 600
    assert len(functions) == 6 * 90 + 100 + 1
    assert sum(child.below for child in functions.children()) == len(functions)
    assert len(functions.find_by_namespace("functions.own*")) == 6 * 90
    assert sum(len(functions.find_by_tag(f"t{n}")) for n in range(3)) == 6 * 90
