"""Launch to the painted footer of the dashboard, against a Textual hello-world; and the memory each then holds."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tests.benchmarks.chinook import given_or_made
from tests.benchmarks.figures import FOOTER, XREG, alternate, options, say, say_machine
from tests.benchmarks.terminal import terminal

HELLO = (sys.executable, "-m", "tests.benchmarks.hello")


def painted(command: Sequence[str], pattern: str) -> float:
    """Milliseconds from the launch until the pattern is painted."""
    with terminal(command) as running:
        return running.wait_for(pattern) * 1_000


def held(command: Sequence[str], pattern: str, settle: float) -> float:
    """MB resident so many seconds after the pattern was painted."""
    with terminal(command) as running:
        running.wait_for(pattern)
        running.watch(settle)
        return running.resident()


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--settle", type=float, default=6, help="seconds until memory is read")
    parser.add_argument("--memory-pairs", type=int, default=5, help="alternating measurements of memory")
    chosen = parser.parse_args()
    say_machine()
    with given_or_made(chosen.file) as file:
        programs = {
            "hello-world": (HELLO, "Hello, World!"),
            "xreg-tui demo": ((*XREG, "demo"), FOOTER),
            "xreg-tui FILE": ((*XREG, str(file)), FOOTER),
        }
        times = alternate(chosen.pairs, {n: lambda c=c, p=p: painted(c, p) for n, (c, p) in programs.items()})
        say(times, "ms", "hello-world", {"xreg-tui demo": 1.5, "xreg-tui FILE": 1.5})
        print()
        memory = alternate(
            chosen.memory_pairs, {n: lambda c=c, p=p: held(c, p, chosen.settle) for n, (c, p) in programs.items()}
        )
        say(memory, "MB", "hello-world", {"xreg-tui demo": 2.0, "xreg-tui FILE": 2.0})


if __name__ == "__main__":
    main()
