"""How far the chains of a journal are known to go: kept beside it, so that a journal that was cut short shows."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from xregistry_tui.core.audit import Head

LOG = logging.getLogger(__name__)
KEPT = 1_000
"""Heads of the writers that wrote last. Whoever cuts a journal short takes from these first."""


def read(path: Path) -> dict[str, Head]:
    """The heads by writer, who wrote last stands last; none where nothing was kept. Raises `OSError`, `ValueError`."""
    try:
        text = path.read_text("ascii")
        return {
            writer: Head(int(last), str(seal), int(first)) for writer, (first, last, seal) in json.loads(text).items()
        }
    except FileNotFoundError:
        return {}
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"{path} does not hold the heads of a journal") from error


def advance(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Note the records that were appended; the caller holds the journal.

    Heads that cannot be written stay behind, which is no harm to the records: it is said in the log only.
    """
    links = [record for record in records if {"writer", "sequence", "hash"} <= record.keys()]
    if not links:
        return
    try:
        _replace(path, _advanced(_held(path), links))
    except OSError as error:
        LOG.warning("the heads of the audit trail stay behind: %s", error)


def _held(path: Path) -> dict[str, Head]:
    try:
        return read(path)
    except ValueError as error:
        LOG.warning("%s: they are started anew", error)
        return {}


def _advanced(heads: dict[str, Head], links: Iterable[Mapping[str, Any]]) -> dict[str, Head]:
    for link in links:
        before = heads.pop(link["writer"], None)
        first = before.first if before is not None else link["sequence"]
        heads[link["writer"]] = Head(link["sequence"], link["hash"], first)
    return dict(list(heads.items())[-KEPT:])


def _replace(path: Path, heads: Mapping[str, Head]) -> None:
    lines = (f"{json.dumps(name)}:{json.dumps([head.first, head.sequence, head.hash])}" for name, head in heads.items())
    fresh = path.with_suffix(".new")
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(file, "w", encoding="ascii") as writing:
        writing.write("{" + ",\n".join(lines) + "}\n")
    os.replace(fresh, path)
