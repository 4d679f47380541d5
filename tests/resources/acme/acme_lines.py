"""An engine that another package might offer: a folder of JSON Lines files, each a collection (`acme:///folder`).

It shows all that a kind of resource has to do; the contract of all engines is run over it.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

from xregistry_tui.profiling.plan import Cost, Plan
from xregistry_tui.profiling.profile import FieldProfile, Figure, How, Profile
from xregistry_tui.resources.base import (
    Clipped,
    CollectionFailed,
    Condition,
    Page,
    RecordQuery,
    ResourceError,
    ResourceGone,
    ResourceMetadata,
    XResource,
)
from xregistry_tui.schema.inference import Observed
from xregistry_tui.schema.rules import Required
from xregistry_tui.schema.shape import CollectionKind, Kind, Shape

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda value, given: value == given,
    "!=": lambda value, given: value is not None and value != given,
    "<": lambda value, given: value is not None and value < given,
    "<=": lambda value, given: value is not None and value <= given,
    ">": lambda value, given: value is not None and value > given,
    ">=": lambda value, given: value is not None and value >= given,
    "contains": lambda value, given: str(given).lower() in str(value).lower(),
    "null": lambda value, given: value is None,
    "notnull": lambda value, given: value is not None,
}


class Lines(XResource):
    """A folder of JSON Lines files; what an option of its kind is called is its own affair (`url`, `path`)."""

    def __init__(self, name: str | None = None, *, url: str = "", path: str | Path = "", level: str = "development"):
        self.folder = Path(path or url.partition("://")[2])
        location = str(self.folder)
        super().__init__(ResourceMetadata(name=name or self.folder.name, kind="acme", location=location, level=level))
        self._open = False

    async def connect(self) -> None:
        if not self.folder.is_dir():
            raise ResourceGone(f"there is no folder {self.folder}", "name one that is there")
        self._open = True

    async def close(self) -> None:
        self._open = False

    async def validate_connection(self) -> bool:
        try:
            self._files()
        except ResourceError:
            return False
        return True

    async def list_collections_or_tables(self) -> list[str]:
        return sorted(self._files())

    async def shape(self, collection: str) -> Shape:
        seen = Observed(kinds={Kind.OBJECT: 0})
        for record in self._records(collection):
            seen = seen.merge(Observed.of(record))
        return Shape(name=collection, kind=CollectionKind.FILE, fields=seen.field_shapes())

    async def cost(self, plan: Plan) -> Cost:
        return Cost(rows=len(self._records(plan.collection)), milliseconds=None)

    async def profile(self, plan: Plan) -> Profile:
        records = self._records(plan.collection)
        return Profile(
            resource=self.name,
            collection=plan.collection,
            rows=Figure(value=len(records)),
            n=len(records),
            method=plan.grade,
            as_of=datetime.datetime.now(datetime.UTC),
            fields={field.name: _profile(field.name, records) for field in plan.shape.fields},
        )

    async def records(self, query: RecordQuery) -> Page:
        names = query.fields or tuple(field.name for field in (await self.shape(query.collection)).fields)
        numbered = list(enumerate(self._records(query.collection)))
        if query.keys:
            numbered = [pair for pair in numbered if (pair[0],) in query.keys]
        for condition in query.where:
            numbered = [pair for pair in numbered if _holds(condition, pair[1])]
        if query.order_by is not None:
            numbered.sort(key=lambda pair: pair[1].get(query.order_by, 0), reverse=query.descending)
        window = numbered[query.offset : query.offset + query.limit]
        return Page(
            columns=names,
            rows=tuple(tuple(_cell(record.get(name), query.cell_limit) for name in names) for _, record in window),
            keys=tuple((number,) for number, _ in window),
            offset=query.offset,
            more=query.offset + query.limit < len(numbered),
            total=Figure(value=len(numbered)),
            how=How(),
        )

    async def exists(self, collection: str, field: str, value: Any) -> bool:
        return any(record.get(field) == value for record in self._records(collection))

    async def change_token(self, collection: str | None = None) -> Hashable | None:
        files = self._files()
        looked = files.values() if collection is None else [files[collection]]
        return tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in looked)

    def _files(self) -> dict[str, Path]:
        if not self._open:
            raise ResourceGone(f"{self.name} is not connected", "connect it first")
        return {path.stem: path for path in self.folder.glob("*.jsonl")}

    def _records(self, collection: str) -> list[dict[str, Any]]:
        files = self._files()
        if collection not in files:
            raise CollectionFailed(f"there is no {collection}", "discover again")
        return [json.loads(line) for line in files[collection].read_text().splitlines()]


def _holds(condition: Condition, record: dict[str, Any]) -> bool:
    if condition.operator not in _OPERATORS:
        raise CollectionFailed(f"there is no operator “{condition.operator}”", f"use one of {', '.join(_OPERATORS)}")
    if condition.field not in record:
        raise CollectionFailed(f"there is no field “{condition.field}”", "discover again")
    value = record[condition.field]
    given = condition.value
    if isinstance(value, int | float) and isinstance(given, str):
        given = float(given)
    return _OPERATORS[condition.operator](value, given)


def _cell(value: Any, limit: int) -> Any:
    return Clipped(value[:limit], len(value), Kind.STRING) if isinstance(value, str) and len(value) > limit else value


def _profile(name: str, records: list[dict[str, Any]]) -> FieldProfile:
    nulls = sum(record.get(name) is None for record in records)
    return FieldProfile(name=name, looked_at=len(records), nulls=nulls, rules=() if nulls else (_required(records),))


def _required(records: list[dict[str, Any]]) -> Any:
    from xregistry_tui.profiling.profile import RuleResult

    return RuleResult(rule=Required(), checked=len(records), failed=0)
