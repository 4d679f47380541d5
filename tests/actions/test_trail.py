"""What is recorded, what is only counted, and what never leaves the screen."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.store.writing import entry
from xregistry_tui.actions.base import Refused
from xregistry_tui.actions.local import LocalSession
from xregistry_tui.actions.trail import TrailReport, TrailUnreadable
from xregistry_tui.config.model import Settings
from xregistry_tui.core.audit import Reason
from xregistry_tui.resources.base import ResourceBroken
from xregistry_tui.store.file import FileStore
from xregistry_tui.store.trail import JOURNAL
from xregistry_tui.workspace import LONGEST_TEXT, open_workspace

ORDERS = "models.shop.orders"


async def records(session: LocalSession) -> Sequence[Any]:
    result = await session.perform("trail")
    assert result.said == ""
    return result.value


async def test_a_thousand_models_are_one_record_with_counts(session: LocalSession, tmp_path: Path) -> None:
    path = tmp_path / "wide.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("".join(f"CREATE TABLE t{n} (a, b);" for n in range(100)))
    await session.perform("connect", target=str(path))
    (record,) = await records(session)
    assert (record.verb, record.text) == ("connected", "sqlite · 100 models")
    assert {name: record.detail[name] for name in ("models", "registered", "failed")} == {
        "models": 100,
        "registered": 100,
        "failed": 0,
    }


async def test_a_new_version_is_recorded_by_name(connected: LocalSession, shop: Path) -> None:
    with closing(sqlite3.connect(shop)) as connection:
        connection.executescript("ALTER TABLE orders ADD COLUMN note TEXT")
    await connected.perform("discover", resource="shop")
    version = connected.model(ORDERS).version  # type: ignore[union-attr]
    record = (await records(connected))[-1]
    assert version != "1.0.0"
    assert (record.detail["new_versions"], record.detail["versions"]) == (1, {ORDERS: version})
    assert record.detail["registered"] == 0


async def test_reads_and_refreshes_are_counted_and_stand_at_the_end(connected: LocalSession) -> None:
    for _ in range(3):
        await connected.perform("records", model=ORDERS)
    await connected.perform("template", model=ORDERS)
    assert [record.verb for record in await records(connected)] == ["connected"]
    workspace = connected._workspace
    assert {verb: workspace.counted[verb] for verb in ("records", "template", "trail")} == {
        "records": 3,
        "template": 1,
        "trail": 1,
    }
    assert workspace.counted["refresh"] >= 2


async def test_arguments_are_a_fingerprint_and_how_long_it_took_a_number(connected: LocalSession, shop: Path) -> None:
    await connected.perform("connect", target=str(shop))
    await connected.perform("disconnect", resource="shop")
    first, again, other = await records(connected)
    assert first.detail["arguments"] == again.detail["arguments"] != other.detail["arguments"]
    assert first.detail["arguments"].startswith("hmac:")
    assert all(isinstance(record.detail["ms"], int) for record in (first, again, other))
    assert str(shop) not in f"{first}{again}{other}"


async def test_a_value_that_drifted_is_shown_and_never_kept(connected: LocalSession, shop: Path) -> None:
    with closing(sqlite3.connect(shop)) as connection, connection:
        connection.execute("UPDATE orders SET status = 'pending' WHERE status = 'shipped'")
    for _ in range(2):  # one look alone raises no alarm
        await connected.perform("refresh", model=ORDERS)
    await connected.settled()
    assert any("pending" in shown.text for shown in connected.trail())
    assert "pending" not in str(await records(connected))


async def test_a_secret_in_a_text_is_masked_and_a_text_has_an_end(session: LocalSession) -> None:
    workspace = session._workspace
    await workspace.record(None, "failed", "postgresql://ana:hunter2@db/x", "password=hunter2 " + "x" * 9_000)
    (record,) = await records(session)
    assert "hunter2" not in f"{record}{session.trail()}"
    assert len(record.text) == LONGEST_TEXT


async def test_what_an_engine_said_is_shown_and_its_kind_alone_is_kept(session: LocalSession) -> None:
    said = "invalid input for type integer: 'Wonderland'"
    await session._workspace.record(None, "failed", "shop", said, kept=ResourceBroken.__name__)
    assert [shown.text for shown in session.trail()] == [said]
    assert [record.text for record in await records(session)] == ["ResourceBroken"]


async def test_a_proof_says_how_much_there_is_and_how_far_each_chain_goes(connected: LocalSession) -> None:
    result = await connected.perform("verify_trail")
    report: TrailReport = result.value
    assert (report.records, report.flaw, result.said) == (1, None, "1 records, every one fits")
    assert [head.sequence for head in report.heads.values()] == [0]
    (head,) = report.heads.values()
    assert (await connected.perform("verify_trail", hashes=[head.hash])).value.flaw is None


async def test_a_file_is_proven_with_the_heads_beside_it(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    session = LocalSession(open_workspace(Settings(), store=store), "admin")
    await session._workspace.record(None, "registered", "a", "one")
    await session._workspace.record(None, "registered", "b", "two")
    store.path(JOURNAL).write_text(store.path(JOURNAL).read_text().splitlines(keepends=True)[0])
    flaw = (await session.perform("verify_trail")).value.flaw
    assert (flaw.reason, flaw.index, flaw.sequence) == (Reason.CUT, 1, 1)
    await session.close()


async def test_the_trail_is_for_superusers(connected: LocalSession) -> None:
    analyst = LocalSession(connected._workspace, "analyst")
    for verb in ("trail", "verify_trail"):
        with pytest.raises(Refused, match="role analyst lacks AUDIT on audit"):
            await analyst.perform(verb, journal=JOURNAL)


async def test_a_trail_that_cannot_be_read_says_what_to_do(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.path(JOURNAL).mkdir()
    session = LocalSession(open_workspace(Settings(), store=store), "admin")
    for verb in ("trail", "verify_trail"):
        with pytest.raises(TrailUnreadable, match="make it readable for you"):
            await session.perform(verb)
    await session.close()


async def test_trouble_with_the_file_is_a_state_that_listeners_hear_of(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.touch()
    workspace = open_workspace(Settings(), store=FileStore(folder))
    listening = workspace.changes.subscribe(lambda: None)
    workspace.note(None, "registered", "a", entry("x").text)
    listening.take()
    await workspace.record(None, "registered", "a", "one")
    assert "trail" in listening.take()
    assert "cannot be written" in workspace.trail_trouble
    folder.unlink()
    await workspace.close()
    assert workspace.trail_trouble == ""
    assert len(list(FileStore(folder).lines(JOURNAL))) == 2
