"""A shop as a session over plain values with a fixed clock: Live and Validate are tested on it.

Reading gives values built here; checking and suggesting are the real ones, so what a test sees is what users see.
"""

from __future__ import annotations

import asyncio
import datetime
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from xregistry_tui.actions.base import ActionError, Result
from xregistry_tui.actions.views import BindingView, ModelView, Overview, ResourceView, Right, TrailEntry
from xregistry_tui.core.bindings import Binding, RefreshState, RefreshStatus
from xregistry_tui.core.changes import Changes, Subscription
from xregistry_tui.enrichment.live import Live
from xregistry_tui.enrichment.suggestions import suggest
from xregistry_tui.enrichment.validation import validate_records, validate_text
from xregistry_tui.profiling.drift import Alarm
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import FieldProfile, Figure, Profile, ValueCount
from xregistry_tui.profiling.quality import Assessment, Quality
from xregistry_tui.schema.rules import OneOf, Reference, Required
from xregistry_tui.schema.shape import FieldShape, Kind, Shape
from xregistry_tui.xregistry import XRegistry

NOW = datetime.datetime(2026, 3, 1, 14, 2, 31, tzinfo=datetime.UTC)
STATUSES = {"paid": 0.61, "shipped": 0.24, "pending": 0.082, "cancelled": 0.044, "refunded": 0.021}
CURRENCIES = {"EUR": 0.881, "USD": 0.1, "GBP": 0.019}
ROWS = 2_000
HOSTILE = "[/foo]\x1b[31m\u202ered"

ORDERS = Shape(
    name="orders",
    fields=(
        FieldShape(name="id", kinds=(Kind.INTEGER,), nullable=False, key=1, rules=(Required("PRIMARY KEY"),)),
        FieldShape(name="customer_id", kinds=(Kind.INTEGER,), nullable=False, rules=(Reference("customers", "id"),)),
        FieldShape(
            name="status",
            kinds=(Kind.STRING,),
            nullable=False,
            native="TEXT",
            rules=(Required("NOT NULL"), OneOf(tuple(STATUSES), "CHECK")),
        ),
        FieldShape(name="total", kinds=(Kind.DECIMAL,), nullable=False),
        FieldShape(name="currency", kinds=(Kind.STRING,), nullable=False),
        FieldShape(name="note", kinds=(Kind.STRING,)),
        FieldShape(name="placed_at", kinds=(Kind.DATETIME,), nullable=False),
    ),
)
RECORD = {
    "id": 6413,
    "customer_id": 1204,
    "status": "paid",
    "total": 129.9,
    "currency": "EUR",
    "note": HOSTILE,
    "placed_at": "2026-02-27T09:30:00Z",
}


def ago(seconds: float) -> datetime.datetime:
    return NOW - datetime.timedelta(seconds=seconds)


def _field(name: str, shares: dict[str, float] | None = None) -> FieldProfile:
    top = tuple(ValueCount(value, round(share * ROWS)) for value, share in (shares or {}).items())
    return FieldProfile(
        name=name,
        looked_at=ROWS,
        kinds={Kind.STRING: ROWS} if shares else {},
        fill=Figure(value=1.0),
        distinct=Figure(value=len(top) or 1_880),
        top=top,
    )


def profile(resource: str, collection: str, rows: float, *, method: Grade = Grade.EXACT) -> Profile:
    fields = (_field("status", STATUSES), _field("currency", CURRENCIES), _field("total"))
    return Profile(
        resource=resource,
        collection=collection,
        rows=Figure(value=rows, method=method),
        n=ROWS,
        method=method,
        as_of=ago(2),
        fields={field.name: field for field in fields},
    )


def view(
    title: str,
    rows: float,
    quality: float | None = None,
    *,
    resource: str = "shop",
    state: RefreshState | None = None,
    alarms: tuple[Alarm, ...] = (),
    pace: float | None = 0.0,
    method: Grade = Grade.EXACT,
) -> BindingView:
    trend = tuple((ago(60 * (30 - at)), rows + (at * at * 7) % 11) for at in range(16))
    return BindingView(
        binding=Binding(model=f"models.{resource}.{title}", resource=resource, collection=title),
        title=title,
        state=state or RefreshState(status=RefreshStatus.LIVE, as_of=ago(2), next_at=ago(-4), milliseconds=9.0),
        profile=profile(resource, title, rows, method=method),
        assessment=Assessment(model=Quality(completeness=Figure(value=quality)), fields={}) if quality else None,
        alarms=alarms,
        trend=trend,
        per_minute=pace,
        spent_ms_per_minute=12.0,
    )


def bindings() -> tuple[BindingView, ...]:
    new = Alarm(code="new_value", field="status", message="status: new value “shiped”, 6 of 2,000", since=ago(270))
    slump = Alarm(code="volume", field=None, message="volume 2,310 → 88 per minute", since=ago(1300))
    stale = RefreshState(
        status=RefreshStatus.STALE, reason="database is locked", as_of=ago(250), next_at=ago(-18), since=ago(250)
    )
    paused = RefreshState(status=RefreshStatus.PAUSED, as_of=ago(3700))
    return (
        view("orders", 6_412, 0.971, alarms=(new,), pace=12),
        view("stock", 1_204, state=stale),
        view("reviews", 3_118, 0.884, pace=3),
        view("customers", 2_000, 0.998),
        view("invoice", 1_204_113, 0.969, resource="warehouse", alarms=(slump,), pace=-96, method=Grade.CATALOGUE),
        view("audit", 41_000_000, resource="warehouse", state=paused, method=Grade.CATALOGUE),
    )


