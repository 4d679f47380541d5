"""What is built is what runs: the wheel in an empty environment, started from another folder."""

from __future__ import annotations

import json
import os
import site
import sqlite3
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without an index by the build tools that are installed."""
    out = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT], cwd=out)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`xreg-tui` of an environment that holds the wheel; its dependencies are those of this one."""
    folder = tmp_path_factory.mktemp("empty") / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index"]
    run([*pip, "--disable-pip-version-check", wheel], cwd=folder)
    (packages,) = folder.glob("lib/python*/site-packages")
    # behind the wheel's own package on the path: a plain folder, so that an editable install in it stays inert
    (packages / "dependencies.pth").write_text("\n".join(site.getsitepackages()))
    return folder / "bin" / "xreg-tui"


def run(command: list[object], cwd: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    ended = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, cwd=cwd, env=environment
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_the_wheel_has_the_settings_the_themes_and_the_licence(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "xregistry_tui/_packaged/settings.toml" in names
    assert {f"xregistry_tui/_packaged/themes/{path.name}" for path in (ROOT / "themes").glob("*.toml")} <= names
    assert {"xregistry_tui/py.typed", "xregistry_tui/demo/shop.sql"} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any(name.startswith("tests") for name in names)


def test_it_needs_what_it_says_and_no_more(wheel):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    archive = zipfile.ZipFile(wheel)
    (metadata,) = (name for name in archive.namelist() if name.endswith("METADATA"))
    lines = archive.read(metadata).decode().splitlines()
    needed = [line.removeprefix("Requires-Dist: ") for line in lines if line.startswith("Requires-Dist:")]
    assert len([line for line in needed if "extra ==" not in line]) == len(project["dependencies"])


def test_it_starts_from_another_folder(installed, tmp_path):
    with sqlite3.connect(tmp_path / "shop.sqlite") as connection:
        connection.executescript("CREATE TABLE orders (id INTEGER PRIMARY KEY); INSERT INTO orders VALUES (1), (2);")
    connection.close()
    assert "examples:" in run([installed, "--help"], tmp_path)
    packaged = run([installed, "config", "path"], tmp_path).splitlines()[0]
    assert str(installed.parent.parent) in packaged
    assert "_packaged/settings.toml  (read)" in packaged
    document = json.loads(run([installed, "profile", "shop.sqlite", "--json"], tmp_path))
    assert document["collections"][0]["rows"]["value"] == 2


def test_the_themes_are_found_where_it_is_installed(installed, tmp_path):
    code = (
        "from xregistry_tui.config import packaged; print(*sorted(p.name for p in packaged('themes').glob('*.toml')))"
    )
    found = run([installed.with_name("python"), "-c", code], tmp_path).split()
    assert found == sorted(path.name for path in (ROOT / "themes").glob("*.toml"))


def test_the_readmes_first_two_blocks_set_up_and_run():
    blocks = (ROOT / "README.md").read_text("utf-8").split("```sh\n")[1:3]
    demo, tests = (block.partition("\n```")[0] for block in blocks)
    assert demo.endswith(".venv/bin/xreg-tui demo")
    assert tests.endswith(".venv/bin/pytest -q")
