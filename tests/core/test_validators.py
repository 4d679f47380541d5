"""Checks on values: by their own name, inside an annotation, with a registered type, or built into one."""

from __future__ import annotations

import threading
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError

from xregistry_tui.core import AmbiguousName, DefinitionConflict, InvalidValue, TypeCategory, TypeRegistry


@pytest.fixture
def types() -> TypeRegistry:
    return TypeRegistry()


def even(value: int) -> int:
    if value % 2:
        raise ValueError(f"must be even, not {value}")
    return value


def percent(value: int) -> int:
    if not 0 <= value <= 100:
        raise ValueError("must be between 0 and 100")
    return value


def stripped(value: str) -> str:
    return value.strip()


def no_blank(value: str) -> str:
    assert value, "must not be blank"
    return value


def test_a_validator_of_a_builtin_gets_a_value_of_it(types: TypeRegistry) -> None:
    types.register_validator("int", even)
    assert types.validate("even", "4") == 4
    with pytest.raises(ValueError, match=r"^even: must be even, not 5$"):
        types.validate("even", 5)
    with pytest.raises(ValueError, match=r"^even: should be a valid integer, unable to parse string as an integer$"):
        types.validate("even", "four")


def test_a_validator_in_an_annotation_is_found_when_a_value_comes(types: TypeRegistry) -> None:
    class Order(BaseModel):
        count: Annotated[int, types.validator("fair")]

    with pytest.raises(KeyError, match="nothing is registered as 'fair'"):
        Order(count=1)
    types.register_validator("int", even, name="fair")
    with pytest.raises(ValidationError, match="must be even"):
        Order(count=1)
    types.register_validator("int", lambda value: value * 10, name="fair")
    assert Order(count=1).count == 10
    assert Order.model_json_schema()["properties"]["count"]["type"] == "integer"


def test_a_validator_of_the_same_name_takes_the_place_of_the_earlier(types: TypeRegistry) -> None:
    types.register_validator("int", even, name="a")
    types.register_validator("int", percent, name="b")
    types.register_validator("int", percent, name="a")
    assert [(held.name, held.func) for held in types.validators["int"]] == [("a", percent), ("b", percent)]


def test_one_name_for_two_types_is_ambiguous(types: TypeRegistry) -> None:
    types.register_validator("int", even, name="check")
    types.register_validator("str", stripped, name="check")
    with pytest.raises(AmbiguousName, match=r"int\.check, str\.check"):
        types.validate("check", 4)
    assert types.validate("str.check", " x ") == "x"


def test_a_validator_for_a_name_that_two_types_have_is_refused(types: TypeRegistry) -> None:
    types.register_type(int, "Count", namespace="a")
    types.register_type(int, "Count", namespace="b")
    with pytest.raises(AmbiguousName):
        types.register_validator("Count", even)
    types.register_validator("ns.types.a.Count", even)
    assert types.validate("b.Count", 5) == 5
    with pytest.raises(ValueError, match="must be even"):
        types.validate("a.Count", 5)


def test_a_function_without_a_name_needs_one(types: TypeRegistry) -> None:
    with pytest.raises(ValueError, match="give name="):
        types.register_validator("int", lambda value: value)


def test_validators_can_be_switched_off(types: TypeRegistry) -> None:
    types.register_type(Annotated[int, Field(gt=0)], "Count")
    types.register_validator("Count", even)
    types.create_validated_type(int, [percent], "Percentage")
    types.enable_validators = False
    assert types.validate("Count", 5) == 5
    for name, wrong in (("Count", 0), ("Percentage", 150), ("even", 5)):
        with pytest.raises(InvalidValue):
            types.validate(name, wrong)


