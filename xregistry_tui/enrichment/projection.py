"""The figures of a binding in the plain form that the specification gives them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from xregistry_tui.core.bindings import RefreshStatus
from xregistry_tui.profiling.categories import categories
from xregistry_tui.profiling.statistics import statistics

if TYPE_CHECKING:
    from xregistry_tui.enrichment.live import Live
    from xregistry_tui.profiling.profile import Figure
    from xregistry_tui.profiling.quality import Quality

DIMENSIONS = ("completeness", "validity", "uniqueness", "consistency", "timeliness")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEnrichment:
    """What live data says about one model: a projection of the profile of its (first) binding.

    `statistics` has `total_count`, `method`, and by field `field_statistics`; `categorical_fields` the values of
    fields that are picked from a list; `data_quality` by dimension the rate of each field (0–1, `None`: not assessed).
    """

    model_name: str
    resource_name: str
    last_updated: datetime.datetime
    statistics: Mapping[str, Any] = field(default_factory=dict)
    sample_data: Sequence[Mapping[str, Any]] = ()
    categorical_fields: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    data_quality: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    is_live: bool = True


def project(live: Live, name: str, sample: Sequence[Mapping[str, Any]] = ()) -> ModelEnrichment:
    """The figures of a binding that was looked at, in that form; raises LookupError where it never was."""
    profile = live.profile
    if profile is None:
        raise LookupError(f"{live.binding.model} was not looked at yet")
    listed = {path: found for path, seen in profile.fields.items() if (found := categories(seen)) is not None}
    assessed = live.assessment.fields if live.assessment is not None else {}
    return ModelEnrichment(
        model_name=name,
        resource_name=live.binding.resource,
        last_updated=profile.as_of,
        statistics=statistics(profile),
        sample_data=sample,
        categorical_fields={path: _by_frequency(found) for path, found in listed.items()},
        data_quality={
            dimension: {path: _rate(quality, dimension) for path, quality in assessed.items()}
            for dimension in DIMENSIONS
        },
        is_live=live.state.status in (RefreshStatus.LIVE, RefreshStatus.REFRESHING, RefreshStatus.PARTIAL),
    )


def _by_frequency(counts: Mapping[Any, int]) -> list[Any]:
    return sorted(counts, key=lambda value: -counts[value])


def rates(quality: Quality) -> dict[str, float | None]:
    """One field's quality by dimension (0–1, `None`: not assessed)."""
    return {dimension: _rate(quality, dimension) for dimension in DIMENSIONS}


def _rate(quality: Quality, dimension: str) -> float | None:
    figure: Figure | None = getattr(quality, dimension)
    return figure.value if figure is not None else None


class Projected(Mapping[str, ModelEnrichment]):
    """Bindings by model path, projected one by one as they are asked for."""

    def __init__(self, lives: Callable[[], Mapping[str, Live]], project_one: Callable[[Live], ModelEnrichment]) -> None:
        self._lives = lives
        self._project = project_one

    def __getitem__(self, path: str) -> ModelEnrichment:
        return self._project(self._lives()[path])

    def __contains__(self, path: object) -> bool:
        return path in self._lives()

    def __iter__(self) -> Iterator[str]:
        return iter(self._lives())

    def __len__(self) -> int:
        return len(self._lives())
