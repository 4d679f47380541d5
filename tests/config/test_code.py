"""Which packages of the user's own code the settings name, where they lie, and who has to trust them first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.packages import write
from xregistry_tui.config import load
from xregistry_tui.config.code import Package, packages
from xregistry_tui.config.places import user_file

MODELS = "[registry.import_control]\nmodels_path = {!r}\ntypes_path = ''\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Package, ...]]:
    """Writes settings and files into a project, and gives the packages that they name."""

    def named(settings: str, **files: str) -> tuple[Package, ...]:
        write(tmp_path, {"settings.toml": settings, **{name.replace("__", "/"): "" for name in files}})
        return packages(load())

    monkeypatch.chdir(tmp_path)
    return named


def test_without_settings_of_a_project_nothing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path, {"src/models/__init__.py": "", "src/types/__init__.py": ""}))
    assert packages(load()) == ()


def test_the_default_counts_where_it_is_beside_the_projects_settings(project, tmp_path: Path) -> None:
    assert project("[access]\nrole = 'x'\n") == ()
    write(tmp_path, {"src/models/__init__.py": ""})
    (found,) = project("[access]\nrole = 'x'\n")
    assert (found.kind, found.module, found.root, found.folder) == ("models", "src.models", tmp_path, tmp_path)
    write(tmp_path, {"src/types/__init__.py": ""})
    assert [package.module for package in project("")] == ["src.models", "src.types"]


@pytest.mark.parametrize(
    ("written", "files", "root", "module"),
    [
        ("src/models", ["src/models/user.py"], "", "src.models"),
        ("src/models", ["src/__init__.py", "src/models/__init__.py"], "", "src.models"),
        ("src/shop/models", ["src/shop/__init__.py", "src/shop/models/__init__.py"], "src", "shop.models"),
        ("./models", ["models/__init__.py"], "", "models"),
        ("models", ["models/__init__.py"], "", "models"),
        ("shop.models", ["shop/models/__init__.py"], "", "shop.models"),
        ("shop/models.py", ["shop/__init__.py", "shop/models.py"], "", "shop.models"),
        ("shop/models", ["shop/models.py"], "", "shop.models"),
        ("a/../src/models/", ["src/models/__init__.py"], "", "src.models"),
    ],
)
def test_a_path_or_a_dotted_name_is_found_from_the_settings_folder(
    project, tmp_path: Path, written: str, files: list[str], root: str, module: str
) -> None:
    write(tmp_path, dict.fromkeys(files, ""))
    (found,) = project(MODELS.format(written))
    assert (found.module, found.root, found.folder, found.problem) == (module, tmp_path / root, tmp_path, "")


def test_an_installed_package_is_found_as_any_and_trusted_as_any(project, tmp_path: Path) -> None:
    (found,) = project(MODELS.format("shop.models"))
    assert (found.module, found.root, found.place, found.folder) == ("shop.models", None, None, tmp_path)


def test_what_is_not_there_or_has_no_name_is_a_problem_that_says_what_to_do(project, tmp_path: Path) -> None:
    (found,) = project(MODELS.format("src/modles"))
    assert found.problem == (
        f"there is no package at {tmp_path}/src/modles; create it, or correct registry.import_control.models_path"
    )
    write(tmp_path, {"my-models/__init__.py": ""})
    (found,) = project(MODELS.format("my-models"))
    assert "rename it" in found.problem


def test_settings_of_ones_own_and_an_absolute_path_in_a_variable_are_ones_own_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write(tmp_path, {"models/__init__.py": ""}))
    variable = "XREGISTRY_REGISTRY__IMPORT_CONTROL__MODELS_PATH"
    monkeypatch.setenv(variable, str(tmp_path / "models"))
    assert [(found.module, found.folder) for found in packages(load())] == [("models", None)]
    monkeypatch.setenv(variable, "models")
    assert [found.folder for found in packages(load())] == [tmp_path]
    monkeypatch.delenv(variable)
    write(user_file().parent, {"settings.toml": MODELS.format("models"), "models/__init__.py": ""})
    assert [(found.module, found.folder) for found in packages(load())] == [("models", None)]


def test_naming_a_settings_file_reads_it_and_trusts_none_of_its_code(tmp_path: Path) -> None:
    write(tmp_path, {"other.toml": MODELS.format("models"), "models/__init__.py": ""})
    assert [found.folder for found in packages(load(tmp_path / "other.toml"))] == [tmp_path]


@pytest.mark.parametrize(
    ("settings", "kinds"),
    [
        ("", ["models", "types"]),
        ("[registry]\nauto_discover_models = false\n", ["types"]),
        ("[registry]\nauto_discover = false\n", ["types"]),
        ("[registry.import_control]\nauto_discover_on_startup = false\n", []),
    ],
)
def test_discovery_can_be_turned_off(project, tmp_path: Path, settings: str, kinds: list[str]) -> None:
    write(tmp_path, {"src/models/__init__.py": "", "src/types/__init__.py": ""})
    assert [found.kind for found in project(settings)] == kinds