def test_validators_registered_by_many_threads_are_all_there(types: TypeRegistry) -> None:
    start = threading.Barrier(8)

    def register(number: int) -> None:
        start.wait()
        for turn in range(50):
            types.register_validator("int", even, name=f"v{number}_{turn}")

    threads = [threading.Thread(target=register, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {held.name for held in types.validators["int"]} == {f"v{n}_{turn}" for n in range(8) for turn in range(50)}


def test_a_validated_type_is_a_class_with_a_value(types: TypeRegistry) -> None:
    percentage = types.create_validated_type(base_type=int, validators=[percent], name="Percentage", namespace="common")
    assert percentage(value=50).value == 50
    with pytest.raises(ValueError, match="must be between 0 and 100"):
        percentage(value=150)
    registered = types.types["ns.types.common.Percentage"]
    assert registered.type_class is percentage
    assert registered.metadata.category is TypeCategory.VALIDATOR
    assert (registered.metadata.base_type, registered.metadata.validators) == ("int", (percent,))


def test_a_validated_type_reads_bare_and_wrapped_values_and_gives_bare_ones(types: TypeRegistry) -> None:
    name = types.create_validated_type(str, [stripped, no_blank], "Name")
    assert types.validate("Name", " Ana ") == types.validate("Name", {"value": " Ana "}) == "Ana"
    assert types.validate("Name", name(value="Ana")) == "Ana"
    with pytest.raises(ValueError, match="Name: must not be blank"):
        types.validate("Name", "  ")
    assert types["Name"].metadata.validator_func(" Ana ") == "Ana"  # type: ignore[misc]


def test_a_validated_type_of_mappings_does_not_unwrap_them(types: TypeRegistry) -> None:
    types.create_validated_type(dict, [lambda value: value], "Labels")
    assert types.validate("Labels", {"value": "x"}) == {"value": "x"}


def test_a_validated_type_refers_to_validators_by_name(types: TypeRegistry) -> None:
    types.register_validator("int", even)
    fair = types.create_validated_type(int, ["even"], "Fair")
    types.register_validator("int", percent, name="even")
    assert fair(value=5).value == 5


def test_the_same_validated_type_again_is_the_class_that_is_there(types: TypeRegistry) -> None:
    first = types.create_validated_type(int, [even], "Fair")
    assert types.create_validated_type(int, [even], "Fair") is first
    with pytest.raises(DefinitionConflict):
        types.create_validated_type(int, [even, percent], "Fair")
    assert types.create_validated_type(int, [percent], "Fair", replace=True) is not first


@given(st.lists(st.integers(-9, 9), max_size=6), st.integers())
def test_validators_run_in_order_each_on_what_the_one_before_gave(factors: list[int], value: int) -> None:
    def step(factor: int) -> Any:
        return lambda given: given * factor + 1

    expected = value
    for factor in factors:
        expected = expected * factor + 1
    types = TypeRegistry()
    types.create_validated_type(int, [step(factor) for factor in factors], "Stepped")
    assert types.validate("Stepped", value) == expected


def quoting(value: str) -> str:
    raise ValueError(f"{value} is too easy")


class Login(BaseModel):
    user: str
    password: Annotated[int, Field(gt=0)]
    age: int


SECRET = "hunter2-hunter2"


@pytest.mark.parametrize(("name", "tags"), [("StrongPassword", ()), ("ApiToken", ()), ("CardNumber", ("secret",))])
def test_a_secret_is_in_no_text(types: TypeRegistry, name: str, tags: tuple[str, ...]) -> None:
    made = types.create_validated_type(str, [quoting], name, tags=tags)
    with pytest.raises(InvalidValue, match=r"… is too easy") as refused:
        types.validate(name, SECRET)
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is refused.value.__context__ is None
    with pytest.raises(ValidationError) as shown:
        made(value=SECRET + "x" * 9)
    assert "input_value" not in str(shown.value)


def test_a_secret_field_of_a_composite_is_in_no_text(types: TypeRegistry) -> None:
    types.register_type(Login, category=TypeCategory.COMPOSITE)
    with pytest.raises(InvalidValue) as refused:
        types.validate("Login", {"user": "ana", "password": SECRET, "age": "old"})
    assert SECRET not in str(refused.value)
    assert "is 'old'" in str(refused.value)
    assert [problem.path for problem in refused.value.problems] == ["/password", "/age"]
    assert refused.value.__cause__ is refused.value.__context__ is None
