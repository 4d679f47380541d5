"""Functions in the registry."""

from __future__ import annotations

import datetime
import functools
import inspect
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from xregistry_tui.core import AmbiguousName, DefinitionConflict, FunctionPermission, FunctionRegistry
from xregistry_tui.core.paths import InvalidPath

NOON = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.UTC)
module_registry = FunctionRegistry()


@module_registry.register(namespace="pickled")
def picklable(x: int) -> int:
    return x + 1


@pytest.fixture
def functions() -> FunctionRegistry:
    return FunctionRegistry(clock=lambda: NOON)


def double(x: int, *rest: str, api_key: str = "s3cret", scale: float = 1.5) -> int:
    """Twice as much."""
    return x * 2


def test_a_decorated_function_stays_itself_and_counts_its_calls(functions: FunctionRegistry) -> None:
    @functions.register(namespace="test", tags={"test", "example"})
    def sample_function(x: int) -> int:
        """Sample function."""
        return x * 2

    assert sample_function(4) == 8
    assert sample_function.__name__ == "sample_function"
    assert sample_function.__doc__ == "Sample function."
    registered = functions.functions["sample_function"]
    assert registered.call_count == 1
    assert registered.last_called == NOON
    assert registered.metadata.namespace == "test"
    assert "test" in registered.metadata.tags
    assert registered.path == "functions.test.sample_function"
    assert registered.metadata.ns_path == str(registered) == "ns.functions.test.sample_function"


def test_registering_directly_gives_the_counted_path_and_the_bare_function(functions: FunctionRegistry) -> None:
    registered = functions.register(double, namespace="math")
    assert registered(2) == registered.func(2) == 4
    assert registered.call_count == 1
    assert inspect.signature(registered) == inspect.signature(double)


def test_failures_are_counted_and_raised(functions: FunctionRegistry) -> None:
    def fail() -> None:
        raise LookupError("no")

    registered = functions.register(fail, namespace="test")
    with pytest.raises(LookupError):
        registered()
    assert (registered.call_count, registered.failures) == (1, 1)


async def test_coroutines_are_counted_when_they_end(functions: FunctionRegistry) -> None:
    @functions.register(namespace="test")
    async def work(fail: bool = False) -> str:
        if fail:
            raise LookupError("no")
        return "done"

    assert inspect.iscoroutinefunction(work)
    assert await work() == "done"
    with pytest.raises(LookupError):
        await work(fail=True)
    assert (functions["work"].call_count, functions["work"].failures) == (2, 1)


def test_counts_are_right_under_threads(functions: FunctionRegistry) -> None:
    registered = functions.register(double, namespace="math")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: [registered(1) for _ in range(200)], range(8)))
    assert registered.call_count == 1600


def test_a_decorated_function_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(picklable))(1) == 2


def test_parameters_keep_their_kind_and_a_readable_type(functions: FunctionRegistry) -> None:
    metadata = functions.register(double, namespace="math").metadata
    assert metadata.docstring == "Twice as much."
    assert metadata.return_type == "int"
    assert {name: (p.kind, p.type) for name, p in metadata.parameters.items()} == {
        "x": ("positional_or_keyword", "int"),
        "rest": ("var_positional", "str"),
        "api_key": ("keyword_only", "str"),
        "scale": ("keyword_only", "float"),
    }


def test_what_looks_secret_shows_no_default_anywhere(functions: FunctionRegistry) -> None:
    metadata = functions.register(double, namespace="math").metadata
    assert metadata.signature == "(x: int, *rest: str, api_key: str = …, scale: float = 1.5) -> int"
    assert (metadata.parameters["api_key"].has_default, metadata.parameters["api_key"].default) == (True, None)
    assert metadata.parameters["scale"].default == "1.5"
    assert metadata.parameters["x"].has_default is False


def test_defaults_are_bounded_and_no_stranger_code_runs_for_them(functions: FunctionRegistry) -> None:
    class Rude:
        def __repr__(self) -> str:
            raise AssertionError("asked for its repr")

    def polite(a: object = Rude(), b: str = "x" * 10_000, c: object = [[[[[1]]]]], d: object = int) -> None: ...

    parameters = functions.register(polite, namespace="test").metadata.parameters
    assert parameters["a"].default == "<Rude>"
    assert len(parameters["b"].default or "") < 100
    assert parameters["c"].default == "[[[[...]]]]"
    assert parameters["d"].default == "int"


def test_builtins_that_cannot_tell_their_signature_register_too(functions: FunctionRegistry) -> None:
    registered = functions.register(min)
    assert registered.path == "functions.builtins.min"
    assert registered.metadata.signature == "(…)"
    assert registered(2, 1) == 1


def test_without_a_namespace_the_path_is_the_whole_module(functions: FunctionRegistry) -> None:
    registered = functions.register(double)
    assert registered.path == f"functions.{__name__}.double"
    assert registered.metadata.namespace is None


def test_what_has_no_name_asks_for_one(functions: FunctionRegistry) -> None:
    with pytest.raises(ValueError, match="give name="):
        functions.register(functools.partial(double, 1))
    with pytest.raises(ValueError, match="give name="):
        functions.register(lambda: None)
    assert functions.register(functools.partial(double, 1), name="two", namespace="math")() == 2


