"""What has become of the words for people in a schema, and of the default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xregistry_tui.schema.change import Changes, ChangeType, shown, told
from xregistry_tui.schema.equality import same


def noted(old: Mapping[str, Any], new: Mapping[str, Any]) -> Changes:
    """The default and the other words that are not what they were; none of them refuses data."""
    edited = [word for word in dict.fromkeys((*old, *new)) if not _kept(word, old, new)]
    found: Changes = []
    if "default" in edited:
        said = f"has the default {shown(new['default'])} now" if "default" in new else "has no default any more"
        found.append(told(ChangeType.DEFAULT_CHANGED, said, old=old.get("default"), new=new.get("default")))
    if words := [word for word in edited if word != "default"]:
        before, after = ({word: notes[word] for word in words if word in notes} for notes in (old, new))
        said = f"is described otherwise: {', '.join(words)}"
        found.append(told(ChangeType.DOCUMENTATION_EDITED, said, old=before, new=after))
    return found


def _kept(word: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return word in old and word in new and same(old[word], new[word])
