"""The shop with orders whose fields fail in every way that Quality tells apart; judged by the real assessment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.tui.sessions import ExploreSession
from tests.tui.shop_session import CURRENCIES, NOW, ORDERS, ROWS, STATUSES, ago
from xregistry_tui.actions.quality import located
from xregistry_tui.actions.views import BindingView
from xregistry_tui.core.bindings import Binding
from xregistry_tui.enrichment.choices import choices
from xregistry_tui.enrichment.suggestions import nearest
from xregistry_tui.profiling.drift import Alarm
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import FieldProfile, Figure, How, Profile, RuleResult, ValueCount
from xregistry_tui.profiling.quality import assess
from xregistry_tui.resources.base import Page
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Reference, Required, Unique
from xregistry_tui.schema.shape import Kind

ORDERS_PATH = "models.shop.orders"
MISSPELT = (48, 71, 115, 160, 203, 238)
NEW = Alarm(code="new_value", field="status", message="status: new value “shiped”, 6 of 2,000", since=ago(270))


def _field(name: str, kind: Kind, *rules: RuleResult, **more: Any) -> FieldProfile:
    made = FieldProfile(name=name, looked_at=ROWS, kinds={kind: ROWS}, rules=rules, fill=Figure(value=1.0))
    return replace(made, **more)


def _obeyed(rule: Any) -> RuleResult:
    return RuleResult(rule=rule, checked=ROWS, failed=0)


def _fields() -> tuple[FieldProfile, ...]:
    status = RuleResult(
        rule=OneOf(tuple(STATUSES), "CHECK"),
        checked=ROWS,
        failed=6,
        keys=tuple((key,) for key in MISSPELT),
        values=("shiped",) * 6,
    )
    absent = RuleResult(rule=Required("NOT NULL"), checked=ROWS, failed=6, keys=((5,), (9,)), values=(None, None))
    long = RuleResult(rule=Length(3, 3, "CHECK"), checked=1994, failed=116, keys=((7,), (8,)), values=("EURO", "US"))
    tops = tuple(ValueCount(value, round(share * ROWS)) for value, share in STATUSES.items())
    money = tuple(ValueCount(value, round(share * ROWS)) for value, share in CURRENCIES.items())
    unchecked = RuleResult(rule=Pattern("^[A-Z]+$"), checked=0, failed=None)
    reference = RuleResult(rule=Reference("customers", "id"), checked=0, failed=None)
    return (
        _field("id", Kind.INTEGER, _obeyed(Required("PRIMARY KEY")), _obeyed(Unique("PRIMARY KEY")), once=ROWS),
        _field("customer_id", Kind.INTEGER, reference),
        _field("status", Kind.STRING, _obeyed(Required("NOT NULL")), status, top=tops),
        _field("total", Kind.DECIMAL, kinds={Kind.DECIMAL: 1620, Kind.STRING: 380}),
        _field("currency", Kind.STRING, absent, long, unchecked, nulls=6, kinds={Kind.STRING: 1994}, top=money),
        _field("note", Kind.STRING, nulls=1400, kinds={Kind.STRING: 600}),
        _field("placed_at", Kind.DATETIME),
    )


def orders(method: Grade = Grade.SAMPLE, resource: str = "shop", **changed: Any) -> BindingView:
    """Orders with what is wrong in them; `changed` replaces whole fields by name."""
    fields = {field.name: field for field in _fields()} | changed
    profile = Profile(
        resource=resource,
        collection="orders",
        rows=Figure(value=6_412),
        n=ROWS if method is Grade.SAMPLE else 6_412,
        method=method,
        as_of=ago(2),
        fields=fields,
        how=How(queries=("SELECT count(*) FROM orders",), milliseconds=9.0),
    )
    first = ExploreSession().views[0]
    steady = (0.999,) * 20
    return replace(
        first,
        binding=Binding(model=ORDERS_PATH, resource=resource, collection="orders"),
        profile=profile,
        assessment=assess(profile, ORDERS, now=NOW),
        alarms=(NEW,),
        day={"": (*steady, 0.99, 0.98, None, 0.97), "status": (*steady, 0.999, 0.96, 0.95, 0.94), "id": (1.0,) * 24},
    )


class QualitySession(ExploreSession):
    """See `ShopSession`. Where orders are bound twice, the second stands in the warehouse."""

    def __init__(self, view: BindingView | None = None, *, twice: bool = False) -> None:
        super().__init__()
        own = [view or orders()]
        if twice:
            own.append(orders(Grade.EXACT, "warehouse"))
        self.views = (*own, *self.views[1:])

    async def _nearest(self, model: str, field: str, values: Sequence[Any]) -> Any:
        await self.gate.wait()
        found = choices(field, self._registered, replace(self._live(), profile=self.views[0].profile))
        return tuple(nearest(value, found) if found is not None and found.closed else None for value in values)

    async def _locate(self, model: str, keys: Sequence[Sequence[Any]]) -> str:
        return located("sqlite", ORDERS, keys)

    async def _records(self, model: str, where: str = "", offset: int = 0, limit: int = 100, **more: Any) -> Page:
        page = await super()._records(model, where, offset, limit)
        keys = more.get("keys", ())
        if not keys:
            return page
        ours = tuple(key for key in keys if key[0] < 250)
        rows = tuple((key[0], "shiped", None) for key in ours)
        return replace(page, rows=rows, keys=ours, more=False, total=Figure(value=len(ours)))
