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
from xregistry_tui.enrichment.policy import Policy

if TYPE_CHECKING:
    from xregistry_tui.config import Settings
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
        self.policy = Policy()
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
        self.types.used_by = self.models

    @property
    def ns(self) -> Node:
        """The root of the tree, for dotted access: `registry.ns.models.auth.User`."""
        return Node(self._tree, self.item, prefix=self._prefix)

    @property
    def prefix(self) -> str:
        """What paths are shown and found under (`ns.models.…`); keys have none."""
        return self._prefix

    @prefix.setter
    def prefix(self, prefix: str) -> None:
        if prefix != self._prefix:
            self._prefix = prefix
            for registry in (self.functions, self.models, self.types):
                registry.show_under(prefix)

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

    def under(self, path: str) -> list[str]:
        """The paths of all items at and below a path, in no order."""
        with self._lock:
            return self._tree.under(without_prefix(path, self._prefix))

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
                    policy=self.policy,
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


def configure(registry: XRegistry, settings: Settings) -> None:
    """Make a registry work as settings say; what is registered already keeps its grants."""
    from xregistry_tui.core.functions import FunctionPermission
    from xregistry_tui.core.models import ModelPermission

    said = settings.registry
    functions, models, types, policy = registry.functions, registry.models, registry.types, registry.policy
    functions.superuser_roles = models.superuser_roles = settings.access.superuser_roles
    functions.default_permissions = tuple(FunctionPermission(word) for word in said.functions.default_permissions)
    functions.track_execution = said.functions.track_execution
    functions.track_performance = said.functions.track_performance
    functions.max_call_history = said.functions.max_call_history
    functions.execution_timeout = said.functions.execution_timeout
    models.default_permissions = tuple(ModelPermission(word) for word in said.models.default_permissions)
    models.enable_versioning = said.models.enable_versioning
    models.max_version_history = said.models.max_version_history
    models.auto_generate_ui = said.models.auto_generate_ui
    types.enable_validators = said.types.enable_validators
    types.validate_on_register = said.types.validate_on_register
    types.allow_override = said.types.allow_override
    types.cache_validated_values = said.types.cache_validated_values
    types.validation_cache_ttl = said.types.validation_cache_ttl
    policy.auto_refresh = said.enrichment.auto_refresh
    policy.refresh_interval = said.enrichment.refresh_interval
    policy.sample_size = said.enrichment.sample_size
    policy.statistics_sample = said.enrichment.statistics_sample
    detect = said.enrichment.enable_categorical_detection
    policy.categorical_threshold = said.enrichment.categorical_threshold if detect else 0
    registry.prefix = said.namespace_prefix


registry = XRegistry()
register_function = registry.functions.register
