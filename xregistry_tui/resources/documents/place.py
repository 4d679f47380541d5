"""Which files a resource of documents reads, and under which names; standard input becomes a file of our own."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from xregistry_tui.resources.base import CollectionFailed, ResourceBroken, ResourceGone
from xregistry_tui.resources.documents import standard_input
from xregistry_tui.resources.files import COMPRESSED, Stamp, is_pattern, matching, named, opened, stamp, state, stem
from xregistry_tui.resources.thread import Limit

STANDARD_INPUT = "-"
SPOOLED = 1024 * 1024 * 1024
"""Bytes of standard input that are taken at most."""

_CHUNK = 1024 * 1024


@dataclass(slots=True)
class Place:
    """The files of one target: one file, those of a pattern (asked anew each time), or standard input.

    `descriptor` is that of what standard input held.
    """

    target: Path
    descriptor: int | None = None
    note: str = ""
    _known: dict[str, Path] = field(default_factory=dict)

    @property
    def is_input(self) -> bool:
        """Whether it is standard input."""
        return str(self.target) == STANDARD_INPUT

    def files(self) -> dict[str, Path]:
        """The files now, by the names of their collections; raises the condition of a single file."""
        if self.is_input:
            return {"stdin": self.target}
        if not is_pattern(self.target):
            state(self.target)
            return {stem(self.target): self.target}
        return named(matching(self.target))

    def file(self, collection: str) -> Path:
        """The file of a collection; raises `CollectionFailed` where there is none (any more)."""
        if collection not in self._known:
            self._known = self.files()
        if collection not in self._known:
            raise CollectionFailed(f"there is no “{collection}” in {self.target.name}", "discover again")
        return self._known[collection]

    def weight(self, collection: str) -> int:
        """About how many bytes are parsed to read a file whole; what is packed is taken for eight times as much."""
        if self.descriptor is not None:
            return os.fstat(self.descriptor).st_size
        path = self.file(collection)
        return state(path).st_size * (8 if path.suffix.lower() in COMPRESSED else 1)

    def stamp(self, collection: str) -> Stamp:
        """What changes when the file does."""
        return (0, 0, 0) if self.is_input else stamp(self.file(collection))

    def check(self) -> None:
        """Raise what stands in the way of reading any of it."""
        found = self.files()
        if not found:
            raise ResourceGone(f"no file fits {self.target}", "check the pattern")
        if not self.is_input and len(found) == 1:
            os.close(opened(next(iter(found.values()))))

    def take_input(self, limit: Limit) -> None:
        """Read standard input to its end into a file without a name, once."""
        if self.descriptor is not None:
            return
        source = standard_input.descriptor()
        if source is None:
            raise ResourceBroken("nothing is sent to standard input", "send something: cat FILE | xreg-tui profile -")
        with tempfile.TemporaryFile(prefix="xreg-tui-", buffering=0) as spool:
            taken = 0
            while taken < SPOOLED and not limit.exceeded():
                chunk = os.read(source, _CHUNK)
                if not chunk:
                    break
                taken += spool.write(chunk)
            else:
                self.note = f"standard input goes on; its first {taken:,} bytes were taken"
            # the file has no name: it lives as long as this
            self.descriptor = os.dup(spool.fileno())

    def close(self) -> None:
        """Let go of what standard input held."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None
