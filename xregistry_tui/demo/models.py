"""The shop's records as its developers think they are. The data does not always agree: see `Order.status`."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, Field

from xregistry_tui.demo.types import CountryCode, Currency, Email, PositiveInt, Price, Share, Sku


class Customer(BaseModel):
    """Somebody who bought something once."""

    id: PositiveInt
    name: str = Field(min_length=1, max_length=80)
    email: str | None = None
    phone: str | None = None
    country: CountryCode = "FR"
    city: str | None = None
    segment: Literal["consumer", "business", "wholesale"] = "consumer"
    newsletter: bool = False
    credit_limit: Decimal | None = Field(default=None, ge=0)
    created_at: datetime.datetime
    last_seen_at: datetime.datetime | None = None


class Product(BaseModel):
    """Something on the shelf."""

    id: PositiveInt
    sku: Sku
    name: str = Field(min_length=1)
    category: Literal["kitchen", "garden", "office", "travel", "toys", "audio"]
    price: Price
    cost: Price | None = None
    weight_g: str | None = Field(default=None, description="grams, as somebody typed them")
    colour: str | None = None
    discontinued: bool = False
    added_on: datetime.date


class Order(BaseModel):
    """What somebody ordered, and how far it got."""

    id: PositiveInt
    customer_id: PositiveInt
    status: Literal["pending", "paid", "shipped", "cancelled", "refunded"] = "pending"
    total: Price
    currency: Currency = Currency.EUR
    email: Email | None = None
    coupon: str | None = None
    ship_city: str | None = None
    ship_country: CountryCode | None = None
    note: str | None = Field(default=None, max_length=500)
    placed_at: datetime.datetime
    shipped_at: datetime.datetime | None = None


class OrderItem(BaseModel):
    """One line of an order."""

    order_id: PositiveInt
    line: PositiveInt
    product_id: PositiveInt
    quantity: PositiveInt = 1
    unit_price: Price
    discount: Share = 0


class Review(BaseModel):
    """What somebody thinks of a product."""

    id: PositiveInt
    product_id: PositiveInt
    customer_id: PositiveInt | None = None
    rating: int = Field(ge=1, le=5)
    title: str | None = Field(default=None, max_length=120)
    body: str | None = None
    verified: bool = False
    helpful: int = Field(default=0, ge=0)
    created_at: datetime.datetime


class Invoice(BaseModel):
    """A bill for an order; the shop does not keep any yet, so nothing live stands behind it."""

    number: str = Field(pattern=r"^\d{4}-\d{6}$")
    order_id: PositiveInt
    issued_on: datetime.date
    net: Price
    vat: Decimal = Field(ge=0)
    currency: Currency = Currency.EUR
    paid: bool = False
