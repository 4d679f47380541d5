"""The words the shop's records are made of: types that say what a value must be."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field

Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
PositiveInt = Annotated[int, Field(gt=0)]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Sku = Annotated[str, Field(pattern=r"^[A-Z]{3}-\d{4}$")]
Share = Annotated[float, Field(ge=0, lt=1)]
Price = Annotated[Decimal, Field(gt=0, max_digits=10, decimal_places=2)]


class Currency(StrEnum):
    """What the shop is paid in."""

    EUR = "EUR"
    CHF = "CHF"
    GBP = "GBP"


class Money(BaseModel):
    """An amount in a currency."""

    amount: Decimal = Field(max_digits=12, decimal_places=2)
    currency: Currency = Currency.EUR
