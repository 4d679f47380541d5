"""Which models use which types."""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import Annotated, Any, Literal, NewType, Optional

import pytest
from pydantic import BaseModel, Field, PositiveInt

from xregistry_tui.core import TypeRegistry
from xregistry_tui.core.annotations import identity
from xregistry_tui.schema.shape import Shape
from xregistry_tui.xregistry import XRegistry

Count = Annotated[int, Field(gt=0)]
Price = Annotated[Decimal, Field(gt=0, max_digits=10, decimal_places=2)]
Age = NewType("Age", int)


class Colour(enum.StrEnum):
    RED = "red"


class Money(BaseModel):
    amount: Price
    colour: Colour = Colour.RED


class Line(BaseModel):
    count: Count
    price: Money | None = None


class Order(BaseModel):
    id: Count
    other: int
    described: Count = Field(description="pieces")
    built_in: PositiveInt = 1
    few: Count = Field(le=9)
    maybe: Optional[Count] = None  # noqa: UP045 - both spellings count
    lines: list[Line] = []
    prices: dict[str, Annotated[Price, "net"] | None] = {}
    age: Age = Age(0)
    size: Literal["s", "l"] = "s"
    parent: Order | None = None


@pytest.fixture
def registry() -> XRegistry:
    registry = XRegistry()
    registry.types.register_type(Count, "Count")
    registry.types.register_type(Price, "Price")
    registry.types.register_type(Age)
    registry.types.register_type(Literal["s", "l"], "Size")
    registry.types.register_type(Money)
    registry.types.register_type(Colour)
    registry.types.register_type(Annotated[int, Field(description="any")], "Whole")
    return registry


def test_types_are_found_wherever_they_stand_in_a_field(registry: XRegistry) -> None:
    registry.models.register(Order, namespace="shop")
    used: dict[str, set[str]] = {}
    for path, places in registry.types.usage(registry.models).items():
        for _, field in places:
            used.setdefault(field, set()).add(path.rpartition(".")[2])
    assert used == {
        "id": {"Count"},
        "described": {"Count"},
        "built_in": {"Count"},
        "maybe": {"Count"},
        "lines.count": {"Count"},
        "lines.price": {"Money"},
        "lines.price.amount": {"Price"},
        "lines.price.colour": {"Colour"},
        "prices": {"Price"},
        "age": {"Age"},
        "size": {"Size"},
    }


def test_usage_is_by_type_in_the_order_of_the_models(registry: XRegistry) -> None:
    registry.models.register(Line, namespace="shop")
    registry.models.register(Money, namespace="shop")
    usage = registry.types.usage(registry.models)
    assert usage["types.constraint.Price"] == (
        ("models.shop.Line", "price.amount"),
        ("models.shop.Money", "amount"),
    )
    assert usage["types.constraint.Whole"] == ()
    assert usage == registry.types.usage(registry.models.models)


def test_a_count_is_that_of_now(registry: XRegistry) -> None:
    price = registry.types["Price"]
    assert price.usage_count == 0
    registry.models.register(Order, namespace="shop")
    assert price.usage_count == 1
    registry.models.register(Money, namespace="shop")
    assert (price.usage_count, registry.types["Colour"].usage_count) == (2, 2)
    registry.types.register_type(Annotated[Decimal, Field(gt=5)], "Price", replace=True)
    assert registry.types["Price"].usage_count == 0


def test_a_type_of_a_registry_without_models_is_used_by_none() -> None:
    types = TypeRegistry()
    assert types.register_type(Count, "Count").usage_count == 0


def test_the_class_of_a_discovered_model_is_not_made_to_count(registry: XRegistry) -> None:
    found = registry.models.register_discovered(Shape(name="t", fields=()), resource="shop")
    assert registry.types.usage(registry.models)["types.constraint.Count"] == ()
    assert found.metadata.definition._class is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Count, PositiveInt, True),
        (Count, Annotated[int, Field(gt=1)], False),
        (Count, int, False),
        (Annotated[Annotated[int, Field(gt=0)], Field(lt=9)], Annotated[int, Field(gt=0, lt=9)], True),
        (list[Count], list[PositiveInt], True),
        (int | None, Optional[int], True),  # noqa: UP045 - both spellings count
        (Literal[1], Literal[True], False),
        (Annotated[int, {"a": 1}], Annotated[int, {"a": 1}], True),
    ],
)
def test_annotations_are_one_where_they_ask_for_the_same(one: Any, other: Any, same: bool) -> None:
    assert (identity(one) == identity(other)) is same
