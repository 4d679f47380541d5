"""The settings as one model: every key, its type and its bounds. `settings.toml` says what each is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

FREE_TABLES = frozenset({"tui.keymap"})
"""Tables whose keys are the user's own."""

ALIASES = {
    "registry.auto_discover": "registry.auto_discover_models",
    "registry.cache_ttl": "registry.types.validation_cache_ttl",
    "registry.enrichment_refresh_interval": "registry.enrichment.refresh_interval",
    "registry.models.track_versions": "registry.models.enable_versioning",
}
"""Second names of a key; the key itself is the more specific one."""

COMMANDS = ("password_command", "tunnel_command")
"""Keys of a resource that have programs run: only the user's own settings may."""

UNPREFIXED = {
    "REGISTRY_AUTO_DISCOVER": "registry.auto_discover_models",
    "REGISTRY_CACHE_ENABLED": "registry.types.cache_validated_values",
    "REGISTRY_CACHE_TTL": "registry.types.validation_cache_ttl",
    "MODEL_REGISTRY_VERSIONING": "registry.models.enable_versioning",
    "MODEL_REGISTRY_DEFAULT_NAMESPACE": None,
    "FUNCTION_REGISTRY_TRACK_CALLS": "registry.functions.track_execution",
    "FUNCTION_REGISTRY_TIMEOUT": "registry.functions.execution_timeout",
    "TYPE_REGISTRY_STRICT_MODE": None,
    "TYPE_REGISTRY_VALIDATION_CACHE": "registry.types.cache_validated_values",
    "ENRICHMENT_AUTO_REFRESH": "registry.enrichment.auto_refresh",
    "ENRICHMENT_INTERVAL": "registry.enrichment.refresh_interval",
    "ENRICHMENT_SAMPLE_SIZE": "registry.enrichment.sample_size",
}
"""Variables of older set-ups, which are not read, and the key each stands for (`None`: there is none)."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class FunctionSettings(_Table):
    """`[registry.functions]`."""

    default_permissions: tuple[Literal["execute", "view", "modify"], ...] = ("execute",)
    track_execution: bool = True
    track_performance: bool = True
    max_call_history: NonNegativeInt = 1000
    execution_timeout: PositiveFloat = 30


class ModelSettings(_Table):
    """`[registry.models]`."""

    default_permissions: tuple[Literal["create", "read", "update", "delete", "list"], ...] = ("read", "list")
    enable_versioning: bool = True
    max_version_history: PositiveInt = 10
    auto_generate_ui: bool = True
    auto_register_on_import: bool = True


class TypeSettings(_Table):
    """`[registry.types]`."""

    enable_validators: bool = True
    validate_on_register: bool = True
    allow_override: bool = False
    cache_validated_values: bool = True
    validation_cache_ttl: PositiveFloat = 3600


class EnrichmentSettings(_Table):
    """`[registry.enrichment]`."""

    auto_refresh: bool = True
    refresh_interval: PositiveFloat = 300
    sample_size: PositiveInt = 100
    statistics_sample: PositiveInt = 10_000
    enable_categorical_detection: bool = True
    categorical_threshold: PositiveInt = 100


class ImportControlSettings(_Table):
    """`[registry.import_control]`."""

    models_path: str = "src/models"
    types_path: str = "src/types"
    auto_discover_on_startup: bool = True
    strict_mode: bool = True


class RegistrySettings(_Table):
    """`[registry]`."""

    auto_discover_models: bool = True
    auto_register_functions: bool = True
    enable_enrichment: bool = True
    namespace_prefix: str = Field(default="ns", pattern=r"^[^\W\d]\w*$")
    functions: FunctionSettings = FunctionSettings()
    models: ModelSettings = ModelSettings()
    types: TypeSettings = TypeSettings()
    enrichment: EnrichmentSettings = EnrichmentSettings()
    import_control: ImportControlSettings = ImportControlSettings()


Level: TypeAlias = Literal["development", "testing", "staging", "production"]


class ResourceSettings(_Table):
    """One `[[resources]]`: a `url`, or a `kind` with its `options`."""

    name: str = Field(min_length=1)
    url: str | None = None
    kind: str | None = None
    options: Mapping[str, Any] = {}
    level: Level = "development"
    namespace: str | None = Field(default=None, pattern=r"^[^\W\d]\w*(\.[^\W\d]\w*)*$")
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    password_command: str | tuple[str, ...] | None = None
    tunnel_command: str | tuple[str, ...] | None = None

    @property
    def commands(self) -> tuple[str, ...]:
        """The keys by which the resource has programs run."""
        return tuple(key for key in COMMANDS if getattr(self, key) or key in self.options)

    @model_validator(mode="after")
    def _one_way_in(self) -> ResourceSettings:
        if (self.url is None) == (self.kind is None):
            raise ValueError(f"resource {self.name!r} needs either url, or kind with options")
        return self


class BindingSettings(_Table):
    """One `[[bindings]]`: a model that looks at a collection."""

    model: str = Field(min_length=1)
    resource: str = Field(min_length=1)
    collection: str = Field(min_length=1)
    refresh_interval: PositiveFloat | None = None


class AccessSettings(_Table):
    """`[access]`."""

    role: str = Field(default="admin", min_length=1)
    superuser_roles: tuple[str, ...] = ("admin",)


class StoreSettings(_Table):
    """`[store]`."""

    url: Literal["memory:"] = "memory:"


class TuiSettings(_Table):
    """`[tui]`."""

    theme: str = Field(default="dark", min_length=1)
    mouse: bool = True
    keymap: Mapping[str, str] = {}


class Settings(_Table):
    """Everything that can be set."""

    registry: RegistrySettings = RegistrySettings()
    resources: tuple[ResourceSettings, ...] = ()
    bindings: tuple[BindingSettings, ...] = ()
    access: AccessSettings = AccessSettings()
    store: StoreSettings = StoreSettings()
    tui: TuiSettings = TuiSettings()

    @model_validator(mode="after")
    def _names_differ(self) -> Settings:
        names = [resource.name for resource in self.resources]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two resources are named {twice[0]!r}: give each its own name")
        return self


def flat(settings: BaseModel, prefix: str = "") -> dict[str, Any]:
    """The settings as dotted keys and plain values (lists of tables stay lists)."""
    values: dict[str, Any] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            values |= flat(value, f"{prefix}{name}.")
        elif f"{prefix}{name}" in FREE_TABLES:
            values |= {f"{prefix}{name}.{key}": item for key, item in value.items()}
        else:
            values[f"{prefix}{name}"] = _plain(value)
    return values


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(exclude_unset=True, mode="json")
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


def groups() -> frozenset[str]:
    """The dotted names of all tables."""
    keys = [*flat(Settings()), *FREE_TABLES]
    parents = {key.rsplit(".", depth)[0] for key in keys for depth in range(1, key.count(".") + 1)}
    return frozenset(parents | FREE_TABLES)
