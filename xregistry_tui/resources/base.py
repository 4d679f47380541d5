"""What every engine offers, what it may cost, and how it fails.

ResourceError            something about a resource, said in plain words, with what to try
├── UnknownTarget        no engine takes this target; nothing was opened
├── ResourceGone         the file or server is not there (any more)
├── ResourceDenied       it is there, and we may not read it
│   └── SecretNotGiven   a person was asked for a secret, and gave none
├── ResourceBusy         locked or overloaded for now; trying again helps
├── ResourceSlow         the time limit ended the operation on the server
├── ResourceBroken       it is not what it says it is, or is damaged
└── CollectionFailed     one collection cannot be read; the others can
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from xregistry_tui.profiling.plan import Budget

if TYPE_CHECKING:
    from xregistry_tui.profiling.plan import Cost, Plan
    from xregistry_tui.profiling.profile import Figure, How, Profile
    from xregistry_tui.schema.shape import Kind, Scalar, Shape


class ResourceError(Exception):
    """Something about a resource went wrong: `reason` says what, `hint` what to try. Neither holds a secret."""

    recoverable = True

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(f"{reason}; {hint}" if hint else reason)
        self.reason = reason
        self.hint = hint


class UnknownTarget(ResourceError):
    """No engine takes this target."""

    recoverable = False


class ResourceGone(ResourceError):
    """The file or server is not there (any more)."""


class ResourceDenied(ResourceError):
    """It is there, and we may not read it."""


class SecretNotGiven(ResourceDenied):
    """A person who was asked for a secret gave none; nobody is asked again before someone wants that."""

    recoverable = False


class ResourceBusy(ResourceError):
    """Locked or overloaded for now."""


class ResourceSlow(ResourceError):
    """The time limit ended the operation on the server."""


class ResourceBroken(ResourceError):
    """It is not what it says it is, or is damaged."""


class CollectionFailed(ResourceError):
    """One collection cannot be read; the others can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceMetadata:
    """What may be shown of a resource: `location` has no secret in it. `options` are the engine's own, by `.get`."""

    name: str
    kind: str
    location: str
    level: str = "development"
    options: Mapping[str, Any] = field(default_factory=dict)

    def get(self, key: str, default: Any = None) -> Any:
        """An attribute or option by name, as the mapping of the specification."""
        return getattr(self, key) if key in self.__dataclass_fields__ else self.options.get(key, default)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which collections are shown: those that a pattern of `include` fits (all where there is none), but no `exclude`.

    >>> "a.log" in Chosen(("a.*",), ("*.log",)), "a.orders" in Chosen(("a.*",))
    (False, True)
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @classmethod
    def of(cls, include: Sequence[str], exclude: Sequence[str]) -> Chosen:
        """By the patterns as they were given, one alone or several."""
        some, none = ((given,) if isinstance(given, str) else tuple(given) for given in (include, exclude))
        return cls(some, none)

    def __contains__(self, collection: object) -> bool:
        name = str(collection)
        included = not self.include or any(fnmatchcase(name, pattern) for pattern in self.include)
        return included and not any(fnmatchcase(name, pattern) for pattern in self.exclude)


@dataclass(frozen=True, slots=True)
class Condition:
    """`field operator value`, pushed down to the engine; operators are `= != < <= > >= contains null notnull`."""

    field: str
    operator: str
    value: Scalar = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordQuery:
    """A window of records: `where` is a conjunction, `keys` asks for single records by their locators instead."""

    collection: str
    fields: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    keys: tuple[tuple[Scalar, ...], ...] = ()
    order_by: str | None = None
    descending: bool = False
    offset: int = 0
    limit: int = 100
    cell_limit: int = 4096
    budget: Budget = Budget()


