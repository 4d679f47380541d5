"""The traffic of the shop, in a process of its own: people order, pay, review; now and then something goes wrong.

`python -m xregistry_tui.demo.writer PATH [--parent PID] [--rate N] [--seconds N]`
Ends by itself when its parent or the file is gone, and on SIGTERM.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from xregistry_tui.demo import words
from xregistry_tui.demo.shop import mailbox, stamp, total_of, zipf

RATE = 4.0
KEPT_ORDERS = 12_000
PATIENCE = 0.5  # seconds between two looks at whether anyone still wants us


@dataclass(frozen=True, slots=True)
class Till:
    """Where changes are made: the open shop, the dice, and what does not change while it is open."""

    shop: sqlite3.Connection
    chance: random.Random
    prices: tuple[float, ...]
    popularity: tuple[float, ...]
    customers: int

    def product(self) -> int:
        """The number of a product, popular ones more often."""
        return self.chance.choices(range(1, len(self.prices) + 1), cum_weights=self.popularity)[0]


def open_till(path: Path, seed: int) -> Till:
    """Open an existing shop for writing; raises `sqlite3.Error`."""
    shop = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=5, isolation_level=None)
    shop.execute("PRAGMA journal_mode = WAL")
    shop.execute("PRAGMA synchronous = OFF")
    prices = tuple(price for (price,) in shop.execute("SELECT price FROM products ORDER BY id"))
    (customers,) = shop.execute("SELECT max(id) FROM customers").fetchone()
    chance = random.Random(seed)  # noqa: S311 (a shop, not a secret)
    return Till(shop, chance, prices, tuple(zipf(len(prices))), customers)


def _now() -> str:
    return stamp(datetime.now(UTC))


def place_order(till: Till) -> None:
    """A customer orders one to four things; what lies in the north becomes less."""
    (number,) = till.shop.execute("SELECT coalesce(max(id), 0) + 1 FROM orders").fetchone()
    buyer = till.shop.execute(
        "SELECT id, email, city, country FROM customers WHERE id = ?", (till.chance.randint(1, till.customers),)
    ).fetchone()
    things = [till.product() for _ in range(till.chance.choice((1, 1, 2, 2, 3, 4)))]
    lines = [
        (number, line, thing, till.chance.choice((1, 1, 1, 2, 3)), till.prices[thing - 1], 0)
        for line, thing in enumerate(things, 1)
    ]
    till.shop.execute(
        "INSERT INTO orders (id, customer_id, total, currency, email, ship_city, ship_country, placed_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (number, buyer[0], total_of(lines), "CHF" if buyer[3] == "CH" else "EUR", *buyer[1:], _now()),
    )
    till.shop.executemany("INSERT INTO order_items VALUES (?, ?, ?, ?, ?, ?)", lines)
    till.shop.executemany(
        "UPDATE stock SET quantity = max(0, quantity - ?) WHERE product_id = ? AND warehouse = 'north'",
        [(quantity, thing) for _, _, thing, quantity, _, _ in lines],
    )


def advance_order(till: Till) -> None:
    """One of the newest orders is paid, sent or called off."""
    recent = "(SELECT id FROM orders WHERE id > (SELECT max(id) FROM orders) - 150 AND status = ? LIMIT 1)"
    before, after = till.chance.choice((("pending", "paid"), ("pending", "paid"), ("paid", "shipped")))
    if till.chance.random() < 0.05:
        after = "cancelled"
    till.shop.execute(
        f"UPDATE orders SET status = ?, shipped_at = iif(? = 'shipped', ?, shipped_at) WHERE id = {recent}",  # noqa: S608
        (after, after, _now(), before),
    )


def write_review(till: Till) -> None:
    """Somebody has an opinion about a popular product."""
    rating = till.chance.choices((1, 2, 3, 4, 5), (6, 4, 9, 28, 53))[0]
    body = till.chance.choice(words.PRAISE if rating > 3 else words.BLAME) if till.chance.random() < 0.7 else None
    till.shop.execute(
        "INSERT INTO reviews (product_id, customer_id, rating, title, body, verified, created_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            till.product(),
            till.chance.randint(1, till.customers),
            rating,
            till.chance.choice(words.TITLES[rating]),
            body,
            till.chance.randrange(2),
            _now(),
        ),
    )


def restock(till: Till) -> None:
    """A delivery: something is counted again."""
    till.shop.execute(
        "UPDATE stock SET quantity = max(quantity, 0) + ?, counted_at = ? WHERE product_id = ?",
        (till.chance.randint(5, 60), _now(), till.product()),
    )


def visit(till: Till) -> None:
    """A customer comes by; one in ten is new."""
    if till.chance.random() < 0.9:
        customer = till.chance.randint(1, till.customers)
        till.shop.execute("UPDATE customers SET last_seen_at = ? WHERE id = ?", (_now(), customer))
        return
    (number,) = till.shop.execute("SELECT max(id) + 1 FROM customers").fetchone()
    name = f"{till.chance.choice(words.GIVEN)} {till.chance.choice(words.FAMILY)}"
    country = till.chance.choices(list(words.CITIES), words.COUNTRY_WEIGHTS)[0]
    till.shop.execute(
        "INSERT INTO customers (id, name, email, country, city, created_at) VALUES (?, ?, ?, ?, ?, ?)",
        (number, name, f"{mailbox(name, number)}@example.org", country, words.CITIES[country][0], _now()),
    )


def clear_out(till: Till) -> None:
    """The oldest orders and reviews go once there are too many, so that a day of full speed fills no disk."""
    for table, order in (("order_items", "order_id"), ("orders", "id")):
        till.shop.execute(
            f"DELETE FROM {table} WHERE {order} <= (SELECT max(id) FROM orders) - ?",  # noqa: S608 (names of ours)
            (KEPT_ORDERS,),
        )
    till.shop.execute("DELETE FROM reviews WHERE id <= (SELECT max(id) FROM reviews) - ?", (KEPT_ORDERS,))


NEWEST = "WHERE id = (SELECT max(id) FROM orders)"
MISTAKES = (
    f"UPDATE orders SET status = 'shiped', shipped_at = placed_at {NEWEST}",  # noqa: S608
    f"UPDATE orders SET email = '' {NEWEST}",  # noqa: S608
    "UPDATE stock SET quantity = -3 WHERE product_id = (SELECT max(product_id) FROM order_items"
    " WHERE order_id = (SELECT max(id) FROM orders)) AND warehouse = 'north'",
    f"UPDATE orders SET total = NULL {NEWEST}",  # noqa: S608
    f"UPDATE orders SET email = replace(email, '@', '.') {NEWEST}",  # noqa: S608
)
REPAIRS = (
    "UPDATE orders SET status = 'shipped' WHERE id IN (SELECT id FROM orders WHERE status = 'shiped' LIMIT 3)",
    "UPDATE stock SET quantity = 0 WHERE quantity < 0",
)
CHANGES: tuple[Callable[[Till], None], ...] = (place_order, advance_order, write_review, restock, visit)
CHANGE_WEIGHTS = (40, 24, 14, 12, 10)


def change(till: Till, tick: int) -> None:
    """One transaction: something usual, and at fixed ticks a mistake, its repair, or a clearing out."""
    till.shop.execute("BEGIN IMMEDIATE")
    if tick % 40 == 8:
        till.shop.execute(MISTAKES[tick // 40 % len(MISTAKES)])
    elif tick % 160 == 140:
        for repair in REPAIRS:
            till.shop.execute(repair)
    elif tick % 400 == 399:
        clear_out(till)
    else:
        till.chance.choices(CHANGES, CHANGE_WEIGHTS)[0](till)
    till.shop.execute("COMMIT")


def pauses(chance: random.Random, rate: float) -> Iterator[float]:
    """Seconds to wait before each change: uneven, and every twenty changes or so a longer quiet; none at full speed."""
    while True:
        if math.isinf(rate):
            yield 0.0
        elif chance.random() < 0.04:
            yield 20 / rate * chance.random()
        else:
            yield min(5 / rate, chance.expovariate(rate * 1.5))


def serve(path: Path, *, parent: int, rate: float, seconds: float, seed: int, stopped: threading.Event) -> None:
    """Change the shop until told to stop, or until nobody is there to look; raises `sqlite3.Error`."""
    until = time.monotonic() + seconds

    def wanted() -> bool:
        return not stopped.is_set() and os.getppid() == parent and path.exists() and time.monotonic() < until

    till = open_till(path, seed)
    with closing(till.shop):
        for tick, pause in enumerate(pauses(till.chance, rate)):
            _wait(pause, stopped, wanted)
            if not wanted():
                return
            change(till, tick)


def _wait(pause: float, stopped: threading.Event, wanted: Callable[[], bool]) -> None:
    """Wait in short stretches, so that a writer whose parent was killed does not outlive it by more than one."""
    until = time.monotonic() + pause
    while (left := until - time.monotonic()) > 0 and wanted():
        stopped.wait(min(left, PATIENCE))


def main(arguments: list[str] | None = None) -> int:
    """The command line; exits with 0 when it ended because it should."""
    parser = argparse.ArgumentParser(prog="python -m xregistry_tui.demo.writer", description=__doc__)
    parser.add_argument("path", type=Path, help="a shop made by xregistry_tui.demo.shop")
    parser.add_argument("--parent", type=int, default=os.getppid(), help="end when this process is gone")
    parser.add_argument("--rate", type=float, default=RATE, help="changes a second on average; inf: full speed")
    parser.add_argument("--seconds", type=float, default=math.inf, help="end after so many seconds")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    if not options.rate > 0:
        parser.error("--rate must be more than 0")
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    os.nice(10)
    serve(
        options.path,
        parent=options.parent,
        rate=options.rate,
        seconds=options.seconds,
        seed=options.seed,
        stopped=stopped,
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
