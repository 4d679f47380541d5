"""What differs between two arrays: the places of a tuple one by one, then all later items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xregistry_tui.schema.change import Changes, under
from xregistry_tui.schema.kinds import Way

if TYPE_CHECKING:
    from xregistry_tui.schema.subsumption import Walk


def arrays(walk: Walk, old: Way, new: Way) -> Changes:
    """Item by item as far as either array names them and the one written by can reach; then what all others are."""
    written = new if walk.forward else old
    most = written.words.get("maxItems")
    reach = float("inf") if most is None else most
    named = max(len(_first(old)), len(_first(new)))
    found: Changes = []
    for index in range(named):
        if index < reach:
            found += under(str(index), walk.places(_item(old, index), _item(new, index)))
    if reach > named:
        found += under("*", walk.places(_later(old), _later(new)))
    return found


def _first(way: Way) -> tuple[Any, ...]:
    return tuple(way.words.get("prefixItems", ()))


def _later(way: Way) -> Any:
    return way.words.get("items", True)


def _item(way: Way, index: int) -> Any:
    first = _first(way)
    return first[index] if index < len(first) else _later(way)