@dataclass(frozen=True, slots=True)
class Clipped:
    """A value too large to fetch whole: its first part, and its full length in characters or bytes."""

    head: str | bytes
    length: int
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Records as rows, one cell for each of `columns` (true names). `keys` locate the rows as `RuleResult.keys` do.

    `total` is how many records match, where the engine said. `more` is true when records follow this page. `absent`
    are, by row, the columns that its record has not, where the engine tells that from null.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Scalar | Clipped | Any, ...], ...]
    keys: tuple[tuple[Scalar, ...], ...]
    offset: int
    more: bool
    total: Figure | None
    how: How
    absent: tuple[frozenset[str], ...] = ()

    def record(self, index: int) -> dict[str, Any]:
        """One of the rows as a record, without what it has not."""
        found = dict(zip(self.columns, self.rows[index], strict=True))
        for name in self.absent[index] if self.absent else ():
            del found[name]
        return found


class XResource(ABC):
    """A connection to one engine, opened read-only. Every operation is bounded and ends when its owner is cancelled.

    A subclass says what its engine offers; the inspector of this room makes shapes and profiles usable. Names of
    collections and fields are always the engine's own true names. All operations raise `ResourceError`.
    """

    ask: Callable[[str], Awaitable[str]] | None = None
    """How a person is asked for a secret that is written nowhere, without showing it; `None`: nobody is asked."""

    def __init__(self, metadata: ResourceMetadata) -> None:
        self.metadata = metadata

    @property
    def name(self) -> str:
        """The name given by the settings, else the database's name or the file's stem."""
        return self.metadata.name

    def get_type(self) -> str:
        """The kind of engine, as `ResourceFactory.create` names it."""
        return self.metadata.kind

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.metadata.name!r} {self.metadata.location}>"

    @abstractmethod
    async def connect(self) -> None:
        """Open it read-only; opening twice is harmless."""

    @abstractmethod
    async def close(self) -> None:
        """Cancel what runs and let go; closing twice is harmless."""

    @abstractmethod
    async def validate_connection(self) -> bool:
        """Whether it is open and answers now; never raises."""

    @abstractmethod
    async def list_collections_or_tables(self) -> list[str]:
        """The true names of everything that holds records and may be read, sorted."""

    @abstractmethod
    async def shape(self, collection: str) -> Shape:
        """What the records of one collection may be, from its declaration and from what is stored."""

    async def shapes(self, collections: Sequence[str]) -> AsyncIterator[Shape | tuple[str, ResourceError]]:
        """The shape of each of these as it is found, or its name and why it cannot be read; in their order."""
        for name in collections:
            try:
                found: Shape | tuple[str, ResourceError] = await self.shape(name)
            except ResourceError as error:
                found = (name, error)
            yield found

    @abstractmethod
    async def cost(self, plan: Plan) -> Cost:
        """What a plan will cost, without running it."""

    @abstractmethod
    async def profile(self, plan: Plan) -> Profile:
        """Look once, as planned."""

    def progress(self, collection: str) -> float | None:
        """How much of the look at a collection that is under way is done, 0 to 1; `None` where nobody can say."""
        return None

    @abstractmethod
    async def records(self, query: RecordQuery) -> Page:
        """A window of records."""

    @abstractmethod
    async def exists(self, collection: str, field: str, value: Scalar) -> bool:
        """Whether any record has this value in this field."""

    @abstractmethod
    async def change_token(self, collection: str | None = None) -> Hashable | None:
        """A value that differs when data changed since it was last asked; `None` where the engine cannot say."""

    async def change_tokens(self) -> Mapping[str, Hashable] | None:
        """The tokens of all collections that have one, by one question; `None`: ask for the resource's own instead."""
        return None

    async def get_schema(self, collection: str | None = None) -> dict[str, Any]:
        """The JSON Schema of one collection, or of the only one."""
        from xregistry_tui.resources.inspector import XInspector

        return await XInspector(self, collection).discover_schema()

    async def get_preview(self, limit: int = 10, collection: str | None = None) -> list[dict[str, Any]]:
        """Some records as dictionaries by true field name."""
        from xregistry_tui.resources.inspector import XInspector

        return await XInspector(self, collection).preview_data(limit)

    async def get_statistics(self, collection: str | None = None) -> dict[str, Any]:
        """The statistics of one collection as plain data (the keys of the specification)."""
        from xregistry_tui.resources.inspector import XInspector

        return await XInspector(self, collection).profile_data()
