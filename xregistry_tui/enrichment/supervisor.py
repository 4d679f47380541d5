"""Who owns every refresh: a desk per attached resource, and which binding is watched at which desk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Generic

from xregistry_tui.enrichment.desk import Desk
from xregistry_tui.enrichment.pacing import Clock, Pace, pace_of
from xregistry_tui.enrichment.watch import Figures, Looked

if TYPE_CHECKING:
    from xregistry_tui.core.bindings import Binding, RefreshState
    from xregistry_tui.enrichment.policy import Policy
    from xregistry_tui.profiling.plan import Grade
    from xregistry_tui.resources.base import XResource


class Supervisor(Generic[Figures]):
    """Watches bindings of attached resources; `look` looks once, `publish` hears every new state (and its figures)."""

    def __init__(
        self,
        look: Callable[[str, Grade | None], Awaitable[Looked[Figures]]],
        publish: Callable[[str, RefreshState, Figures | None], None],
        clock: Clock,
        policy: Policy,
    ) -> None:
        self._look = look
        self._publish = publish
        self._clock = clock
        self._policy = policy
        self._desks: dict[str, Desk[Figures]] = {}
        self._at: dict[str, Desk[Figures]] = {}

    @property
    def resources(self) -> Mapping[str, XResource]:
        """The attached resources by name, live and read-only."""
        return MappingProxyType({name: desk.resource for name, desk in self._desks.items()})

    def attach(self, resource: XResource, pace: Pace | None = None) -> None:
        """Watch a resource that is open; attaching it again is harmless. Needs a running loop."""
        held = self._desks.get(resource.name)
        if held is None:
            pace = pace or pace_of(resource.get_type(), resource.metadata.level)
            self._desks[resource.name] = Desk(
                resource, pace, self._clock, self._look, self._publish, policy=self._policy
            )
        elif held.resource is not resource:
            raise ValueError(
                f"another resource named {resource.name!r} is attached: detach it, or give this one a name"
            )

    async def detach(self, name: str) -> tuple[str, ...]:
        """End the watch of a resource and of its bindings, whose keys this gives; its owner closes it."""
        desk = self._desks.pop(name, None)
        if desk is None:
            return ()
        keys = tuple(desk.watches)
        for key in keys:
            del self._at[key]
        await desk.close()
        return keys

    def watch(self, binding: Binding) -> None:
        """Watch a binding; its resource must be attached."""
        desk = self._desks.get(binding.resource)
        if desk is None:
            known = ", ".join(self._desks) or "none"
            raise ValueError(f"no resource named {binding.resource!r} is attached; attached: {known}")
        self._at[binding.key] = desk
        age = binding.refresh_interval or self._policy.refresh_interval
        desk.add(binding.key, binding.collection, age)

    async def unwatch(self, key: str) -> None:
        """Watch a binding no more."""
        desk = self._at.pop(key, None)
        if desk is not None:
            await desk.remove(key)

    def desk(self, key: str) -> Desk[Figures]:
        """Where a binding is watched; raises KeyError."""
        return self._at[key]

    def looking(self) -> tuple[str, ...]:
        """The keys of the bindings that are looked at now."""
        return tuple(key for key, desk in self._at.items() if desk.watches[key].task is not None)

    async def settled(self) -> None:
        """Wait until every binding was looked at once, or failed, or was put to rest."""
        while waiting := [watch for desk in self._desks.values() for watch in desk.watches.values()]:
            await asyncio.gather(*(watch.settled.wait() for watch in waiting))
            if all(watch.settled.is_set() for desk in self._desks.values() for watch in desk.watches.values()):
                return

    async def close(self) -> None:
        """End every watch; no task is left."""
        desks = list(self._desks.values())
        self._desks.clear()
        self._at.clear()
        await asyncio.gather(*(desk.close() for desk in desks))
