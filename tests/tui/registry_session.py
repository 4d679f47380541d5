"""The shop with functions to call, types to try, versions to compare, and rights: plain values for the new screens."""

from __future__ import annotations

import asyncio
import datetime
from dataclasses import replace
from typing import Any

from tests.tui.sessions import ExploreSession
from tests.tui.shop_session import HOSTILE, NOW, ago
from xregistry_tui.actions.base import ActionError, Refused
from xregistry_tui.actions.views import (
    Called,
    CallView,
    Comparison,
    FunctionView,
    ModelView,
    Node,
    NodeKind,
    Overview,
    ParameterView,
    Proposal,
    Right,
    Tried,
    TypeView,
    Use,
    VersionView,
)
from xregistry_tui.schema.diff import Change, SchemaChange, Verdict

ORDERS = "models.shop.orders"
PRICE, PING, DEEP = "functions.price", "functions.ping", "functions.deep"
EMAIL = "types.email"
DOCSTRING = f"What a customer pays.\n\nThe sum of all lines, with tax and without what a coupon takes off.\n{HOSTILE}"


def change(path: str, kind: str, verdict: Verdict, message: str, old: Any = None, new: Any = None) -> SchemaChange:
    return SchemaChange(path=path, type=kind, verdict=verdict, old=old, new=new, message=message)


NOTE_ADDED = change(
    "/note", "field_added", Verdict.COMPATIBLE, "an optional text was added", None, {"type": ["string", "null"]}
)
STATUS_NARROWED = change(
    "/status",
    "enum_narrowed",
    Verdict.INCOMPATIBLE,
    "“on hold” is not allowed any more",
    {"enum": ["paid", "shipped", "on hold"]},
    {"enum": ["paid", "shipped"]},
)
TOTAL_WIDENED = change("/total", "type_changed", Verdict.COMPATIBLE, "integer became number", "integer", "number")
TITLE = change("/currency", "documentation_edited", Verdict.COMPATIBLE, "its description is other", HOSTILE, "ISO 4217")
FAX_REMOVED = change("/fax", "field_removed", Verdict.COMPATIBLE, f"it was removed {HOSTILE}", {"type": "string"}, None)
TOGETHER = (NOTE_ADDED, FAX_REMOVED, TITLE, TOTAL_WIDENED, STATUS_NARROWED)


def version(number: str, days: int, *changes: SchemaChange, verdict: str = "compatible", **more: Any) -> VersionView:
    plain = {"current": False, "kept": True} | more
    at = NOW - datetime.timedelta(days=days)
    return VersionView(
        version=number, at=at, fingerprint=f"f{number}", mode="backward", verdict=verdict, changes=changes, **plain
    )


VERSIONS = (
    version("2.0.0", 1, STATUS_NARROWED, TITLE, TOTAL_WIDENED, FAX_REMOVED, verdict="incompatible", current=True),
    version("1.1.0", 20, NOTE_ADDED),
    version("1.0.0", 90, kept=False),
)
CALLS = (
    CallView(at=ago(3), who="analyst", outcome="ok", milliseconds=1.8),
    CallView(at=ago(60), who="billing", outcome="failed", milliseconds=7.4, error=f"ValueError {HOSTILE}"),
    CallView(at=ago(600), who="billing", outcome="ok", milliseconds=0.9),
    CallView(at=ago(200_000), who="guest", outcome="denied", error="lacks EXECUTE"),
)


def parameter(name: str, kind: str, default: str | None = None, **more: Any) -> ParameterView:
    required = more.pop("required", default is None)
    return ParameterView(name=name, kind="positional_or_keyword", type=kind, required=required, default=default, **more)


FUNCTIONS = {
    PRICE: FunctionView(
        path=PRICE,
        title="price",
        signature="(total: Decimal, tax: float = 0.2, gift: bool = False, api_key: str = …) -> Decimal",
        docstring=DOCSTRING,
        module="shop.pricing",
        tags=("money",),
        calls=1204,
        failures=2,
        last_called=ago(3),
        parameters=(
            parameter("total", "Decimal"),
            parameter("tax", "float", "0.2"),
            parameter("gift", "bool", "False"),
            parameter("api_key", "str", None, required=False, secret=True),
        ),
        history=CALLS,
        deprecated="deprecated until 2027-01-01; use pricing.sum",
    ),
    PING: FunctionView(path=PING, title="ping", signature="() -> str", docstring="", module="shop.health"),
    DEEP: FunctionView(
        path=DEEP,
        title="deep",
        signature="(total: int) -> int",
        docstring="\n".join(f"Line {number}." for number in range(40)),
        module="shop.deep",
        parameters=(parameter("total", "int"),),
    ),
}
EMAIL_TYPE = TypeView(
    path=EMAIL,
    title="Email",
    category="annotated",
    base_type="str",
    constraints={"max_length": 120, "pattern": "^[^@]+@[^@]+$"},
    description=f"An address that mail goes to. {HOSTILE}",
    examples=("ana@example.org", "bo@example.org", HOSTILE),
    tags=("contact",),
    validators=("lowercase",),
)
RIGHTS = {
    "analyst": (
        Right("list", True, "granted to everyone"),
        Right("read", True, "granted to analyst"),
        Right("update", False, "role analyst lacks UPDATE on models.shop.orders"),
        Right("delete", False, f"role analyst lacks DELETE {HOSTILE}"),
        Right("execute", False, "role analyst lacks EXECUTE on functions.price; granted to ops"),
    )
}
EDITED = "class orders(BaseModel):\n    id: int\n    note: str | None = None\n"