RESOURCES = (
    ResourceView(
        name="shop",
        kind="sqlite",
        location="shop.sqlite",
        level="development",
        status="live",
        latency_ms=0.3,
        spent_ms_per_minute=31.0,
    ),
    ResourceView(
        name="warehouse",
        kind="sqlite",
        location="w.sqlite",
        level="production",
        status="live",
        spent_ms_per_minute=43.0,
    ),
)
TRAIL = (
    TrailEntry(
        at=ago(265), who="system", verb="drift", subject="models.shop.orders", text="status: new value “shiped”"
    ),
    TrailEntry(at=ago(212), who="analyst", verb="connected", subject="warehouse", text="sqlite · 2 models"),
    TrailEntry(at=ago(130), who="analyst", verb="refused", subject="functions.pricing.reprice", text=HOSTILE),
    TrailEntry(
        at=ago(44), who="analyst", verb="validated", subject="models.shop.orders", text="200 records, 3 invalid"
    ),
)


class ShopSession:
    """See `actions.session.Session`. `asked` is what was performed; while `gate` is closed, checks wait."""

    role = "analyst"

    def __init__(self) -> None:
        self.changes = Changes()
        self.views = bindings()
        self.entries = TRAIL
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.fails: str = ""
        self._registered = XRegistry().models.register_discovered(ORDERS, resource="shop")

    # Reading

    def subscribe(self, wake: Callable[[], None]) -> Subscription:
        return self.changes.subscribe(wake)

    def overview(self) -> Overview:
        return Overview(role=self.role, resources=RESOURCES, statuses={RefreshStatus.LIVE: 4, RefreshStatus.STALE: 1})

    def children(self, path: str = "") -> tuple[()]:
        return ()

    def model(self, path: str) -> ModelView | None:
        own = tuple(one for one in self.views if one.binding.model == path)
        shape = replace(ORDERS, name=path.rpartition(".")[2])
        return (
            ModelView(path=path, title=shape.name, version="1.2.0", source="dynamic", shape=shape, bindings=own)
            if own
            else None
        )

    def function(self, path: str) -> None:
        return None

    type = resource = function

    def roles(self) -> tuple[str, ...]:
        return (self.role,)

    def rights(self, path: str, role: str | None = None) -> tuple[Right, ...]:
        return ()

    def bindings(self) -> tuple[BindingView, ...]:
        return self.views

    def trail(self, limit: int = 200) -> tuple[TrailEntry, ...]:
        return self.entries[-limit:]

    def work(self) -> tuple[()]:
        return ()

    async def close(self) -> None:
        """Nothing was opened."""

    # Doing

    async def perform(self, verb: str, /, **arguments: Any) -> Result:
        self.asked.append((verb, arguments))
        if self.fails:
            raise ActionError(self.fails)
        return Result(await getattr(self, f"_{verb}")(**arguments))

    async def _template(self, model: str) -> str:
        return json.dumps(RECORD, indent=2)

    async def _validate(self, model: str, text: str) -> Any:
        await self.gate.wait()
        report = validate_text(text, self._registered, self._live(), now=NOW)
        return replace(report, duration=3.0)

    async def _validate_sample(self, model: str, limit: int) -> Any:
        off = {**RECORD, "status": "shiped"}
        return validate_records([RECORD] * (limit - 3) + [off] * 3, self._registered, now=NOW)

    async def _suggest(self, model: str, field: str, text: str = "") -> Any:
        return suggest(field, self._live(), self._registered, text)

    async def _pause(self, model: str) -> None:
        self.change(model, RefreshState(status=RefreshStatus.PAUSED, as_of=ago(2)))

    async def _resume(self, model: str) -> None:
        self.change(model, RefreshState(status=RefreshStatus.LIVE, as_of=ago(2)))

    async def _look(self, model: str) -> None:
        """The figures stay what they are here."""

    _pin = _unpin = _look

    async def _look_around(self) -> tuple[()]:
        return ()

    async def _accept_drift(self, model: str) -> None:
        """All that changed is as it should be."""

    async def _refresh(self, model: str) -> None:
        self.change(model, RefreshState(status=RefreshStatus.LIVE, as_of=NOW))

    def _live(self) -> Live:
        return Live(binding=self.views[0].binding, profile=profile("shop", "orders", ROWS))

    # What happens outside

    def change(self, model: str, state: RefreshState) -> None:
        self.replace_views(
            tuple(replace(one, state=state) if one.binding.model == model else one for one in self.views)
        )

    def replace_views(self, views: tuple[BindingView, ...]) -> None:
        self.views = views
        self.changes.mark("tree", *(f"binding:{one.binding.key}" for one in views))

    def say(self, entry: TrailEntry) -> None:
        self.entries = (*self.entries, entry)
        self.changes.mark("trail")
