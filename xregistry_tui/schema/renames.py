"""Which removed and added fields may be one field that was renamed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xregistry_tui.schema.change import ChangeType, SchemaChange
from xregistry_tui.schema.equality import same
from xregistry_tui.schema.keywords import ASSERTED

MOST_PAIRS = 100_000
_ALIKE = 0.5
_SURE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename:
    """A proposal: the field at the path `old` may be the one at `new`; `likeness` of the names is from 0 to 1."""

    old: str
    new: str
    likeness: float


def renames_among(changes: Sequence[SchemaChange]) -> tuple[Rename, ...]:
    """The proposals among fields removed from and added to the same record, best first, each field in one at most."""
    taken: set[str] = set()
    proposed = []
    for rename in sorted(_candidates(changes), key=lambda one: (-one.likeness, one.old, one.new)):
        if not taken & {rename.old, rename.new}:
            taken |= {rename.old, rename.new}
            proposed.append(rename)
    return tuple(proposed)


def _candidates(changes: Sequence[SchemaChange]) -> Iterator[Rename]:
    """Names that are alike with the same schema, or much alike with a schema of the same type."""
    from rapidfuzz.fuzz import ratio

    added = [change for change in changes if change.type == ChangeType.FIELD_ADDED]
    removed = [change for change in changes if change.type == ChangeType.FIELD_REMOVED]
    for gone in removed[: MOST_PAIRS // max(1, len(added))]:
        for come in added:
            (above, name), (other, new_name) = _split(gone.path), _split(come.path)
            if above != other:
                continue
            likeness = ratio(_plain(name), _plain(new_name)) / 100
            identical = same(_bare(gone.old), _bare(come.new))
            if likeness >= (_ALIKE if identical else _SURE) and (identical or _same_type(gone.old, come.new)):
                yield Rename(old=gone.path, new=come.path, likeness=round(likeness, 2))


def _split(path: str) -> tuple[str, str]:
    above, _, name = path.rpartition("/")
    return above, name


def _plain(name: str) -> str:
    """A name as words: `customerId`, `customer_id` and `Customer-ID` are the same.

    >>> _plain("customerId"), _plain("Customer-ID")
    ('customer id', 'customer id')
    """
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.split(r"[\W_]+", apart)).strip().lower()


def _bare(schema: Any) -> Any:
    if not isinstance(schema, Mapping):
        return schema
    return {word: value for word, value in schema.items() if word in ASSERTED}


def _same_type(old: Any, new: Any) -> bool:
    return isinstance(old, Mapping) and isinstance(new, Mapping) and same(old.get("type"), new.get("type"))
