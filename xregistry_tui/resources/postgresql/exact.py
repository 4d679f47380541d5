"""The exact grade: all columns counted in one pass, then their values told apart as far as that costs little more.

Columns with few values are grouped, one scan each; of the others distinct values are counted by a share of their
hashes, in one more pass for all, and quantiles, histograms and formats are those of a sample, which `spread` says. A
column that a unique index keeps needs no counting.
"""

# ruff: noqa: S608 - names are quoted, values are bound
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xregistry_tui.profiling.distinct import hashed
from xregistry_tui.profiling.profile import FieldProfile, Figure
from xregistry_tui.resources.postgresql import fields
from xregistry_tui.resources.postgresql.asking import Look, counted, drawn, formats, grouped
from xregistry_tui.resources.postgresql.figures import Asked, Counts, batches
from xregistry_tui.resources.postgresql.groups import Groups, Question
from xregistry_tui.resources.postgresql.rules import enforced
from xregistry_tui.resources.postgresql.sample import SAMPLED, draw
from xregistry_tui.schema.rules import Unique

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.statistics import Stated

EXACT_VALUES = 10_000
"""Up to so many distinct values are counted one by one."""

# all values of so few records are told apart at once
_SMALL = 20_000
# so many hashes are kept of a column whose values are all different
_KEPT = 65_536
# by the server's word a column has few values: no need to estimate first
_SURELY_FEW = 1_000
_GLANCED = 400


@dataclass(slots=True)
class _Plan:
    """Which columns (by their place) are grouped, and how many distinct values the others have."""

    grouped: list[int] = field(default_factory=list)
    distinct: dict[int, Figure] = field(default_factory=dict)
    hashed: list[int] = field(default_factory=list)


async def look_at(look: Look, told: Mapping[str, Stated] | None = None) -> tuple[int, dict[str, FieldProfile], str]:
    """(records, figures by field, how they were got)."""
    source = f"{look.described.relation} AS t"
    asked = look.asked(look.columns(look.names))
    n, counts = await counted(look, asked, source)
    look.told(0.4)
    chosen = _choose(look, asked, counts, n, told or {})
    await _hash(look, asked, counts, chosen, source=source, n=n)
    look.told(0.6)
    found = await _grouped(look, asked, chosen, source, n)
    look.told(0.8)
    rest = [place for place in chosen.distinct if _spread(asked[place])]
    sampled = await _spreads(look, asked, rest)
    made = {}
    for place, (one, some) in enumerate(zip(asked, counts, strict=True)):
        groups = found.get(place)
        spread = sampled.get(place) if groups is None else None
        made[one.measure.name] = await fields.of_all(
            look, one, some, told=groups, spread=spread, distinct=chosen.distinct.get(place), n=n
        )
    return n, made, "all rows; quantiles, histograms and formats of some fields by a sample" if rest else "all rows"


def _choose(look: Look, asked: Sequence[Asked], counts: Sequence[Counts], n: int, told: Mapping[str, Stated]) -> _Plan:
    chosen = _Plan()
    for place, (one, some) in enumerate(zip(asked, counts, strict=True)):
        name, present = one.measure.name, int(some["present"] or 0)
        if not present:
            continue
        if enforced(Unique(), name, look.described) and n > _SMALL:
            chosen.distinct[place] = Figure(value=present)
        elif n <= _SMALL or _few(one, told) or _must_not_repeat(look, name):
            chosen.grouped.append(place)
        else:
            chosen.hashed.append(place)
    return chosen


def _few(asked: Asked, told: Mapping[str, Stated]) -> bool:
    said = told.get(asked.measure.name)
    return asked.measure.labels is not None or (said is not None and 0 < said.values <= _SURELY_FEW)


def _must_not_repeat(look: Look, name: str) -> bool:
    """Whether a rule asks for the records whose value repeats: only counting all tells."""
    rules = look.plan.rules.get(name, ())
    return any(isinstance(rule, Unique) and not enforced(rule, name, look.described) for rule in rules)


async def _hash(
    look: Look, asked: Sequence[Asked], counts: Sequence[Counts], chosen: _Plan, *, source: str, n: int
) -> None:
    """Count the hashes of a share of all, and group those columns that have few after all."""
    if not chosen.hashed:
        return
    bits = max(0, (n // _KEPT).bit_length())
    for batch in batches([asked[place] for place in chosen.hashed]):
        kept = [f"count(DISTINCT {_hashes(one)}) FILTER (WHERE {_hashes(one)} & {2**bits - 1} = 0)" for one in batch]
        (row,) = await look.rows(f"SELECT {', '.join(kept)} FROM {source}")
        places = [place for place in chosen.hashed if asked[place] in batch]
        for place, seen in zip(places, row, strict=True):
            figure = hashed(seen, 2.0**-bits, int(counts[place]["present"] or 0))
            if (figure.low or figure.value) <= EXACT_VALUES:
                chosen.grouped.append(place)
            else:
                chosen.distinct[place] = figure


def _hashes(asked: Asked) -> str:
    return asked.measure.hash.format(v=asked.measure.value)


async def _grouped(look: Look, asked: Sequence[Asked], chosen: _Plan, source: str, n: int) -> Mapping[int, Groups]:
    plan = look.plan
    glanced = f" TABLESAMPLE BERNOULLI ({min(100.0, 100 * _GLANCED / n):.8f}) REPEATABLE (0)" if n else ""
    if look.described.kind not in SAMPLED:
        glanced = ""
    some = f"(SELECT * FROM {source}{glanced} LIMIT {2 * _GLANCED}) AS t"
    likely = await formats(look, [(asked[place], place) for place in chosen.grouped], some)
    questions = [
        Question(
            measure=asked[place].measure,
            number=place,
            top=plan.top,
            bins=plan.bins,
            formats=likely.get(place, ()),
        )
        for place in chosen.grouped
    ]
    return await grouped(look, questions, source)


def _spread(asked: Asked) -> bool:
    return bool(asked.measure.ordered or asked.measure.scale)


async def _spreads(look: Look, asked: Sequence[Asked], places: Sequence[int]) -> dict[int, Groups]:
    """What would cost sorting all records, from a sample of them."""
    if not places:
        return {}
    taken = await draw(look.ask, look.described, look.plan.sample)
    names = tuple(asked[place].measure.name for place in places)
    part = Look(look.ask, look.plan, look.described, look.known, names)
    of_sample = [Asked(one.measure) for one in part.asked({name: f"t.c{at}" for at, name in enumerate(names)})]
    found = await drawn(part, taken, of_sample, range(len(of_sample)))
    for at in found:
        found[at].fraction = taken.fraction
    return {place: found[at] for at, place in enumerate(places)}
