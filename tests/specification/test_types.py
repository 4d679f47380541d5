"""The Type Registry of the specification: constraints, validators, composites, transformers, of Pydantic 2."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated

import pytest
from pydantic import BaseModel, Field, field_validator

from xregistry_tui.core import TypeCategory, TypeRegistry

PositiveInt = Annotated[int, Field(gt=0)]
Email = Annotated[str, Field(pattern=r"^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$")]
CURRENCIES = ("USD", "EUR", "GBP", "JPY", "CNY")


def validate_credit_card(value: str) -> str:
    """Validate credit card number using Luhn algorithm"""
    digits = value.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError("Credit card must contain only digits")
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    if sum(number - 9 if number > 9 else number for number in doubled) % 10:
        raise ValueError("Invalid credit card number")
    return digits


class Address(BaseModel):
    """Composite address type"""

    street: str
    city: str
    state: str
    zip_code: str
    country: str = "USA"

    @field_validator("zip_code")
    @classmethod
    def validate_zip(cls, value: str) -> str:
        if not re.fullmatch(r"\d{5}(-\d{4})?", value):
            raise ValueError("Invalid ZIP code format")
        return value


class Money(BaseModel):
    """Composite money type with currency"""

    amount: Decimal = Field(ge=0)
    currency: str = "USD"

    @field_validator("currency")
    @classmethod
    def validate_currency(cls, value: str) -> str:
        if value not in CURRENCIES:
            raise ValueError(f"Currency must be one of {CURRENCIES}")
        return value

    def to_string(self) -> str:
        return f"{self.currency} {self.amount:,.2f}"


@pytest.fixture
def registry() -> TypeRegistry:
    return TypeRegistry()


def test_a_constraint_is_read_off_its_annotation(registry: TypeRegistry) -> None:
    registered = registry.register_type(
        PositiveInt, "PositiveInt", category=TypeCategory.CONSTRAINT, examples=[1, 100, 999], tags={"numeric"}
    )
    assert registered.metadata.category == TypeCategory.CONSTRAINT
    assert registered.metadata.base_type == "int"
    assert registered.metadata.constraints["gt"] == 0
    assert 100 in registered.metadata.examples
    assert registry.validate("PositiveInt", 5) == 5
    with pytest.raises(ValueError, match="greater than 0"):
        registry.validate("PositiveInt", 0)


def test_a_type_has_a_namespace_and_is_found_by_tag(registry: TypeRegistry) -> None:
    registered = registry.register_type(
        Email, "Email", namespace="contact", examples=["user@example.com"], tags={"contact", "validation"}
    )
    assert registered is registry.get_by_namespace("ns.types.contact.Email")
    assert registry.find_by_tag("contact") == [registered]
    with pytest.raises(ValueError, match="the example 'nobody' is no Wrong"):
        registry.register_type(Email, "Wrong", examples=["nobody"])


def test_a_validator_of_a_builtin_runs_when_asked_for_by_name(registry: TypeRegistry) -> None:
    def validate_even(value: int) -> int:
        if value % 2 != 0:
            raise ValueError("Must be even")
        return value

    registry.register_validator("int", validate_even, name="even_validator", description="Ensures value is even")
    assert "int" in registry.validators
    (held,) = registry.validators["int"]
    assert (held.name, held.description) == ("even_validator", "Ensures value is even")
    assert not hasattr(validate_even, "_name")
    assert registry.validate("even_validator", 4) == 4
    with pytest.raises(ValueError, match="Must be even"):
        registry.validate("even_validator", 3)


def test_a_type_is_made_of_validators(registry: TypeRegistry) -> None:
    def validate_range(value: int) -> int:
        if not 0 <= value <= 100:
            raise ValueError("Must be between 0 and 100")
        return value

    percentage = registry.create_validated_type(
        base_type=int, validators=[validate_range], name="Percentage", namespace="common"
    )
    assert percentage(value=50).value == 50  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="between 0 and 100"):
        percentage(value=150)
    assert registry["common.Percentage"].metadata.category == TypeCategory.VALIDATOR


def test_every_category_is_validated_also_the_credit_card(registry: TypeRegistry) -> None:
    registry.create_validated_type(str, [validate_credit_card], "CreditCard", "payment")
    for given in ("4111 1111-1111 1111", {"value": "4111111111111111"}):
        assert registry.validate("CreditCard", given) == "4111111111111111"
    for wrong in ("4111111111111112", "4111 11x1", "４１１１１１１１１１１１１１１１"):
        with pytest.raises(ValueError, match="redit card"):
            registry.validate("CreditCard", wrong)


def test_composites_check_their_fields_together(registry: TypeRegistry) -> None:
    good = {"street": "123 Main St", "city": "Boston", "state": "MA", "zip_code": "02101"}
    registry.register_type(Address, category=TypeCategory.COMPOSITE, namespace="common", examples=[good])
    registry.register_type(
        Money,
        category=TypeCategory.COMPOSITE,
        namespace="financial",
        examples=[{"amount": 100.50, "currency": "USD"}, {"amount": 85.00, "currency": "EUR"}],
    )
    assert registry.validate("Address", good).country == "USA"
    assert registry.validate("Money", {"amount": 1234.5}).to_string() == "USD 1,234.50"
    with pytest.raises(ValueError, match=r"zip_code: Invalid ZIP code format"):
        registry.validate("Address", {**good, "zip_code": "021"})
    with pytest.raises(ValueError, match="Currency must be one of"):
        registry.validate("Money", {"amount": 1, "currency": "XXX"})


def test_transformers_apply_chain_and_are_found_by_what_they_join(registry: TypeRegistry) -> None:
    registry.register_transformer(float, float, lambda celsius: celsius * 9 / 5 + 32, "CelsiusToFahrenheit")
    registry.register_transformer(float, str, "{:.0f} °F".format, "Shown")
    assert registry.transform("CelsiusToFahrenheit", "100") == 212
    assert registry.pipeline("CelsiusToFahrenheit", "Shown")(20) == "68 °F"
    assert registry.validate("CelsiusToFahrenheit", "20") == 20.0
    assert [found.title for found in registry.find_transformers(to_type=str)] == ["Shown"]
    assert registry["CelsiusToFahrenheit"].ns == "ns.types.transformers.CelsiusToFahrenheit"
    with pytest.raises(ValueError, match="Shown"):
        registry.pipeline("Shown", "CelsiusToFahrenheit")


def test_the_types_of_the_specification_are_a_library_to_register(registry: TypeRegistry) -> None:
    registry.register_standard()
    for name, value in (
        ("PositiveInt", 1),
        ("Email", "user@example.com"),
        ("CreditCard", "4111111111111111"),
        ("StrongPassword", "Secret#2026"),
        ("Money", {"amount": "99.99", "currency": "USD"}),
    ):
        registry.validate(name, value)
    assert registry.transform("SnakeToCamel", "snake_case_name") == "snakeCaseName"
