"""What the shop can reckon: prices, parcels and texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

CENT = Decimal("0.01")
VAT = {"FR": 20, "DE": 19, "ES": 21, "IT": 22, "BE": 21, "NL": 21, "PT": 23, "AT": 20}
ZONES = {"FR": 1, "BE": 1, "DE": 2, "NL": 2, "CH": 2, "ES": 3, "IT": 3, "AT": 3, "PT": 3}

NEXT = {"pending": ("paid", "cancelled"), "paid": ("shipped", "cancelled"), "shipped": ("refunded",)}


def total(prices: Sequence[Decimal], quantities: Sequence[int], discount: Decimal = Decimal(0)) -> Decimal:
    """What an order costs: the sum of price × quantity, less a discount between 0 and 1, to the cent."""
    if not 0 <= discount < 1:
        raise ValueError(f"discount is a share from 0 to below 1, not {discount}")
    gross = sum((price * count for price, count in zip(prices, quantities, strict=True)), Decimal(0))
    return (gross * (1 - discount)).quantize(CENT, ROUND_HALF_UP)


def reprice(price: Decimal, percent: Decimal, *, ending: Decimal = Decimal("0.90")) -> Decimal:
    """A price changed by so many percent, on the nearest amount that ends as the shop's prices do."""
    changed = price * (100 + percent) / 100
    return max(ending, (changed - ending).quantize(Decimal(1), ROUND_HALF_UP) + ending)


def margin(price: Decimal, cost: Decimal) -> float:
    """The share of a price that stays with the shop: (price - cost) ÷ price."""
    if price <= 0:
        raise ValueError(f"a price is more than 0, not {price}")
    return float((price - cost) / price)


def with_vat(net: Decimal, country: str) -> Decimal:
    """A net amount with the value-added tax of a country; without tax where the shop charges none."""
    return (net * (100 + VAT.get(country.upper(), 0)) / 100).quantize(CENT, ROUND_HALF_UP)


def zone(country: str) -> int:
    """The carrier's zone of a country: 1 is near, 4 is the rest of the world."""
    return ZONES.get(country.upper(), 4)


def quote(country: str, grams: int, *, express: bool = False) -> Decimal:
    """What sending a parcel costs: by zone and started kilogram, half as much again for express."""
    if grams <= 0:
        raise ValueError(f"a parcel weighs more than 0 g, not {grams}")
    kilograms = -(-grams // 1_000)
    price = Decimal("3.90") * zone(country) + Decimal("1.20") * (kilograms - 1)
    return (price * Decimal("1.5") if express else price).quantize(CENT, ROUND_HALF_UP)


def next_statuses(status: str) -> tuple[str, ...]:
    """What may become of an order that stands at a status; nothing may where it ends, or where it is misspelt."""
    return {"pending": ("paid", "cancelled"), "paid": ("shipped", "cancelled"), "shipped": ("refunded",)}.get(
        status, ()
    )


def slugify(text: str, separator: Literal["-", "_"] = "-") -> str:
    """A text as part of a web address: ASCII, lower case, words joined by the separator."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", separator, ascii_text).strip(separator)


def mask_email(address: str) -> str:
    """An e-mail address that shows only its first letter and its host: `a…@example.org`."""
    box, at, host = address.rpartition("@")
    return f"{box[:1]}…{at}{host}" if at else "…"
