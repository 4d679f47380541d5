"""A function as the registry holds it: described on first sight, counted on every call."""

from __future__ import annotations

import datetime
import inspect
import threading
import warnings
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from xregistry_tui.core.access import UNTOUCHED, Granted
from xregistry_tui.core.calls import NO_CALLS, Call, Calls, Outcome
from xregistry_tui.core.definitions import Defined, Target, module_of
from xregistry_tui.core.paths import with_prefix
from xregistry_tui.core.signatures import Parameter, Signature, read

if TYPE_CHECKING:
    from xregistry_tui.core.arguments import Arguments
    from xregistry_tui.core.deprecation import Deprecation
    from xregistry_tui.core.functions import FunctionRegistry


class FunctionPermission(Enum):
    """What a role may do with a function."""

    EXECUTE = "execute"
    VIEW = "view"
    MODIFY = "modify"


Permissions = Mapping[str, frozenset[FunctionPermission]]
NO_TAGS: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionMetadata:
    """What is known of a function. `namespace` is the part the caller gave; `ns_path` is the whole with its prefix."""

    name: str
    module: str
    signature: str
    docstring: str | None
    parameters: Mapping[str, Parameter]
    return_type: str | None
    tags: frozenset[str]
    permissions: Permissions
    namespace: str | None
    ns_path: str
    registered_at: datetime.datetime
    deprecation: Deprecation | None = None


class Started(NamedTuple):
    """When a call began: by the clock, and by the timer in seconds."""

    at: datetime.datetime
    tick: float


class Particulars:
    """What is said of a function beside itself: shared by all that were registered alike, until one differs."""

    __slots__ = (
        "arguments", "calls", "deprecation", "docstring", "grants", "namespace", "registry", "shared", "signature",
        "tags", "title",
    )  # fmt: skip

    def __init__(
        self,
        registry: FunctionRegistry,
        namespace: str | None = None,
        tags: frozenset[str] = NO_TAGS,
        grants: Granted = UNTOUCHED,
        title: str | None = None,
    ) -> None:
        self.registry = registry
        self.namespace = namespace
        self.tags = tags
        self.grants = grants
        self.title = title
        self.shared = True
        self.calls = NO_CALLS
        self.deprecation: Deprecation | None = None
        self.signature: Signature | None = None
        self.docstring: str | None = None
        self.arguments: Arguments | None = None

    def own(self) -> Particulars:
        """The same for one function alone."""
        copy = Particulars(self.registry, self.namespace, self.tags, self.grants, self.title)
        copy.shared = False
        return copy


_making = threading.Lock()


