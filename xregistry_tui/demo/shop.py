"""The embedded shop: one SQLite file, the same for one seed, with the shapes and the dirt of a real one.

Only times depend on when it is made: every other value of a row is the same for the same seed.
"""

from __future__ import annotations

import itertools
import random
import unicodedata
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from xregistry_tui.demo import words

Row: TypeAlias = tuple[object, ...]

SEED = 20_240
DAYS = 540
HOUR_WEIGHTS = (2, 1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 11, 12, 11, 10, 10, 10, 11, 13, 15, 16, 13, 8, 4)
WEEKDAY_WEIGHTS = (10, 9, 9, 10, 12, 15, 14)
UNSHIPPED = 140  # the newest orders, which are still on their way


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many rows each table gets; order items and stock follow from them (about 2.5 an order, 2.4 a product)."""

    customers: int = 2_000
    products: int = 240
    orders: int = 6_000
    reviews: int = 3_000


def create_shop(path: Path, now: datetime, *, seed: int = SEED, size: Size = Size()) -> None:
    """Write the shop to a new SQLite file in one transaction, journalled so that a writer never locks a reader."""
    import sqlite3

    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(f"BEGIN;\n{Path(__file__).with_name('shop.sql').read_text(encoding='utf-8')}")
        for table, rows in tables(now, seed=seed, size=size).items():
            holes = ", ".join("?" * len(rows[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({holes})", rows)  # noqa: S608 (names of ours)
        connection.execute("COMMIT")
    finally:
        connection.close()


def tables(now: datetime, *, seed: int = SEED, size: Size = Size()) -> dict[str, list[Row]]:
    """The rows of every table, parents before children, in the order of the columns."""
    chance = random.Random(seed)  # noqa: S311 (a shop, not a secret)
    customers = list(_customers(chance, now, size.customers))
    products = list(_products(chance, now, size.products))
    orders, items = _orders(chance, now, size.orders, customers, products)
    return {
        "customers": customers,
        "products": products,
        "orders": orders,
        "order_items": items,
        "reviews": list(_reviews(chance, now, size)),
        "stock": list(_stock(chance, now, products)),
    }


def zipf(count: int, exponent: float = 0.9) -> list[float]:
    """Cumulated weights by which the first of `count` things is drawn most and the last least."""
    return list(itertools.accumulate(1 / rank**exponent for rank in range(1, count + 1)))


def stamp(moment: datetime) -> str:
    """A time as SQLite writes it: UTC to the second, without an offset.

    >>> stamp(datetime(2024, 1, 2, 3, 4, 5, 6, tzinfo=UTC))
    '2024-01-02 03:04:05'
    """
    return str(moment.astimezone(UTC))[:19]


def mailbox(name: str, number: int) -> str:
    """An e-mail name for a person: ASCII, lower case, unique by number.

    >>> mailbox("Élodie O'Connor", 7)
    'elodie.oconnor7'
    """
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return ascii_name.lower().replace("'", "").replace(" ", ".") + str(number)


def _past(chance: random.Random, now: datetime, days: float) -> str:
    return stamp(now - timedelta(days=days * chance.random()))


def _customers(chance: random.Random, now: datetime, count: int) -> Iterator[Row]:
    countries = chance.choices(list(words.CITIES), words.COUNTRY_WEIGHTS, k=count)
    segments = chance.choices(("consumer", "business", "wholesale"), (86, 11, 3), k=count)
    for number, (country, segment) in enumerate(zip(countries, segments, strict=True), 1):
        name = f"{chance.choice(words.GIVEN)} {chance.choice(words.FAMILY)}"
        roll = chance.random()
        yield (
            number,
            name,
            _email(chance, name, number),
            f"+{words.DIALLING[country]} {chance.randrange(10**8, 10**9)}" if roll < 0.82 else None,
            country,
            chance.choice(words.CITIES[country]) if roll > 0.01 else "",
            segment,
            int(roll < 0.34),
            None if segment == "consumer" else round(chance.lognormvariate(8, 0.6), -2),
            stamp(now - timedelta(days=DAYS + 700 * chance.random() ** 2)),
            None if roll > 0.93 else _past(chance, now, 400 * roll**3),
        )


def _email(chance: random.Random, name: str, number: int) -> str | None:
    """Mostly an address; now and then none, a blank, or one without its @."""
    box, host, roll = mailbox(name, number), chance.choice(words.MAIL_HOSTS), chance.random()
    if roll < 0.012:
        return None
    if roll < 0.018:
        return ""
    return f"{box}.{host}" if roll < 0.027 else f"{box}@{host}"


def _products(chance: random.Random, now: datetime, count: int) -> Iterator[Row]:
    categories = chance.choices(list(words.THINGS), words.CATEGORY_WEIGHTS, k=count)
    for number, category in enumerate(categories, 1):
        price = round(min(1_250.0, max(1.9, chance.lognormvariate(3.3, 0.75)))) - 0.1
        roll = chance.random()
        yield (
            number,
            f"{category[:3].upper()}-{number:04d}",
            f"{words.MAKES[number % len(words.MAKES)]} {chance.choice(words.THINGS[category])}",
            category,
            round(price, 2),
            round(price * chance.uniform(0.35, 0.7), 2) if roll > 0.03 else None,
            _weight(chance, price),
            chance.choice(words.COLOURS) if roll < 0.8 else None,
            int(roll > 0.95),
            _past(chance, now, 3 * DAYS)[:10],
        )


def _weight(chance: random.Random, price: float) -> str:
    """Grams, kept as text by whoever typed them: a few blank, a few with a unit."""
    grams, roll = int(chance.gauss(12, 3) * price + 80), chance.random()
    if roll < 0.02:
        return ""
    return f"{grams / 1000:.1f} kg" if roll < 0.06 else str(max(20, grams))


def _order_times(chance: random.Random, now: datetime, count: int) -> list[datetime]:
    """Ascending times: growing over the days, fuller at weekends and in the evening; the last one two seconds ago."""
    hours = [now - timedelta(hours=hour + 1) for hour in range(DAYS * 24)]
    weights = itertools.accumulate(
        HOUR_WEIGHTS[hour.hour] * WEEKDAY_WEIGHTS[hour.weekday()] * (1.6 - age / len(hours))
        for age, hour in enumerate(hours)
    )
    cumulated = list(weights)
    drawn = [bisect(cumulated, chance.random() * cumulated[-1]) for _ in range(count)]
    times = sorted(hours[hour] + timedelta(seconds=3_598 * chance.random()) for hour in drawn)
    return [*times[:-1], now - timedelta(seconds=2)]


def _orders(
    chance: random.Random, now: datetime, count: int, customers: Sequence[Row], products: Sequence[Row]
) -> tuple[list[Row], list[Row]]:
    """Orders with their items; an order's total is what its items cost, up to the dirt."""
    buyers = chance.choices(customers, cum_weights=zipf(len(customers), 0.5), k=count)
    lengths = chance.choices((1, 2, 3, 4, 5, 6), (26, 30, 22, 13, 6, 3), k=count)
    shelf = iter(chance.choices(products, cum_weights=zipf(len(products)), k=sum(lengths)))
    orders: list[Row] = []
    items: list[Row] = []
    times = _order_times(chance, now, count)
    for number, (placed, buyer, length) in enumerate(zip(times, buyers, lengths, strict=True), 1):
        lines = list(_lines(chance, number, itertools.islice(shelf, length)))
        items.extend(lines)
        newest = number > count - UNSHIPPED
        total = total_of(lines)
        order = _order(chance, number=number, placed=placed, now=now, buyer=buyer, total=total, newest=newest)
        orders.append(order)
    return orders, items


