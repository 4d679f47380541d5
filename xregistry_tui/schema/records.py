"""What differs between two records: fields, what is required, and what may be there besides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xregistry_tui.schema.change import Changes, ChangeType, SchemaChange, Verdict, shown, told, under, worst
from xregistry_tui.schema.keywords import ASSERTED
from xregistry_tui.schema.kinds import Way

if TYPE_CHECKING:
    from xregistry_tui.schema.subsumption import Walk

_ANY_KEY: Mapping[str, Any] = {"type": "string"}


@dataclass(frozen=True, slots=True)
class _Record:
    """A way to be a record. `extra` is what undeclared entries may be; a map has only those, and they are its data."""

    fields: Mapping[str, Any]
    required: frozenset[str]
    extra: Any
    patterns: Mapping[str, Any]
    keys: Any
    is_map: bool

    @property
    def open(self) -> bool:
        """Whether undeclared entries may be anything."""
        return self.extra is True and not self.patterns


def _record(way: Way) -> _Record:
    words = way.words
    extra, patterns = words.get("additionalProperties", True), words.get("patternProperties", {})
    anything = isinstance(extra, Mapping) and not ASSERTED & extra.keys()
    holds = bool(patterns) or not way.typed or ("additionalProperties" in words and extra is not False)
    return _Record(
        fields=words.get("properties", {}),
        required=frozenset(words.get("required", ())),
        extra=True if anything else extra,
        patterns=patterns,
        keys=words.get("propertyNames", _ANY_KEY),
        is_map="properties" not in words and holds,
    )


def records(walk: Walk, old: Way, new: Way) -> Changes:
    """All that differs, field by field in the newer order, what was removed where it stood."""
    before, after = _record(old), _record(new)
    found: Changes = []
    for name in _in_order(before.fields, after.fields):
        found += under(name, _field(walk, name, before, after))
    for name in sorted((before.required | after.required) - before.fields.keys() - after.fields.keys()):
        found += under(name, _required(walk, name, before, after))
    return [*found, *_extras(walk, before, after), *_patterns(walk, before, after), *_keys(walk, before, after)]


def _in_order(old: Iterable[str], new: Mapping[str, Any]) -> list[str]:
    """The newer names, and after each of them the older ones that followed it and are gone.

    >>> _in_order(["a", "b", "c"], {"x": 0, "a": 0, "c": 0})
    ['x', 'a', 'b', 'c']
    """
    gone: dict[str | None, list[str]] = {}
    last: str | None = None
    for name in old:
        if name in new:
            last = name
        else:
            gone.setdefault(last, []).append(name)
    return [*gone.get(None, ()), *(one for name in new for one in (name, *gone.get(name, ())))]


def _field(walk: Walk, name: str, old: _Record, new: _Record) -> Changes:
    if name in old.fields and name in new.fields:
        return [*walk.places(old.fields[name], new.fields[name]), *_required(walk, name, old, new)]
    ok = _one_sided(walk, name, old, new)
    because = _because(walk, name, old, new) if ok is Verdict.INCOMPATIBLE else ""
    if name in new.fields:
        said = f"was added, {_presence(walk, new.fields[name], name in new.required)}{because}"
        return [told(ChangeType.FIELD_ADDED, said, new=new.fields[name], ok=ok)]
    return [told(ChangeType.FIELD_REMOVED, f"was removed{because}", old=old.fields[name], ok=ok)]


def _because(walk: Walk, name: str, old: _Record, new: _Record) -> str:
    """Why data does not survive that only one of the two declares a field, where the change does not say so itself."""
    written, read = (new, old) if walk.forward else (old, new)
    whose = "older" if walk.forward else "newer"
    if _may_lack(walk, name, written, read):
        return "" if name in new.fields else f"; the {whose} schema requires it"
    if name in written.fields:
        return f"; the {whose} schema refuses {'undeclared fields' if read.extra is False else 'such a value there'}"
    return "; records could hold something else by that name"


def _presence(walk: Walk, schema: Any, must: bool) -> str:
    if not must:
        return "optional"
    if "default" not in walk.newer.notes(schema):
        return "required and without a default"
    return "required but with a default"


def _one_sided(walk: Walk, name: str, old: _Record, new: _Record) -> Verdict:
    """Whether data survives that only one of the two declares a field."""
    written, read = (new, old) if walk.forward else (old, new)
    if _may_lack(walk, name, written, read):
        return Verdict.INCOMPATIBLE
    if name in written.fields:
        return walk.subsumed(written.fields[name], read.extra)
    if _declared_only(walk, written, read):
        return Verdict.COMPATIBLE
    return walk.subsumed(True if written.patterns else written.extra, read.fields[name])


def _may_lack(walk: Walk, name: str, written: _Record, read: _Record) -> bool:
    """Whether data may be without a field that the reader requires and has no default for, declared or not."""
    if name not in read.required or name in written.required:
        return False
    return name not in read.fields or not walk.stands_in(read.fields[name])


def _declared_only(walk: Walk, written: _Record, read: _Record) -> bool:
    """Whether the lenient reading holds: nothing undeclared is in a record that would have accepted anything."""
    return not walk.strict and written.open and not written.is_map and not read.is_map


def _required(walk: Walk, name: str, old: _Record, new: _Record) -> Changes:
    if (name in old.required) == (name in new.required):
        return []
    written, read = (new, old) if walk.forward else (old, new)
    ok = not _may_lack(walk, name, written, read)
    if name not in new.required:
        return [told(ChangeType.REQUIRED_REMOVED, "is optional now", old=True, new=False, ok=ok)]
    default = "with a default" if "default" in walk.newer.notes(new.fields.get(name)) else "without a default"
    return [told(ChangeType.REQUIRED_ADDED, f"is required now, {default}", old=False, new=True, ok=ok)]


def _extras(walk: Walk, old: _Record, new: _Record) -> Changes:
    """What undeclared entries may be: for a map that is the type of its values."""
    if old.extra is new.extra:
        return []
    if (old.is_map or new.is_map or _typed(old, new)) and old.extra is not False and new.extra is not False:
        return under("*", walk.places(old.extra, new.extra))
    written, read = (new, old) if walk.forward else (old, new)
    ok = Verdict.COMPATIBLE if _declared_only(walk, written, read) else walk.subsumed(written.extra, read.extra)
    return [_told_of_extras(old, new, ok)]


def _typed(old: _Record, new: _Record) -> bool:
    return isinstance(old.extra, Mapping) and isinstance(new.extra, Mapping)


def _told_of_extras(old: _Record, new: _Record, ok: Verdict) -> SchemaChange:
    if new.extra is False:
        what, said = ChangeType.CONTENT_CLOSED, "accepts no undeclared fields any more"
    elif new.extra is True:
        what, said = ChangeType.CONTENT_OPENED, "accepts undeclared fields now"
    else:
        what, said = ChangeType.CONTENT_CHANGED, "accepts undeclared fields of certain types only"
    return told(what, said, old=old.extra, new=new.extra, ok=ok)


def _patterns(walk: Walk, old: _Record, new: _Record) -> Changes:
    """Fields named by a pattern: the same pattern is compared; one that is gone must fit what is undeclared now."""
    found: Changes = []
    written, read = (new, old) if walk.forward else (old, new)
    for pattern in _in_order(old.patterns, new.patterns):
        if pattern in old.patterns and pattern in new.patterns:
            found += under("*", walk.places(old.patterns[pattern], new.patterns[pattern]))
            continue
        known = pattern in written.patterns
        ok = walk.subsumed(written.patterns[pattern], read.extra) if known else Verdict.INCOMPATIBLE
        before, after = old.patterns.get(pattern), new.patterns.get(pattern)
        said = f"has fields by the pattern {shown(pattern)} {'now' if after is not None else 'no more'}"
        found.append(told(ChangeType.CONTENT_CHANGED, said, old=before, new=after, ok=ok))
    return found


def _keys(walk: Walk, old: _Record, new: _Record) -> Changes:
    """What the names of entries may be."""
    if old.keys is new.keys:
        return []
    changed = walk.places(old.keys, new.keys)
    if not changed:
        return []
    verdict = worst(change.verdict for change in changed)
    said = f"has other names of entries: each {changed[0].message}"
    return [told(ChangeType.KEYS_CHANGED, said, old=old.keys, new=new.keys, ok=verdict)]
