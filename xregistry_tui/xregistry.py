"""The one registry: functions, models and types in a single tree, and what live data says about them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.changes import Changes
from xregistry_tui.core.functions import FunctionRegistry
from xregistry_tui.core.imported import DecoratedFunctions
from xregistry_tui.core.models import ModelRegistry
from xregistry_tui.core.namespace import Namespace, Node
from xregistry_tui.core.paths import PREFIX, without_prefix
from xregistry_tui.core.registry import Clock, NotRegistered, utc_now
from xregistry_tui.core.types import TypeRegistry

if TYPE_CHECKING:
    from xregistry_tui.core.functions import RegisteredFunction
    from xregistry_tui.core.models import RegisteredModel
    from xregistry_tui.core.namespace import Child
    from xregistry_tui.core.types import RegisteredType
    from xregistry_tui.enrichment.enriched import EnrichedRegistry


class XRegistry:
    """The facade over the registries. `changes` says what changed; the clock gives aware UTC moments."""

    def __init__(self, *, changes: Changes | None = None, clock: Clock = utc_now, prefix: str = PREFIX) -> None:
        self.changes = changes if changes is not None else Changes()
        self._prefix = prefix
        self._tree = Namespace()
        self._lock = threading.RLock()
        self._enriched: EnrichedRegistry | None = None
        shared: dict[str, Any] = {
            "namespace": self._tree,
            "changes": self.changes,
            "clock": clock,
            "prefix": prefix,
            "lock": self._lock,
        }
        self.functions: FunctionRegistry = DecoratedFunctions(**shared)
        self.models = ModelRegistry(**shared)
        self.types = TypeRegistry(**shared)

    @property
    def ns(self) -> Node:
        """The root of the tree, for dotted access: `registry.ns.models.auth.User`."""
        return Node(self._tree, self.item, prefix=self._prefix)

    def item(self, path: str) -> RegisteredFunction | RegisteredModel | RegisteredType:
        """Whatever is registered at exactly this path, with or without prefix; raises KeyError."""
        key = without_prefix(path, self._prefix)
        for registry in (self.functions, self.models, self.types):
            found = registry.get_by_namespace(key)
            if found is not None:
                return found
        raise NotRegistered(path)

    def children(self, path: str = "") -> tuple[Child, ...]:
        """One level of the tree, by title."""
        with self._lock:
            return self._tree.children(without_prefix(path, self._prefix))

    def get_enriched(self) -> EnrichedRegistry:
        """What live data says about the models; made on first use."""
        with self._lock:
            if self._enriched is None:
                from xregistry_tui.enrichment.enriched import EnrichedRegistry

                self._enriched = EnrichedRegistry(
                    model_registry=self.models,
                    type_registry=self.types,
                    function_registry=self.functions,
                    changes=self.changes,
                )
            return self._enriched

    @property
    def register_function(self) -> Any:
        """See `FunctionRegistry.register`."""
        return self.functions.register

    def register_model(self, *args: Any, **kwargs: Any) -> RegisteredModel:
        """See `ModelRegistry.register`."""
        return self.models.register(*args, **kwargs)

    def register_type(self, *args: Any, **kwargs: Any) -> RegisteredType:
        """See `TypeRegistry.register_type`."""
        return self.types.register_type(*args, **kwargs)


registry = XRegistry()
register_function = registry.functions.register
