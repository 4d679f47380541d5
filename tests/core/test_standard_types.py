"""The standard library of types."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from xregistry_tui.core import InvalidValue, TypeRegistry
from xregistry_tui.core.standard_types import Email, Money, luhn

CARD = "4539148803436467"


@pytest.fixture(scope="module")
def types() -> TypeRegistry:
    types = TypeRegistry()
    types.register_standard()
    return types


def test_they_are_where_the_specification_has_them(types: TypeRegistry) -> None:
    assert [registered.ns for registered in types.types.values()] == [
        "ns.types.constraint.PositiveInt",
        "ns.types.contact.Email",
        "ns.types.contact.PhoneNumber",
        "ns.types.common.Address",
        "ns.types.financial.Money",
        "ns.types.payment.CreditCard",
        "ns.types.security.StrongPassword",
        "ns.types.transformers.CelsiusToFahrenheit",
        "ns.types.transformers.SnakeToCamel",
    ]
    assert [held.name for held in types.validators["str"]] == ["credit_card_validator", "strong_password"]
    assert {found.title for found in types.find_by_tag("validation")} == {"PositiveInt", "Email", "PhoneNumber"}
    assert all(registered.metadata.description for registered in types.types.values())


def test_registering_them_again_changes_nothing(types: TypeRegistry) -> None:
    before = list(types.types.values())
    types.register_standard()
    assert list(types.types.values()) == before


def test_every_example_is_valid(types: TypeRegistry) -> None:
    for path, registered in types.types.items():
        for example in registered.metadata.examples:
            types.validate(path, example)


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("PositiveInt", 7, 7),
        ("Email", "user@example.com", "user@example.com"),
        ("Email", "ana@EXAMPLE.org", "ana@example.org"),
        ("PhoneNumber", "+14155552671", "+14155552671"),
        ("PhoneNumber", "4155552671", "+14155552671"),
        ("PhoneNumber", "14155552671", "+14155552671"),
        ("PhoneNumber", "(415) 555-2671", "+14155552671"),
        ("PhoneNumber", "5551234567", "+15551234567"),
        ("PhoneNumber", "442071838750", "+442071838750"),
        ("PhoneNumber", "+33 6 12 34 56 78", "+33612345678"),
        ("CreditCard", CARD, CARD),
        ("CreditCard", {"value": "4539 1488-0343 6467"}, CARD),
        ("StrongPassword", "Corr3ct!horse", "Corr3ct!horse"),
        ("Money", {"amount": 99.99}, Money(amount=Decimal("99.99"), currency="USD")),
        ("credit_card_validator", CARD, CARD),
    ],
)
def test_what_is_taken(types: TypeRegistry, name: str, value: Any, read: Any) -> None:
    assert types.validate(name, value) == read


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PositiveInt", 0, "greater than 0"),
        ("Email", "nobody", "must have an @-sign"),
        ("Email", "a@b..c", "valid email address"),
        ("PhoneNumber", "12", "no telephone number"),
        ("PhoneNumber", "5552671", "no telephone number"),
        ("PhoneNumber", "12345678901234", "no telephone number"),
        ("PhoneNumber", "+14155552671 ext. 5", "no extension"),
        ("PhoneNumber", "call me", "no telephone number"),
        ("CreditCard", "4539148803436468", "mistyped"),
        ("CreditCard", "٤٥٣٩١٤٨٨٠٣٤٣٦٤٦٧", "only digits"),
        ("CreditCard", "0", "12 to 19 digits, not 1"),
        ("CreditCard", "", "only digits"),
        ("StrongPassword", "short", "at least 8 characters, an upper-case letter, a digit, one of"),
        ("Address", {"street": "1 Main", "city": "B", "state": "MA", "zip_code": "0210"}, "zip_code: string should"),
        ("Money", {"amount": -1}, "amount: should be greater than or equal to 0"),
        ("Money", {"amount": 1, "currency": "XXX"}, "currency: should be 'USD', 'EUR', 'GBP', 'JPY' or 'CNY'"),
        ("Money", {"amount": "NaN"}, "amount: should be a finite number"),
    ],
)
def test_what_is_refused(types: TypeRegistry, name: str, value: Any, said: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        types.validate(name, value)
    assert said in str(refused.value)


def test_a_card_number_is_in_no_text_and_not_remembered(types: TypeRegistry) -> None:
    with pytest.raises(InvalidValue) as refused:
        types.validate("CreditCard", CARD[::-1])
    assert CARD[::-1] not in str(refused.value)
    assert types["CreditCard"].secret
    assert types["StrongPassword"].secret


def test_money_is_written_for_people() -> None:
    assert Money(amount=Decimal("1234.5")).to_string() == "USD 1,234.50"


def test_transformers_transform(types: TypeRegistry) -> None:
    assert types.transform("CelsiusToFahrenheit", 100) == 212
    assert types.transform("SnakeToCamel", "user_first_name") == "userFirstName"


def test_a_model_uses_them(types: TypeRegistry) -> None:
    card_number: Any = types["CreditCard"].type_class

    class Account(BaseModel):
        email: Email
        card: card_number
        other_card: Annotated[str, types.validator("credit_card_validator")]

    account = Account(email="a@EXAMPLE.org", card={"value": CARD}, other_card="4539 1488 0343 6467")
    assert (account.email, account.card.value, account.other_card) == ("a@example.org", CARD, CARD)
    assert Account.model_json_schema()["properties"]["email"]["format"] == "email"


@given(st.text(st.sampled_from("0123456789"), min_size=1, max_size=30), st.data())
def test_luhn_finds_every_single_wrong_digit(body: str, data: st.DataObject) -> None:
    check = -luhn(body + "0") % 10
    number = f"{body}{check}"
    assert luhn(number) % 10 == 0
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != number[place]))
    assert luhn(number[:place] + wrong + number[place + 1 :]) % 10 != 0


LOADS = """
import sys
from xregistry_tui import XRegistry
types = XRegistry().types
types.register_standard()
early = {"email_validator", "phonenumbers", "dns"} & set(sys.modules)
types.validate("Email", "a@example.org"), types.validate("PhoneNumber", "+14155552671")
print(sorted(early), {"email_validator", "phonenumbers"} <= set(sys.modules))
"""

WITHOUT = """
import sys
sys.modules["email_validator"] = sys.modules["phonenumbers"] = None
from xregistry_tui import XRegistry
types = XRegistry().types
types.register_standard()
for name in ("Email", "PhoneNumber"):
    try:
        types.validate(name, "a")
    except ImportError as error:
        print(error)
"""


def printed(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_what_checks_addresses_and_numbers_is_loaded_with_the_first_value() -> None:
    assert printed(LOADS) == "[] True\n"


def test_without_the_extra_the_error_says_how_to_get_it() -> None:
    email, phone = printed(WITHOUT).splitlines()
    assert "needs the package email_validator" in email
    assert "pip install 'xregistry-tui[types]'" in email
    assert "needs the package phonenumbers" in phone
