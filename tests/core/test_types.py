"""Types in the registry, and the checks on single values."""

from __future__ import annotations

import enum
from typing import Annotated, Any, Literal, NewType

import pytest
from pydantic import BaseModel, Field, PositiveInt, StringConstraints

from xregistry_tui.core import DefinitionConflict, TypeCategory, TypeRegistry
from xregistry_tui.core.annotations import base_type, constraints


class Colour(enum.StrEnum):
    RED = "red"
    BLUE = "blue"


class Money(BaseModel):
    """An amount in a currency."""

    amount: float = Field(ge=0)
    currency: str


class Sku(str):
    """What a shelf says."""

    __slots__ = ()


class Point:
    pass


Positive = Annotated[int, Field(gt=0)]


@pytest.fixture
def types() -> TypeRegistry:
    return TypeRegistry()


def test_a_constraint_is_described(types: TypeRegistry) -> None:
    registered = types.register_type(
        Positive, name="PositiveInt", category=TypeCategory.CONSTRAINT, examples=[1, 100, 999], tags={"numeric"}
    )
    assert registered.metadata.base_type == "int"
    assert registered.metadata.constraints["gt"] == 0
    assert 100 in registered.metadata.examples
    assert registered.metadata.ns_path == "ns.types.constraint.PositiveInt"
    assert types.types["PositiveInt"] is types.find_by_tag("numeric")[0] is registered


@pytest.mark.parametrize(
    ("annotation", "base", "limits"),
    [
        (Positive, "int", {"gt": 0}),
        (PositiveInt, "int", {"gt": 0}),
        (Annotated[str, StringConstraints(min_length=2, pattern="^x")], "str", {"min_length": 2, "pattern": "^x"}),
        (Annotated[Positive, Field(lt=9)], "int", {"gt": 0, "lt": 9}),
        (Annotated[list[int], Field(max_length=3)], "list", {"max_length": 3}),
        (NewType("Age", Positive), "int", {"gt": 0}),
        (Literal["a", "b"], "str", {"enum": ("a", "b")}),
        (Colour, "str", {"enum": ("red", "blue")}),
        (Sku, "str", {}),
        (Money, "BaseModel", {}),
        (Point, "Point", {}),
        (int, "int", {}),
    ],
)
def test_base_and_constraints_of_every_sort_of_type(annotation: Any, base: str, limits: dict[str, Any]) -> None:
    assert base_type(annotation) == base
    assert constraints(annotation) == limits


def test_an_annotation_needs_a_name(types: TypeRegistry) -> None:
    with pytest.raises(ValueError, match="give name="):
        types.register_type(Positive)


def test_values_are_checked_whatever_the_category(types: TypeRegistry) -> None:
    types.register_type(Positive, name="PositiveInt")
    types.register_type(Money, category=TypeCategory.COMPOSITE)
    types.register_type(Colour)
    types.register_type(Point)
    assert types.validate("PositiveInt", "5") == 5
    assert types.validate("ns.types.composite.Money", {"amount": 1, "currency": "EUR"}) == Money(
        amount=1, currency="EUR"
    )
    assert types.validate("Colour", "red") is Colour.RED
    point = Point()
    assert types.validate("Point", point) is point
    for name, wrong in (("PositiveInt", 0), ("Money", {"amount": -1}), ("Colour", "green"), ("Point", 5)):
        with pytest.raises(ValueError, match=r"validation error"):
            types.validate(name, wrong)


def even(value: int) -> int:
    if value % 2:
        raise ValueError("must be even")
    return value


def test_validators_of_a_registered_type_run_with_it(types: TypeRegistry) -> None:
    types.register_type(Positive, name="PositiveInt")
    types.register_validator("PositiveInt", even)
    assert types.validate("PositiveInt", 4) == 4
    with pytest.raises(ValueError, match="must be even"):
        types.validate("PositiveInt", 5)


def test_validators_of_a_builtin_run_only_by_their_own_name(types: TypeRegistry) -> None:
    validator = types.register_validator("int", even, name="even_validator", description="Ensures value is even")
    assert types.validators["int"] == (validator,)
    assert types.validators["int"][0]._name == "even_validator"
    assert types.validate("even_validator", 4) == 4
    with pytest.raises(ValueError, match="must be even"):
        types.validate("even_validator", 5)


def test_an_unknown_name_is_a_key_error(types: TypeRegistry) -> None:
    with pytest.raises(KeyError, match="nothing is registered as 'Nope'"):
        types.validate("Nope", 1)


def test_the_same_again_changes_nothing_and_another_one_is_refused(types: TypeRegistry) -> None:
    first = types.register_type(Positive, name="Count")
    assert types.register_type(Annotated[int, Field(gt=0)], name="Count") is first
    with pytest.raises(DefinitionConflict):
        types.register_type(Annotated[int, Field(gt=1)], name="Count")
    assert types.register_type(Annotated[int, Field(gt=1)], name="Count", replace=True).metadata.constraints == {
        "gt": 1
    }
