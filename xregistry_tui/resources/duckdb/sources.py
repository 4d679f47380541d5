"""Which files a resource reads, under which names: one file, those of a pattern, or the tables of a database.

Each file of a pattern is a collection named by its stem; with `together` all of them are one, named as the resource.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from xregistry_tui.resources.base import ResourceBroken, ResourceGone
from xregistry_tui.resources.files import Stamp, head, is_pattern, matching, named, stamp, state, stem, suffix


class Format(StrEnum):
    """What is in a file."""

    CSV = "CSV"
    PARQUET = "Parquet"
    ARROW = "Arrow"
    DUCKDB = "DuckDB"


@dataclass(frozen=True, slots=True)
class Source:
    """A collection: its name, its files, what is in them; `table` is its quoted name within a database."""

    name: str
    files: tuple[Path, ...]
    format: Format
    table: str = ""

    @property
    def stamps(self) -> tuple[Stamp, ...]:
        """What changes when a file does; raises when one is gone."""
        return tuple(stamp(path) for path in self.files)

    @property
    def bytes(self) -> int:
        """How large the files are now."""
        return sum(size for *_, size in self.stamps)


@dataclass(frozen=True, slots=True)
class Target:
    """What was asked for: a file or a pattern, and whether a pattern's files are one collection."""

    path: Path
    together: bool = False

    @property
    def name(self) -> str:
        """The file's stem, or the folder of a pattern."""
        return self.path.parent.name or "files" if is_pattern(self.path) else stem(self.path)

    def sources(self) -> dict[str, Source]:
        """The files now, by the names of their collections; a database is one source, whatever it holds."""
        if not is_pattern(self.path):
            state(self.path)
            return {self.name: Source(self.name, (self.path,), format_of(self.path))}
        files = [path for path in matching(self.path) if _readable(path)]
        if self.together and files:
            return {self.name: Source(self.name, tuple(files), format_of(files[0]))}
        return {name: Source(name, (path,), format_of(path)) for name, path in named(files).items()}

    def check(self) -> dict[str, Source]:
        """The sources; raises where there is none."""
        found = self.sources()
        if not found:
            raise ResourceGone(f"no file fits {self.path}", "check the pattern")
        return found


def format_of(path: Path) -> Format:
    """By the first bytes, else it is text."""
    first = head(path)
    if first[8:12] == b"DUCK":
        return Format.DUCKDB
    if first.startswith(b"PAR1"):
        return Format.PARQUET
    if first.startswith(b"ARROW1"):
        return Format.ARROW
    expected = {".parquet": Format.PARQUET, ".pq": Format.PARQUET, ".duckdb": Format.DUCKDB, ".arrow": Format.ARROW}
    if suffix(path) in expected:
        what = f"is no {expected[suffix(path)]} file" if first else "is empty"
        raise ResourceBroken(f"{path.name} {what}", "restore it from a copy")
    return Format.CSV


def _readable(path: Path) -> bool:
    """Whether a file of a pattern is of a kind that is read here; others are another resource's."""
    return suffix(path) not in {".json", ".jsonl", ".ndjson", ".ejson", ".sqlite", ".sqlite3", ".db"}
