"""The standard library of types, registered when asked for: `registry.types.register_standard()`.

`Email` and `PhoneNumber` need the extra `types`; its packages are imported when the first value is checked.
"""

from __future__ import annotations

import re
from decimal import Decimal
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from xregistry_tui.core.registered_type import TypeCategory

if TYPE_CHECKING:
    from xregistry_tui.core.types import TypeRegistry

_ASCII_DIGITS = re.compile(r"[0-9]+")
_SPECIAL = "!@#$%^&*"
HOME_REGION = "US"  # whose numbers are written without their country


class MissingExtra(ImportError):
    """A package of the extra `types` is not installed; the text says how to install it."""


def _package(name: str, wanted_by: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingExtra(
            f"{wanted_by} needs the package {name}, which is not installed: pip install 'xregistry-tui[types]'"
        ) from error


def read_email(value: str) -> str:
    """An e-mail address in its normal form: its syntax is checked, and nobody is asked whether it exists."""
    _package("email_validator", "Email")
    from pydantic import validate_email

    return validate_email(value)[1]


def read_phone_number(value: str) -> str:
    """A telephone number as E.164 (`+14155552671`).

    Without a `+` it is a number of `HOME_REGION`, else one that begins with the code of its country. It has to be
    possible there: numbers of ranges that nobody was given yet, or that are kept for films, are taken too.
    """
    phonenumbers = _package("phonenumbers", "PhoneNumber")
    for text in (value, f"+{value}"):
        try:
            number = phonenumbers.parse(text, HOME_REGION)
        except phonenumbers.NumberParseException:
            continue
        reason = phonenumbers.is_possible_number_with_reason(number)
        if reason == phonenumbers.ValidationResult.IS_POSSIBLE and not number.extension:
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    raise ValueError("is no telephone number: give it as +14155552671, with the code of its country and no extension")


def validate_credit_card(value: str) -> str:
    """The digits of a card number whose last one fits the others (Luhn); spaces and dashes are dropped."""
    digits = value.replace(" ", "").replace("-", "")
    if not _ASCII_DIGITS.fullmatch(digits):
        raise ValueError("a card number has only digits, spaces and dashes")
    if not 12 <= len(digits) <= 19:
        raise ValueError(f"a card number has 12 to 19 digits, not {len(digits)}")
    if luhn(digits) % 10:
        raise ValueError("the last digit does not fit the others: a digit is mistyped")
    return digits


def luhn(digits: str) -> int:
    """The sum of Luhn's algorithm, a multiple of 10 for a number that was written correctly.

    >>> luhn("79927398713") % 10, luhn("79927398710") % 10
    (0, 7)
    """
    numbers = [int(digit) for digit in reversed(digits)]
    return sum(numbers[::2]) + sum(sum(divmod(2 * number, 10)) for number in numbers[1::2])


def validate_password_strength(value: str) -> str:
    """A password of at least 8 characters, with both cases, a digit and a special character."""
    wanted = (
        (len(value) >= 8, "at least 8 characters"),
        (any(map(str.isupper, value)), "an upper-case letter"),
        (any(map(str.islower, value)), "a lower-case letter"),
        (any(map(str.isdigit, value)), "a digit"),
        (any(character in _SPECIAL for character in value), f"one of {_SPECIAL}"),
    )
    missing = [what for present, what in wanted if not present]
    if missing:
        raise ValueError(f"a password needs {', '.join(missing)}")
    return value


def celsius_to_fahrenheit(celsius: float) -> float:
    """Convert Celsius to Fahrenheit"""
    return celsius * 9 / 5 + 32


def snake_to_camel(text: str) -> str:
    """Convert snake_case to camelCase"""
    first, *others = text.split("_")
    return first + "".join(other.capitalize() for other in others)


PositiveInt = Annotated[int, Field(gt=0)]
Email = Annotated[str, AfterValidator(read_email), Field(json_schema_extra={"format": "email"})]
PhoneNumber = Annotated[str, AfterValidator(read_phone_number), Field(json_schema_extra={"format": "phone"})]


class Address(BaseModel):
    """Composite address type"""

    street: str
    city: str
    state: str
    zip_code: Annotated[str, Field(pattern=r"^[0-9]{5}(-[0-9]{4})?$")]
    country: str = "USA"


class Money(BaseModel):
    """Composite money type with currency"""

    amount: Annotated[Decimal, Field(ge=0)]
    currency: Literal["USD", "EUR", "GBP", "JPY", "CNY"] = "USD"

    def to_string(self) -> str:
        """The amount as people write it: `USD 1,234.50`."""
        return f"{self.currency} {self.amount:,.2f}"


_CONSTRAINTS: tuple[tuple[str, Any, str | None, str, list[Any], set[str]], ...] = (
    ("PositiveInt", PositiveInt, None, "Integer greater than zero", [1, 100, 999], {"numeric", "validation"}),
    (
        "Email",
        Email,
        "contact",
        "Valid email address",
        ["user@example.com", "admin@company.org"],
        {"contact", "validation"},
    ),
    ("PhoneNumber", PhoneNumber, "contact", "Valid phone number", ["+14155552671"], {"contact", "validation"}),
)
_ADDRESSES = [{"street": "123 Main St", "city": "Boston", "state": "MA", "zip_code": "02101"}]
_AMOUNTS = [{"amount": 100.50, "currency": "USD"}, {"amount": 85.00, "currency": "EUR"}]
_COMPOSITES: tuple[tuple[Any, str, list[Any], set[str]], ...] = (
    (Address, "common", _ADDRESSES, {"address", "location", "composite"}),
    (Money, "financial", _AMOUNTS, {"money", "currency", "financial"}),
)


def register(types: TypeRegistry) -> None:
    """Register all of them in a registry; a second time changes nothing.

    The examples are held by a test, and not checked again here: that would import what checks them.
    """
    for name, annotation, namespace, description, examples, tags in _CONSTRAINTS:
        types.register_type(
            annotation, name, TypeCategory.CONSTRAINT, namespace, description, examples, tags, pure=True, proven=True
        )
    for composite, home, examples, tags in _COMPOSITES:
        types.register_type(composite, None, TypeCategory.COMPOSITE, home, None, examples, tags, proven=True)
    _register_validated(types)
    types.register_transformer(float, float, celsius_to_fahrenheit, "CelsiusToFahrenheit", examples=[100.0])
    types.register_transformer(str, str, snake_to_camel, "SnakeToCamel", examples=["first_name"])


def _register_validated(types: TypeRegistry) -> None:
    luhn_words = "Validates credit card using Luhn algorithm"
    strong_words = "Ensures password meets security requirements"
    types.register_validator("str", validate_credit_card, "credit_card_validator", luhn_words)
    types.register_validator("str", validate_password_strength, "strong_password", strong_words)
    # a card number is a secret: its tag keeps it out of texts and out of the cache
    types.create_validated_type(
        str, [validate_credit_card], "CreditCard", "payment", description=luhn_words, tags={"payment", "secret"}
    )
    types.create_validated_type(
        str, [validate_password_strength], "StrongPassword", "security", description=strong_words, tags={"security"}
    )
