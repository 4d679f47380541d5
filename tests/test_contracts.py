"""The floors of the house hold, and nothing is imported before it is needed."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCREEN = {"textual", "rich"}
SETTINGS = {"pydantic", "dynaconf"}
DRIVERS = {"sqlite3", "asyncpg", "motor", "pymongo"}

SPY = """
import json, sys
before = set(sys.modules)
{code}
loaded = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(json.dumps(sorted(loaded)), file=sys.stderr)
"""


def loaded_by(code: str, folder: Path) -> set[str]:
    """The top-level packages that a fresh interpreter has loaded after the code."""
    ended = subprocess.run(
        [sys.executable, "-c", SPY.format(code=code)], capture_output=True, text=True, check=False, cwd=folder
    )
    assert ended.returncode == 0, ended.stderr
    return set(json.loads(ended.stderr.splitlines()[-1]))


def test_the_import_contracts_hold():
    ended = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", ROOT / "pyproject.toml"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["profile", "--help"], ["--wrong"]])
def test_what_only_prints_loads_nothing_heavy(words, tmp_path):
    loaded = loaded_by(f"from xregistry_tui.cli import main; main({words!r})", tmp_path)
    assert not loaded & (SCREEN | SETTINGS | DRIVERS | {"asyncio", "logging", "platformdirs"})


def test_the_package_alone_loads_nothing(tmp_path):
    loaded = loaded_by("import xregistry_tui", tmp_path)
    assert not loaded & (SCREEN | SETTINGS | DRIVERS | {"asyncio", "inspect", "dataclasses", "pathlib", "logging"})


def test_headless_commands_never_load_a_screen(tmp_path):
    with sqlite3.connect(tmp_path / "a.sqlite") as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    code = "from xregistry_tui.cli import main; assert main(['profile', 'a.sqlite', '--json']) == 0"
    loaded = loaded_by(code, tmp_path)
    assert not loaded & SCREEN
    assert not loaded & {"asyncpg", "motor", "pymongo"}


def test_settings_load_no_screen_and_no_driver(tmp_path):
    loaded = loaded_by("from xregistry_tui.cli import main; main(['config', 'show'])", tmp_path)
    assert not loaded & (SCREEN | DRIVERS)


def test_the_dashboard_is_painted_before_anything_heavy_is_loaded(tmp_path):
    loaded = loaded_by("import xregistry_tui.tui.app, xregistry_tui.cli.opening, xregistry_tui.logs", tmp_path)
    assert not loaded & (SETTINGS | DRIVERS)


def test_no_driver_is_loaded_before_a_resource_connects(tmp_path):
    code = (
        "from pathlib import Path\n"
        "from xregistry_tui.cli.opening import open_bare\n"
        "from xregistry_tui.resources.factory import ResourceFactory\n"
        "open_bare(None, {}); ResourceFactory.from_url('a.sqlite')\n"
        "ResourceFactory.from_url('postgresql://ana@db/shop')"
    )
    assert not loaded_by(code, tmp_path) & (DRIVERS - {"sqlite3"})
