"""What changed between two looks at the same collection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING

from xregistry_tui.profiling import wording
from xregistry_tui.profiling.categories import named
from xregistry_tui.profiling.plan import Grade

if TYPE_CHECKING:
    import datetime

    from xregistry_tui.profiling.profile import FieldProfile, Profile
    from xregistry_tui.schema.shape import Scalar

# a value is new when the earlier look would have missed it with less than this chance
_CHANCE = 0.01
# values seen less often than this vanish without a word: somebody mended them
_NOTABLE = 5
_MOVED = 0.01
_SIGMAS = 4.0
_COLLAPSE = 0.5
_FEWEST_ROWS = 20
_MOST_ALARMS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A change worth saying: what moved (`field` is `None` for the whole collection), since when, in one line.

    `subject` is what of the field the alarm is about (a value, a kind): it tells two alarms of one code apart.
    """

    code: str
    field: str | None
    message: str
    since: datetime.datetime
    subject: str = ""


def compare(earlier: Profile, later: Profile, *, now: datetime.datetime) -> tuple[Alarm, ...]:
    """What moved from one look to another, fields in their order; empty when nothing did by more than noise."""
    alarms = [*_volume(earlier, later, now)]
    for name, after in later.fields.items():
        before = earlier.fields.get(name)
        if before is not None and before.looked_at and after.looked_at:
            alarms += _field(_Pair(name, earlier, before, later, after), now)
    return tuple(alarms)


def carry(known: Iterable[Alarm], alarms: Iterable[Alarm]) -> tuple[Alarm, ...]:
    """Alarms with the moment they were first raised, where the same one was known before."""
    raised = {(alarm.code, alarm.field, alarm.subject): alarm.since for alarm in known}
    return tuple(
        replace(alarm, since=raised.get((alarm.code, alarm.field, alarm.subject), alarm.since)) for alarm in alarms
    )


@dataclass(frozen=True, slots=True)
class _Pair:
    """One field in both looks."""

    name: str
    earlier: Profile
    before: FieldProfile
    later: Profile
    after: FieldProfile

    def missed_before(self, count: int) -> bool:
        """Whether what is seen `count` times now may have been there before, unseen."""
        return _missed(self.earlier, self.before.looked_at, count / self.after.looked_at)

    def missed_after(self, count: int) -> bool:
        """Whether what was seen `count` times before may still be there, unseen."""
        return _missed(self.later, self.after.looked_at, count / self.before.looked_at)


def _missed(profile: Profile, n: int, share: float) -> bool:
    return profile.method is not Grade.EXACT and (1 - min(share, 1.0)) ** n > _CHANCE


def _field(pair: _Pair, now: datetime.datetime) -> Iterator[Alarm]:
    yield from _values(pair, now)
    yield from _fill(pair, now)
    for kind, count in pair.after.kinds.items():
        if count and not pair.before.kinds.get(kind) and pair.before.present and not pair.missed_before(count):
            seen = f"{count:,} of {pair.after.looked_at:,}"
            yield Alarm(
                code="kind", field=pair.name, message=f"{pair.name}: {kind} appeared, {seen}", since=now, subject=kind
            )


def _values(pair: _Pair, now: datetime.datetime) -> Iterator[Alarm]:
    before, after = named(pair.before), named(pair.after)
    if before is None or after is None:
        return
    new = [value for value, count in after.items() if value not in before and not pair.missed_before(count)]
    for value in sorted(new, key=lambda value: -after[value])[:_MOST_ALARMS]:
        seen = f"{after[value]:,} of {pair.after.looked_at:,}"
        message = f"{pair.name}: new value {_shown(value)}, {seen}"
        yield Alarm(code="new_value", field=pair.name, message=message, since=now, subject=repr(value))
    lost = [value for value, count in before.items() if value not in after and count >= _NOTABLE]
    for value in sorted((v for v in lost if not pair.missed_after(before[v])), key=lambda v: -before[v])[:_MOST_ALARMS]:
        message = f"{pair.name}: {_shown(value)} vanished, was {before[value]:,} of {pair.before.looked_at:,}"
        yield Alarm(code="lost_value", field=pair.name, message=message, since=now, subject=repr(value))


def _fill(pair: _Pair, now: datetime.datetime) -> Iterator[Alarm]:
    before, after = pair.before, pair.after
    share, share_now = before.present / before.looked_at, after.present / after.looked_at
    pooled = (before.present + after.present) / (before.looked_at + after.looked_at)
    noise = sqrt(pooled * (1 - pooled) * (1 / before.looked_at + 1 / after.looked_at))
    moved = abs(share_now - share)
    if moved >= _MOVED and moved > _SIGMAS * noise:
        message = f"{pair.name}: filled {share:.1%} → {share_now:.1%}".replace("%", " %")
        yield Alarm(code="fill", field=pair.name, message=message, since=now)


def _volume(earlier: Profile, later: Profile, now: datetime.datetime) -> Iterator[Alarm]:
    before, after = earlier.rows.value, later.rows.value
    if before >= _FEWEST_ROWS and after <= before * (1 - _COLLAPSE):
        message = f"volume: {wording.write(earlier.rows)} → {wording.write(later.rows)} rows"
        yield Alarm(code="volume", field=None, message=message, since=now)


def _shown(value: Scalar) -> str:
    return f"“{wording.cut(value, 40)}”" if isinstance(value, str) else wording.scalar(value, 40)
