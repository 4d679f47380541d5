"""What differs between the ways to be valid that two places offer: kinds of value and options of a union."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from xregistry_tui.schema.alternatives import Node
from xregistry_tui.schema.change import Changes, ChangeType, SchemaChange, agree, told
from xregistry_tui.schema.keywords import KINDS
from xregistry_tui.schema.kinds import Way
from xregistry_tui.schema.notes import noted
from xregistry_tui.schema.ways import ways

if TYPE_CHECKING:
    from xregistry_tui.schema.subsumption import Walk


def kinds(walk: Walk, old: Node, new: Node) -> Changes:
    """Kinds of value that only one of the two accepts; null is told apart where there are others besides."""
    gone = [kind for kind in old.kinds if kind not in new.kinds]
    come = [kind for kind in new.kinds if kind not in old.kinds]
    found: Changes = []
    if "null" in gone and 1 < len(old.kinds) < len(KINDS):
        gone.remove("null")
        ok = walk.forward
        found.append(told(ChangeType.NULLABLE_REMOVED, "may no longer be null", old=True, new=False, ok=ok))
    if "null" in come and 1 < len(new.kinds) < len(KINDS):
        come.remove("null")
        ok = not walk.forward
        found.append(told(ChangeType.NULLABLE_ADDED, "may be null now", old=False, new=True, ok=ok))
    if gone or come:
        before, after = _types(old), _types(new)
        said = f"was {_spoken(before)} and is now {_spoken(after)}"
        found.append(told(_change_of(gone, come), said, old=before, new=after, ok=not (come if walk.forward else gone)))
    return found


def _change_of(gone: Sequence[str], come: Sequence[str]) -> ChangeType:
    if gone and come:
        return ChangeType.TYPE_CHANGED
    return ChangeType.TYPE_NARROWED if gone else ChangeType.TYPE_WIDENED


def _types(node: Node) -> list[str]:
    return list(dict.fromkeys(way.type for way in node.ways))


def _spoken(types: Sequence[str]) -> str:
    if len(set(types) - {"integer"}) == len(KINDS):
        return "anything"
    return " or ".join(types) or "nothing"


def options(walk: Walk, old: Node, new: Node) -> Changes:
    """The ways to be valid for each kind of value that both accept."""
    found: Changes = []
    for kind in KINDS:
        olds, news = old.of(kind), new.of(kind)
        if len(olds) == len(news) == 1:
            found += _between(walk, olds[0], news[0])
        elif olds and news:
            for one, other in _partners(olds, news):
                found += _option(walk, one, other, olds, news)
    return found


def _partners(olds: Sequence[Way], news: Sequence[Way]) -> list[tuple[Way | None, Way | None]]:
    """Options of the same name together, those without one by one, and the last one of each; others are alone."""
    named = {way.name: way for way in reversed(news) if way.name is not None}
    nameless = [way for way in reversed(news) if way.name is None]
    pairs: list[tuple[Way | None, Way | None]] = []
    for old in olds:
        if old.name is not None:
            pairs.append((old, named.pop(old.name, None)))
        else:
            pairs.append((old, nameless.pop() if nameless else None))
    taken = [id(new) for _, new in pairs]
    left = [new for new in news if id(new) not in taken]
    alone = [index for index, (_, new) in enumerate(pairs) if new is None]
    if len(left) == len(alone) == 1:
        pairs[alone[0]] = (pairs[alone[0]][0], left.pop())
    return [*pairs, *((None, new) for new in left)]


def _option(walk: Walk, old: Way | None, new: Way | None, olds: Sequence[Way], news: Sequence[Way]) -> Changes:
    """An option of both unions, or of one alone; whatever was written by needs one that it can be read by."""
    written, readers = (new, olds) if walk.forward else (old, news)
    if old is None or new is None:
        ok = written is None or _accepted(walk, written, readers)
        return [_alone(old, new, ok)]
    found = _between(walk, old, new)
    if agree(found) or not _accepted(walk, written or old, readers):
        return found
    said = f"has what {_called(old)} accepted in another option"
    return [told(ChangeType.UNION_CHANGED, said, old=_shown(old), new=_shown(new))]


def _between(walk: Walk, old: Way, new: Way) -> Changes:
    """What differs between two ways; definitions are compared once, however many options refer to them."""
    if old.source is None or new.source is None:
        return ways(walk, old, new)
    return [*noted(old.notes, new.notes), *walk.behind(old.source, new.source)]


def _alone(old: Way | None, new: Way | None, ok: bool) -> SchemaChange:
    if new is not None:
        return told(ChangeType.UNION_GROWN, f"has one more option, {_called(new)}", new=_shown(new), ok=ok)
    return told(ChangeType.UNION_SHRUNK, f"has one option less, {_called(old)}", old=_shown(old), ok=ok)


def _accepted(walk: Walk, written: Way, readers: Sequence[Way]) -> bool:
    """Whether one of the reader's options accepts all that this one of the writer's does."""
    return any(agree(_between(walk, *((one, written) if walk.forward else (written, one)))) for one in readers)


def _called(way: Way | None) -> str:
    return (way.name or way.type) if way is not None else ""


def _shown(way: Way | None) -> dict[str, Any] | None:
    if way is None:
        return None
    shown = {"type": way.type, **way.words, **way.rest}
    return shown if way.values is None else {**shown, "enum": list(way.values)}
