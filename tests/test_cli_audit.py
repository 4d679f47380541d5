"""`xreg-tui audit`: what was done, told to people and to programs, and the proof that nothing of it was changed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.writing import entry
from xregistry_tui.cli import main
from xregistry_tui.config.places import state_folder
from xregistry_tui.core.audit import append, compact, from_json

XREG = [sys.executable, "-m", "xregistry_tui"]


@pytest.fixture
def used(tmp_path, monkeypatch, capsys) -> Path:
    """The trail of a database that was looked at once, and refused once."""
    monkeypatch.chdir(tmp_path)
    with closing(sqlite3.connect("shop.sqlite")) as connection:
        connection.executescript("CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT); CREATE TABLE b (x)")
        connection.executescript("INSERT INTO orders VALUES (1, 'hunter2')")
    assert main(["profile", "shop.sqlite"]) == 0
    assert main(["--role", "guest", "profile", "shop.sqlite"]) == 3
    capsys.readouterr()
    return state_folder() / "audit.jsonl"


def printed(capsys) -> str:
    out, err = capsys.readouterr()
    assert err == ""
    return out


def test_a_trail_that_is_not_there_is_no_failure(capsys):
    for words in ([], ["--verify"], ["--json"], ["--last", "0", "--verify"]):
        assert main(["audit", *words]) == 0
        assert capsys.readouterr() == ("", "xreg-tui: nothing was recorded yet\n")
    assert not state_folder().exists()


def test_what_was_done_is_aligned_lines_in_local_time(used, capsys):
    assert main(["audit"]) == 0
    connected, counted, refused = printed(capsys).splitlines()
    assert connected.endswith("admin   connected  shop         sqlite · 2 models")
    assert counted.endswith("system  counted    session      reads and refreshes of this session")
    assert refused.endswith(
        "guest   refused    shop.sqlite  role guest lacks CONNECT on shop.sqlite; granted to nobody"
    )
    assert connected[19] in "+-"
    assert main(["audit", "--last", "1"]) == 0
    (last,) = printed(capsys).splitlines()
    assert last.split() == refused.split()


def test_for_programs_it_is_one_object_a_line(used, capsys):
    assert main(["audit", "--json", "--last", "3"]) == 0
    first, second, third = map(json.loads, printed(capsys).splitlines())
    assert {name: first["detail"][name] for name in ("models", "registered", "failed")} == {
        "models": 2,
        "registered": 2,
        "failed": 0,
    }
    assert first["detail"]["arguments"] == third["detail"]["arguments"], "the same was asked for"
    assert second["detail"] == {"refresh": 2}
    assert third["detail"]["verb"] == "connect"


def test_nothing_of_a_record_or_an_argument_is_in_it(used, capsys):
    assert "hunter2" not in used.read_text()
    main(["profile", "postgresql://ana:hunter2@db/shop"])
    main(["--role", "guest", "profile", "postgresql://ana:hunter2@db/shop"])
    assert used.read_text().count("\n") == 4
    assert "hunter2" not in used.read_text()


def test_reading_it_leaves_nothing_in_it(used):
    before = used.read_bytes()
    for words in ([], ["--verify"], ["--json"]):
        assert main(["audit", *words]) == 0
    assert used.read_bytes() == before


def test_a_whole_trail_is_said_to_be_whole_and_its_heads_can_be_kept(used, capsys):
    assert main(["audit", "--verify"]) == 0
    first, _, *heads = printed(capsys).splitlines()
    assert first == "3 records of 2 writers, every one fits"
    kept = [head.split()[0] for head in heads]
    assert [len(head) for head in kept] == [64, 64]
    assert main(["audit", "--head", kept[0], "--head", kept[1]]) == 0
    assert main(["audit", "--verify", "--head", "0" * 64]) == 1
    assert "the record with the hash 0000" in capsys.readouterr().out


def test_the_first_bad_record_is_named_with_its_line(used, capsys):
    lines = used.read_text().splitlines(keepends=True)
    used.write_text(lines[0] + lines[1].replace("session", "nothing") + lines[2])
    assert main(["audit", "--verify"]) == 1
    writer = json.loads(lines[1])["writer"]
    assert printed(capsys) == f"{used}:2: record 1 of writer {writer} was altered: its seal does not fit\n"
    assert main(["audit", "--verify", "--json"]) == 1
    document = json.loads(printed(capsys))
    assert (document["valid"], document["flaw"]["line"], document["flaw"]["reason"]) == (False, 2, "altered")


def test_a_cut_trail_and_one_that_is_gone_show_by_what_is_kept_beside_it(used, capsys):
    lines = used.read_text().splitlines(keepends=True)
    used.write_text("".join(lines[:2]))
    assert main(["audit", "--verify"]) == 1
    assert ":3: the trail was cut at the end: records 0 to 0 of writer" in printed(capsys)
    used.unlink()
    assert main(["audit", "--verify"]) == 1


def test_a_torn_line_is_told_and_is_no_failure(used, capsys):
    with used.open("a") as file:
        file.write(used.read_text()[:50])
    assert main(["audit", "--verify"]) == 0
    assert printed(capsys).splitlines()[1] == "1 torn line, the last one 4: a process was ended while it wrote"
    assert main(["audit"]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 3
    assert err == "xreg-tui: 1 of 4 lines are no records; xreg-tui audit --verify names the first\n"


def test_heads_that_cannot_be_read_are_said(used, capsys):
    used.with_suffix(".heads").write_text("[]")
    assert main(["audit", "--verify"]) == 0
    assert "what was cut off at the end cannot be told" in capsys.readouterr().err


def test_a_trail_that_cannot_be_read_is_code_3(used, capsys):
    used.unlink()
    used.mkdir()
    for words in ([], ["--verify"], ["--follow"]):
        assert main(["audit", *words]) == 3
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith(f"xreg-tui: {used}: the audit trail cannot be read: Is a directory")


def test_only_a_superuser_role_reads_it_and_that_is_recorded(used, capsys):
    for words in ([], ["--verify"], ["--follow"]):
        assert main(["--role", "guest", "audit", *words]) == 3
        assert capsys.readouterr() == ("", "xreg-tui: role guest lacks AUDIT on audit; granted to nobody\n")
    assert [json.loads(line)["verb"] for line in used.read_text().splitlines()[3:]] == ["refused"] * 3


def test_nothing_in_it_moves_a_cursor(used, capsys):
    hostile = append(None, entry("\x1b[2J\u202e\x9b31m\nnew"), writer="w\x1b")
    used.write_text(compact(hostile.as_json()) + "\n")
    used.with_suffix(".heads").unlink()
    for words in ([], ["--json"], ["--verify"], ["--verify", "--json"]):
        assert main(["audit", *words]) == 0
        out = printed(capsys)
        assert all(line.isprintable() for line in out.splitlines())
    assert main(["audit"]) == 0
    assert "\\x1b[2J\\u202e\\x9b31m\\nnew\n" in printed(capsys)


def test_following_prints_what_comes_until_it_is_interrupted(used):
    process = subprocess.Popen(
        [*XREG, "audit", "--follow", "--last", "1", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert json.loads(process.stdout.readline())["verb"] == "refused"
    assert main(["--role", "other", "profile", "shop.sqlite"]) == 3
    assert json.loads(process.stdout.readline())["who"] == "other"
    used.rename(used.with_name("rotated"))
    used.with_suffix(".heads").rename(used.with_name("rotated.heads"))
    assert main(["--role", "third", "profile", "shop.sqlite"]) == 3
    assert json.loads(process.stdout.readline())["who"] == "third"
    process.send_signal(signal.SIGINT)
    assert process.wait() == 130
    assert process.communicate() == ("", "")


def test_following_ends_quietly_when_its_reader_leaves(used):
    process = subprocess.Popen(
        [*XREG, "audit", "--follow", "--last", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.readline()
    process.stdout.close()
    assert main(["--role", "other", "profile", "shop.sqlite"]) == 3
    assert process.wait() == 141
    assert process.stderr.read() == ""
    process.stderr.close()


def test_a_reader_that_leaves_early_is_no_error(used):
    record = append(None, entry("x" * 1_000), writer="w")
    with used.open("w") as file:
        for _ in range(500):
            file.write(compact(record.as_json()) + "\n")
            record = append(from_json(record.as_json()), entry("x" * 1_000), writer="w")
    ended = subprocess.run(
        ["/bin/sh", "-c", f"{sys.executable} -m xregistry_tui audit --last 500 | head -n 1"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    assert ended.stdout.endswith("x\n")
    assert ended.stderr == ""


def test_the_place_of_the_trail_is_told(used, capsys):
    assert main(["config", "path"]) == 0
    assert f"trail     {used}  (present)" in printed(capsys)
