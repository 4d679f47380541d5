"""`xreg-tui validate`: the records of a file against a model and what is live of it; golden texts."""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from xregistry_tui.cli import main

ORDERS = "shop.sqlite::orders"
SHOP = """
CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT NOT NULL, total REAL CHECK (total >= 0), at DATETIME);
"""
GOOD = {"id": 1, "status": "paid", "total": 1.5, "at": "2026-01-01 10:00:00"}
WRONG = {"id": "x", "status": "paid", "total": -1, "at": None}
UNSEEN = {**GOOD, "status": "lost"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with 400 orders, the current one."""
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as connection, connection:
        connection.executescript(SHOP)
        rows = [(n, ("paid", "sent")[n % 2], n / 2, "2026-01-01 10:00:00") for n in range(400)]
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", rows)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(name: str, *records: dict[str, Any]) -> str:
    Path(name).write_text("".join(json.dumps(record) + "\n" for record in records))
    return name


def timeless(text: str) -> str:
    return re.sub(r"[\d.]+ m?s$", "…", text, flags=re.MULTILINE)


def test_what_is_wrong_is_said_by_field_and_by_record(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", ORDERS, write("new.jsonl", GOOD, WRONG, UNSEEN)]) == 1
    said = capsys.readouterr()
    assert (
        timeless(said.out)
        == """\
models.shop.orders 1.0.0   3 records   1 invalid (33.33 %)   1 with values never seen   …

  FIELD    RECORDS  MOSTLY
  /id            1  expected a whole number, is text “x”
  /total         1  must be ≥ 0.0, is -1
  /status        1  never seen: lost

  RECORD  FIELD   PROBLEM
       1  /id     expected a whole number, is text “x”
       1  /total  must be ≥ 0.0, is -1
"""
    )
    assert said.err == ""


def test_what_is_right_is_one_line_and_zero(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", ORDERS, write("new.jsonl", GOOD, GOOD)]) == 0
    assert timeless(capsys.readouterr().out) == "models.shop.orders 1.0.0   2 records   0 invalid   …\n"


def test_programs_read_the_documented_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", ORDERS, write("new.jsonl", GOOD, {**GOOD, "id": "x"}), "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "model": "models.shop.orders", "version": "1.0.0", "checked": 2, "valid": 1, "invalid": 1, "warned": 0,
        "by_field": [{"path": "/id", "records": 1, "mostly": "expected a whole number, is text “x”"}],
        "unseen": [],
        "problems": [
            {
                "record": 1, "path": "/id", "code": "type", "severity": "error",
                "message": "expected a whole number, is text “x”", "suggestion": None,
            },
        ],
    }  # fmt: skip


@pytest.mark.parametrize("form", ["array", "pretty", "extended", "packed", "csv", "semicolons", "one"])
def test_records_are_read_in_every_form_people_have_them_in(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    records = [GOOD, {**GOOD, "id": 2}, {**GOOD, "total": -1}]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    rows = "id,status,total,at\n1,paid,1.5,\n2,sent,,2026-01-01 10:00:00\n3,paid,-1,\n"
    extended = [{**record, "id": {"$numberLong": str(number)}} for number, record in enumerate(records)]
    texts = {
        "array": json.dumps(records),
        "pretty": json.dumps(records, indent=2),
        "extended": "".join(json.dumps(record) + "\n" for record in extended),
        "csv": rows,
        "semicolons": rows.replace(",", ";"),
        "one": json.dumps(records[2], indent=1),
    }
    name = {"csv": "new.csv", "semicolons": "new.csv", "packed": "new.jsonl.gz"}.get(form, "new.json")
    Path(name).write_bytes(gzip.compress(lines.encode()) if form == "packed" else texts[form].encode())
    assert main(["validate", ORDERS, name]) == 1
    assert f"{1 if form == 'one' else 3} record" in capsys.readouterr().out


def test_records_are_taken_from_standard_input(capsys: pytest.CaptureFixture[str]) -> None:
    import subprocess

    sent = "".join(json.dumps(record) + "\n" for record in (GOOD, WRONG))
    command = [sys.executable, "-m", "xregistry_tui", "validate", ORDERS, "-"]
    done = subprocess.run(command, input=sent, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "2 records   1 invalid" in done.stdout
    whole = subprocess.run(command, input=json.dumps([GOOD, GOOD]), capture_output=True, text=True, check=False)
    assert (whole.returncode, "2 records   0 invalid" in whole.stdout) == (0, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nobody.here", "new.jsonl"], 2, "nobody.here"),
        ([f"{ORDERS}x", "new.jsonl"], 2, "did you mean orders"),
        ([ORDERS, "gone.jsonl"], 3, "there is no file gone.jsonl"),
        ([ORDERS, "."], 3, "is a folder"),
        ([ORDERS, "picture.png"], 3, "picture.png is no text"),
        (["broken.schema.json", "new.jsonl"], 1, "no JSON"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write("new.jsonl", GOOD)
    Path("picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    Path("broken.schema.json").write_text("{")
    assert main(["validate", *words]) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert told.err.count("\n") == 1


def test_a_file_that_breaks_off_is_checked_as_far_as_it_goes(capsys: pytest.CaptureFixture[str]) -> None:
    Path("new.json").write_text(json.dumps([GOOD, GOOD])[:-20])
    assert main(["validate", ORDERS, "new.json"]) == 1
    told = capsys.readouterr()
    assert "1 records   0 invalid" in told.out
    assert "truncated" in told.err


def test_a_schema_judges_without_any_database(capsys: pytest.CaptureFixture[str]) -> None:
    schema = {"type": "object", "title": "Order", "properties": {"id": {"type": "integer"}}, "required": ["id"]}
    Path("order.schema.json").write_text(json.dumps(schema))
    assert main(["validate", "order.schema.json", write("new.jsonl", {"id": 1}, {"id": "1"}, {})]) == 1
    assert "3 records   2 invalid" in capsys.readouterr().out


def test_the_records_of_a_whole_collection_are_checked(capsys: pytest.CaptureFixture[str]) -> None:
    schema = {
        "type": "object", "title": "Order", "properties": {"id": {"type": "integer"}, "status": {"const": "paid"}},
    }  # fmt: skip
    Path("order.schema.json").write_text(json.dumps(schema))
    assert main(["validate", "order.schema.json", ORDERS]) == 1
    told = capsys.readouterr()
    assert "400 records   200 invalid (50.00 %)" in told.out
    assert "       1  /status" in told.out, "by its key"
    assert main(["validate", ORDERS, ORDERS]) == 0
    assert "400 records   0 invalid" in capsys.readouterr().out
    assert main(["validate", ORDERS, "shop.sqlite::nothing"]) == 2
