"""Whose code may run: a record that is believed only while it is whole and one's own."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xregistry_tui.config.trust import TrustError, trust, trust_file, trusted, untrust

NOON = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.UTC)


def test_nobody_is_trusted_at_first_and_looking_writes_nothing(tmp_path: Path) -> None:
    assert tmp_path not in trusted()
    assert trusted().problem == ""
    assert not trust_file().exists()


def test_trust_is_in_one_folder_by_its_resolved_path_until_it_is_taken_back(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    os.symlink(tmp_path / "a", tmp_path / "link")
    trust(tmp_path / "link", NOON)
    assert tmp_path / "a" in trusted()
    assert tmp_path / "a" / "b" / ".." in trusted()
    assert tmp_path / "a" / "b" not in trusted()
    assert tmp_path not in trusted()
    assert json.loads(trust_file().read_text()) == {str(tmp_path / "a"): "2026-01-02T12:00:00+00:00"}
    assert untrust(tmp_path / "a")
    assert tmp_path / "a" not in trusted()
    assert not untrust(tmp_path / "a")


@pytest.mark.skipif(os.name != "posix", reason="permission bits")
def test_only_its_owner_reads_the_record_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    trust(tmp_path, NOON)
    assert trust_file().stat().st_mode & 0o777 == 0o600
    assert [path.name for path in trust_file().parent.iterdir()] == ["trusted.json"]


@pytest.mark.skipif(os.name != "posix", reason="permission bits")
def test_a_record_that_others_can_write_counts_for_nothing(tmp_path: Path) -> None:
    trust(tmp_path, NOON)
    trust_file().chmod(0o666)
    assert tmp_path not in trusted()
    assert "others can write this record" in trusted().problem


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"/a": 1}', "null", "\xff", "[" * 100_000])
def test_a_damaged_record_trusts_nobody_and_says_so(tmp_path: Path, damage: str) -> None:
    trust(tmp_path, NOON)
    trust_file().write_text(damage, "latin-1")
    assert tmp_path not in trusted()
    assert "is damaged, so no folder is trusted" in trusted().problem
    trust(tmp_path, NOON)
    assert tmp_path in trusted()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=8).filter(lambda name: not {0, 47} & set(name)), max_size=5))
def test_any_name_of_a_folder_is_remembered(names: list[bytes]) -> None:
    folders = [Path("/nowhere") / os.fsdecode(b"x" + name) for name in names]
    for folder in folders:
        trust(folder, NOON)
    assert all(folder in trusted() for folder in folders)


def test_a_record_that_cannot_be_written_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with pytest.raises(TrustError, match="cannot be written"):
        trust(tmp_path, NOON)
    assert "cannot be read" in trusted().problem
