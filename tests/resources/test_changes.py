"""The change token: the same while nothing changed, another after a commit, and free of charge when quiet."""

from __future__ import annotations

import os
import sqlite3

import pytest

from tests.resources.conftest import Connected, Database
from xregistry_tui.resources.base import ResourceGone


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
async def test_a_commit_changes_the_token_and_nothing_else_does(
    database: Database, connected: Connected, mode: str
) -> None:
    path = database(f"PRAGMA journal_mode = {mode}; CREATE TABLE t (a)")
    resource = await connected(path)
    token = await resource.change_token()
    await resource.shape("t")
    assert await resource.change_token("t") == token
    writer = sqlite3.connect(path)
    tokens = {token}
    for number in range(20):
        writer.execute("INSERT INTO t VALUES (?)", (number,))
        writer.commit()
        tokens.add(await resource.change_token())
    assert len(tokens) == 21, "every commit is noticed, however quickly they follow"
    writer.close()


async def test_a_touched_file_that_did_not_change_keeps_its_token(database: Database, connected: Connected) -> None:
    path = database("CREATE TABLE t (a)")
    resource = await connected(path)
    token = await resource.change_token()
    os.utime(path, (1, 1))
    assert await resource.change_token() == token


async def test_a_quiet_file_is_not_opened_again(
    database: Database, connected: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = database("CREATE TABLE t (a)")
    os.utime(path, (1, 1))
    resource = await connected(path)
    token = await resource.change_token()
    monkeypatch.setattr(sqlite3, "connect", None)
    monkeypatch.setattr(type(resource), "_ask", None)
    assert await resource.change_token() == token


async def test_a_replaced_file_has_another_token(database: Database, connected: Connected) -> None:
    path = database("CREATE TABLE t (a)")
    resource = await connected(path)
    token = await resource.change_token()
    os.replace(database("CREATE TABLE t (a)", "new.sqlite"), path)
    assert await resource.change_token() != token
    path.unlink()
    with pytest.raises(ResourceGone):
        await resource.change_token()
