"""What there is to open from here, told without a secret."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from xregistry_tui.actions.base import Refused
from xregistry_tui.actions.local import LocalSession
from xregistry_tui.actions.welcome import Place, places
from xregistry_tui.resources.factory import ResourceFactory


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "here"
    made.mkdir()
    return made


def found(folder: Path, monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[Place]:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return list(places(folder, environment))


def test_nothing_is_found_where_nothing_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "notes.txt").write_text("hello")
    assert found(folder, monkeypatch) == []


def test_pg_variables_are_one_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place,) = found(folder, monkeypatch, PGHOST="db", PGDATABASE="shop", PGUSER="ana", PGPASSWORD="hunter2")
    assert place == Place("postgresql://", "postgresql://ana@db:5432/shop", "PG* variables")


def test_database_url_is_shown_without_its_password(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgresql://ana:hunter2@db.example/shop"
    (place,) = found(folder, monkeypatch, DATABASE_URL=url, PGUSER="bob")
    assert place == Place("$DATABASE_URL", "postgresql://ana@db.example:5432/shop", "DATABASE_URL")
    assert "hunter2" not in repr(place)
    assert ResourceFactory.from_url(place.target).metadata.location == place.title
    both = found(folder, monkeypatch, DATABASE_URL=url, PGHOST="other", PGUSER="bob", PGDATABASE="x")
    assert [one.title for one in both] == ["postgresql://bob@other:5432/x", place.title]


def test_a_database_url_for_another_engine_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place,) = found(folder, monkeypatch, DATABASE_URL="mysql://ana:hunter2@db/shop")
    assert "there is no engine for mysql://" in place.title
    assert "hunter2" not in repr(place)


def test_services_of_all_files_are_places(folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / ".pg_service.conf").write_text("[shop]\nhost=db\npassword=hunter2\n[it's mine]\nhost=x\ndbname=y\n")
    (folder / "pg_service.conf").write_text("[shop]\nhost=elsewhere\n[other]\nhost=z\n")
    shown = found(folder, monkeypatch, PGSYSCONFDIR=str(folder))
    assert [(place.target, place.title) for place in shown] == [
        ("service=shop", "shop"),
        (r"service='it\'s mine'", "it's mine"),
        ("service=other", "other"),
    ]
    assert ResourceFactory.from_url(shown[1].target).metadata.location.endswith("@x:5432/y")
    assert "hunter2" not in repr(shown)


def test_data_files_are_places_by_what_is_in_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("shop.sqlite", "host=1", "b.data", ".hidden.sqlite"):
        with closing(sqlite3.connect(folder / name)) as connection, connection:
            connection.execute("CREATE TABLE t (x)")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    monkeypatch.chdir(folder)
    shown = list(places(Path(), {}))
    assert [place.title for place in shown] == ["b.data", "host=1", "shop.sqlite"]
    assert all(place.found.startswith("a file of ") for place in shown)
    assert [ResourceFactory.from_url(place.target).get_type() for place in shown] == ["sqlite"] * 3


async def test_it_is_for_who_may_connect(session: LocalSession, shop: Path) -> None:
    assert [place.title for place in (await session.perform("look_around", folder=str(shop.parent))).value] == [
        "shop.sqlite"
    ]
    with pytest.raises(Refused):
        await LocalSession(session._workspace, "guest").perform("look_around")
