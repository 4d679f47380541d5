"""Import control: what the `__init__.py` of a package of models adopts, so that it is the one door to them.

    from xregistry_tui.imports import kit

    models = kit(__name__)
    get_model, list_models, register_dynamic_model, auto_discover_models, check_model_access = models.functions
    __getattr__, __dir__ = models.hooks

`__all__` of the package says what may be imported from it; `xreg-tui lint` finds imports that bypass it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xregistry_tui.core.discovery import Discovery
from xregistry_tui.core.imports import Access, Kit, UnknownModel

if TYPE_CHECKING:
    from xregistry_tui.core.imports import HasModels

__all__ = ["Access", "Discovery", "Kit", "UnknownModel", "kit"]


def kit(package: str, registry: HasModels | None = None) -> Kit:
    """The kit of a package (give `__name__`), on a registry of your own or on the module's `registry`."""
    return Kit(package, lambda: registry if registry is not None else _of_the_module())


def _of_the_module() -> HasModels:
    from xregistry_tui import xregistry

    return xregistry.registry
