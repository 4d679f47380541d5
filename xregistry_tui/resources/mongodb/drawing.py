"""Which documents a look is about: all, some at random, or the first; never more bytes than a server reads quickly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure
from xregistry_tui.resources.mongodb.catalogue import Entry, Size, size
from xregistry_tui.resources.mongodb.connection import aggregate

if TYPE_CHECKING:
    from xregistry_tui.resources.mongodb.connection import Asker

_READ_BYTES = 256 * 1024 * 1024
_LEAST = 20
# the server draws by a cursor of its own where it is asked for less than a twentieth
_CURSOR_SHARE = 20


@dataclass(frozen=True, slots=True)
class Drawn:
    """The stages by which the documents come, how they were chosen, and of about how many.

    `random`: they were chosen by chance, so that figures are about the whole.
    """

    stages: tuple[dict[str, Any], ...]
    rows: Figure
    sampling: str
    complete: bool
    random: bool = True


def affordable(wanted: int, known: Size) -> int:
    """So many documents of this size may be read."""
    return wanted if not known.each else max(_LEAST, min(wanted, int(_READ_BYTES / known.each)))


def some(wanted: int, known: Size, described: Entry) -> Drawn:
    """About so many documents, drawn anew whenever the stages are run; for one question alone."""
    wanted = affordable(wanted, known)
    if not described.plain or known.rows is None:
        unknown = Figure(value=wanted, method=Grade.SAMPLE, at_least=True)
        words = f"the first {wanted:,} records, not random"
        return Drawn(({"$limit": wanted},), unknown, words, complete=False, random=False)
    if known.rows <= wanted:
        return Drawn((), Figure(value=known.rows), "all records", complete=True)
    stages: tuple[dict[str, Any], ...] = ({"$sample": {"size": wanted}},)
    if wanted * _CURSOR_SHARE > known.rows:
        # a larger share would be sorted whole documents and all
        stages = ({"$match": {"$sampleRate": wanted / known.rows}},)
    rows = Figure(value=known.rows, method=Grade.CATALOGUE, approximate=True)
    return Drawn(stages, rows, "random records", complete=False)


async def draw(ask: Asker, described: Entry, wanted: int) -> Drawn:
    """The same documents for several questions: those of a collection are found again by their `_id`."""
    drawn = some(wanted, await size(ask, described), described)
    if drawn.complete or not described.plain:
        return drawn
    found = await ask.raw(aggregate(described.name, [*drawn.stages, {"$project": {"_id": 1}}]))
    chosen = [one["_id"] for one in found]
    sampling = f"{len(chosen):,} random records" if drawn.random else drawn.sampling
    return replace(drawn, stages=({"$match": {"_id": {"$in": chosen}}},), sampling=sampling)