class RegisteredFunction:
    """A registered function. Calling it is the counted path, `.func` the bare function; neither checks rights."""

    __slots__ = ("_at", "_defined", "_said", "path")

    def __init__(self, defined: Defined, path: str, at: float, said: Particulars) -> None:
        self._defined = defined
        self.path = path
        # a float is half of a moment, and exact to the microsecond
        self._at = at
        self._said = said

    @property
    def func(self) -> Callable[..., Any]:
        """The bare function; one registered to be imported on first use is imported here, or raises `TargetFailed`."""
        defined = self._defined
        if not isinstance(defined, Target):
            return defined
        loaded = defined.load()
        # importing its module may have registered the function itself meanwhile
        if type(self._defined) is Target:
            self._defined = loaded
        return self.func

    @property
    def loaded(self) -> bool:
        """Whether the function is here already, or is imported on first use."""
        return type(self._defined) is not Target

    @property
    def defined(self) -> Defined:
        """The function, or what will be imported."""
        return self._defined

    def define(self, func: Callable[..., Any]) -> None:
        """Fill in the function that was to be imported."""
        if type(self._defined) is Target:
            self._defined = func

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        return self.func

    @property
    def __name__(self) -> str:
        return self.title

    @property
    def ns(self) -> str:
        """The path with its prefix."""
        return with_prefix(self.path, self._said.registry._prefix)

    @property
    def title(self) -> str:
        """The true name."""
        return self._said.title or self.path.rpartition(".")[2]

    @property
    def tags(self) -> frozenset[str]:
        """Its tags."""
        return self._said.tags

    @property
    def grants(self) -> Granted:
        """What was granted by name."""
        return self._said.grants

    @property
    def permissions(self) -> Permissions:
        """Who may do what: the grants, with the registry's default permissions where they come on top."""
        return self._said.grants.effective(self._said.registry.default_permissions)

    @property
    def registered_at(self) -> datetime.datetime:
        """When it was registered, UTC."""
        return datetime.datetime.fromtimestamp(self._at, datetime.UTC)

    @property
    def deprecation(self) -> Deprecation | None:
        """Since when it is deprecated, and what to use instead."""
        return self._said.deprecation

    @property
    def call_count(self) -> int:
        """How many calls began to run."""
        return self._said.calls.count

    @property
    def failures(self) -> int:
        """How many of them raised or took too long."""
        return self._said.calls.failures

    @property
    def last_called(self) -> datetime.datetime | None:
        """When the last of them began."""
        return self._said.calls.last

    @property
    def history(self) -> tuple[Call, ...]:
        """The newest calls, oldest first."""
        return self._said.calls.history

    @property
    def metadata(self) -> FunctionMetadata:
        """What is known of it; the signature and the docstring are read off the function on first access."""
        signature = self._signature()
        return FunctionMetadata(
            name=self.title,
            module=module_of(self._defined),
            signature=signature.text,
            docstring=self._said.docstring,
            parameters=signature.parameters,
            return_type=signature.returns,
            tags=self._said.tags,
            permissions=self.permissions,
            namespace=self._said.namespace,
            ns_path=self.ns,
            registered_at=self.registered_at,
            deprecation=self.deprecation,
        )

    def _signature(self) -> Signature:
        if self._said.signature is None:
            signature, said = read(self.func), self.said()
            said.docstring = inspect.getdoc(self.func)
            said.signature = signature
        return self._said.signature  # type: ignore[return-value]

    @property
    def arguments(self) -> Arguments:
        """How arguments are checked against the signature, made on first access."""
        if self._said.arguments is None:
            from xregistry_tui.core.arguments import Arguments

            self.said().arguments = Arguments(self.func)
        return self._said.arguments  # type: ignore[return-value]

    @property
    def described(self) -> bool:
        """Whether `arguments` are made already."""
        return self._said.arguments is not None

    def said(self) -> Particulars:
        """What is said of this function alone, to be written to."""
        if self._said.shared:
            with _making:
                if self._said.shared:
                    self._said = self._said.own()
        return self._said

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.counted(args, kwargs)

    def counted(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Call it and count that; whoever called the caller of this is told of a deprecation."""
        func = self.func
        if self._said.deprecation is not None:
            self._warn(self._said.deprecation)
        if not self._said.registry.track_execution:
            return func(*args, **kwargs)
        started = self.begin()
        try:
            result = func(*args, **kwargs)
        except BaseException as error:
            self.end(started, outcome_of(error), error)
            raise
        if inspect.iscoroutine(result):
            return self._watched(result, started)
        self.end(started)
        return result

    async def _watched(self, running: Awaitable[Any], started: Started) -> Any:
        try:
            result = await running
        except BaseException as error:
            self.end(started, outcome_of(error), error)
            raise
        self.end(started)
        return result

    def _warn(self, deprecation: Deprecation) -> None:
        if deprecation.in_force(self._said.registry._clock()):
            warnings.warn(f"{self.ns} is {deprecation.text}", DeprecationWarning, stacklevel=4)

    def begin(self) -> Started:
        """Count a call that starts to run."""
        started = self.now()
        if self._said.registry.track_execution:
            self._calls().begin(started.at)
        return started

    def now(self) -> Started:
        """The moment, as a beginning."""
        return Started(self._said.registry._clock(), self._said.registry.timer())

    def end(
        self,
        started: Started,
        outcome: Outcome = "ok",
        error: BaseException | None = None,
        who: str | None = None,
        *,
        ran: bool = True,
    ) -> None:
        """Note how a call ended; `ran` says whether it began to run at all."""
        registry = self._said.registry
        if not registry.track_execution:
            return
        timed = ran and registry.track_performance
        call = Call(
            at=started.at,
            outcome=outcome,
            duration_ms=(registry.timer() - started.tick) * 1_000 if timed else None,
            error=type(error).__name__ if error is not None else None,
            who=who,
            deprecated=self.deprecation is not None and self.deprecation.in_force(started.at),
        )
        self._calls().end(call, registry.max_call_history, ran=ran)

    def _calls(self) -> Calls:
        said = self.said()
        if said.calls is NO_CALLS:
            with _making:
                if said.calls is NO_CALLS:
                    said.calls = Calls()
        return said.calls

    def __str__(self) -> str:
        return self.ns

    def __repr__(self) -> str:
        return f"<{self.ns} · {self.call_count} calls>"


def outcome_of(error: BaseException) -> Outcome:
    """How a call ended that raised: what is no Exception (a cancellation, an interrupt) is no failure of its own."""
    return "failed" if isinstance(error, Exception) else "cancelled"
