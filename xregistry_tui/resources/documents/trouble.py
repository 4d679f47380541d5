"""What is wrong with what is read, counted and said in plain words."""

from __future__ import annotations

from dataclasses import dataclass

LARGEST = 32 * 1024 * 1024
"""Bytes of the largest record that is read."""

TRUNCATED = "it ends in the middle of a record: it is truncated, or still being written"


@dataclass(slots=True)
class Trouble:
    """What was wrong with what was read; `ended` says why reading could not go on."""

    broken: int = 0
    first_broken: int = 0
    oversized: int = 0
    deep: int = 0
    replaced: int = 0
    duplicates: int = 0
    ended: str = ""

    def words(self) -> tuple[str, ...]:
        """In plain words; empty where nothing was wrong."""
        counted = (
            (self.broken, f"lines are no JSON (the first is line {self.first_broken:,})"),
            (self.oversized, f"records are larger than {LARGEST // 1024 // 1024} MB and were passed over"),
            (self.deep, "records are nested too deeply to be read"),
            (self.replaced, "places are not UTF-8 and were replaced"),
            (self.duplicates, "objects have a name twice; the last one counts"),
        )
        said = tuple(f"{count:,} {what}" for count, what in counted if count)
        return (*said, self.ended) if self.ended else said


def damage(error: BaseException) -> str:
    if isinstance(error, EOFError):
        return "its packing ends too early: it is truncated, or still being written"
    return f"its packing is damaged ({error}); what comes before is kept"
