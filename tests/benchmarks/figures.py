"""What the runner scripts share: alternating pairs, medians, and how they are said."""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

XREG = (str(Path(sys.executable).with_name("xreg-tui")),)
FOOTER = r"\?\s*keys"


def options(about: str | None, *, pairs: int = 5, file: bool = True) -> argparse.ArgumentParser:
    """A command line with what all of them take."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    if pairs:
        parser.add_argument("--pairs", type=int, default=pairs, help="alternating measurements of each")
    if file:
        parser.add_argument("file", type=Path, nargs="?", help="an SQLite file; one like Chinook is made without it")
    return parser


def alternate(pairs: int, measures: Mapping[str, Callable[[], float]]) -> dict[str, list[float]]:
    """Measure each in turn, so many times; the turns share whatever the machine does meanwhile."""
    taken: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(pairs):
        for name, measure in measures.items():
            taken[name].append(measure())
    return taken


def say(
    taken: Mapping[str, Sequence[float]], unit: str, against: str, allowed: Mapping[str, float] | None = None
) -> None:
    """One line for each: median, least and most, and the median of the ratios within each turn."""
    print(f"{'':24} {'median':>9} {'least':>9} {'most':>9} {unit:4} {'ratio':>6}")
    for name, values in taken.items():
        ratio = median(value / base for value, base in zip(values, taken[against], strict=True))
        limit = f"   allowed {allowed[name]:g}×" if allowed and name in allowed else ""
        print(f"{name:24} {median(values):9.1f} {min(values):9.1f} {max(values):9.1f} {unit:4} {ratio:5.2f}×{limit}")


def say_machine() -> None:
    """Where this was measured, so that the milliseconds can be read with care."""
    print(f"Python {platform.python_version()}, {platform.machine()}; a shared machine: trust the ratios\n")
