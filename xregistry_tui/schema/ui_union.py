"""Several ways to fill one field, as one control: where they are of one kind, else JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xregistry_tui.schema.ui_scalars import TEXTS
from xregistry_tui.schema.widget import Widget


def merged(members: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One control for all members of a union, null apart."""
    found = _merged([{k: v for k, v in member.items() if k != "nullable"} for member in members])
    if any(member.get("nullable") for member in members):
        found["nullable"] = True
    return found


def _merged(members: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if all(member == members[0] for member in members):
        return dict(members[0]) if members else {"widget": Widget.JSON.value, "nullable": True}
    widgets = {member.get("widget", "") for member in members}
    secret = {"secret": True} if any(member.get("secret") for member in members) else {}
    if widgets == {"select"}:
        return _selection(members)
    if widgets == {"", "select"} and all(_is_text(member) for member in members):
        return {**_selection([member for member in members if member]), "open": True}
    if widgets == {"number"}:
        return _numbers(members)
    if widgets <= TEXTS:
        one = widgets.pop() if len(widgets) == 1 else ""
        return {"widget": Widget.PASSWORD.value, **secret} if secret else ({"widget": one} if one else {})
    return {"widget": Widget.JSON.value, **secret}


def _is_text(member: dict[str, Any]) -> bool:
    """Any text at all, or a closed set of texts: a limited text is not what an open selection says."""
    return not member or all(isinstance(option["value"], str) for option in member.get("options", ({"value": None},)))


def _selection(members: Sequence[dict[str, Any]]) -> dict[str, Any]:
    options: list[dict[str, Any]] = []
    for member in members:
        options += [option for option in member["options"] if option not in options]
    return {
        "widget": Widget.SELECT.value,
        "options": options,
        **({"open": True} if any(member.get("open") for member in members) else {}),
    }


def _numbers(members: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The widest bounds of several numbers, where all of them have one."""
    found: dict[str, Any] = {"widget": Widget.NUMBER.value}
    for name, widest in (("minimum", min), ("maximum", max)):
        bounds = [member[name] for member in members if name in member]
        if len(bounds) == len(members):
            found[name] = widest(bounds)
    steps = {member.get("step") for member in members}
    return {**found, "step": steps.pop()} if len(steps) == 1 and None not in steps else found
