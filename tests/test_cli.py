"""The command line: data on standard output, talk on standard error, exit codes that mean something."""

from __future__ import annotations

import json
import os
import pty
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from xregistry_tui import logs
from xregistry_tui.cli import commands, main
from xregistry_tui.cli.profile import split
from xregistry_tui.cli.words import read

XREG = [sys.executable, "-m", "xregistry_tui"]


@pytest.fixture
def shop(tmp_path, monkeypatch) -> Path:
    """A small database in the current folder, with one row that breaks a rule of its own and hostile text."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            """
            CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT NOT NULL, total REAL);
            INSERT INTO orders VALUES (1, 'paid', 9.5), (2, 'paid', NULL), (3, char(27) || '[31mred', 1.5);
            CREATE TABLE "od::d" (x BLOB);
            """
        )
    connection.close()
    return path


@pytest.mark.parametrize(
    ("words", "command", "rest"),
    [
        ([], "open", {"targets": []}),
        (["a.sqlite", "b.sqlite"], "open", {"targets": ["a.sqlite", "b.sqlite"]}),
        (["demo"], "demo", {}),
        (["./demo"], "open", {"targets": ["./demo"]}),
        (["--role", "demo", "a.sqlite"], "open", {"targets": ["a.sqlite"], "role": "demo"}),
        (["--role", "analyst", "demo"], "demo", {"role": "analyst"}),
        (["demo", "--role=analyst"], "demo", {"role": "analyst"}),
        (
            ["profile", "x", "--json", "--settings", "s.toml"],
            "profile",
            {"target": "x", "json": True, "settings": "s.toml"},
        ),
        (["a.sqlite", "demo"], "open", {"targets": ["a.sqlite", "demo"]}),
        (["--", "--odd.sqlite"], "open", {"targets": ["--odd.sqlite"]}),
        (["config"], "config", {"what": "show"}),
        (["audit"], "audit", {"last": 50, "verify": False, "follow": False, "head": []}),
        (["./audit"], "open", {"targets": ["./audit"]}),
        (["a.sqlite", "--help"], "help", {}),
        (["--version"], "version", {}),
        (["--app", "lint:demo", "a.sqlite"], "open", {"targets": ["a.sqlite"], "app": "lint:demo"}),
        (["--trust", "profile", "x", "--app=a.b:c.d"], "profile", {"trust": True, "app": "a.b:c.d"}),
        (["lint", "a", "b.py", "--package", "x.y"], "lint", {"paths": ["a", "b.py"], "package": ["x.y"]}),
    ],
)
def test_a_first_word_that_equals_a_command_is_the_command(words, command, rest):
    options = vars(read(words))
    assert options["command"] == command
    assert {key: options.get(key) for key in rest} == rest


@pytest.mark.parametrize(
    "words",
    [
        ["--colour"],
        ["profile"],
        ["profile", "x", "--grade", "best"],
        ["config", "edit"],
        ["--app", "x"],
        ["audit", "--last", "-1"],
        ["audit", "--head", "abc"],
        ["audit", "--verify", "--follow"],
    ],
)
def test_wrong_usage_is_one_line_and_code_2(words, capsys):
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("xreg-tui: ")
    assert err.count("\n") == 1


def test_help_has_examples_and_the_exit_codes(capsys):
    assert main(["--help"]) == 0
    out, _ = capsys.readouterr()
    assert "xreg-tui profile shop.sqlite::orders" in out
    assert "130 interrupted" in out


def test_only_options_that_act_are_offered(capsys):
    main(["--help"])
    out = capsys.readouterr().out
    assert "--app" in out
    assert "--trust" in out
    assert "--prove" not in out


def test_the_dashboard_without_a_terminal_says_what_to_do(shop, capsys):
    assert main(["shop.sqlite"]) == 2
    assert "`xreg-tui profile shop.sqlite`" in capsys.readouterr().err


def test_profile_prints_every_collection(shop, capsys):
    assert main(["profile", "shop.sqlite"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("od::d   0 rows")
    assert "orders   3 rows   exact" in out
    assert "66.7" in out
    assert "\x1b" not in out


def test_profile_of_one_collection_as_json(shop, capsys):
    assert main(["profile", "shop.sqlite::orders", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["resource"] == {"name": "shop", "kind": "sqlite"}
    (orders,) = document["collections"]
    assert (orders["name"], orders["n"], orders["method"]) == ("orders", 3, "exact")
    assert orders["fields"]["total"]["nulls"] == 1
    assert document["failed"] == []


def test_a_grade_can_be_asked_for(shop, capsys):
    assert main(["profile", "shop.sqlite", "--grade", "catalogue", "--json"]) == 0
    assert {found["method"] for found in json.loads(capsys.readouterr().out)["collections"]} == {"catalogue"}


def test_a_collection_that_is_not_there_is_answered_with_the_nearest(shop, capsys):
    assert main(["profile", "shop.sqlite::order"]) == 2
    assert "did you mean orders" in capsys.readouterr().err


def test_a_file_whose_name_has_colons_is_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a::b").touch()
    assert split("a::b") == ("a::b", None)
    assert split("a::c") == ("a", "c")


def test_what_cannot_be_read_is_code_3_and_one_safe_line(shop, capsys):
    assert main(["profile", "gone\x1b[2J.sqlite"]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert "\x1b" not in err
    assert err.count("\n") == 1


def test_a_picture_is_not_a_database(shop, capsys):
    Path("cat.sqlite").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    assert main(["profile", "cat.sqlite"]) == 3
    assert "cat.sqlite" in capsys.readouterr().err


def test_an_empty_database_is_said_to_be_empty(shop, capsys):
    Path("empty.sqlite").touch()
    assert main(["profile", "empty.sqlite"]) == 0
    assert capsys.readouterr() == ("", "xreg-tui: empty holds no table and no view\n")


def test_a_role_without_rights_is_refused(shop, capsys):
    assert main(["--role", "guest", "profile", "shop.sqlite"]) == 3
    assert "guest" in capsys.readouterr().err


def test_wrong_settings_are_one_line_and_code_2(shop, capsys):
    Path("settings.toml").write_text("[tui]\nthem = 'x'\n")
    assert main(["profile", "shop.sqlite"]) == 2
    assert "did you mean tui.theme" in capsys.readouterr().err


def test_config_show_gives_every_value_with_its_place_and_no_secret(shop, capsys):
    Path("settings.toml").write_text(
        "[access]\nrole = 'ops'\n[[resources]]\nname = 'a'\nkind = 'x'\noptions = {password = 'hunter2'}\n"
        "[[resources]]\nname = 'b'\nurl = 'postgresql://ana:hunter2@db/x'\n"
    )
    assert main(["config", "show"]) == 0
    out = capsys.readouterr().out
    assert 'access.role = "ops"' in out
    assert f"# {Path('settings.toml').absolute()}" in out
    assert "hunter2" not in out
    assert main(["--role", "me", "config", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["access.role"] == {"value": "me", "source": "command line"}


def test_config_check_finds_what_is_wrong(shop, capsys, monkeypatch):
    monkeypatch.setenv("ENRICHMENT_SAMPLE_SIZE", "5")
    assert main(["config", "check"]) == 0
    assert "ENRICHMENT_SAMPLE_SIZE: is not read" in capsys.readouterr().out
    Path("settings.toml").write_text("[tui]\nthem = 'x'\nfoo = 1\n")
    assert main(["config", "check", "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["problems"]) == 2


def test_config_path_works_even_with_broken_settings(shop, capsys):
    Path("settings.toml").write_text("[[[")
    assert main(["config", "path"]) == 0
    assert str(Path("settings.toml").absolute()) in capsys.readouterr().out


def test_a_mistake_of_ours_is_one_line_and_its_traceback_is_in_the_log(shop, capsys, monkeypatch):
    def mistaken(_options: object) -> int:
        raise ZeroDivisionError("oh")

    monkeypatch.setitem(commands.BY_NAME, "config", mistaken)
    assert main(["config"]) == 70
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert str(logs.log_file()) in err
    assert "Traceback" in logs.log_file().read_text("utf-8")


def test_a_reader_that_leaves_early_is_no_error(shop):
    process = subprocess.Popen(
        [*XREG, "profile", str(shop), "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 141
    process.stderr.close()


def test_the_demo_without_a_terminal_prints_its_profile_and_leaves_nothing(tmp_path):
    ended = subprocess.run(
        [*XREG, "demo"],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert ended.returncode == 0, ended.stderr
    assert "orders" in ended.stdout
    assert "models.demo.Order" in ended.stdout
    assert "on a terminal it is a live dashboard" in ended.stderr
    assert list(tmp_path.glob("xreg-demo-*")) == []
    assert not list(Path(os.environ["XDG_STATE_HOME"]).rglob("audit*")), "the demo's trail is nobody's"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_told_to_go_the_demo_cleans_up_and_says_by_what(tmp_path, number, code):
    process = subprocess.Popen(
        [*XREG, "demo"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    while process.poll() is None and not any(tmp_path.glob("xreg-demo-*")):
        pass
    process.send_signal(number)
    rest = process.stderr.read()
    assert process.wait() == code
    assert "Traceback" not in rest
    assert list(tmp_path.glob("xreg-demo-*")) == []
    process.stderr.close()


def test_on_a_terminal_the_dashboard_is_drawn_and_leaves_the_demo_folder_gone(tmp_path):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*XREG, "demo"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        env={**os.environ, "TMPDIR": str(tmp_path), "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"},
    )
    os.close(theirs)
    seen = b""
    while b"orders" not in seen:
        seen += os.read(ours, 65536)
    os.write(ours, b"\x11")
    assert _drain(ours, process) == 0
    assert list(tmp_path.glob("xreg-demo-*")) == []


def _drain(ours: int, process: subprocess.Popen[bytes]) -> int:
    """Read what is still drawn, so that the program is not kept waiting, and give its exit code."""
    try:
        while os.read(ours, 65536):
            pass
    except OSError:
        os.close(ours)
    return process.wait()
