"""What changed between two looks at the same collection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A change worth saying: what moved (`field` is `None` for the whole collection), since when, in one line."""

    code: str
    field: str | None
    message: str
    since: datetime.datetime
