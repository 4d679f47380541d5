"""Records from all over a file of lines: the lines that begin behind random places of it."""

from __future__ import annotations

import random
from collections.abc import Iterator

from xregistry_tui.resources.documents.reading import Reading, Record
from xregistry_tui.resources.documents.stream import DAMAGED


def at_random(found: Reading, wanted: int) -> Iterator[Record]:
    """Up to so many records, each once, in the order of the file; the same ones while the file does not change.

    A line behind a long one is drawn more often: that is fair as long as the two have nothing to do with each other.
    Records carry no place of theirs: `index` is the byte that the line begins at, `line` is 0.
    """
    stream = found.stream
    chance = random.Random(f"{stream.path.name}:{stream.size}")  # noqa: S311 - a repeatable draw, not a secret
    ended, trouble = -1, found.trouble.ended
    for offset in sorted(chance.randrange(stream.start, max(stream.start + 1, stream.size)) for _ in range(wanted)):
        if offset < ended:
            continue
        try:
            stream.seek(offset)
            begins = offset + len(found.rest_of_line()) if offset > stream.start else offset
        except DAMAGED:
            return
        found.offset = begins
        record = next(found.lines(), None)
        ended = found.offset
        if record is not None:
            yield Record(begins, 0, record.value)
    found.trouble.ended = trouble
