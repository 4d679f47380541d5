"""What was checked is remembered for a while, where that changes nothing but the time it takes."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, Field

from xregistry_tui.core import InvalidValue, TypeRegistry
from xregistry_tui.core.validation_cache import ValidationCache, key_of


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)

    def __call__(self) -> datetime.datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += datetime.timedelta(seconds=seconds)


class Seen(list[Any]):
    """A check that notes what it is asked."""

    def __call__(self, value: Any) -> Any:
        self.append(value)
        return value


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def types(clock: Clock) -> TypeRegistry:
    return TypeRegistry(clock=clock)


@pytest.fixture
def seen(types: TypeRegistry) -> Seen:
    """The values that the pure check of the type `Name` was asked for."""
    seen = Seen()
    types.register_type(str, "Name")
    types.register_validator("Name", seen, "seen", pure=True)
    return seen


def test_a_pure_check_is_asked_once(types: TypeRegistry, seen: Seen) -> None:
    assert [types.validate("Name", "x") for _ in range(3)] == ["x"] * 3
    assert seen == ["x"]


def test_it_is_asked_again_when_its_time_is_over(types: TypeRegistry, seen: Seen, clock: Clock) -> None:
    types.validation_cache_ttl = 60
    for seconds in (0, 59, 2):
        clock.wait(seconds)
        types.validate("Name", "x")
    assert len(seen) == 2


def test_it_is_asked_always_where_nothing_is_to_be_remembered(types: TypeRegistry, seen: Seen) -> None:
    types.cache_validated_values = False
    for _ in range(3):
        types.validate("Name", "x")
    assert len(seen) == 3


def test_a_check_that_does_not_say_that_it_is_pure_is_asked_always(types: TypeRegistry, seen: Seen) -> None:
    other = Seen()
    types.register_validator("Name", other, "other")
    types.validate("Name", "x")
    types.validate("Name", "x")
    assert other == seen == ["x", "x"]


def test_the_types_own_functions_have_to_be_pure_too(types: TypeRegistry) -> None:
    own = {True: Seen(), False: Seen()}
    for pure, check in own.items():
        types.register_type(Annotated[str, AfterValidator(check)], f"Own{pure}", pure=pure)
        types.register_validator(f"Own{pure}", Seen(), "added", pure=True)
        types.validate(f"Own{pure}", "x")
        types.validate(f"Own{pure}", "x")
    assert (own[True], own[False]) == (["x"], ["x", "x"])


@pytest.mark.parametrize(("name", "tags"), [("Password", ()), ("ApiToken", ()), ("Card", ("secret",))])
def test_a_secret_is_not_remembered(types: TypeRegistry, name: str, tags: tuple[str, ...]) -> None:
    check = Seen()
    types.create_validated_type(str, [check], name, tags=tags, pure=True)
    types.validate(name, "x")
    types.validate(name, "x")
    assert check == ["x", "x"]
    assert len(types._cache) == 0


@pytest.mark.parametrize("change", ["replaced type", "another validator", "switched off"])
def test_what_was_remembered_is_forgotten_with_its_definition(types: TypeRegistry, seen: Seen, change: str) -> None:
    types.validate("Name", "xxx")
    if change == "replaced type":
        types.register_type(Annotated[str, Field(max_length=2)], "Name", replace=True)
        with pytest.raises(InvalidValue):
            types.validate("Name", "xxx")
    elif change == "another validator":
        types.register_validator("Name", str.upper, "seen", pure=True)
        assert types.validate("Name", "xxx") == "XXX"
    else:
        types.enable_validators = False
        types.register_validator("Name", str.upper, "upper", pure=True)
        assert types.validate("Name", "xxx") == "xxx"
        types.enable_validators = True
        assert types.validate("Name", "xxx") == "XXX"


def test_nothing_mutable_is_shared(types: TypeRegistry) -> None:
    types.register_type(Annotated[str, AfterValidator(lambda value: [value])], "Listed", pure=True)
    first = types.validate("Listed", "x")
    first.append("changed")
    assert types.validate("Listed", "x") == ["x"]


def test_it_is_bounded_and_keeps_what_was_used_last(clock: Clock) -> None:
    cache, made = ValidationCache(clock, size=2), Seen()
    for value in "abacab":
        cache.remembered(value, 60, lambda value=value: made(value))
    assert made == ["a", "b", "c", "b"]
    assert len(cache) == 2


def test_what_was_being_made_when_it_was_cleared_is_not_kept(clock: Clock) -> None:
    cache = ValidationCache(clock)

    def clearing() -> str:
        cache.clear()
        return "old"

    assert cache.remembered("key", 60, clearing) == "old"
    assert cache.remembered("key", 60, lambda: "new") == "new"


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (1, 1.0), (0.0, -0.0), (Decimal("1.0"), Decimal("1.00")), ("1", b"1"), (0, False), (0, 0.0)],
)
def test_values_that_python_takes_for_equal_are_told_apart(one: Any, other: Any) -> None:
    assert key_of(one) != key_of(other)


@pytest.mark.parametrize("value", [[1], {"a": 1}, {1}, "x" * 1001, 1 << 1001, (1, True), None, object()])
def test_what_is_not_plain_or_long_is_not_remembered(value: Any) -> None:
    assert key_of(value) is None


class Shelf(BaseModel):
    sku: str


PLAIN = st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.decimals() | st.text(max_size=3) | st.binary()
VALUES = PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(st.sampled_from(["value", "sku"]), PLAIN)
TYPES: dict[str, Any] = {
    "Int": Annotated[int, Field(gt=0), AfterValidator(lambda value: value * 2)],
    "Float": Annotated[float, AfterValidator(lambda value: value / 2)],
    "Price": Annotated[Decimal, Field(decimal_places=1), AfterValidator(lambda value: value)],
    "Text": Annotated[str, AfterValidator(str.upper)],
    "Any": Annotated[Any, AfterValidator(lambda value: value)],
    "Either": Annotated[bool | int | float | str, AfterValidator(lambda value: value)],
    "Shelf": Shelf,
}


def outcome(ask: Callable[[], Any]) -> tuple[str, str]:
    """What asking gives, or what it is refused with; by its repr, which tells `-0.0` and `1` from their likes."""
    try:
        given = ask()
    except InvalidValue as refused:
        return "refused", str(refused)
    return type(given).__name__, repr(given)


@given(st.lists(st.tuples(st.sampled_from(sorted(TYPES)), VALUES), max_size=30))
def test_what_is_remembered_is_what_would_be_checked(asked: list[tuple[str, Any]]) -> None:
    remembering, checking = TypeRegistry(), TypeRegistry()
    checking.cache_validated_values = False
    for name, annotation in TYPES.items():
        for types in (remembering, checking):
            types.register_type(annotation, name, pure=True)
    for name, value in asked:
        expected = outcome(lambda name=name, value=value: checking.validate(name, value))
        for _ in range(2):
            assert outcome(lambda name=name, value=value: remembering.validate(name, value)) == expected


def test_threads_never_see_what_a_replaced_check_gave(types: TypeRegistry) -> None:
    types.register_type(int, "Version")
    types.register_validator("Version", lambda _: 0, "version", pure=True)
    current, stale, stop = [0], [], threading.Event()

    def ask() -> None:
        while not stop.is_set():
            at_least = current[0]
            given = types.validate("Version", 7)
            if given < at_least:
                stale.append((given, at_least))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(1, 200):
        types.register_validator("Version", lambda _, number=number: number, "version", pure=True)
        current[0] = number
    stop.set()
    for thread in threads:
        thread.join()
    assert not stale
