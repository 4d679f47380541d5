"""What Validate says of the field under the cursor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from xregistry_tui.profiling.wording import scalar, write
from xregistry_tui.schema.rules import OneOf, describe
from xregistry_tui.tui.widgets.suggestion_list import FieldFacts

if TYPE_CHECKING:
    from xregistry_tui.actions.views import BindingView, ModelView
    from xregistry_tui.profiling.profile import FieldProfile
    from xregistry_tui.schema.report import Suggestion
    from xregistry_tui.schema.shape import FieldShape

_SHOWN = 24


def facts(
    model: ModelView, path: str, field: FieldShape, suggestions: tuple[Suggestion, ...], failed: str = ""
) -> FieldFacts:
    """A field with its values and what is known of it: type, rules, live figures. `failed`: why there are no values."""
    closed = next((rule for rule in field.rules if isinstance(rule, OneOf)), None)
    note = f"closed, {len(closed.values)} values" if closed else ""
    profile = _profile(model.binding, path)
    if not closed and suggestions and profile is not None:
        note = f"seen in {profile.looked_at:,}"
    lines = [("type", _type(field)), *(("rule", text) for text in _rules(field)), *_live(model.binding, path, profile)]
    if failed:
        lines.append(("values", f"not asked: {failed}"))
    return FieldFacts(name=path, note=note, suggestions=suggestions, facts=tuple(lines))


def _profile(binding: BindingView | None, path: str) -> FieldProfile | None:
    return binding.profile.fields.get(path) if binding is not None and binding.profile is not None else None


def _type(field: FieldShape) -> str:
    kinds = " or ".join(kind.value for kind in field.kinds) or "any"
    native = f"   declared {field.native}" if field.native else ""
    return f"{kinds}{' or null' if field.nullable else ''}{native}"


def _rules(field: FieldShape) -> Iterator[str]:
    for rule in field.rules:
        yield f"{describe(rule)}, {rule.source}" if rule.source else describe(rule)


def _live(binding: BindingView | None, path: str, profile: FieldProfile | None) -> Iterator[tuple[str, str]]:
    if binding is None:
        yield "live", "no live data behind this model"
        return
    if profile is None:
        yield "live", "not looked at yet"
        return
    yield "live", f"{write(profile.fill, percent=True)} % filled, {write(profile.distinct)} distinct"
    if profile.minimum is not None:
        yield "range", f"{scalar(profile.minimum, _SHOWN)} … {scalar(profile.maximum, _SHOWN)}"
    for alarm in binding.alarms:
        if alarm.field == path:
            yield "drift", f"▲ {alarm.message.removeprefix(path + ': ')}"
