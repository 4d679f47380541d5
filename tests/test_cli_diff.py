"""`xreg-tui diff`: two items beside each other, and what live records say of the step; golden texts."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from xregistry_tui.cli import main

SHOP = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT NOT NULL, total REAL, note TEXT);
CREATE TABLE archive (id INTEGER PRIMARY KEY, status TEXT NOT NULL, total REAL);
"""
OLD = {
    "type": "object",
    "title": "Order",
    "properties": {"id": {"type": "integer"}, "status": {"type": "string"}, "total": {"type": ["number", "null"]}},
    "required": ["id", "status"],
}
NEW = {
    **OLD,
    "properties": {
        **OLD["properties"],  # type: ignore[dict-item]
        "status": {"enum": ["paid", "shipped"]},
        "total": {"type": ["number", "null"], "minimum": 0},
        "gift": {"type": "boolean"},
    },
}
CLASS = """
from typing import Literal
from pydantic import BaseModel, Field, model_validator


class Order(BaseModel):
    id: int
    status: Literal["paid", "shipped", "shiped"]
    total: float | None = Field(None, ge=0)

    @model_validator(mode="after")
    def known(self):
        assert self.id != 40, "forty is not sold"
        return self
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with 100 orders, two schemas and a module, the current one."""
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as connection, connection:
        connection.executescript(SHOP)
        connection.executemany(
            "INSERT INTO orders VALUES (?, ?, ?, NULL)",
            [(n, "shiped" if n in (12, 88, 90, 91) else "paid", n / 2) for n in range(1, 101)],
        )
    (tmp_path / "old.schema.json").write_text(json.dumps(OLD))
    (tmp_path / "new.schema.json").write_text(json.dumps(NEW))
    (tmp_path / "mine_to_diff.py").write_text(CLASS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    sys.modules.pop("mine_to_diff", None)


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int) -> str:
    assert main(["diff", *words]) == code, capsys.readouterr()
    return capsys.readouterr().out


BETWEEN = """\
old.schema.json → new.schema.json   backward   incompatible
  ~ /status  status must be one of 2 values now.  incompatible
  ~ /total   total was unbounded and is now ≥ 0.  incompatible
  + /gift    gift was added, optional.              compatible
"""


def test_two_schemas_of_one_name_are_compared_in_words(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "old.schema.json", "new.schema.json", code=1) == BETWEEN
    assert told(capsys, "old.schema.json", "old.schema.json", code=0) == (
        "old.schema.json → old.schema.json   backward   compatible\n  nothing differs\n"
    )


def test_programs_read_the_documented_form(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = json.loads(told(capsys, "old.schema.json", "new.schema.json", "--json", code=1))
    assert list(said) == ["from", "to", "mode", "verdict", "changes"]
    assert (said["from"], said["to"], said["mode"]) == ("old.schema.json", "new.schema.json", "backward")
    assert said["verdict"] == "incompatible"
    for change in said["changes"]:
        assert {"path", "type", "verdict", "old", "new", "message"} <= set(change)
    assert said["changes"][1] == {
        "path": "/total",
        "type": "bound_tightened",
        "verdict": "incompatible",
        "old": None,
        "new": 0,
        "message": "total was unbounded and is now ≥ 0.",
        "field": "total",
    }


PROVED = """\
shop::orders   refuted   4 of 100 fail: keys 12, 88, 90, …: status must be one of 2 values
  ✗ status must be one of 2 values  4 of 100 fail, counted by the engine  keys 12, 88, 90, 91
  ✓ total must be ≥ 0               0 of 100 fail, counted by the engine
  ✓ gift must not be null           0 of 100 fail, counted by the engine
  ✓ gift must be boolean            0 of 100 fail, counted by the engine
  ✓ id must be integer              0 of 100 fail, counted by the engine
  ✓ total must be number or null    0 of 100 fail, counted by the engine
"""


def test_a_table_proves_a_schema_or_not(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "shop.sqlite::orders", "new.schema.json", "--prove", code=1)
    assert out.partition("\n\n")[2] == PROVED


def test_what_the_schemas_refuse_the_records_may_prove(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect("shop.sqlite")) as connection, connection:
        connection.execute("UPDATE orders SET status = 'paid'")
    assert told(capsys, "shop.sqlite::orders", "new.schema.json", code=1)
    out = told(capsys, "shop.sqlite::orders", "new.schema.json", "--prove", code=0)
    assert "shop::orders   proven   0 of 100 fail\n" in out


def test_a_proof_is_part_of_what_programs_read(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = json.loads(told(capsys, "shop.sqlite::orders", "mine_to_diff:Order", "--prove", "--json", code=1))
    (proof,) = said["proofs"]
    assert (proof["verdict"], proof["rows"], proof["checked"], proof["failed"]) == ("refuted", 100, 100, 1)
    assert proof["keys"] == [[40]]
    (own,) = [one for one in proof["tested"] if one["way"] == "model"]
    assert own["message"] == "the record must pass the model's own checks"
    assert own["values"] == ["forty is not sold"]


def test_both_tables_are_asked_where_both_are_named(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "shop.sqlite::archive", "shop.sqlite::orders", "--prove", code=0)
    assert "shop::orders   proven   0 of 100 fail" in out
    assert "shop::archive   proven   0 of 0 fail" in out


def test_the_settings_say_where_the_records_of_a_path_are(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("settings.toml").write_text("[[resources]]\nname = 'store'\nurl = 'shop.sqlite'\n")
    out = told(capsys, "models.store.orders@1.0.0", "new.schema.json", "--prove", code=1)
    assert "store::orders   refuted   4 of 100 fail" in out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["old.schema.json", "new.schema.json", "--prove"], 2, "connect the resource that holds them"),
        (["old.schema.json"], 2, "ITEM"),
        (["shop.sqlite", "old.schema.json"], 2, "shop.sqlite::COLLECTION"),
        (["gone.sqlite::orders", "old.schema.json"], 3, "gone.sqlite"),
        (["shop.sqlite::order", "old.schema.json"], 2, "did you mean orders"),
        (["bad.schema.json", "old.schema.json"], 1, "it is no JSON"),
        (["models.none.x", "old.schema.json"], 2, "models.none.x"),
    ],
)
def test_what_cannot_be_compared_says_why_by_its_code(
    shop: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    Path("bad.schema.json").write_text("{")
    assert main(["diff", *words]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_a_role_without_rights_is_refused(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--role", "guest", "diff", "shop.sqlite::orders", "new.schema.json"]) == 3
    assert "guest" in capsys.readouterr().err
