"""What watching costs a busy PostgreSQL: pgbench alone and with a dashboard's session beside it, in turns.

    python -m tests.benchmarks.watched [--pairs 10] [--seconds 60] [--scale 5] [--pinned]

The session is what the dashboard opens, at its default settings: every table bound; with `--pinned` the largest one is
followed, too. The order within a pair alternates. The interval of the mean ratio is Student's; it fails only where all
of it lies under 0.97.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import subprocess
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev

from tests.benchmarks.figures import say_machine
from tests.engines import postgres
from tests.engines.postgres import Fresh
from xregistry_tui.actions.local import LocalSession
from xregistry_tui.config.model import Settings
from xregistry_tui.workspace import open_workspace

# two-sided 95 %, by degrees of freedom
_STUDENT = {1: 12.71, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228}
_TPS = re.compile(r"tps = ([\d.]+)")


def pgbench(database: Fresh, *words: str) -> list[str | Path]:
    """The command, on the server's socket."""
    server = database.server
    return [server.bin / "pgbench", "-h", server.sockets, "-p", str(server.port), "-U", "owner", *words, database.name]


def backend_seconds(database: Fresh) -> float:
    """CPU seconds that the server spent for our connections so far."""
    pids = database.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'xreg-tui'")
    found = 0.0
    for (pid,) in pids:
        schedstat = Path(f"/proc/{pid}/schedstat")
        if schedstat.exists():
            found += int(schedstat.read_text().split()[0]) / 1e9
    return found


async def transactions(database: Fresh, seconds: int) -> float:
    """Transactions a second."""
    command = pgbench(database, "-n", "-T", str(seconds), "-c", "4", "-j", "1")
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
    told = _TPS.search(done.stdout)
    assert told is not None, done.stdout
    return float(told.group(1))


async def watched(database: Fresh, seconds: int, *, pinned: bool) -> tuple[float, float]:
    """(transactions a second with a session beside it, share of a core that the server spent for the session)."""
    session = LocalSession(open_workspace(Settings()), "admin")
    await session.perform("connect", target=database.url)
    await session.settled()
    if pinned:
        model = next(view.binding.model for view in session.bindings() if "accounts" in view.binding.collection)
        await session.perform("pin", model=model)
    before = backend_seconds(database)
    found = await transactions(database, seconds)
    spent = backend_seconds(database) - before
    await session.close()
    return found, spent / seconds


async def measure(database: Fresh, pairs: int, seconds: int, *, pinned: bool) -> None:
    """One line a pair, then the verdict."""
    ratios, shares = [], []
    for pair in range(pairs):
        if pair % 2:
            with_us, share = await watched(database, seconds, pinned=pinned)
            alone = await transactions(database, seconds)
        else:
            alone = await transactions(database, seconds)
            with_us, share = await watched(database, seconds, pinned=pinned)
        ratios.append(with_us / alone)
        shares.append(share)
        print(
            f"{alone:8.0f} tps alone, {with_us:8.0f} watched: {ratios[-1]:.3f}   ours {share:.2%} of a core", flush=True
        )
    spread = _STUDENT.get(pairs - 1, 2.2) * stdev(ratios) / sqrt(pairs) if pairs > 1 else 0.0
    low, high = fmean(ratios) - spread, fmean(ratios) + spread
    print(f"ratio {fmean(ratios):.3f}, 95 % interval {low:.3f} … {high:.3f}   fails only wholly under 0.97")
    print(f"server time for us {fmean(shares):.2%} of wall   allowed 1 %")


def main() -> None:
    """Start a server, fill it, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--pinned", action="store_true", help="follow the largest table")
    parser.add_argument("--scale", type=int, default=5, help="100,000 accounts each")
    chosen = parser.parse_args()
    say_machine()
    server = postgres.start()
    try:
        database = server.fresh()
        subprocess.run(pgbench(database, "-i", "-q", "-s", str(chosen.scale)), capture_output=True, check=True)
        # as on a server whose own worker analyses what grows, which is off in tests
        asyncio.run(transactions(database, 3))
        database.sql("ANALYZE; GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC")
        asyncio.run(measure(database, chosen.pairs, chosen.seconds, pinned=chosen.pinned))
    finally:
        server.kept.stop()


if __name__ == "__main__":
    main()
