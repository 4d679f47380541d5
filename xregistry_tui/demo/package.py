"""What the demo puts into a registry: nine functions, eight types, six static models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xregistry_tui.core import FunctionPermission, TypeCategory
from xregistry_tui.demo import functions, models, types

if TYPE_CHECKING:
    from collections.abc import Callable

    from xregistry_tui.xregistry import XRegistry

FUNCTIONS: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("pricing", functions.total),
    ("pricing", functions.margin),
    ("pricing", functions.with_vat),
    ("shipping", functions.zone),
    ("shipping", functions.quote),
    ("shipping", functions.next_statuses),
    ("text", functions.slugify),
    ("text", functions.mask_email),
)
MODELS = (models.Customer, models.Product, models.Order, models.OrderItem, models.Review, models.Invoice)
CONSTRAINTS: tuple[tuple[str, Any, str, list[Any]], ...] = (
    ("Email", types.Email, "An address with something on both sides of its @", ["ana@example.org"]),
    ("PositiveInt", types.PositiveInt, "A whole number above zero", [1, 42]),
    ("CountryCode", types.CountryCode, "Two capital letters, ISO 3166-1", ["FR", "DE"]),
    ("Sku", types.Sku, "Three capitals, a hyphen, four digits", ["KIT-0042"]),
    ("Share", types.Share, "From 0 to below 1", [0, 0.2]),
    ("Price", types.Price, "More than zero, to the cent", ["19.90"]),
    ("Currency", types.Currency, "What the shop is paid in", ["EUR"]),
)


def register(registry: XRegistry) -> None:
    """See `xregistry_tui.demo.register`."""
    for namespace, function in FUNCTIONS:
        registry.functions.register(function, namespace=namespace, tags={"demo", namespace})
    execute = {"ops": {FunctionPermission.EXECUTE}}
    registry.functions.register(functions.reprice, namespace="pricing", tags={"demo", "pricing"}, permissions=execute)
    for name, constraint, description, examples in CONSTRAINTS:
        registry.types.register_type(
            constraint,
            name=name,
            category=TypeCategory.CONSTRAINT,
            namespace="demo",
            description=description,
            examples=examples,
            tags={"demo"},
        )
    registry.types.register_type(
        types.Money,
        category=TypeCategory.COMPOSITE,
        namespace="demo",
        description="An amount in a currency",
        examples=[{"amount": "19.90", "currency": "EUR"}],
        tags={"demo", "money"},
    )
    for model in MODELS:
        registry.models.register_static_model(model, namespace="demo", tags={"demo"})
