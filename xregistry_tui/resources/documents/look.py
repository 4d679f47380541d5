"""The first look at a file: what its records hold, how many there are, what is wrong with it; kept until it changes."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator
from dataclasses import dataclass

from xregistry_tui.profiling.plan import Grade
from xregistry_tui.profiling.profile import Figure
from xregistry_tui.resources.base import CollectionFailed, ResourceGone, ResourceSlow
from xregistry_tui.resources.documents.place import Place
from xregistry_tui.resources.documents.reading import Layout, Reading, Record
from xregistry_tui.resources.documents.sampling import at_random
from xregistry_tui.resources.documents.seeing import Seeing
from xregistry_tui.resources.documents.stream import Stream
from xregistry_tui.resources.files import Stamp, suffix
from xregistry_tui.resources.thread import Limit
from xregistry_tui.schema.shape import CollectionKind, FieldShape, Kind, Shape

RECORDS = 5_000
SCATTERED = 1_000
SECONDS = 0.5

VALUE = "value"
"""The field of a record that is no object."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look found; `rows` is exact where the file was read to its end."""

    stamp: Stamp
    shape: Shape
    rows: Figure
    layout: Layout
    packed: str


def opened_stream(place: Place, collection: str) -> Stream:
    """The file of a collection, opened for one pass."""
    return Stream(place.file(collection), place.descriptor)


def reading(place: Place, collection: str, stream: Stream, limit: Limit) -> Reading:
    """One pass over its records, which ends when the operation has to."""
    return Reading(stream, suffix(place.file(collection)), functools.partial(checked, limit))


def checked(limit: Limit) -> None:
    """Raise when the operation has to end."""
    if limit.exceeded():
        if limit.cancelled:
            raise ResourceGone("the file was closed while it was read", "connect it again")
        raise ResourceSlow(f"not done within {limit.seconds:g} s", "look at a sample, or allow it more time")


def as_object(value: object) -> dict[str, object]:
    """A record as an object: a plain value is one of a single field."""
    return value if isinstance(value, dict) else {VALUE: value}


def look(place: Place, collection: str, limit: Limit) -> Look:
    """Look at the first records, and at some from all over the file where its lines can be found."""
    stamp = place.stamp(collection)
    seeing, plain, read = Seeing(), 0, 0
    until = time.monotonic() + SECONDS
    with opened_stream(place, collection) as stream:
        found = reading(place, collection, stream, limit)
        whole = True
        for record in found.records():
            plain += not isinstance(record.value, dict)
            seeing.see(as_object(record.value))
            read += 1
            if read >= RECORDS or time.monotonic() > until:
                whole = False
                break
        rows = counted(found, read, whole=whole)
        if not whole:
            for record in _scattered(found, time.monotonic() + SECONDS):
                seeing.see(as_object(record.value))
        if not read and found.trouble.words() and not stream.size == 0:
            raise CollectionFailed(f"“{collection}” holds nothing that can be read: {found.trouble.words()[0]}")
        said = _words(found, plain, read, whole=whole, note=place.note)
        observed = seeing.observed()
        fields = observed.field_shapes() or _nameless(observed.values is not None)
        shape = Shape(name=collection, kind=CollectionKind.FILE, fields=fields, warnings=said)
        return Look(stamp, shape, rows, found.layout, stream.packed)


def _nameless(many: bool) -> tuple[FieldShape, ...]:
    """Records with more names than can be fields are seen as one map."""
    return (FieldShape(name=VALUE, kinds=(Kind.MAP,), nullable=False),) if many else ()


def _scattered(found: Reading, until: float) -> Iterator[Record]:
    if found.layout is not Layout.LINES or not found.stream.plain:
        return
    for record in at_random(found, SCATTERED):
        yield record
        if time.monotonic() > until:
            return


def counted(found: Reading, read: int, *, whole: bool) -> Figure:
    """How many records there are: counted at the end, else by how much of the file was read so far."""
    if whole:
        return Figure(value=read)
    estimate = read / found.share if found.share else read
    return Figure(value=max(read, round(estimate)), method=Grade.CATALOGUE, approximate=True)


def _words(found: Reading, plain: int, read: int, *, whole: bool, note: str) -> tuple[str, ...]:
    said = list(found.trouble.words())
    if plain:
        said.append(f"{plain:,} records are no objects; each is shown as a field named {VALUE}")
    if not whole:
        said.append(f"seen in {read:,} records; others may hold more")
    return (*said, note) if note else tuple(said)
