"""A database of 1,000 tables on screen: when the first table and all of them are there, and what holds the event loop.

    python -m tests.benchmarks.many_tables [--tables 1000]

The dashboard runs in a pseudo-terminal with the stall watchdog on, and keys page through the tree while it discovers.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import say_machine
from tests.benchmarks.postgres_discovery import script
from tests.benchmarks.stalls import DOWN, ENTER, ESCAPE, PAGE_DOWN, PAGE_UP, RIGHT, UP, say_stalls
from tests.benchmarks.terminal import terminal
from tests.engines import postgres

TOUR = (*[DOWN] * 3, *[PAGE_DOWN] * 5, *[UP] * 5, ENTER, *[DOWN] * 4, ESCAPE, *[PAGE_UP] * 3, RIGHT, ESCAPE)


def dashboard(report: Path, url: str) -> int:
    """`xreg-tui URL` with the watchdog on; each stall and each moment is a line of the report."""
    from xregistry_tui import cli
    from xregistry_tui.cli import opening
    from xregistry_tui.tui.watchdog import Stall, Watchdog

    usual_open = opening.open_session

    def write(**told: Any) -> None:
        with report.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(told) + "\n")

    def note(stall: Stall) -> None:
        write(stall=asdict(stall))

    async def open_watched(*given: Any) -> Any:
        Watchdog(asyncio.get_running_loop(), report=note).start()
        began = time.perf_counter()
        opened = await usual_open(*given)
        write(moment="connected", seconds=time.perf_counter() - began)
        asyncio.get_running_loop().create_task(moments(opened, began))
        return opened

    async def moments(opened: Any, began: float) -> None:
        heard = asyncio.Event()
        subscription = opened.session.subscribe(lambda: loop.call_soon_threadsafe(heard.set))
        loop, first = asyncio.get_running_loop(), True
        while opened.workspace.jobs:
            heard.clear()
            subscription.take()
            if first and opened.workspace.registry.models.models:
                first = False
                write(moment="first model", seconds=time.perf_counter() - began)
            if opened.workspace.jobs:
                await heard.wait()
        held = len(opened.workspace.registry.models.models)
        write(moment=f"all {held} models", seconds=time.perf_counter() - began)

    opening.open_session = open_watched
    return cli.main([url])


def measure(url: str, keys: int, pause: float) -> list[dict[str, Any]]:
    """What the dashboard reported while keys paged through it."""
    with tempfile.TemporaryDirectory(prefix="xreg-bench-") as folder:
        report = Path(folder) / "report.jsonl"
        command = (sys.executable, "-m", "tests.benchmarks.many_tables", "--dashboard", str(report), "--url", url)
        with terminal(command) as running:
            running.wait_for("models")
            for number in range(keys):
                running.send(TOUR[number % len(TOUR)])
                running.watch(pause)
        return [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=1_000)
    parser.add_argument("--keys", type=int, default=150)
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between two keys")
    parser.add_argument("--dashboard", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.dashboard is not None:
        raise SystemExit(dashboard(chosen.dashboard, chosen.url))
    say_machine()
    server = postgres.start()
    try:
        told = measure(server.fresh(script(chosen.tables)).url, chosen.keys, chosen.pause)
    finally:
        server.kept.stop()
    for one in told:
        if "moment" in one:
            print(f"{one['moment']}: {one['seconds']:.2f} s")
    say_stalls([one["stall"] for one in told if "stall" in one], chosen.keys * chosen.pause, chosen.keys)


if __name__ == "__main__":
    main()
