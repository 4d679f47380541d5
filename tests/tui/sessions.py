"""The shop with a tree, records and source code, for tests of the shell and of Explore."""

from __future__ import annotations

import datetime
from typing import Any

from tests.tui.shop_session import HOSTILE, NOW, STATUSES, ShopSession, ago
from xregistry_tui.actions.base import ActionError
from xregistry_tui.actions.views import FunctionView, Node, NodeKind, ResourceView, TypeView, VersionView, Work
from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.profiling.plan import Cost
from xregistry_tui.profiling.profile import Figure, How
from xregistry_tui.resources.base import Page

RECORDS = 250
COLUMNS = ("id", "status", HOSTILE)
SOURCE = "from pydantic import BaseModel\n\n\nclass orders(BaseModel):\n    id: int\n"


def _group(name: str, count: int) -> Node:
    return Node(path=name, title=name, kind=NodeKind.GROUP, children=count, count=Figure(value=count))


class ExploreSession(ShopSession):
    """`tree` is what stands below each path; `refused` is what the engine says to any filter with it."""

    def __init__(self) -> None:
        super().__init__()
        self.works: tuple[Work, ...] = ()
        self.closed = False
        self.tree: dict[str, tuple[Node, ...]] = {
            "": (_group("models", 4), _group("functions", 1), _group("types", 1), _group("resources", 1)),
            "models": (
                Node(path="models.shop", title="shop", kind=NodeKind.NAMESPACE, children=4),
                Node(path="models.deep", title="deep", kind=NodeKind.NAMESPACE, children=1),
            ),
            "models.shop": tuple(
                Node(
                    path=f"models.shop.{one.title}",
                    title=one.title,
                    kind=NodeKind.MODEL,
                    count=one.profile.rows if one.profile else None,
                    status=one.state.status,
                    note="stale 4 min" if one.state.status is RefreshStatus.STALE else "",
                )
                for one in self.views[:4]
            ),
            "models.deep": (Node(path="models.deep.er", title="er", kind=NodeKind.NAMESPACE, children=1),),
            "models.deep.er": (Node(path="models.deep.er.odd", title=HOSTILE, kind=NodeKind.MODEL, note="unbound"),),
            "functions": (Node(path="functions.price", title="price", kind=NodeKind.FUNCTION),),
            "types": (Node(path="types.email", title="Email", kind=NodeKind.TYPE),),
            "resources": (
                Node(
                    path="resources.shop",
                    title="shop",
                    kind=NodeKind.RESOURCE,
                    status=RefreshStatus.LIVE,
                    note="sqlite",
                ),
            ),
        }

    def children(self, path: str = "") -> tuple[Node, ...]:  # type: ignore[override]
        return self.tree.get(path, ())

    def work(self) -> tuple[Work, ...]:  # type: ignore[override]
        return self.works

    def function(self, path: str) -> FunctionView | None:  # type: ignore[override]
        if path != "functions.price":
            return None
        return FunctionView(
            path=path,
            title="price",
            signature="(total: Decimal, *, tax: float = 0.2) -> Decimal",
            docstring=f"What a customer pays.\n{HOSTILE}",
            module="shop.pricing",
            tags=("money",),
            calls=1204,
            last_called=ago(3),
        )

    def type(self, path: str) -> TypeView | None:  # type: ignore[override]
        if path != "types.email":
            return None
        return TypeView(
            path=path,
            title="Email",
            category="annotated",
            base_type="str",
            constraints={"max_length": 120},
            description="An address.",
            examples=("ana@example.org",),
        )

    def resource(self, name: str) -> ResourceView | None:  # type: ignore[override]
        return ResourceView(
            name=name,
            kind="sqlite",
            location="shop.sqlite",
            level="development",
            status="live",
            collections=("orders", "stock", "broken"),
            failed={"broken": "no such column: x"},
        )

    async def close(self) -> None:
        self.closed = True

    def mark(self, *keys: str) -> None:
        self.changes.mark(*keys)

    async def _records(self, model: str, where: str = "", offset: int = 0, limit: int = 100, **_order: Any) -> Page:
        if where == "bad":
            raise ActionError("“bad” is no filter: write field=value")
        chosen = [key[0] for key in _order.get("keys", ())] or range(RECORDS)
        wanted = [number for number in chosen if where in {"", f"id={number}"}]
        states = tuple(STATUSES)
        return Page(
            columns=COLUMNS,
            rows=tuple((n, states[n % 5], None if n % 7 else HOSTILE) for n in wanted[offset : offset + limit]),
            keys=tuple((n,) for n in wanted[offset : offset + limit]),
            offset=offset,
            more=offset + limit < len(wanted),
            total=Figure(value=len(wanted)),
            how=How(queries=("SELECT 1",), milliseconds=2.0),
        )

    async def _code(self, model: str) -> str:
        return SOURCE

    async def _cancel(self, work: str) -> None:
        self.works = ()
        self.mark("work")

    async def _versions(self, model: str) -> tuple[VersionView, ...]:
        """None but the current one."""
        mode = {"mode": "backward", "verdict": "compatible"}
        return (VersionView(version="1.2.0", at=NOW, fingerprint="f", current=True, kept=True, **mode),)

    async def _used_by(self, type: str) -> tuple[()]:
        return ()

    async def _cost(self, model: str) -> Cost:
        return Cost(rows=6_412, milliseconds=30.0)

    async def _sharpen(self, model: str) -> None:
        """Sharper than exact there is nothing."""


def busy(seconds: float = 4) -> Work:
    since: datetime.datetime = NOW - datetime.timedelta(seconds=seconds)
    return Work(id="w1", title="orders", since=since, detail="exact pass", progress=0.68)
