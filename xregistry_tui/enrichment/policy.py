"""How live data is looked at, as the settings say it."""

from __future__ import annotations

from dataclasses import dataclass

from xregistry_tui.profiling.alarms import Thresholds


@dataclass(slots=True)
class Policy:
    """Changing it changes what the next look does.

    `refresh_interval` is the greatest age of figures in seconds where an engine cannot say that data changed;
    `sample_size` the records of a preview, `statistics_sample` those looked at for figures where all are too many;
    a field of at most `categorical_threshold` values may be one that picks them from a list (0: none is taken for one);
    `thresholds` are those from which on a difference is drift.
    """

    auto_refresh: bool = True
    refresh_interval: float = 300.0
    sample_size: int = 100
    statistics_sample: int = 10_000
    categorical_threshold: int = 100
    thresholds: Thresholds = Thresholds()
