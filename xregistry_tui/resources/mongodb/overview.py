"""The first pass: one `$group` over the records tells of every field what is there, by the types that it should have.

Nothing is computed that the shape of the field says cannot be there, and nothing twice: counts that exclude each other
share one sum, and the least and greatest values tell whether there are numbers that are not finite. What was not
expected shows in the sum, and such a field is looked at once more by `bytype`.
"""

from __future__ import annotations

import decimal
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xregistry_tui.resources.mongodb.checks import Check
from xregistry_tui.resources.mongodb.kinds import UUID_TYPE
from xregistry_tui.resources.mongodb.structure import within_uuids
from xregistry_tui.resources.mongodb.typed import CONTAINERS, LENGTHS, NUMBERS, QUANTILES, SHOWN
from xregistry_tui.schema.shape import Kind

_TYPES = {
    Kind.INTEGER: ("int", "long"),
    Kind.NUMBER: ("double",),
    Kind.DECIMAL: ("decimal",),
    Kind.STRING: ("string",),
    Kind.BOOLEAN: ("bool",),
    Kind.DATETIME: ("date",),
    Kind.OBJECT_ID: ("objectId",),
    Kind.UUID: (UUID_TYPE,),
    Kind.BYTES: ("binData",),
    Kind.OBJECT: ("object",),
    Kind.MAP: ("object",),
    Kind.ARRAY: ("array",),
}
_UNORDERED = ("binData", UUID_TYPE, *CONTAINERS)
_UPPER = 2**31
"""What the second of two counts in one sum is multiplied by: no operation reads so many records."""
_SURPRISED = math.inf
_FIRST_VISIBLE, _FIRST_WIDE = "!", "\u0080"
_SHARED = 8
"""From so many fields on two groups are worth two passes."""

_LENGTH_NAMES = {"shortest": "$min", "longest": "$max", "length": "$avg"}


def expected(kinds: Iterable[Kind]) -> tuple[tuple[str, ...], ...] | None:
    """The types of values by the kinds that were seen, those of one kind together; `None` where they do not tell."""
    seen = list(kinds)
    if any(kind not in _TYPES for kind in seen):
        return None
    return tuple(types for kind, types in _TYPES.items() if kind in seen)


def _either(cases: Sequence[tuple[Any, float]], otherwise: float) -> dict[str, Any]:
    """The sum of what the first case that is so is worth."""
    branches = [{"case": case, "then": worth} for case, worth in cases]
    return {"$sum": {"$switch": {"branches": branches, "default": otherwise}}}


