"""The embedded shop of `xreg-tui demo`: live data and the models, functions and types that speak of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from xregistry_tui.demo.running import Shop
    from xregistry_tui.xregistry import XRegistry

BINDINGS = {
    "models.demo.Customer": "customers",
    "models.demo.Order": "orders",
    "models.demo.OrderItem": "order_items",
    "models.demo.Product": "products",
    "models.demo.Review": "reviews",
}
"""Which static model (its path) looks at which table of the shop; `models.demo.Invoice` looks at none."""


def register(registry: XRegistry) -> None:
    """Register the shop's functions, types and static models; a second call changes nothing."""
    from xregistry_tui.demo.package import register as register_package

    register_package(registry)


def running_shop(*, write: bool = True, rate: float | None = None) -> AbstractContextManager[Shop]:
    """A shop in a temporary folder of its own, with its writer at work; both are gone at the exit.

    Plain and blocking (about 0.3 s), and not bound to the thread that enters it. `rate` is changes a second, infinity
    for as many as the machine gives. What a killed demo left behind is swept first. Raises `OSError`.
    """
    from xregistry_tui.demo import running

    return running.running_shop(write=write, rate=rate)


def sweep() -> int:
    """Remove what killed demos of this user left in the temporary folder; says how many folders that were."""
    from xregistry_tui.demo import running

    return running.sweep()
