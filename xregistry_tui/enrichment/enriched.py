"""The registry that sees the data behind its models: bindings, their live figures, and what can be asked of them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.bindings import Binding, BindingOrigin, RefreshState, RefreshStatus
from xregistry_tui.core.changes import Changes
from xregistry_tui.core.registry import NotRegistered, View
from xregistry_tui.enrichment import matching, syncing
from xregistry_tui.enrichment.asking import Answers, asked
from xregistry_tui.enrichment.attention import Attention, held, will_run
from xregistry_tui.enrichment.breaches import alarms
from xregistry_tui.enrichment.choices import live_field
from xregistry_tui.enrichment.live import Figures, Live, Running, rate
from xregistry_tui.enrichment.looking import Looker
from xregistry_tui.enrichment.pacing import Clock, Pace, SystemClock
from xregistry_tui.enrichment.policy import Policy
from xregistry_tui.enrichment.projection import ModelEnrichment, Projected, project, rates
from xregistry_tui.enrichment.supervisor import Supervisor
from xregistry_tui.enrichment.syncing import Discovery
from xregistry_tui.enrichment.watch import Looked
from xregistry_tui.profiling.plan import Cost, Grade
from xregistry_tui.profiling.statistics import field_statistics
from xregistry_tui.resources.base import ResourceError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from xregistry_tui.core.functions import FunctionRegistry
    from xregistry_tui.core.models import ModelRegistry, RegisteredModel
    from xregistry_tui.core.types import TypeRegistry
    from xregistry_tui.profiling.drift import Alarm
    from xregistry_tui.resources.base import XResource
    from xregistry_tui.schema.report import ValidationReport
    from xregistry_tui.schema.shape import Shape
    from xregistry_tui.store.base import Store


class EnrichedRegistry:
    """Models with live data. Its methods belong to one event loop; reading its snapshots is immediate.

    Whoever attaches a resource owns it: detaching or closing ends the watch, not the resource.
    """

    def __init__(
        self,
        model_registry: ModelRegistry,
        type_registry: TypeRegistry,
        function_registry: FunctionRegistry,
        *,
        changes: Changes | None = None,
        clock: Clock | None = None,
        store: Store | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.model_registry = model_registry
        self.type_registry = type_registry
        self.function_registry = function_registry
        self.policy = policy if policy is not None else Policy()
        self._changes = changes if changes is not None else Changes()
        self._clock: Clock = clock if clock is not None else SystemClock()
        self._lives: dict[str, Live] = {}
        self._keys: dict[str, dict[str, None]] = {}  # of the bindings of each model, in their order
        self._stood: dict[str, Live] = {}
        self._observe: Callable[[Live, Live], None] | None = None
        self._answers = Answers(self._clock)
        self._looker = Looker(self._clock, store, self.policy)
        self._supervisor: Supervisor[Figures] = Supervisor(self._look, self._publish, self._clock, self.policy)

    # what is known

    @property
    def connected_resources(self) -> Mapping[str, XResource]:
        """The attached resources by name."""
        return self._supervisor.resources

    @property
    def enrichments(self) -> Mapping[str, ModelEnrichment]:
        """What live data says about each model that was looked at, by path; answers unambiguous bare names too."""
        return View(Projected(self._first_looked_at, self._project), self.model_registry.resolve)

    def _first_looked_at(self) -> dict[str, Live]:
        """The first binding with figures of each model."""
        first: dict[str, Live] = {}
        for live in self._lives.values():
            if live.profile is not None:
                first.setdefault(live.binding.model, live)
        return first

    def lives(self, model: str | None = None) -> tuple[Live, ...]:
        """Every binding as it stands, or those of one model (its path), in the order they were bound."""
        return tuple(map(self._now, self.standing(model)))

    def standing(self, model: str | None = None) -> tuple[Live, ...]:
        """As `lives`, without the rates of this moment: cheap enough to be asked for a thousand models at once."""
        every = (self._lives[key] for key in (self._lives if model is None else self._keys.get(model, ())))
        return tuple(live for live in every if live.binding.model in self.model_registry)

    def spent(self, resource: str) -> float:
        """Milliseconds that looking at a resource cost within the last minute."""
        keys = [key for key, live in self._lives.items() if live.binding.resource == resource]
        return sum(self._supervisor.desk(key).cost_per_minute(key) for key in keys)

    def live(self, key: str) -> Live | None:
        """One binding as it stands."""
        live = self._lives.get(key)
        return self._now(live) if live is not None else None

    def running(self) -> tuple[Running, ...]:
        """The looks under way."""
        return tuple(
            Running(key=key, model=live.binding.model, since=live.state.since or self._clock.now(), grade=grade)
            for key, grade in self._looker.looking.items()
            if (live := self._lives.get(key)) is not None and live.binding.model in self.model_registry
        )

    def _now(self, live: Live) -> Live:
        """Rates are those of the moment they are read."""
        spent = self._supervisor.desk(live.binding.key).cost_per_minute(live.binding.key)
        key = live.binding.key
        attention = self._looker.attention.get(key, Attention())
        return replace(
            live,
            per_minute=rate(live.trend, self._clock.now()),
            spent_ms_per_minute=spent,
            pinned=attention.pinned,
            will_run=will_run(self._kind(key), attention),
            day=self._looker.history.day(key),
        )

    # what is watched

    def attach(self, resource: XResource, *, pace: Pace | None = None) -> None:
        """Watch an open resource; its bindings come with `bind`."""
        self._supervisor.attach(resource, pace)

    async def detach(self, name: str) -> None:
        """Forget a resource and its bindings; the looks under way are ended."""
        models = []
        keys = [key for key, live in self._lives.items() if live.binding.resource == name]
        for key in keys:
            models.append(self._forget(key).binding.model)
        await self._supervisor.detach(name)
        self._changes.mark("tree", "work", *(f"binding:{key}" for key in keys), *(f"model:{path}" for path in models))

    def bind(self, binding: Binding, *, grade: Grade | None = None, shape: Shape | None = None) -> None:
        """Watch a collection of an attached resource for a model; binding it again reads its shape again.

        Unless it was found just now: then `shape` is what it looks like.
        """
        key = binding.key
        if grade is not None:
            self._looker.grades[key] = grade
        self._looker.reread(key)
        if shape is not None:
            self._looker.know(key, shape)
        if key not in self._lives:
            self._lives[key] = Live(binding=binding)
            self._keys.setdefault(binding.model, {})[key] = None
            try:
                self._supervisor.watch(binding)
            except ValueError:
                self._forget(key)
                raise

    async def unbind(self, key: str) -> None:
        """Watch a binding no more."""
        if key in self._lives:
            model = self._forget(key).binding.model
            await self._supervisor.unwatch(key)
            self._changes.mark(f"binding:{key}", f"model:{model}", "tree", "work")

    def _forget(self, key: str) -> Live:
        self._looker.forget(key)
        self._stood.pop(key, None)
        live = self._lives.pop(key)
        del self._keys[live.binding.model][key]
        return live

    async def refresh(self, key: str, grade: Grade | None = None) -> Live:
        """Look now, at the same grade or another, and give what is known then; raises `ResourceError` on failure."""
        if grade is not None:
            self._looker.grades[key] = grade
            self._attend(key, opened=True)
        await self._supervisor.desk(key).refresh(key, grade)
        return self._now(self._lives[key])

    async def sharpen(self, key: str) -> Live:
        """Look at the next better grade: catalogue → sample → exact."""
        return await self.refresh(key, self._looker.sharper(self._lives[key]))

    async def look(self, key: str) -> Live:
        """Someone wants to see a binding: where only a server's own statistics are known, a sample is taken now."""
        self._attend(key, opened=True)
        live = self._lives[key]
        if live.profile is not None and live.profile.method is not Grade.CATALOGUE:
            return self._now(live)
        return await self.refresh(key)

    async def pin(self, key: str) -> Live:
        """Look again whenever the data changes, on servers too."""
        self._attend(key, opened=True, pinned=True)
        return await self.look(key)

    def unpin(self, key: str) -> None:
        """Look again only as far as the kind of engine is looked at unasked."""
        self._attend(key, pinned=False)

    def _attend(self, key: str, **changed: bool) -> None:
        before = self._looker.attention.get(key, Attention())
        after = self._looker.attention[key] = replace(before, **changed)
        if after != before:
            self._supervisor.desk(key).hold(key, held=held(self._kind(key), after))

    def _kind(self, key: str) -> str:
        return self._supervisor.resources[self._lives[key].binding.resource].get_type()

    async def cost(self, key: str) -> Cost:
        """What the next better grade would cost."""
        live = self._lives[key]
        resource = self._supervisor.resources[live.binding.resource]
        return await self._looker.cost(live, resource, self.model_registry[live.binding.model])

    async def accept_drift(self, key: str) -> Live:
        """What is now is what drift is seen against from here on; its alarms end. Raises LookupError before a look."""
        await self._looker.history.accept(key)
        live = self._lives[key] = replace(self._lives[key], alarms=())
        self._stood[key] = replace(self._stood.get(key, live), alarms=())
        self._changes.mark(f"binding:{key}", f"model:{live.binding.model}", "tree")
        return self._now(live)

    async def compare_since(self, key: str, moment: datetime.datetime) -> tuple[Alarm, ...]:
        """What changed since the look that was kept last before a moment, else since the first one kept."""
        return await self._looker.history.since(key, moment, self.policy.thresholds)

    def pause(self, key: str) -> None:
        """Look no more until resumed."""
        self._supervisor.desk(key).pause(key)

    def resume(self, key: str) -> None:
        """Look again as before."""
        self._supervisor.desk(key).resume(key)

    def cancel(self, key: str) -> None:
        """End the look under way; the last good figures stay."""
        self._supervisor.desk(key).cancel(key)

    async def settled(self) -> None:
        """Wait until every binding was looked at once, or failed."""
        await self._supervisor.settled()

    async def close(self) -> None:
        """End every watch; no task is left. The resources stay open for their owners to close."""
        await self._supervisor.close()
        self._lives.clear()
        self._keys.clear()
        self._stood.clear()

    async def _look(self, key: str, grade: Grade | None) -> Looked[Figures]:
        live = self._lives[key]
        resource = self._supervisor.resources[live.binding.resource]
        model = self.model_registry.get_by_namespace(live.binding.model)
        if model is None:  # asked for again: somebody may restore it
            raise ResourceError("its model is unregistered", "restore it")
        self._changes.mark("work")
        try:
            return await self._looker.look(live, resource, model)
        finally:
            self._changes.mark("work")

    def _publish(self, key: str, state: RefreshState, made: Figures | None) -> None:
        before = self._lives.get(key)
        if before is None:
            return
        live = before
        if made is not None:
            live = replace(
                live,
                profile=made.profile,
                assessment=made.assessment,
                alarms=alarms(self._looker.history.known(key).breaches),  # they may be accepted since
                trend=made.trend,
                shape=made.shape,
                missing=made.missing,
                day=self._looker.history.day(key),
            )
        after = self._lives[key] = replace(live, state=state)
        self._changes.mark(f"binding:{key}", f"model:{live.binding.model}", "tree")
        if state.status is not RefreshStatus.REFRESHING:
            stood, self._stood[key] = self._stood.get(key, before), after
            if self._observe is not None:
                self._observe(stood, after)

    def observe(self, observer: Callable[[Live, Live], None]) -> None:
        """Tell one observer, in the loop's thread, how each binding stood before and after a look or a fault."""
        self._observe = observer

    # what the specification asks for

    async def enrich_from_resource(
        self,
        resource: XResource,
        model_name: str | None = None,
        auto_refresh: bool = True,
        *,
        collection: str | None = None,
        role: str | None = None,
    ) -> ModelEnrichment:
        """Tie a model to a collection and look once; `auto_refresh` keeps looking when the data changes.

        Without `collection` or `model_name` the other is matched by binding, name or fields; `NoMatch` (a ValueError)
        lists the candidates. `role` is who asks; rights are asked for where verbs are performed, not here.
        """
        await self._opened(resource)
        known = self.model_registry[model_name] if model_name is not None else None
        model, found = await matching.pair(resource, known, collection, self.model_registry.models, self._bindings())
        binding = Binding(model=model.path, resource=resource.name, collection=found, origin=BindingOrigin.CALL)
        self._looker.keep_sample(binding.key)
        self.bind(binding)
        live = await self.refresh(binding.key)
        if not auto_refresh:
            self.pause(binding.key)
        return self._project(live)

    def _bindings(self) -> tuple[Binding, ...]:
        return tuple(live.binding for live in self._lives.values())

    async def discover_and_register(self, resource: XResource, namespace: str | None = None) -> Discovery:
        """Register and bind a model for everything a resource holds; what cannot be read is reported, not raised."""
        await self._opened(resource)
        registered: list[str] = []
        failed: dict[str, str] = {}
        async for found in syncing.discovered(self.model_registry, resource, namespace):
            if isinstance(found, syncing.Failed):
                failed[found.collection] = found.reason
                continue
            model, shape = found
            self.bind(Binding(model=model.path, resource=resource.name, collection=shape.name), shape=shape)
            registered.append(model.path)
        return Discovery(tuple(registered), MappingProxyType(failed))

    async def sync_with_resource(
        self, model_name: str, resource: XResource, *, collection: str | None = None
    ) -> dict[str, Any]:
        """Make what a resource holds now the next version of a model: see `syncing.sync`.

        Without `collection` it is matched as in `enrich_from_resource`. Raises ValueError where no such model is.
        """
        known = self._registered(model_name)
        await self._opened(resource)
        model, found = await matching.pair(resource, known, collection, self.model_registry.models, self._bindings())
        told = await syncing.sync(self.model_registry, model, resource, found)
        self._changes.mark("tree", f"model:{model.path}")
        return told

    async def _opened(self, resource: XResource) -> None:
        if not await resource.validate_connection():
            await resource.connect()
        self.attach(resource)

    async def create_with_validation(
        self,
        model_name: str,
        data: Mapping[str, Any],
        validate_against_resource: bool = True,
        *,
        strict: bool = False,
    ) -> BaseModel:
        """An instance of a model, checked against it and against live data; `strict` makes warnings errors.

        Raises `InvalidRecord` (a ValueError) that carries the report with all problems at once.
        """
        from xregistry_tui.enrichment.validation import accepted, validate_record

        registered = self._registered(model_name)
        live = self._first(registered.path) if validate_against_resource else None
        report, instance = validate_record(data, registered, live, now=self._clock.now())
        return accepted(await self.asked(report, registered, live), instance, strict=strict)

    async def asked(
        self, report: ValidationReport, registered: RegisteredModel, live: Live | None, *, unique: bool = False
    ) -> ValidationReport:
        """A report with what the engine itself says of the record: see `asking.asked`."""
        resource = self._supervisor.resources.get(live.binding.resource) if live is not None else None
        if live is None or resource is None:
            return report
        return await asked(report, registered, live, resource, self._answers, unique=unique)

    async def suggest_values(self, model_name: str, field_name: str) -> list[Any] | None:
        """Values that would do for a field, most frequent first; `None` where nothing is known."""
        from xregistry_tui.enrichment.choices import choices

        registered = self._registered(model_name)
        found = choices(field_name, registered, self._first(registered.path))
        return list(found.shares) if found is not None else None

    def get_field_statistics(self, model_name: str, field_name: str) -> dict[str, Any] | None:
        """The figures of one field with its quality by dimension; `None` where nothing was looked at."""
        registered = self._registered(model_name)
        live = self._first(registered.path)
        seen = live_field(live, field_name)
        if live is None or seen is None or live.assessment is None:
            return None
        return {**field_statistics(seen), "quality": rates(live.assessment.fields[seen.name])}

    def _registered(self, name: str) -> RegisteredModel:
        try:
            return self.model_registry[name]
        except NotRegistered:
            raise ValueError(f"Model {name} not found") from None

    def _first(self, path: str) -> Live | None:
        return next(iter(self.lives(path)), None)

    def _project(self, live: Live) -> ModelEnrichment:
        name = self.model_registry[live.binding.model].metadata.name
        return project(live, name, self._looker.sample(live.binding.key))