class RegistrySession(ExploreSession):
    """`gate` holds calls, tries and comparisons back while it is closed.

    `verdict` and `step` are what a comparison says, `called` what a call gives instead of what it gives here.
    """

    role = "admin"

    def __init__(self) -> None:
        super().__init__()
        self.versions = VERSIONS
        self.functions = dict(FUNCTIONS)
        self.verdict = "compatible"
        self.step = Change.BREAKING
        self.problems: tuple[str, ...] = ()
        self.uses: tuple[Use, ...] = (Use(ORDERS, "status"), Use("models.shop.stock", "note"))
        self.untrusted = ""
        self.called: Called | None = None
        self.ended: list[str] = []
        self.deprecated = ""
        self.tree["functions"] = tuple(
            Node(path=one.path, title=one.title, kind=NodeKind.FUNCTION) for one in self.functions.values()
        )

    # Reading

    def overview(self) -> Overview:
        return replace(super().overview(), untrusted=self.untrusted)

    def model(self, path: str) -> ModelView | None:
        found = super().model(path)
        if found is None or path != ORDERS:
            return found
        return replace(found, version=self.versions[0].version, versions=len(self.versions), deprecated=self.deprecated)

    def function(self, path: str) -> FunctionView | None:
        return self.functions.get(path)

    def type(self, path: str) -> TypeView | None:
        return EMAIL_TYPE if path == EMAIL else None

    def roles(self) -> tuple[str, ...]:
        return ("admin", "analyst", "ops")

    def rights(self, path: str, role: str | None = None) -> tuple[Right, ...]:
        if role == "ops":
            raise Refused("role ops holds more than admin: it cannot be previewed")
        return RIGHTS.get(role or self.role, (Right("list", True, "admin is a superuser"),))

    # Doing

    async def _versions(self, model: str) -> tuple[VersionView, ...]:
        return self.versions if model == ORDERS else (version("1.2.0", 3, current=True),)

    async def _compare(self, model: str, older: str, newer: str) -> Comparison:
        await self.gate.wait()
        if "1.0.0" in {older, newer}:
            raise ActionError("the body of 1.0.0 is not kept any more: there is nothing to compare")
        return self.comparison(older, newer)

    def comparison(self, older: str, newer: str) -> Comparison:
        return Comparison(
            model=ORDERS,
            older=older,
            newer=newer,
            mode="backward",
            verdict=self.verdict,
            changes=TOGETHER,
            change=self.step,
            renames=(("fax", "note"),),
        )

    async def _rollback(self, model: str, version: str) -> str:
        self.versions = (
            replace(VERSIONS[1], version="3.0.0", current=True, changes=(NOTE_ADDED,)),
            *(replace(one, current=False) for one in self.versions),
        )
        self.mark(f"model:{model}")
        return "3.0.0"

    async def _draft(self, model: str) -> str:
        return "class orders(BaseModel):\n    id: int\n"

    async def _propose(self, model: str, source: str) -> Proposal:
        if "syntax error" in source:
            return Proposal(
                model=model, source=source, version="", comparison=None, problems=(f"line 2: invalid syntax {HOSTILE}",)
            )
        return Proposal(
            model=model,
            source=source,
            version="2.1.0",
            comparison=self.comparison("2.0.0", "2.1.0"),
            problems=self.problems,
        )

    async def _accept(self, model: str, source: str, version: str | None = None, anyway: bool = False) -> str:
        if self.verdict == "incompatible" and not anyway:
            raise ActionError("it is incompatible under backward")
        return "2.1.0"

    async def _call(self, function: str, arguments: dict[str, str]) -> Called:
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.ended.append(function)
            raise
        if self.called is not None:
            return self.called
        if function == PRICE and arguments.get("total") == "many":
            wrong = (("total", "not a number: “many”"), ("", f"nothing else was looked at {HOSTILE}"))
            return Called(outcome="invalid", milliseconds=0.2, problems=wrong)
        return Called(outcome="ok", milliseconds=1.8, result=f'"15.00"\n{HOSTILE}')

    async def _try_type(self, type: str, text: str) -> Tried:
        await self.gate.wait()
        if "@" in text:
            return Tried(valid=True, value=f'"{text.lower()}"')
        return Tried(valid=False, problems=("there is no @ in it", f"too short {HOSTILE}"))

    async def _used_by(self, type: str) -> tuple[Use, ...]:
        return self.uses

    async def _done(self, **_arguments: Any) -> None:
        """Nothing more than that it was asked for."""

    _grant = _revoke = _tag = _untag = _deprecate = _undeprecate = _unregister = _restore = _trust = _done