def test_a_name_that_is_no_identifier_is_refused(functions: FunctionRegistry) -> None:
    with pytest.raises(InvalidPath):
        functions.register(double, name="not a name")
    assert len(functions) == 0


def test_registering_the_same_again_changes_nothing(functions: FunctionRegistry) -> None:
    first = functions.register(double, namespace="math")
    first(1)
    assert functions.register(double, namespace="math") is first
    assert first.call_count == 1


def made(offset: int) -> Callable[[int], int]:
    def add(x: int) -> int:
        return x + offset

    return add


def test_the_same_definition_made_twice_is_one_and_another_closure_is_not(functions: FunctionRegistry) -> None:
    first = functions.register(made(1), namespace="math")
    assert functions.register(made(1), namespace="math") is first
    with pytest.raises(DefinitionConflict, match=r"made\.<locals>\.add .*made\.<locals>\.add .*replace=True"):
        functions.register(made(2), namespace="math")
    assert functions["add"](1) == 2
    functions.register(made(2), namespace="math", replace=True)
    assert functions["add"](1) == 3


def test_what_cannot_be_compared_is_different(functions: FunctionRegistry) -> None:
    class Incomparable:
        def __eq__(self, other: object) -> bool:
            raise TypeError("no")

        __hash__ = None  # type: ignore[assignment]

    def make() -> Callable[[], object]:
        held = Incomparable()
        return lambda: held

    functions.register(make(), name="held", namespace="test")
    with pytest.raises(DefinitionConflict):
        functions.register(make(), name="held", namespace="test")


def test_a_function_of_the_same_place_replaces_after_a_reload(functions: FunctionRegistry) -> None:
    def loaded(source: str) -> Callable[[], int]:
        namespace: dict[str, Callable[[], int]] = {}
        exec(source, {"__name__": "app.jobs"}, namespace)
        return namespace["job"]

    functions.register(loaded("def job(): return 1"))
    functions.register(loaded("def job():\n    return 2"))
    assert functions["app.jobs.job"]() == 2


def test_two_functions_of_one_name_are_told_apart_by_their_paths(functions: FunctionRegistry) -> None:
    functions.register(double, name="total", namespace="sales")
    functions.register(double, name="total", namespace="hr")
    with pytest.raises(AmbiguousName, match=r"functions\.hr\.total, functions\.sales\.total") as caught:
        _ = functions.functions["total"]
    assert isinstance(caught.value, KeyError)
    assert "total" in functions.functions
    for name in ("sales.total", "functions.sales.total", "ns.functions.sales.total"):
        assert functions[name].path == "functions.sales.total"
    with pytest.raises(AmbiguousName):
        functions.functions.get("total")


def test_absence_is_a_key_error_or_none(functions: FunctionRegistry) -> None:
    with pytest.raises(KeyError, match="nothing is registered as 'nope'"):
        _ = functions["nope"]
    assert functions.get_by_namespace("ns.functions.nope") is None
    assert functions.functions.get("nope") is None
    assert "nope" not in functions.functions


def test_discovery_by_pattern_crosses_levels(functions: FunctionRegistry) -> None:
    for namespace, name in (("math.basic", "add"), ("math.basic", "subtract"), ("math.advanced", "power")):
        functions.register(double, name=name, namespace=namespace)
    assert len(functions.find_by_namespace("ns.functions.math.basic.*")) == 2
    assert len(functions.find_by_namespace("ns.functions.math.*")) == 3
    assert [f.title for f in functions.find_by_namespace("*.power")] == ["power"]
    assert [f.title for f in functions.find_by_namespace("math.b*.add")] == ["add"]
    assert functions.find_by_namespace("ns.functions.none.*") == []


def test_discovery_by_tag_follows_replacement(functions: FunctionRegistry) -> None:
    functions.register(made(1), namespace="math", tags={"old", "both"})
    functions.register(made(2), namespace="math", tags={"new", "both"}, replace=True)
    assert functions.find_by_tag("old") == []
    assert functions.find_by_tag("new") == functions.find_by_tag("both") == [functions["add"]]


def test_permissions_are_kept_as_given(functions: FunctionRegistry) -> None:
    granted = {"admin": {FunctionPermission.EXECUTE, FunctionPermission.MODIFY}, "user": {FunctionPermission.VIEW}}
    held = functions.register(double, permissions=granted).metadata.permissions
    assert FunctionPermission.EXECUTE in held["admin"]
    assert FunctionPermission.EXECUTE not in held["user"]
    assert functions.register(double, name="open").metadata.permissions["*"] == {FunctionPermission.EXECUTE}


def test_a_change_is_marked_after_the_value_is_there(functions: FunctionRegistry) -> None:
    seen: list[bool] = []
    listening = functions.changes.subscribe(lambda: seen.append("double" in functions))
    functions.register(double, namespace="math")
    assert seen == [True]
    assert listening.take() == {"tree", "function:functions.math.double"}
    functions.register(double, namespace="math")
    assert listening.take() == frozenset()


def test_threads_may_register_at_once(functions: FunctionRegistry) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: functions.register(double, name=f"f{n}", namespace=f"n{n % 5}"), range(400)))
    assert len(functions) == len(functions.find_by_namespace("*")) == 400
    assert sum(child.below for child in functions.children()) == 400
