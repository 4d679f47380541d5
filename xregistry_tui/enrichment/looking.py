"""One look at one binding: what to ask, and what the answer means beside what was known."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, Any

from xregistry_tui.enrichment.attention import Attention, thrifty
from xregistry_tui.enrichment.history import WIDE, History
from xregistry_tui.enrichment.live import TREND, Figures, Live, figures, judged, plan_of
from xregistry_tui.enrichment.past import limits, overdue, rates_of
from xregistry_tui.enrichment.watch import Looked
from xregistry_tui.profiling.categories import MOST, limited
from xregistry_tui.profiling.plan import Cost, Grade, countable
from xregistry_tui.resources.base import CollectionFailed
from xregistry_tui.resources.inspector import XInspector
from xregistry_tui.store.base import Point, Store

if TYPE_CHECKING:
    from xregistry_tui.core.models import RegisteredModel
    from xregistry_tui.enrichment.pacing import Clock
    from xregistry_tui.enrichment.past import Past
    from xregistry_tui.enrichment.policy import Policy
    from xregistry_tui.profiling.profile import Profile
    from xregistry_tui.resources.base import XResource
    from xregistry_tui.schema.shape import Shape

_GRADES = tuple(Grade)


class Looker:
    """Looks at bindings, and keeps between looks what the next one needs: shape, grade, history, sample."""

    def __init__(self, clock: Clock, store: Store | None, policy: Policy) -> None:
        self._clock = clock
        self._store = store
        self._policy = policy
        self._shapes: dict[str, Shape] = {}
        self._samples: dict[str, tuple[Mapping[str, Any], ...]] = {}
        self.history = History(clock, store)
        self.grades: dict[str, Grade] = {}
        self.attention: dict[str, Attention] = {}
        self.looking: dict[str, Grade] = {}

    def forget(self, key: str) -> None:
        """Drop what is kept of a binding."""
        for known in (self._shapes, self._samples, self.grades, self.looking, self.attention):
            known.pop(key, None)
        self.history.forget(key)

    def reread(self, key: str) -> None:
        """Ask for the collection's shape again at the next look."""
        self._shapes.pop(key, None)

    def know(self, key: str, shape: Shape) -> None:
        """The collection's shape as it was found just now."""
        self._shapes[key] = shape

    def keep_sample(self, key: str) -> None:
        """Fetch some records with every look from now on."""
        self._samples.setdefault(key, ())

    def sample(self, key: str) -> tuple[Mapping[str, Any], ...]:
        """The records fetched with the last look."""
        return self._samples.get(key, ())

    @staticmethod
    def sharper(live: Live) -> Grade:
        """The next better grade: catalogue → sample → exact."""
        if live.profile is None:
            return Grade.EXACT
        return _GRADES[min(_GRADES.index(live.profile.method) + 1, len(_GRADES) - 1)]

    async def cost(self, live: Live, resource: XResource, model: RegisteredModel) -> Cost:
        """What a look at the next better grade would cost."""
        demanded, _ = judged(await self._shape(live, resource), model.shape)
        return await resource.cost(plan_of(demanded, self.sharper(live), self._policy.statistics_sample))

    async def look(self, live: Live, resource: XResource, model: RegisteredModel) -> Looked[Figures]:
        """Look once; raises `ResourceError`."""
        key = live.binding.key
        self.looking[key] = self.grades.get(key, Grade.EXACT)
        try:
            profile, shape = await self._profile(live, resource, model)
            await self._fetch_sample(live, resource)
        finally:
            self.looking.pop(key, None)
        made = await self._conclude(live, profile, shape, model)
        if self._store is not None:
            await self._store.add_points(f"rows:{key}", [Point(profile.as_of, {"rows": profile.rows.value})])
        same = live.profile is not None and (live.profile.rows, live.profile.fields) == (profile.rows, profile.fields)
        glance = profile.method is Grade.CATALOGUE and key not in self.grades and not self._statistics_do(key, resource)
        return Looked(made, profile.how.milliseconds, _partial(made), same, glance, self._again(made, model.shape))

    def _again(self, made: Figures, model: Shape) -> float:
        """When another look decides something: at once of what two looks must say, later of what may stand still."""
        if made.past.doubtful:
            return 0.0
        demanded, _ = judged(made.shape, model)
        left = overdue(made.past, limits(made.past, demanded, self._policy.thresholds), self._clock.now())
        return inf if left is None else left

    async def _profile(self, live: Live, resource: XResource, model: RegisteredModel) -> tuple[Profile, Shape]:
        """Where the collection's fields changed since its shape was read, a second time with the new ones."""
        shape = await self._shape(live, resource)
        try:
            return await self._profile_as(shape, live, resource, model), shape
        except CollectionFailed:
            self.reread(live.binding.key)
            fresh = await self._shape(live, resource)
            if fresh == shape:
                raise
            return await self._profile_as(fresh, live, resource, model), fresh

    async def _profile_as(self, shape: Shape, live: Live, resource: XResource, model: RegisteredModel) -> Profile:
        demanded, _ = judged(shape, model.shape)
        key = live.binding.key
        grade = self.grades.get(key)
        if grade is None and self._statistics_do(key, resource):
            grade = Grade.CATALOGUE
        grade = grade or await self._affordable(live, resource, demanded)
        self.looking[key] = grade
        profile = await resource.profile(plan_of(demanded, grade, self._policy.statistics_sample))
        most = self._policy.categorical_threshold
        return profile if most >= MOST else limited(profile, most)

    def _statistics_do(self, key: str, resource: XResource) -> bool:
        """Whether the engine's own statistics are enough: nobody opened it yet."""
        return thrifty(resource.get_type()) and not self.attention.get(key, Attention()).opened

    async def _affordable(self, live: Live, resource: XResource, shape: Shape) -> Grade:
        """Exact where the collection is small, as the last look or the engine says; else a sample.

        The first look at a large one only reads the catalogue, so that every collection has a figure at once.
        """
        if live.profile is not None:
            rows: float | None = live.profile.rows.value
        else:
            rows = (await resource.cost(plan_of(shape, Grade.EXACT, self._policy.statistics_sample))).rows
        if countable(rows, shape):
            return Grade.EXACT
        return Grade.CATALOGUE if live.profile is None and rows is not None else Grade.SAMPLE

    async def _shape(self, live: Live, resource: XResource) -> Shape:
        key = live.binding.key
        if key not in self._shapes:
            self._shapes[key] = await resource.shape(live.binding.collection)
        return self._shapes[key]

    async def _fetch_sample(self, live: Live, resource: XResource) -> None:
        if live.binding.key in self._samples:
            inspector = XInspector(resource, live.binding.collection)
            self._samples[live.binding.key] = tuple(await inspector.preview_data(self._policy.sample_size))

    async def _conclude(self, live: Live, profile: Profile, shape: Shape, model: RegisteredModel) -> Figures:
        key = live.binding.key
        before = await self._remembered(live)
        while True:
            past = await self.history.past(key)

            def conclude(past: Past = past) -> Figures:
                return figures(
                    profile,
                    shape,
                    model.shape,
                    past=past,
                    before=before,
                    now=self._clock.now(),
                    version=model.version,
                    thresholds=self._policy.thresholds,
                )

            made = conclude() if len(profile.fields) < WIDE else await asyncio.to_thread(conclude)
            if self.history.known(key) is past:  # else somebody accepted what is meanwhile
                await self.history.keep(key, made.past, rates_of(made.assessment))
                return made

    async def _remembered(self, live: Live) -> Live:
        """A binding with the trend that the store still has of it, at its first look."""
        if self._store is None or live.trend:
            return live
        points = await self._store.points(f"rows:{live.binding.key}", self._clock.now() - TREND)
        return replace(live, trend=tuple((point.at, float(point.value["rows"])) for point in points))


def _partial(made: Figures) -> str:
    """What is missing in the figures, in words; empty where nothing is."""
    if made.missing:
        named = ", ".join(made.missing[:3]) + (", …" if len(made.missing) > 3 else "")
        return f"not in {made.shape.name}: {named}"
    unseen = [field.name for field in made.shape.fields if field.name not in made.profile.fields]
    if unseen and made.profile.n and made.profile.fields:
        return f"{len(unseen)} of {len(made.shape.fields)} fields were not looked at"
    return ""
