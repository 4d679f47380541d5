"""The contract of all engines, over each of them."""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
from pathlib import Path

import duckdb
import pytest

from tests.engines.fixtures import MakeFresh
from tests.engines.mongodb import Fresh
from tests.resources.contract import FIELDS, ORDERS, Contract, Engine
from xregistry_tui.resources import ResourceFactory
from xregistry_tui.resources.documents import resource as documents

_COLUMNS = "id INTEGER PRIMARY KEY, status TEXT NOT NULL CHECK (status IN ('paid', 'open')), total {total}, note TEXT"
_TABLES = f"CREATE TABLE orders ({_COLUMNS}, long TEXT); CREATE TABLE empty (id INTEGER);"


NOTHING = gzip.compress(b"[") + gzip.compress(b" " * 10_000_000) * 300


def _values() -> str:
    rows = (", ".join("NULL" if v is None else repr(v) for v in row) for row in ORDERS)
    return f"INSERT INTO orders VALUES {', '.join(f'({row})' for row in rows)};"


class TestSqlite(Contract):
    @pytest.fixture
    def engine(self, tmp_path: Path) -> Engine:
        path = tmp_path / "shop.sqlite"
        many = "(WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n)"

        def run(script: str) -> None:
            connection = sqlite3.connect(path)
            connection.executescript(script)
            connection.close()

        run(_TABLES.format(total="REAL") + _values() + f"CREATE VIEW slow AS SELECT count(*) AS n FROM {many}")
        return Engine(
            make=lambda: ResourceFactory.create("sqlite", path=path),
            gone=lambda: ResourceFactory.create("sqlite", path=tmp_path / "gone.sqlite"),
            insert=lambda: run("INSERT INTO orders (id, status) VALUES (6, 'open')"),
            slow="slow",
        )


class TestPostgresql(Contract):
    @pytest.fixture
    def engine(self, fresh: MakeFresh) -> Engine:
        slow = "CREATE VIEW slow AS SELECT pg_sleep(60)::text AS x;"
        database = fresh(_TABLES.format(total="NUMERIC(10,2)") + _values() + slow)
        active = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'xreg-tui' AND state <> 'idle'"
        return Engine(
            make=lambda: ResourceFactory.from_url(database.url),
            gone=lambda: ResourceFactory.from_url(database.url + "gone"),
            insert=lambda: database.sql("INSERT INTO orders (id, status) VALUES (6, 'open')") and None,
            prefix="public.",
            slow="public.slow",
            busy=lambda: len(database.sql(f"{active} AND datname = '{database.name}'")),
        )


class TestDocuments(Contract):
    @pytest.fixture
    def engine(self, tmp_path: Path) -> Engine:
        orders = tmp_path / "orders.jsonl"
        records = [dict(zip(FIELDS, row, strict=True)) for row in ORDERS]
        orders.write_text("".join(json.dumps(record) + "\n" for record in records))
        (tmp_path / "empty.json").write_text("[]")
        # gigabytes of nothing, in a small file
        (tmp_path / "slow.json.gz").write_bytes(NOTHING)

        def insert() -> None:
            with orders.open("a") as file:
                file.write(json.dumps({**records[0], "id": 6}) + "\n")

        return Engine(
            make=lambda: ResourceFactory.from_url(tmp_path / "*.json*"),
            gone=lambda: ResourceFactory.create("documents", path=tmp_path / "gone.json"),
            insert=insert,
            slow="slow",
        )


class TestDocumentsReadApart(TestDocuments):
    """The same where every file is large: it is read in a process of its own."""

    @pytest.fixture(autouse=True)
    def _apart(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(documents, "LARGE", -1)


class TestDuckdbFiles(Contract):
    @pytest.fixture
    def engine(self, tmp_path: Path) -> Engine:
        orders = tmp_path / "orders.csv"
        with orders.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerows([FIELDS, *ORDERS])
        (tmp_path / "empty.csv").write_text("id,status\n")
        return Engine(
            make=lambda: ResourceFactory.from_url(tmp_path / "*.csv"),
            gone=lambda: ResourceFactory.create("duckdb", path=tmp_path / "gone.csv"),
            insert=lambda: orders.open("a").write("6,open,,,\n") and None,
        )


class TestDuckdbDatabase(Contract):
    @pytest.fixture
    def engine(self, tmp_path: Path) -> Engine:
        path = tmp_path / "shop.duckdb"

        def run(script: str) -> None:
            with duckdb.connect(path) as connection:
                connection.execute(script)

        run(_TABLES.format(total="DOUBLE") + _values())
        run("CREATE VIEW slow AS SELECT sum(a.range * b.range) AS n FROM range(1000000) a, range(1000000) b")
        return Engine(
            make=lambda: ResourceFactory.from_url(path),
            gone=lambda: ResourceFactory.create("duckdb", path=tmp_path / "gone.duckdb"),
            insert=lambda: run("INSERT INTO orders (id, status) VALUES (6, 'open')"),
            slow="slow",
        )


# no record of the innermost stage is ever reached by the last
_MANY = [{"$set": {"x": {"$range": [0, 5_000]}}}, {"$unwind": "$x"}]
_SLOW = [*_MANY, *_MANY, *_MANY, {"$group": {"_id": None, "n": {"$sum": 1}}}]


def _mongodb(database: Fresh) -> Engine:
    db = database.db
    db["orders"].insert_many([dict(zip(FIELDS, row, strict=True)) for row in ORDERS])
    db.create_collection("empty")
    db.create_collection("slow", viewOn="orders", pipeline=_SLOW)
    return Engine(
        make=lambda: ResourceFactory.from_url(database.url),
        gone=lambda: ResourceFactory.from_url("mongodb://127.0.0.1:1/gone"),
        insert=lambda: db["orders"].insert_one({"id": 6, "status": "open"}) and None,
        slow="slow",
        busy=lambda: len([one for one in database.activity() if one.get("active")]),
        own=("_id",),
    )


class TestMongodbReplicaSet(Contract):
    @pytest.fixture
    def engine(self, mongo: Fresh) -> Engine:
        return _mongodb(mongo)


class TestMongodbStandalone(Contract):
    @pytest.fixture
    def engine(self, standalone: Fresh) -> Engine:
        return _mongodb(standalone)


class TestAnotherPackagesKind(Contract):
    @pytest.fixture
    def engine(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
        monkeypatch.syspath_prepend(str(Path(__file__).parent / "acme"))
        folder = tmp_path / "shop"
        folder.mkdir()
        orders = folder / "orders.jsonl"
        records = [dict(zip(FIELDS, row, strict=True)) for row in ORDERS]
        orders.write_text("".join(json.dumps(record) + "\n" for record in records))
        (folder / "empty.jsonl").touch()

        def insert() -> None:
            with orders.open("a") as file:
                file.write(json.dumps({**records[0], "id": 6}) + "\n")

        return Engine(
            make=lambda: ResourceFactory.from_url(f"acme://{folder}"),
            gone=lambda: ResourceFactory.create("acme", path=tmp_path / "gone"),
            insert=insert,
        )
