"""The demo writes at full speed while keys page through everything: which callbacks hold the event loop, and where.

The dashboard runs in a pseudo-terminal with the stall watchdog on; it counts CPU time of the loop's thread alone.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import math
import sys
import tempfile
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import FOOTER, say_machine
from tests.benchmarks.terminal import Terminal, terminal

DOWN, UP, RIGHT, LEFT, PAGE_DOWN, PAGE_UP = "\x1b[B", "\x1b[A", "\x1b[C", "\x1b[D", "\x1b[6~", "\x1b[5~"
ESCAPE, ENTER, TAB = "\x1b", "\r", "\t"
TOUR = (
    *("1", *[DOWN] * 6, ENTER, TAB, *[DOWN] * 8, PAGE_DOWN, PAGE_UP, RIGHT, *[PAGE_DOWN] * 4, LEFT, "r"),
    *(ESCAPE, "2", *[DOWN] * 8, PAGE_DOWN, "s", PAGE_UP, "z", "z", ESCAPE),
    *("4", *[DOWN] * 5, ESCAPE, "1", *[TAB] * 3, *[RIGHT, PAGE_DOWN, PAGE_DOWN] * 4, ESCAPE, *[UP] * 3),
)


def page_through(running: Terminal, seconds: float, pause: float) -> int:
    """Type the tour over and over; gives how many keys that were."""
    count = int(seconds / pause)
    for key in itertools.islice(itertools.cycle(TOUR), count):
        if running.process.poll() is not None:
            raise SystemExit(f"the dashboard ended:\n{running.last_words()}")
        running.send(key)
        running.watch(pause)
    return count


def dashboard(report: Path) -> int:
    """`xreg-tui demo` with its writer at full speed and the watchdog on; each stall is a line of the report."""
    from xregistry_tui import cli, demo
    from xregistry_tui.cli import opening
    from xregistry_tui.tui.watchdog import Stall, Watchdog

    usual_shop, usual_open = demo.running_shop, opening.open_demo

    def note(stall: Stall) -> None:
        with report.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(stall)) + "\n")

    async def open_watched(*given: Any) -> Any:
        Watchdog(asyncio.get_running_loop(), report=note).start()
        return await usual_open(*given)

    demo.running_shop = lambda *, write=True, rate=None: usual_shop(write=write, rate=rate or math.inf)
    opening.open_demo = open_watched
    return cli.main(["demo"])


def stalls_while_paging(seconds: float, pause: float) -> tuple[list[dict[str, Any]], int]:
    """The stalls of the dashboard while the demo writes at full speed and keys page through all, and how many keys."""
    with tempfile.TemporaryDirectory(prefix="xreg-bench-") as folder:
        report = Path(folder) / "stalls.jsonl"
        with terminal((sys.executable, "-m", "tests.benchmarks.stalls", "--dashboard", str(report))) as running:
            running.wait_for(FOOTER)
            keys = page_through(running, seconds, pause)
        lines = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
    return [json.loads(line) for line in lines], keys


def say_stalls(stalls: list[dict[str, Any]], seconds: float, keys: int) -> None:
    """How many, the longest, and where they come from."""
    longest = max((stall["milliseconds"] for stall in stalls), default=0.0)
    print(f"{len(stalls)} stalls over 50 ms in {seconds:g} s and {keys} keys; the longest {longest:.0f} ms")
    for where, count in Counter(stall["where"] for stall in stalls).most_common(20):
        worst = max(stall["milliseconds"] for stall in stalls if stall["where"] == where)
        print(f"  {count:4} × up to {worst:4.0f} ms  {where}")
    for stall in sorted(stalls, key=lambda stall: -stall["milliseconds"])[:3]:
        print(f"\n{stall['milliseconds']:.0f} ms", *stall["stack"], sep="\n    ")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="how long to page")
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between two keys")
    parser.add_argument("--dashboard", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.dashboard is not None:
        raise SystemExit(dashboard(chosen.dashboard))
    say_machine()
    stalls, keys = stalls_while_paging(chosen.seconds, chosen.pause)
    say_stalls(stalls, chosen.seconds, keys)


if __name__ == "__main__":
    main()
