"""A music shop's database of eleven tables and some 15,600 rows, like the well-known sample but invented."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

TABLES = {
    "Artist": (275, "Name NVARCHAR(120)"),
    "Album": (347, "Title NVARCHAR(160) NOT NULL, ArtistId INTEGER NOT NULL REFERENCES Artist"),
    "Genre": (25, "Name NVARCHAR(120)"),
    "MediaType": (5, "Name NVARCHAR(120)"),
    "Track": (
        3_503,
        "Name NVARCHAR(200) NOT NULL, AlbumId INTEGER REFERENCES Album,"
        " MediaTypeId INTEGER NOT NULL REFERENCES MediaType, GenreId INTEGER REFERENCES Genre,"
        " Composer NVARCHAR(220), Milliseconds INTEGER NOT NULL, Bytes INTEGER, UnitPrice NUMERIC(10,2) NOT NULL",
    ),
    "Playlist": (18, "Name NVARCHAR(120)"),
    "PlaylistTrack": (8_715, "PlaylistId INTEGER NOT NULL, TrackId INTEGER NOT NULL REFERENCES Track"),
    "Employee": (
        8,
        "LastName NVARCHAR(20) NOT NULL, FirstName NVARCHAR(20) NOT NULL, Title NVARCHAR(30),"
        " HireDate DATETIME, City NVARCHAR(40), Country NVARCHAR(40), Email NVARCHAR(60)",
    ),
    "Customer": (
        59,
        "FirstName NVARCHAR(40) NOT NULL, LastName NVARCHAR(20) NOT NULL, Company NVARCHAR(80),"
        " Address NVARCHAR(70), City NVARCHAR(40), Country NVARCHAR(40), Phone NVARCHAR(24),"
        " Email NVARCHAR(60) NOT NULL, SupportRepId INTEGER REFERENCES Employee",
    ),
    "Invoice": (
        412,
        "CustomerId INTEGER NOT NULL REFERENCES Customer, InvoiceDate DATETIME NOT NULL,"
        " BillingCity NVARCHAR(40), BillingCountry NVARCHAR(40), Total NUMERIC(10,2) NOT NULL",
    ),
    "InvoiceLine": (
        2_240,
        "InvoiceId INTEGER NOT NULL REFERENCES Invoice, TrackId INTEGER NOT NULL REFERENCES Track,"
        " UnitPrice NUMERIC(10,2) NOT NULL, Quantity INTEGER NOT NULL",
    ),
}


def create(path: Path) -> None:
    """Write it, the same every time."""
    chance = random.Random(1)
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, (count, columns) in TABLES.items():
            connection.execute(f"CREATE TABLE {table} ({table}Id INTEGER PRIMARY KEY, {columns})")
            declared = connection.execute(f"PRAGMA table_info({table})").fetchall()
            rows = [
                (number, *(_value(chance, name, kind, required) for _, name, kind, required, *_ in declared[1:]))
                for number in range(1, count + 1)
            ]
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(declared))})", rows)


def _value(chance: random.Random, name: str, kind: str, required: int) -> object:
    if not required and chance.random() < 0.1:
        return None
    if name.endswith("Id"):
        return chance.randint(1, TABLES[name.removesuffix("Id")][0]) if name.removesuffix("Id") in TABLES else 1
    if kind == "INTEGER":
        return int(chance.lognormvariate(8, 2))
    if kind.startswith("NUMERIC"):
        return chance.choice((0.99, 1.99, 5.94, 8.91))
    if kind == "DATETIME":
        return f"20{chance.randint(20, 24)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d} 00:00:00"
    return " ".join(chance.choice(("Blue", "Night", "River", "Song", "Dança", "Où", "Zeit")) for _ in range(3))


@contextmanager
def given_or_made(path: Path | None) -> Iterator[Path]:
    """The file given on the command line, else one made for the time being."""
    if path is not None:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="xreg-bench-") as folder:
        create(Path(folder) / "chinook.sqlite")
        yield Path(folder) / "chinook.sqlite"
