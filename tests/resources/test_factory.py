"""Which targets become which resources, and what is said of the others."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.resources.conftest import Database
from xregistry_tui.resources import ResourceFactory
from xregistry_tui.resources.base import Chosen, UnknownTarget


def test_a_kind_is_made_by_name_without_regard_to_case(tmp_path: Path) -> None:
    resource = ResourceFactory.create("SQLite", name="shop", path=tmp_path / "x.db")
    assert (resource.get_type(), resource.name) == ("sqlite", "shop")
    assert resource.metadata.get("location") == str(tmp_path / "x.db")
    assert resource.metadata.get("absent", "default") == "default"


def test_the_name_defaults_to_the_stem_of_the_file(database: Database) -> None:
    path = database("CREATE TABLE t (a)", "chinook.sqlite")
    assert ResourceFactory.from_url(str(path)).name == "chinook"
    assert ResourceFactory.from_url(path, name="music").name == "music"


@pytest.mark.parametrize(
    "target", ["shop.sqlite", "postgresql://reader@localhost/shop", "mongodb://reader@localhost/shop"]
)
def test_one_pattern_of_collections_is_as_good_as_a_list_of_one(target: str) -> None:
    resource: Any = ResourceFactory.from_url(target, include="orders*", exclude="*_log")
    assert resource._chosen == Chosen(("orders*",), ("*_log",))
    assert "orders_2024" in resource._chosen


def test_a_file_is_known_by_its_first_bytes_whatever_it_is_called(database: Database) -> None:
    assert ResourceFactory.from_url(database("CREATE TABLE t (a)", "backup.2024")).get_type() == "sqlite"


def test_urls_with_three_and_four_slashes(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    path = database("CREATE TABLE t (a)", "my shop.sqlite")
    monkeypatch.chdir(path.parent)
    for target in ("sqlite:///my%20shop.sqlite", f"sqlite:///{path}", f"sqlite://{path}", f"file://{path}"):
        assert ResourceFactory.from_url(target).metadata.location == str(path), target


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("gopher://x", "there is no engine for gopher://"),
        ("sqlite://", "needs the path of a file"),
        ("nothing/here.txt", "there is no file"),
    ],
)
def test_other_targets_are_refused_with_what_to_do(target: str, said: str) -> None:
    with pytest.raises(UnknownTarget, match=said) as refused:
        ResourceFactory.from_url(target)
    assert refused.value.hint
    assert not refused.value.recoverable


def test_files_of_another_kind_say_what_they_are(tmp_path: Path) -> None:
    for name, content, said in (
        ("scan.bin", b"%PDF-1.7", "is a PDF document"),
        ("noise", b"\x00\x01", "is not a database we know"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnknownTarget, match=said):
            ResourceFactory.from_url(tmp_path / name)
    with pytest.raises(UnknownTarget, match="is a folder"):
        ResourceFactory.from_url(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("orders.csv", b"a,b\n1,2\n", "duckdb"),
        ("orders.tsv.gz", gzip.compress(b"a\tb\n", mtime=0), "duckdb"),
        ("orders.dat", b"PAR1....", "duckdb"),
        ("orders.json", b"PAR1....", "duckdb"),
        ("orders.bin", b"12345678DUCK", "duckdb"),
        ("dump.ejson", b"{}", "documents"),
        ("dump.jsonl.gz", gzip.compress(b"{}", mtime=0), "documents"),
        ("answer", b'\n  {"a": 1}', "documents"),
        ("answer.gz", gzip.compress(b"[]", mtime=0), "documents"),
        ("empty.json", b"", "documents"),
    ],
)
def test_data_files_are_known_by_their_first_bytes_then_by_their_suffix(
    tmp_path: Path, name: str, content: bytes, kind: str
) -> None:
    (tmp_path / name).write_bytes(content)
    resource = ResourceFactory.from_url(tmp_path / name)
    assert (resource.get_type(), resource.name) == (kind, name.split(".", maxsplit=1)[0])
    assert ResourceFactory.from_url(f"{kind}:///{tmp_path / name}").get_type() == kind


def test_a_pattern_is_of_the_kind_of_its_first_file_and_named_by_its_folder(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text("a\n1\n")
    (tmp_path / "a.json").write_text("[]")
    assert ResourceFactory.from_url(tmp_path / "*").get_type() == "documents"
    resource = ResourceFactory.from_url(tmp_path / "*.csv")
    assert (resource.get_type(), resource.name) == ("duckdb", tmp_path.name)
    assert ResourceFactory.from_url(tmp_path / "*.parquet").get_type() == "duckdb"
    assert ResourceFactory.from_url("-").get_type() == "documents"


def test_pipes_and_links_in_circles_are_said_and_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "a.json").symlink_to(tmp_path / "b.json")
    (tmp_path / "b.json").symlink_to(tmp_path / "a.json")
    with pytest.raises(UnknownTarget, match=r"is a pipe; hand it over as standard input"):
        ResourceFactory.from_url(tmp_path / "pipe.json")
    assert ResourceFactory.from_url(tmp_path / "*.json").get_type() == "documents"


def test_wrong_kinds_and_options_are_refused() -> None:
    with pytest.raises(UnknownTarget, match=r"no kind of resource “oracle”.*sqlite"):
        ResourceFactory.create("oracle")
    with pytest.raises(UnknownTarget, match="needs the URL of a database"):
        ResourceFactory.create("mongodb")
    with pytest.raises(UnknownTarget, match="needs the path"):
        ResourceFactory.create("sqlite")
    with pytest.raises(UnknownTarget, match="knows no option colour"):
        ResourceFactory.create("sqlite", path="x.db", colour="red")


def test_other_packages_offer_kinds_by_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acme_engine.py").write_text(
        "from xregistry_tui.resources.sqlite import SqliteResource\n"
        "class Acme(SqliteResource):\n"
        "    def __init__(self, name=None, url=''): super().__init__(url.split('://')[1], name=name)\n"
    )
    info = tmp_path / "acme-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[xregistry.resources]\nacme = acme_engine:Acme\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert ResourceFactory.kinds() == ("acme", "documents", "duckdb", "mongodb", "postgresql", "sqlite")
    assert ResourceFactory.from_url("acme:///srv/x.acme").metadata.location == "/srv/x.acme"


def test_no_driver_is_imported_before_a_resource_connects(database: Database) -> None:
    code = (
        "import sys; from xregistry_tui.resources import ResourceFactory;"
        f"ResourceFactory.from_url({str(database('CREATE TABLE t (a)'))!r});"
        "print(sorted({'sqlite3', 'pydantic', 'textual'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
