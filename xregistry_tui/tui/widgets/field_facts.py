"""What is known of a field besides its values: rules and how they are kept, drift, what is absent or odd."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from xregistry_tui.profiling import wording
from xregistry_tui.schema.rules import Required, describe
from xregistry_tui.tui.format import line
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.field_rows import WORDS

if TYPE_CHECKING:
    from xregistry_tui.profiling.drift import Alarm
    from xregistry_tui.profiling.profile import FieldProfile, RuleResult
    from xregistry_tui.schema.shape import FieldShape


def facts(field: FieldShape, seen: FieldProfile, alarms: Sequence[Alarm]) -> Iterator[Text]:
    """What is asked of a field, and what is odd about its values, a line each."""
    rules = [rule for rule in field.rules if not isinstance(rule, Required)]
    for rule in rules[:2]:
        source = f", {rule.source}" if rule.source else ""
        yield _fact("allowed", line(plain(describe(rule), 40), (plain(source, 30), "dim")))
    fine = [result for result in seen.rules if result.checked and not result.failed]
    if fine:
        kept = ", ".join(plain(describe(result.rule), 30) for result in fine)
        yield _fact("conform", line("100", (f"  {plain(kept, 40)}", "dim")))
    for result in seen.rules:
        if result not in fine:
            yield from _conforming(result)
    for alarm in alarms:
        yield _fact("drift", line(("▲ ", "warn"), plain(alarm.message, 60)))
    if seen.nulls or seen.missing:
        yield _fact("absent", line(f"{seen.nulls + seen.missing:,}", (f" of {seen.looked_at:,}", "dim")))
    if seen.blank:
        yield _fact("blank", line(f"{seen.blank:,}"))
    if len(seen.kinds) > 1:
        mix = ", ".join(f"{WORDS.get(kind, kind.value)} {count:,}" for kind, count in list(seen.kinds.items())[:3])
        yield _fact("types", line(mix))
    if seen.formats:
        name, share = seen.formats[0]
        yield _fact("format", line(f"{plain(name, 20)} ", (wording.percent(share), "dim")))
    if seen.zeros:
        yield _fact("zeros", line(f"{seen.zeros:,}"))
    if seen.negatives:
        yield _fact("negative", line(f"{seen.negatives:,}"))


def _conforming(result: RuleResult) -> Iterator[Text]:
    what = (f"  {plain(describe(result.rule), 30)}", "dim")
    if result.failed is None:
        yield _fact("conform", line(("not checked here", "dim"), what))
    elif not result.checked:
        yield _fact("conform", line((wording.NOTHING, "dim"), what))
    else:
        share = 1 - result.failed / result.checked if result.checked else 0.0
        yield _fact("conform", line(wording.percent(share), (f"  {result.failed:,} fail", "bad"), what))
        if keys := [" ".join(plain(wording.scalar(part, 12), 12) for part in key) for key in result.keys[:5]]:
            yield _fact(
                "failing", line(("key ", "dim"), ", ".join(keys), (", …" if len(result.keys) > 5 else "", "dim"))
            )


def _fact(label: str, text: Text) -> Text:
    return line((f"{label:<9}", "dim"), text)
