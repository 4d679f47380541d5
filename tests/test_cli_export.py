"""`xreg-tui export`: a model to take along, on standard output, whatever it was named by."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from xregistry_tui.cli import main
from xregistry_tui.config.places import state_folder

SHOP = """
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, "First Name" TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('paid', 'shipped')),
    total DECIMAL(10, 2) CHECK (total >= 0), placed_at DATETIME NOT NULL
);
CREATE VIEW broken AS SELECT id FROM nowhere;
"""

OWN = '''
from __future__ import annotations

import enum
import json
from .parts import Line as Item, unused
from pydantic import BaseModel, Field, field_validator, model_validator


class Status(enum.Enum):
    PAID = "paid"


LEAST = 1
\f

class Other(BaseModel):
    x: int


class Order(BaseModel):
    """An order."""

    lines: "list[Item]" = Field(min_length=LEAST)
    status: Status  # where it stands

    @field_validator("lines")
    @classmethod
    def not_many(cls, lines):
        return lines
'''


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a database and a package of models, the current one."""
    with closing(sqlite3.connect(tmp_path / "shop.sqlite")) as connection, connection:
        connection.executescript(SHOP)
    package = tmp_path / "shop_of_mine"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "parts.py").write_text(
        "from pydantic import BaseModel\nunused = 1\n\n\nclass Line(BaseModel):\n    n: int\n"
    )
    (package / "orders.py").write_text(OWN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("shop_of_mine"):
            del sys.modules[name]


def exported(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["export", *words]) == 0, capsys.readouterr().err
    out, err = capsys.readouterr()
    assert err == ""
    return out


def loaded(source: str, name: str, monkeypatch: pytest.MonkeyPatch) -> type:
    """The class of a source, as an import would give it."""
    import types

    module = types.ModuleType("exported_here")
    monkeypatch.setitem(sys.modules, "exported_here", module)
    exec(compile(source, "exported_here.py", "exec"), module.__dict__)
    made: type = getattr(module, name)
    return made


def test_a_table_becomes_python_that_asks_for_the_same(shop, capsys, monkeypatch):
    source = exported(capsys, "shop.sqlite::orders", "--as", "pydantic")
    assert source.startswith("import datetime as dt\nfrom decimal import Decimal\n")
    schema = json.loads(exported(capsys, "shop.sqlite::orders", "--as", "json-schema"))
    assert loaded(source, "Orders", monkeypatch).model_json_schema() == schema
    assert source.endswith("dt.datetime\n")


def test_a_table_becomes_a_form_and_a_table_to_read(shop, capsys):
    form = json.loads(exported(capsys, "shop.sqlite::orders", "--as", "ui-schema"))
    assert form["fields"]["status"]["widget"] == "select"
    read = exported(capsys, "shop.sqlite::orders", "--as", "markdown")
    assert read.startswith("# orders 1.0.0\n")
    assert "| `status`     | string (`TEXT`)                    | one of `paid`, `shipped` |" in read
    assert "decimal or null (`DECIMAL(10, 2)`)" in read


def test_nothing_is_looked_at_for_it(shop, capsys, monkeypatch):
    asked: list[object] = []

    async def refuse(*given: object) -> None:
        asked.append(given)
        raise AssertionError("the engine was asked for figures")

    monkeypatch.setattr("xregistry_tui.resources.sqlite.SqliteResource.profile", refuse)
    exported(capsys, "shop.sqlite::orders", "--as", "markdown")
    assert asked == []


def test_a_class_of_ones_own_is_taken_with_all_it_stands_on(shop, capsys, monkeypatch):
    source = exported(capsys, "shop_of_mine.orders:Order", "--as", "pydantic")
    head = source.partition("\n\n\n")[0]
    assert head.splitlines() == [
        "from __future__ import annotations",
        "",
        "import enum",
        "",
        "from pydantic import BaseModel, Field, field_validator",
        "from shop_of_mine.parts import Line as Item",
    ]
    assert "LEAST = 1" in source
    assert "Other" not in source
    assert "# where it stands" in source
    assert source.endswith("return lines\n")
    schema = json.loads(exported(capsys, "shop_of_mine.orders:Order", "--as", "json-schema"))
    assert loaded(source, "Order", monkeypatch).model_json_schema() == schema


def test_a_schema_file_becomes_python_and_what_that_lacks_is_said(shop, capsys):
    schema = {
        "type": "object",
        "title": "Thing",
        "properties": {"a": {"type": "integer"}, "b": {"type": "string", "not": {"const": "x"}}},
        "required": ["a"],
    }
    Path("thing.schema.json").write_text(json.dumps(schema))
    assert json.loads(exported(capsys, "thing.schema.json", "--as", "json-schema")) == schema
    assert main(["export", "thing.schema.json", "--as", "pydantic"]) == 0
    out, err = capsys.readouterr()
    assert "class Thing(BaseModel):" in out
    assert "what its fields do not say is not in it" in err


def test_a_registered_path_is_found_in_the_settings_resources_with_its_version(shop, capsys):
    Path("settings.toml").write_text("[[resources]]\nname = 'store'\nurl = 'shop.sqlite'\n")
    by_path = exported(capsys, "models.store.orders", "--as", "pydantic")
    assert by_path == exported(capsys, "ns.models.store.orders@1.0.0", "--as", "pydantic")
    assert by_path == exported(capsys, "store::orders", "--as", "pydantic")
    assert main(["export", "models.store.orders@7.0.0", "--as", "pydantic"]) == 2
    assert "there are 1.0.0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["models.shop.orders", "--as", "pydantic"], 2, "models.shop.orders"),
        (["shop.sqlite", "--as", "pydantic"], 2, "shop.sqlite::COLLECTION"),
        (["shop.sqlite::order", "--as", "pydantic"], 2, "did you mean orders"),
        (["shop.sqlite::broken", "--as", "pydantic"], 3, "nowhere"),
        (["gone.sqlite::orders", "--as", "pydantic"], 3, "gone.sqlite"),
        (["gone.schema.json", "--as", "pydantic"], 3, "cannot be read"),
        (["bad.schema.json", "--as", "pydantic"], 1, "it is no JSON"),
        (["list.schema.json", "--as", "pydantic"], 1, "bad"),
        (["gone:Order", "--as", "pydantic"], 3, "gone"),
        (["shop_of_mine.orders:LEAST", "--as", "pydantic"], 2, "is no model"),
        (["shop.sqlite::orders", "--as", "yaml"], 2, "json-schema"),
        (["shop.sqlite::orders"], 2, "--as"),
    ],
)
def test_what_cannot_be_exported_says_why_by_its_code(shop, capsys, words, code, said):
    Path("bad.schema.json").write_text("{")
    Path("list.schema.json").write_text('{"type": "bad"}')
    assert main(["export", *words]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert err.count("\n") == 1


def test_a_role_without_rights_is_refused(shop, capsys):
    assert main(["--role", "guest", "export", "shop.sqlite::orders", "--as", "pydantic"]) == 3
    assert "guest" in capsys.readouterr().err


def test_it_leaves_its_record_without_what_was_written(shop, capsys):
    exported(capsys, "shop.sqlite::orders", "--as", "pydantic")
    assert main(["audit", "--last", "1", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["verb"], record["subject"]) == ("exported", "models.shop.orders")
    assert record["detail"]["form"] == "pydantic"
    assert "BaseModel" not in "".join(path.read_text("latin-1") for path in state_folder().rglob("*") if path.is_file())
