"""What changed from one JSON Schema to another, each change with its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What a change means for records that were valid before."""

    COMPATIBLE = "compatible"
    INCOMPATIBLE = "incompatible"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaChange:
    """One change. `path` is a JSON Pointer into records (`""` is the record itself)."""

    path: str
    type: str
    verdict: Verdict
    old: Any
    new: Any
    message: str
