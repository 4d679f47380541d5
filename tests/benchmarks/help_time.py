"""`xreg-tui --help` against an interpreter that does nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence

from tests.benchmarks.figures import XREG, alternate, options, say, say_machine


def ran(command: Sequence[str]) -> float:
    """Milliseconds from the launch to the end."""
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.monotonic() - began) * 1_000


def main() -> None:
    chosen = options(__doc__, pairs=15, file=False).parse_args()
    say_machine()
    commands = {"python -c pass": (sys.executable, "-c", "pass"), "xreg-tui --help": (*XREG, "--help")}
    taken = alternate(chosen.pairs, {name: lambda c=command: ran(c) for name, command in commands.items()})
    say(taken, "ms", "python -c pass", {"xreg-tui --help": 3.0})
    print("\nallowed: 3× or 120 ms, whichever is larger")


if __name__ == "__main__":
    main()