def _both(packed: float) -> tuple[int, int]:
    """The two counts in one sum."""
    upper, lower = divmod(int(packed), _UPPER)
    return lower, upper


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What is asked of one field in the group that all share; `place` tells its figures from those of others.

    `binary`: texts are ordered by their bytes, as they are where the collection has no collation.
    """

    place: int
    value: Any
    types: tuple[tuple[str, ...], ...]
    checks: tuple[Check, ...] = ()
    binary: bool = True
    percentile: bool = False

    def _name(self, name: str, of: str = "") -> str:
        return f"{name}{self.place}{of}"

    @property
    def _ordered(self) -> dict[str, tuple[str, ...]]:
        """The types that have an order, those of one scale together, by the first of them."""
        flat = [one for types in self.types for one in types]
        numbers = tuple(one for one in flat if one in NUMBERS)
        others = {one: (one,) for one in flat if one not in NUMBERS and one not in _UNORDERED}
        return ({numbers[0]: numbers} if numbers else {}) | others

    def _is(self, types: Sequence[str]) -> dict[str, Any]:
        kind, uuid = {"$type": self.value}, within_uuids(self.value)
        if types == (UUID_TYPE,):
            return uuid
        if types == ("binData",):
            return {"$and": [{"$eq": [kind, "binData"]}, {"$not": [uuid]}]}
        return {"$eq": [kind, types[0]]} if len(types) == 1 else {"$in": [kind, [*types]]}

    def _of(self, types: Sequence[str], then: Any) -> dict[str, Any]:
        return {"$cond": [self._is(types), then, None]}

    def accumulators(self) -> dict[str, Any]:
        """What the group keeps of the field."""
        kind = {"$type": self.value}
        wanted = [(self._is(types), 0) for types in self.types]
        absent = [({"$eq": [kind, "missing"]}, 1), ({"$eq": [kind, "null"]}, _UPPER)]
        found: dict[str, Any] = {self._name("c"): _either([*wanted, *absent], _SURPRISED)}
        # the first type is what is left of the records
        for index, (case, _) in enumerate(wanted[1:], 1):
            found[self._name("t", f"_{index}")] = {"$sum": {"$cond": [case, 1, 0]}}
        found |= dict(self._extremes()) | dict(self._lengths())
        found |= self._of_numbers() if self._numeric else {}
        found |= {self._name("b"): self._blank()} if ("string",) in self.types else {}
        for index, check in enumerate(self.checks):
            found[self._name("a", f"_{index}")] = {"$sum": {"$cond": [check.applies, 1, 0]}}
            found[self._name("f", f"_{index}")] = {"$sum": {"$cond": [check.broken, 1, 0]}}
        return found

    @property
    def _numeric(self) -> bool:
        return any(one in NUMBERS for types in self.types for one in types)

    def _extremes(self) -> Iterator[tuple[str, Any]]:
        for first, types in self._ordered.items():
            # absent values are passed over by the server
            value = self.value if len(self._scales) == 1 else self._of(types, self.value)
            yield self._name("l", first), {"$min": value}
            yield self._name("h", first), {"$max": value}

    @property
    def _scales(self) -> set[str]:
        return {*self._ordered, *(one for types in self.types for one in types if one in _UNORDERED)}

    def _of_numbers(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            self._name("m"): {"$avg": self.value},
            self._name("d"): {"$stdDevPop": self.value},
            # what is absent comes before all numbers, so that they are told from it at last
            self._name("s"): _either(
                [({"$gt": [self.value, 0]}, 0), ({"$eq": [self.value, 0]}, 1), ({"$isNumber": self.value}, _UPPER)], 0
            ),
        }
        if self.percentile:
            percentile = {"input": self.value, "p": [*QUANTILES], "method": "approximate"}
            found[self._name("p")] = {"$percentile": percentile}
        return found

    def _lengths(self) -> Iterator[tuple[str, Any]]:
        for kind, measure in LENGTHS.items():
            if (kind,) in self.types:
                length = self._of((kind,), {measure: self.value})
                for name, operator in _LENGTH_NAMES.items():
                    yield self._name(name, kind), {operator: length}

    def _blank(self) -> dict[str, Any]:
        """Texts of white space, and those that are empty, which are both."""
        # whatever begins with a plain letter is not blank, and most do
        plain = {"$and": [{"$gte": [self.value, _FIRST_VISIBLE]}, {"$lt": [self.value, _FIRST_WIDE]}]}
        # no regular expression: what is white is said by the server in one place
        white = {"$eq": [{"$trim": {"input": self._of(("string",), self.value)}}, ""]}
        cases = [({"$eq": [self.value, ""]}, _UPPER + 1), (white, 1)]
        return _either([*([(plain, 0)] if self.binary else []), *cases], 0)

    def cuts(self) -> dict[str, Any]:
        """What is done with the group: of a text its beginning is kept, which is the least beginning too."""
        ends = [self._name(end, "string") for end in "lh"] if ("string",) in self.types else []
        return {name: {"$substrCP": [f"${name}", 0, SHOWN]} for name in ends}

    def read(self, row: Mapping[str, Any]) -> dict[str, dict[str, Any]] | None:
        """The figures by type; `None` where there is what nobody expected."""
        if math.isinf(row[self._name("c")]):
            return None
        missing, nulls = _both(row[self._name("c")])
        rows: dict[str, dict[str, Any]] = {"missing": {"n": missing}, "null": {"n": nulls}}
        counts = [int(row[self._name("t", f"_{index}")]) for index in range(1, len(self.types))]
        counts = [int(row["n"]) - missing - nulls - sum(counts), *counts] if self.types else []
        for types, count in zip(self.types, counts, strict=True):
            rows[types[0]] = {"n": count, **self._told(row, types[0])}
        if self._numeric and not self._read_numbers(row, rows):
            return None
        for index in range(len(self.checks)):
            for name in "af":
                rows["missing"][f"{name}{index}"] = row[self._name(name, f"_{index}")]
        return {kind: one for kind, one in rows.items() if one["n"] or kind == "missing"}

    def _told(self, row: Mapping[str, Any], kind: str) -> dict[str, Any]:
        ends = {"low": row.get(self._name("l", kind)), "high": row.get(self._name("h", kind))}
        lengths = {name: row.get(self._name(name, kind)) for name in _LENGTH_NAMES}
        if kind == "string":
            blank, empty = _both(row[self._name("b")])
            return {**ends, **lengths, "blank": blank, "empty": empty}
        return {**ends, **lengths}

    def _read_numbers(self, row: Mapping[str, Any], rows: dict[str, dict[str, Any]]) -> bool:
        """What is said of all numbers, in the row of the first type that has any; false: some are not finite."""
        there = [types[0] for types in self.types if types[0] in NUMBERS and rows[types[0]]["n"]]
        if not there:
            return True
        first = next(iter(self._ordered))
        low, high = row[self._name("l", first)], row[self._name("h", first)]
        if not (_finite(low) and _finite(high)):
            return False
        zeros, negatives = _both(row[self._name("s")])
        rows[first] |= {"low": None, "high": None}
        rows[there[0]] |= {
            **{"low": low, "high": high, "mean": row[self._name("m")], "deviation": row[self._name("d")]},
            **{"finite": sum(rows[kind]["n"] for kind in there), "zeros": zeros, "negatives": negatives, "nans": 0},
            **({"quantiles": row[self._name("p")]} if self.percentile else {}),
        }
        return True


def _finite(number: Any) -> bool:
    """Whether it is; the server orders what is no number before all, and the infinite ones at both ends."""
    return bool(number.is_finite() if isinstance(number, decimal.Decimal) else math.isfinite(number))


def shared(asked: Mapping[str, Overview], parts: int) -> list[dict[str, Overview]]:
    """The fields in so many groups that ask about as much; all in one where they are few."""
    if len(asked) < _SHARED:
        return [dict(asked)]
    ranked = sorted(asked.items(), key=lambda one: len(one[1].accumulators()))
    return [dict(ranked[start::parts]) for start in range(parts)]


def stages(asked: Iterable[Overview]) -> list[dict[str, Any]]:
    """The stages that give one row, or none where there are no records, with `n` and the figures of all fields."""
    found: dict[str, Any] = {}
    cuts: dict[str, Any] = {}
    for one in asked:
        found |= one.accumulators()
        cuts |= one.cuts()
    return [{"$group": {"_id": None, "n": {"$sum": 1}, **found}}, *([{"$set": cuts}] if cuts else [])]
