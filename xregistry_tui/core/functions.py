"""Functions in the registry: registered by call or decorator, described on first sight, counted on every call."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from types import FunctionType, MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, overload

from xregistry_tui.core.paths import PREFIX, join, with_prefix
from xregistry_tui.core.registry import Clock, DefinitionConflict, Registry, View, utc_now
from xregistry_tui.core.signatures import Parameter, read

if TYPE_CHECKING:
    import datetime

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


class FunctionPermission(Enum):
    """What a role may do with a function."""

    EXECUTE = "execute"
    VIEW = "view"
    MODIFY = "modify"


Permissions = Mapping[str, frozenset[FunctionPermission]]
_DEFAULT: Permissions = MappingProxyType({"*": frozenset({FunctionPermission.EXECUTE})})


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


class RegisteredFunction:
    """A registered function. Calling it is the counted path, `.func` the bare function; neither checks rights."""

    __slots__ = (
        "_clock",
        "_metadata",
        "_prefix",
        "call_count",
        "failures",
        "func",
        "last_called",
        "namespace",
        "path",
        "permissions",
        "registered_at",
        "tags",
        "title",
    )
    _counting = threading.Lock()

    def __init__(
        self,
        func: Callable[..., Any],
        *,
        path: str,
        title: str,
        namespace: str | None = None,
        tags: Collection[str] = (),
        permissions: Permissions = _DEFAULT,
        clock: Clock = utc_now,
        prefix: str = PREFIX,
    ) -> None:
        self.func = func
        self.path = path
        self.title = title
        self.namespace = namespace
        self.tags = frozenset(tags)
        self.permissions = permissions
        self.call_count = 0
        self.failures = 0
        self.last_called: datetime.datetime | None = None
        self.registered_at = clock()
        self._clock = clock
        self._prefix = prefix
        self._metadata: FunctionMetadata | None = None

    @property
    def __wrapped__(self) -> Callable[..., Any]:
        return self.func

    @property
    def __name__(self) -> str:
        return self.title

    @property
    def ns(self) -> str:
        """The path with its prefix."""
        return with_prefix(self.path, self._prefix)

    @property
    def metadata(self) -> FunctionMetadata:
        """What is known of it, read off the function on first access."""
        if self._metadata is None:
            self._metadata = self._describe()
        return self._metadata

    def _describe(self) -> FunctionMetadata:
        signature = read(self.func)
        return FunctionMetadata(
            name=self.title,
            module=_module(self.func),
            signature=signature.text,
            docstring=inspect.getdoc(self.func),
            parameters=signature.parameters,
            return_type=signature.returns,
            tags=self.tags,
            permissions=self.permissions,
            namespace=self.namespace,
            ns_path=self.ns,
            registered_at=self.registered_at,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with self._counting:
            self.call_count += 1
            self.last_called = self._clock()
        try:
            result = self.func(*args, **kwargs)
        except BaseException:
            self._failed()
            raise
        return self._watched(result) if inspect.iscoroutine(result) else result

    async def _watched(self, running: Awaitable[Any]) -> Any:
        try:
            return await running
        except BaseException:
            self._failed()
            raise

    def _failed(self) -> None:
        with self._counting:
            self.failures += 1

    def __str__(self) -> str:
        return self.ns

    def __repr__(self) -> str:
        return f"<{self.ns} · {self.call_count} calls>"


class FunctionRegistry(Registry[RegisteredFunction]):
    """Functions by path (`functions.pricing.total`)."""

    group = "functions"
    change_key = "function"

    @property
    def functions(self) -> Mapping[str, RegisteredFunction]:
        """All of them by path; unambiguous bare names answer too."""
        return View(self._items, self.resolve)

    @overload
    def register(
        self,
        func: None = None,
        name: str | None = None,
        namespace: str | None = None,
        tags: Collection[str] | None = None,
        permissions: Mapping[str, Collection[FunctionPermission]] | None = None,
        *,
        replace: bool = False,
    ) -> Callable[[AnyFunction], AnyFunction]: ...

    @overload
    def register(
        self,
        func: Callable[..., Any],
        name: str | None = None,
        namespace: str | None = None,
        tags: Collection[str] | None = None,
        permissions: Mapping[str, Collection[FunctionPermission]] | None = None,
        *,
        replace: bool = False,
    ) -> RegisteredFunction: ...

    def register(
        self,
        func: Callable[..., Any] | None = None,
        name: str | None = None,
        namespace: str | None = None,
        tags: Collection[str] | None = None,
        permissions: Mapping[str, Collection[FunctionPermission]] | None = None,
        *,
        replace: bool = False,
    ) -> Any:
        """Register a function, or decorate one: what a decorator gives is the function itself, with its calls counted.

        Without a namespace the path comes from the full module. Raises `DefinitionConflict` where another function
        has the path, unless `replace`.
        """
        if func is None:
            return lambda decorated: _counted(self._add(decorated, name, namespace, tags, permissions, replace=replace))
        return self._add(func, name, namespace, tags, permissions, replace=replace)

    def _add(
        self,
        func: Callable[..., Any],
        name: str | None,
        namespace: str | None,
        tags: Collection[str] | None,
        permissions: Mapping[str, Collection[FunctionPermission]] | None,
        *,
        replace: bool,
    ) -> RegisteredFunction:
        title = name or _name(func)
        registered = RegisteredFunction(
            func,
            path=self._path(namespace or _module(func).strip("_"), title),
            title=title,
            namespace=namespace,
            tags=tags or (),
            permissions=_frozen(permissions),
            clock=self._clock,
            prefix=self._prefix,
        )
        return self._enter(registered, replace)

    def _enter(self, new: RegisteredFunction, replace: bool) -> RegisteredFunction:
        with self._lock:
            there = self._items.get(new.path)
            if there is not None and _same(there.func, new.func):
                return there
            if there is not None and not (replace or _reloaded(there.func, new.func)):
                raise DefinitionConflict(
                    f"{there} is {_where(there.func)} already; {_where(new.func)} needs another name or replace=True"
                )
            self._put(new)
        self._mark(new.path)
        return new


def _frozen(permissions: Mapping[str, Collection[FunctionPermission]] | None) -> Permissions:
    if permissions is None:
        return _DEFAULT
    return MappingProxyType({role: frozenset(granted) for role, granted in permissions.items()})


def _counted(registered: RegisteredFunction) -> Any:
    """The function under its own identity, each call of which is counted."""
    func = registered.func
    if inspect.iscoroutinefunction(func):

        @functools.wraps(func)
        async def counted_async(*args: Any, **kwargs: Any) -> Any:
            return await registered(*args, **kwargs)

        return counted_async

    @functools.wraps(func)
    def counted(*args: Any, **kwargs: Any) -> Any:
        return registered(*args, **kwargs)

    return counted


def _name(func: Callable[..., Any]) -> str:
    name = getattr(func, "__name__", None)
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(f"{name or type(func).__name__} has no name to register it by: give name=")
    return name


def _module(func: Callable[..., Any]) -> str:
    return str(getattr(func, "__module__", None) or type(func).__module__)


def _qualname(func: Callable[..., Any]) -> str:
    return str(getattr(func, "__qualname__", type(func).__qualname__))


def _where(func: Callable[..., Any]) -> str:
    code = getattr(func, "__code__", None)
    place = f" ({code.co_filename}:{code.co_firstlineno})" if code is not None else ""
    return join(_module(func), _qualname(func)) + place


def _same(one: Callable[..., Any], other: Callable[..., Any]) -> bool:
    """Whether two functions are one definition; what cannot be compared is different."""
    if one is other:
        return True
    if not (isinstance(one, FunctionType) and isinstance(other, FunctionType)):
        return False
    if (one.__module__, one.__qualname__, one.__code__) != (other.__module__, other.__qualname__, other.__code__):
        return False
    try:
        return bool(_parts(one) == _parts(other))
    except Exception:  # noqa: BLE001 - a stranger's __eq__ may raise anything: not comparable means different
        return False


def _parts(func: FunctionType) -> tuple[Any, ...]:
    cells = tuple(cell.cell_contents for cell in func.__closure__ or ())
    return func.__defaults__, func.__kwdefaults__, func.__annotations__, cells


def _reloaded(there: Callable[..., Any], new: Callable[..., Any]) -> bool:
    """Whether the new one supersedes the old in its module, as after a reload; local functions never do."""
    here = (_module(there), _qualname(there)) == (_module(new), _qualname(new))
    return here and "<locals>" not in _qualname(new)
