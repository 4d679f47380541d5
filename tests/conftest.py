"""What every test stands on: folders of its own, and none of the settings of whoever runs it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.engines.fixtures import fresh, mongo, mongo_servers, postgres, standalone
from xregistry_tui import xregistry

__all__ = ["fresh", "mongo", "mongo_servers", "postgres", "standalone"]

FOLDERS = ("CONFIG", "STATE", "CACHE", "DATA")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder, with the folders of settings, state, cache and data in it."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(folder))
    for name in FOLDERS:
        monkeypatch.setenv(f"XDG_{name}_HOME", str(folder / name.lower()))
    for name in os.environ:
        if name.startswith(("XREGISTRY_", "DYNACONF_", "PG", "DATABASE_URL")) or name.endswith("_FOR_DYNACONF"):
            monkeypatch.delenv(name)
    return folder


@pytest.fixture(autouse=True)
def registry_of_the_module(monkeypatch: pytest.MonkeyPatch) -> xregistry.XRegistry:
    """A registry of its own for every test: the command line works on the module's."""
    fresh = xregistry.XRegistry()
    monkeypatch.setattr(xregistry, "registry", fresh)
    monkeypatch.setattr(xregistry, "register_function", fresh.functions.register)
    return fresh
