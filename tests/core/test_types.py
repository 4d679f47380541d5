"""Types in the registry, and the checks on single values."""

from __future__ import annotations

import datetime
import enum
import json
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, Literal, NewType

import pytest
from pydantic import BaseModel, Field, PositiveInt, StringConstraints

from xregistry_tui.core import DefinitionConflict, InvalidValue, TypeCategory, TypeRegistry
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
    for name, wrong, said in (
        ("PositiveInt", 0, "PositiveInt: should be greater than 0, is 0"),
        (
            "Money",
            {"amount": -1},
            "Money: amount: should be greater than or equal to 0, is -1; currency: field required",
        ),
        ("Colour", "green", "Colour: should be 'red' or 'blue', is 'green'"),
        ("Point", 5, "Point: should be an instance of Point, is 5"),
    ):
        with pytest.raises(InvalidValue) as refused:
            types.validate(name, wrong)
        assert str(refused.value) == said


def test_a_composite_is_a_mapping_or_an_instance(types: TypeRegistry) -> None:
    types.register_type(Money, category=TypeCategory.COMPOSITE)
    money = Money(amount=1, currency="EUR")
    assert types.validate("Money", money) is money
    assert types.validate("Money", MappingProxyType({"amount": 1, "currency": "EUR"})) == money


def test_a_class_on_top_of_a_builtin_is_made_of_its_values(types: TypeRegistry) -> None:
    types.register_type(Sku)
    sku = Sku("KIT")
    assert types.validate("Sku", sku) is sku
    assert type(types.validate("Sku", "KIT")) is Sku
    with pytest.raises(ValueError, match="Sku: should be a valid string, is 5"):
        types.validate("Sku", 5)


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
    assert "int" in types.validators
    assert types.validators["int"] == (validator,)
    assert types.validators["int"][0]._name == "even_validator"
    assert types.validate("even_validator", 4) == 4
    with pytest.raises(ValueError, match="must be even"):
        types.validate("even_validator", 5)


def test_an_unknown_name_is_a_key_error(types: TypeRegistry) -> None:
    types.register_type(Positive, name="PositiveInt")
    types.register_validator("int", even)
    for name, said in (
        ("Nope", "nothing is registered as 'Nope'"),
        ("PositivInt", "nothing is registered as 'PositivInt'; is it PositiveInt?"),
        ("eevn", "nothing is registered as 'eevn'; is it even?"),
    ):
        with pytest.raises(KeyError) as missed:
            types.validate(name, 1)
        assert str(missed.value) == said


def test_an_example_that_the_type_refuses_is_named_when_it_is_registered(types: TypeRegistry) -> None:
    with pytest.raises(ValueError, match=r"the example -5 is no PositiveInt: .* greater than 0.* leave it out"):
        types.register_type(Positive, name="PositiveInt", examples=[1, -5])
    assert "PositiveInt" not in types
    with pytest.raises(ValueError, match=r"^an example is no ApiToken") as refused:
        types.register_type(Annotated[str, Field(max_length=3)], name="ApiToken", examples=["abcdef"])
    assert "abcdef" not in str(refused.value)
    types.validate_on_register = False
    assert types.register_type(Positive, name="PositiveInt", examples=[-5]).metadata.examples == (-5,)


def test_another_definition_takes_the_name_where_that_is_allowed(types: TypeRegistry) -> None:
    types.register_type(Positive, name="Count")
    assert types.validate("Count", 1) == 1
    types.allow_override = True
    types.register_type(Annotated[int, Field(gt=1)], name="Count")
    with pytest.raises(ValueError, match="greater than 1"):
        types.validate("Count", 1)


def test_metadata_is_json(types: TypeRegistry) -> None:
    at = datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC)
    types = TypeRegistry(clock=lambda: at)
    types.register_type(
        Annotated[Decimal, Field(gt=Decimal("0.5"))], "Price", examples=[Decimal("1.50")], tags={"b", "a"}
    )
    assert json.loads(json.dumps(types["Price"].metadata.as_json())) == {
        "name": "Price",
        "category": "constraint",
        "base_type": "Decimal",
        "constraints": {"gt": "0.5"},
        "description": None,
        "examples": ["1.50"],
        "namespace": None,
        "ns_path": "ns.types.constraint.Price",
        "tags": ["a", "b"],
        "registered_at": "2026-01-02T00:00:00Z",
    }


def test_an_amended_type_is_the_same_with_other_tags(types: TypeRegistry) -> None:
    item = types.register_type(Positive, name="PositiveInt", tags={"old"}, pure=True)
    amended = types._amend(item, tags={"new"}, deprecation="soon")
    assert (amended.path, amended.check("5"), amended.pure) == (item.path, 5, True)
    assert (item.tags, item.deprecation) == ({"old"}, None)
    assert (amended.tags, amended.metadata.tags, amended.deprecation) == ({"new"}, {"new"}, "soon")
    assert types._amend(amended, tags={"newer"}).deprecation == "soon"


def test_the_same_again_changes_nothing_and_another_one_is_refused(types: TypeRegistry) -> None:
    first = types.register_type(Positive, name="Count")
    assert types.register_type(Annotated[int, Field(gt=0)], name="Count") is first
    with pytest.raises(DefinitionConflict):
        types.register_type(Annotated[int, Field(gt=1)], name="Count")
    assert types.register_type(Annotated[int, Field(gt=1)], name="Count", replace=True).metadata.constraints == {
        "gt": 1
    }
