"""What the dashboard uses while it shows a file that nobody changes: its share of one core, timers on."""

from __future__ import annotations

from statistics import median

from tests.benchmarks.chinook import given_or_made
from tests.benchmarks.figures import FOOTER, XREG, options, say_machine
from tests.benchmarks.terminal import terminal


def main() -> None:
    parser = options(__doc__, pairs=0)
    parser.add_argument("--seconds", type=float, default=20, help="how long one look is")
    parser.add_argument("--looks", type=int, default=3, help="how many looks, of the same running program")
    parser.add_argument("--settle", type=float, default=8, help="seconds for the first profiles to be done")
    parser.add_argument("--keys", default="", help="typed before the first look, e.g. 2 for the Live mode")
    chosen = parser.parse_args()
    say_machine()
    shares = []
    with given_or_made(chosen.file) as file, terminal((*XREG, str(file))) as running:
        running.wait_for(FOOTER)
        running.watch(chosen.settle)
        running.send(chosen.keys)
        running.watch(2)
        for _ in range(chosen.looks):
            before = running.cpu()
            size = running.watch(chosen.seconds)
            shares.append((running.cpu() - before) / chosen.seconds)
            print(f"{shares[-1]:7.2%} of a core over {chosen.seconds:g} s, {size / chosen.seconds:,.0f} B/s painted")
    print(f"{median(shares):7.2%} median   allowed 2 %")


if __name__ == "__main__":
    main()