def _lines(chance: random.Random, order: int, products: Iterable[Row]) -> Iterator[Row]:
    for line, product in enumerate(products, 1):
        discount = chance.choice((0.05, 0.1, 0.2)) if chance.random() < 0.12 else 0
        yield order, line, product[0], 1 + int(chance.expovariate(1.1)), product[4], discount


def total_of(lines: Sequence[Row]) -> float:
    """What order items (order, line, product, quantity, unit price, discount) cost together."""
    return round(sum(q * price * (1 - off) for *_, q, price, off in lines), 2)  # type: ignore[operator]


def _order(
    chance: random.Random, *, number: int, placed: datetime, now: datetime, buyer: Row, total: float, newest: bool
) -> Row:
    status = _status(chance, newest=newest)
    shipped = placed + timedelta(days=chance.uniform(0.2, 4.5))
    roll = chance.random()
    return (
        number,
        buyer[0],
        status,
        _mistaken_total(roll, total),
        "CHF" if buyer[4] == "CH" else _currency(chance),
        buyer[2],
        chance.choice(words.COUPONS) if chance.random() < 0.24 else None,
        buyer[5],
        buyer[4],
        chance.choice(words.NOTES) if chance.random() < 0.04 else None,
        stamp(placed),
        stamp(min(shipped, now)) if status in {"shipped", "shiped", "refunded"} else None,
    )


def _status(chance: random.Random, *, newest: bool) -> str:
    if newest:
        return chance.choices(("pending", "paid", "cancelled"), (55, 41, 4))[0]
    return chance.choices((*words.STATUSES, "shiped"), (8, 82, 0.4, 6, 3.2, 0.4))[0]


def _currency(chance: random.Random) -> str:
    return chance.choices((*words.CURRENCIES, "EURO"), (92, 1, 7, 0.3))[0]


def _mistaken_total(roll: float, total: float) -> float | None:
    if roll < 0.004:
        return None
    return -total if roll > 0.9985 else total


def _reviews(chance: random.Random, now: datetime, size: Size) -> Iterator[Row]:
    shelf = chance.choices(range(1, size.products + 1), cum_weights=zipf(size.products), k=size.reviews)
    ratings = chance.choices((1, 2, 3, 4, 5), (6, 4, 9, 28, 53), k=size.reviews)
    times = _order_times(chance, now - timedelta(minutes=3), size.reviews)
    for number, (product, rating, made) in enumerate(zip(shelf, ratings, times, strict=True), 1):
        roll = chance.random()
        yield (
            number,
            product,
            chance.randint(1, size.customers) if roll > 0.04 else None,
            rating,
            chance.choice(words.TITLES[rating]) if roll > 0.02 else "",
            _remark(chance, rating) if roll < 0.7 else None,
            int(roll < 0.62),
            int(chance.expovariate(0.5)),
            stamp(made),
        )


def _remark(chance: random.Random, rating: int) -> str:
    """A sentence or two, the second on a line of its own."""
    kind = words.PRAISE if rating > 3 else words.BLAME
    return "\n".join(chance.sample(kind, chance.choice((1, 1, 2))))


def _stock(chance: random.Random, now: datetime, products: Sequence[Row]) -> Iterator[Row]:
    """What lies where; one in sixty was last counted more than a year ago, one level in eighty was never a number."""
    for product, warehouse in itertools.product(products, words.WAREHOUSES):
        roll = chance.random()
        if warehouse == "north" or roll < 0.46:
            age = 400 + 500 * roll if chance.random() < 1 / 60 else 30 * roll
            level = "n/a" if chance.random() < 1 / 80 else chance.choice((5, 10, 10, 20, 50))
            counted = stamp(now - timedelta(days=age, seconds=40))
            yield product[0], warehouse, int(chance.expovariate(1 / 60)), level, counted
