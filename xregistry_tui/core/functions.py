"""Functions in the registry: registered by call or decorator, or to be imported on first use; and executed."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar, overload

from xregistry_tui.core.access import UNTOUCHED, Denied, Granted, decide
from xregistry_tui.core.definitions import Target, module_of, name_of, reloaded, same, where
from xregistry_tui.core.paths import is_plain, normal
from xregistry_tui.core.registered_function import (
    FunctionMetadata,
    FunctionPermission,
    Particulars,
    Permissions,
    RegisteredFunction,
)
from xregistry_tui.core.registry import Registry, View, utc_now

if TYPE_CHECKING:
    from xregistry_tui.core.execution import Workers

__all__ = ["FunctionMetadata", "FunctionPermission", "FunctionRegistry", "Permissions", "RegisteredFunction"]

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])
Given = Mapping[str, Collection[FunctionPermission]]


class FunctionRegistry(Registry[RegisteredFunction]):
    """Functions by path (`functions.pricing.total`).

    Attributes that may be set at any time: `default_permissions` (granted to `*` where none were given),
    `track_execution`, `track_performance`, `max_call_history` (calls), `execution_timeout` (seconds).
    """

    group = "functions"
    change_key = "function"
    permission_type = FunctionPermission

    def __init__(self, *, timer: Callable[[], float] = time.perf_counter, **given: Any) -> None:
        super().__init__(**given)
        self.timer = timer
        self.default_permissions: Collection[FunctionPermission] = (FunctionPermission.EXECUTE,)
        self.track_execution = True
        self.track_performance = True
        self.max_call_history = 1_000
        self.execution_timeout: float = 30
        self._workers: Workers | None = None
        self._alike = Particulars(self)
        # seconds since 1970 by the clock, without a detour where it is the machine's
        self._stamp = time.time if self._clock is utc_now else lambda: self._clock().timestamp()

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
        permissions: Given | None = None,
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
        permissions: Given | None = None,
        *,
        replace: bool = False,
    ) -> RegisteredFunction: ...

    def register(
        self,
        func: Callable[..., Any] | None = None,
        name: str | None = None,
        namespace: str | None = None,
        tags: Collection[str] | None = None,
        permissions: Given | None = None,
        *,
        replace: bool = False,
    ) -> Any:
        """Register a function, or decorate one: what a decorator gives is the function itself, with its calls counted.

        Without a namespace the path comes from the full module. Raises `DefinitionConflict` where another function
        has the path, unless `replace`.
        """
        if func is None:
            return self._decorator(name, namespace, tags, permissions, replace)
        # most are plain functions, whose own name and module need no detour
        own = func.__class__ is FunctionType
        title = name or (func.__name__ if own else name_of(func))
        last = title if is_plain(title) else normal(name or name_of(func))
        above = _above(namespace) if namespace else _above_module((own and func.__module__) or module_of(func))
        alike = namespace is None and not tags and permissions is None and last is title
        said = self._alike if alike else self._said(namespace, tags, permissions, None if last == title else title)
        path = f"{above}.{last}"
        new = RegisteredFunction(func, path, self._stamp(), said)
        with self._lock:
            # the way of most, without detours: nothing has the path, and no index but the tree is to be kept up
            if not alike or path in self._items or path in self._gone or self._names is not None:
                return self._enter(new, replace)
            self._tree.add(self._items, above, last, path, new)
            self._index = None
        if self.changes._subscriptions:
            self._mark(path)
        return new

    def _decorator(
        self,
        name: str | None,
        namespace: str | None,
        tags: Collection[str] | None,
        permissions: Given | None,
        replace: bool,
    ) -> Callable[[AnyFunction], AnyFunction]:
        # apart from `register`, whose names would be slower if they were shared with a function inside it
        def decorate(decorated: AnyFunction) -> AnyFunction:
            registered: Any = self.register(decorated, name, namespace, tags, permissions, replace=replace)
            counted: AnyFunction = _counted(registered)
            return counted

        return decorate

    def register_lazy(
        self,
        target: str,
        name: str | None = None,
        namespace: str | None = None,
        tags: Collection[str] | None = None,
        permissions: Given | None = None,
        *,
        replace: bool = False,
    ) -> RegisteredFunction:
        """Register `pkg.module:name`, which is imported on first use (a call, its metadata, `.func`).

        An import that fails raises `TargetFailed`, and is tried again the next time.
        """
        to_import: Any = Target.parse(target)
        registered: RegisteredFunction = self.register(to_import, name, namespace, tags, permissions, replace=replace)
        return registered

    def _said(
        self, namespace: str | None, tags: Collection[str] | None, permissions: Given | None, title: str | None
    ) -> Particulars:
        granted = UNTOUCHED if permissions is None else Granted(permissions)
        return Particulars(self, namespace, frozenset(tags or ()), granted, title)

    def _enter(self, new: RegisteredFunction, replace: bool) -> RegisteredFunction:
        there = self._held(new.path)
        if there is not None:
            if same(there.defined, new.defined):
                if new.loaded:
                    there.define(new.func)
                return self._back(there)
            if not (replace or reloaded(there.defined, new.defined)):
                held, other = where(there.defined), where(new.defined)
                raise self._conflict(there, held, other, "another name or replace=True")
        self._put(new)
        self._mark(new.path)
        return new

    def _amend(self, item: RegisteredFunction, **changes: Any) -> RegisteredFunction:
        # in place: decorated functions hold on to the very item
        said = item.said()
        said.tags = changes.get("tags", said.tags)
        said.grants = changes.get("permissions", said.grants)
        said.deprecation = changes.get("deprecation", said.deprecation)
        return item

    def _granted(self, item: RegisteredFunction) -> Granted:
        return item.grants

    async def execute(
        self,
        path: str,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        role: str | None = None,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - it bounds what cannot be cancelled too
    ) -> Any:
        """Run a function for a role, with its arguments checked and coerced, for at most `timeout` seconds.

        Without a timeout `execution_timeout` holds. Raises KeyError for the path, `Denied`, `InvalidArguments`,
        TimeoutError, or whatever the function raises. Coroutines run on the loop and are cancelled when their time is
        up; other functions run in one of a few threads, and a thread cannot be stopped: after the error it goes on
        until the function returns, and takes the place of another meanwhile.
        """
        from xregistry_tui.core.execution import Workers, run

        function = self[path]
        seconds = self.execution_timeout if timeout is None else timeout
        if not seconds > 0:
            raise ValueError(f"a timeout is more than 0 seconds, not {seconds}")
        decision = decide(function.permissions, role, FunctionPermission.EXECUTE, function.path, self.superuser_roles)
        if not decision.allowed:
            function.end(function.now(), "denied", who=role, ran=False)
            raise Denied(decision)
        with self._lock:
            workers = self._workers = self._workers or Workers()
        try:
            return await run(function, workers, (tuple(args), dict(kwargs or {})), role, seconds)
        finally:
            self.changes.mark(f"{self.change_key}:{function.path}")


@lru_cache(4096)
def _above(namespace: str) -> str:
    """The level of a namespace; remembered, since many functions share one."""
    return f"{FunctionRegistry.group}.{normal(namespace)}"


@lru_cache(4096)
def _above_module(module: str) -> str:
    """The level of what has no namespace: that of its module (`__main__` is `main`)."""
    return _above(module.strip("_"))


def _counted(registered: RegisteredFunction) -> Any:
    """The function under its own identity, each call of which is counted."""
    func = registered.func
    if inspect.iscoroutinefunction(func):

        @functools.wraps(func)
        async def counted_async(*args: Any, **kwargs: Any) -> Any:
            return await registered.counted(args, kwargs)

        return counted_async

    @functools.wraps(func)
    def counted(*args: Any, **kwargs: Any) -> Any:
        return registered.counted(args, kwargs)

    return counted
