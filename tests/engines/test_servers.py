"""The servers of tests end with the tests, however they end, and are not silently left out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.engines.fixtures import MakeServer, unavailable
from tests.engines.postgres import Postgres

ROOT = Path(__file__).parent.parent.parent
START = "from tests.engines import postgres; s = postgres.start(); print(s.folder, flush=True); input()"


def test_a_server_whose_tests_were_killed_ends_and_leaves_nothing(postgres: Postgres) -> None:
    started = subprocess.Popen(
        [sys.executable, "-c", START], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    folder = Path(started.stdout.readline().strip())
    pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    os.kill(started.pid, signal.SIGKILL)
    started.wait()
    until = time.monotonic() + 60
    while folder.exists() or Path(f"/proc/{pid}").exists():
        assert time.monotonic() < until, "the server goes on, or its folder is still there"
        os.sched_yield()


def test_no_test_server_runs_as_root(postgres: Postgres) -> None:
    owner = (postgres.folder / "data" / "postmaster.pid").stat().st_uid
    assert owner != 0


def test_what_cannot_be_had_is_skipped_here_and_fails_where_everything_should_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no engine"):
        unavailable("no engine")
    monkeypatch.setenv("CI", "1")
    with pytest.raises(pytest.fail.Exception, match="no engine"):
        unavailable("no engine")


def test_a_mongodb_server_survives_its_power_failure(mongo_servers: MakeServer) -> None:
    server = mongo_servers(replicas=False)
    with server.client() as client:
        client["power"]["t"].insert_one({"_id": 1})
        client.admin.command("fsync")
    server.kill()
    server.run()
    with server.client() as client:
        assert client["power"]["t"].find_one() == {"_id": 1}
        client.drop_database("power")
    assert (server.folder / "data" / "mongod.lock").stat().st_uid != 0


def test_a_mongodb_server_that_asks_who_comes(mongo_servers: MakeServer) -> None:
    with mongo_servers(replicas=False, secure=True).client() as client:
        assert client.admin.command("connectionStatus")["authInfo"]["authenticatedUsers"]
