"""What a change makes of a version, and the modes by which changes are judged.

>>> next_version("1.2.3", Change.COMPATIBLE)
'1.3.0'
"""

from __future__ import annotations

import re
from enum import StrEnum

from xregistry_tui.schema.change import Change

FIRST = "1.0.0"

_PART = r"(0|[1-9]\d*)"
_WORD = r"(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)"
_SEMANTIC = re.compile(rf"{_PART}\.{_PART}\.{_PART}(?:-({_WORD}(?:\.{_WORD})*))?(?:\+[0-9A-Za-z.-]+)?", re.ASCII)

_Precedence = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]


class Mode(StrEnum):
    """Whose data must be valid where: the old in the new, the new in the old, both; for the latest version or all."""

    NONE = "none"
    BACKWARD = "backward"
    FORWARD = "forward"
    FULL = "full"
    BACKWARD_TRANSITIVE = "backward_transitive"
    FORWARD_TRANSITIVE = "forward_transitive"
    FULL_TRANSITIVE = "full_transitive"


def next_version(version: str, change: Change) -> str:
    """The semantic version that follows: breaking → major, compatible → minor, documentation → patch."""
    if change is Change.NONE:
        return version
    major, minor, patch = _precedence(version)[0]
    if change is Change.BREAKING:
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if change is Change.COMPATIBLE else f"{major}.{minor}.{patch + 1}"


def higher(version: str, than: str) -> bool:
    """Whether a semantic version comes after another, pre-releases before their release; raises `ValueError`."""
    return _precedence(version) > _precedence(than)


def _precedence(version: str) -> _Precedence:
    """What orders versions as SemVer does: release, then no pre-release, then its words, numbers before text."""
    read = _SEMANTIC.fullmatch(version)
    if read is None:
        raise ValueError(f"{version!r} is no semantic version; write it as 1.4.0, or 2.0.0-rc.1 before a release")
    words = read[4].split(".") if read[4] is not None else []
    ranked = tuple((not word.isdecimal(), int(word) if word.isdecimal() else 0, word) for word in words)
    return (int(read[1]), int(read[2]), int(read[3])), not words, ranked
