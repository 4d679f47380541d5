"""The user's own code at the start: what is imported, what is asked first, and what of it fails."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.packages import SPEC, forgotten, write
from xregistry_tui import xregistry
from xregistry_tui.actions.base import ActionError, Refused
from xregistry_tui.cli import main
from xregistry_tui.cli.opening import Code, Opened, open_bare, open_session
from xregistry_tui.config.trust import trust_file, trusted

SETTINGS = "[access]\nrole = 'admin'\n"
FUNCTIONS = (
    "from xregistry_tui import register_function\n\n@register_function(namespace='math')\ndef add(a, b): return a + b\n"
)
TYPES = "from typing import Annotated\nfrom pydantic import Field\nPositive = Annotated[int, Field(gt=0)]\n"
PROJECT = {
    **SPEC,
    "settings.toml": SETTINGS,
    "src/models/functions.py": FUNCTIONS,
    "src/types/__init__.py": f"{TYPES}__all__ = ['Positive']\n",
}
USER, PRODUCT, ADD = "models.user.User", "models.product.Product", "functions.math.add"
TRUSTING = Code(trust=True)
Open = Callable[..., Awaitable[Opened]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project with models, a function and types of its own, and a database."""
    monkeypatch.chdir(write(tmp_path, PROJECT))
    with closing(sqlite3.connect("shop.sqlite")) as connection:
        connection.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT)")
    with forgotten():
        yield tmp_path


@pytest.fixture
async def opened(folder: Path) -> AsyncIterator[Open]:
    """Opens a session on the project's database, trusted unless told otherwise, once the one before is closed."""
    sessions: list[Opened] = []

    async def one(settings: str = "", *, code: Code = TRUSTING) -> Opened:
        (folder / "settings.toml").write_text(SETTINGS + settings)
        for session in sessions:
            await session.session.close()
        sessions.append(await open_session(None, {}, ["shop.sqlite"], code))
        await sessions[-1].session.settled()
        return sessions[-1]

    yield one
    for session in sessions:
        await session.session.close()


def found(one: Opened) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {name: (imported.status, imported.found) for name, imported in one.workspace.imports.items()}


async def test_a_trusted_projects_models_functions_and_types_are_there(opened: Open) -> None:
    one = await opened()
    assert found(one) == {
        "src.models": ("ready", (ADD, PRODUCT, USER)),
        "src.types": ("ready", ("types.constraint.Positive",)),
    }
    assert one.workspace.imports["src.models"].reason == "1 model is in no __all__: src.models.user.Base"
    assert one.session.model(USER) is not None
    assert one.session.imports() == tuple(one.workspace.imports.values())
    assert ("imported", "src.types", "types · 1 item") in [(e.verb, e.subject, e.text) for e in one.session.trail()]


async def test_an_untrusted_project_runs_nothing_and_the_session_carries_on(opened: Open, folder: Path) -> None:
    one = await opened(code=Code())
    assert not any(name.partition(".")[0] == "src" for name in sys.modules)
    assert found(one) == {"src.models": ("untrusted", ()), "src.types": ("untrusted", ())}
    imported = one.workspace.imports["src.models"]
    assert imported.folder == str(folder)
    assert imported.reason == f"nothing of it was imported: trust {folder}, or start with --trust for this time"
    assert one.session.resource("shop").status == "live"
    assert not trust_file().exists()


async def test_trusting_imports_what_waited_makes_its_bindings_and_is_remembered(opened: Open, folder: Path) -> None:
    binding = f"[[bindings]]\nmodel = '{USER}'\nresource = 'shop'\ncollection = 'users'\n"
    one = await opened(binding, code=Code())
    heard: set[str] = set()
    subscription = one.session.subscribe(lambda: None)
    result = await one.session.perform("trust", folder=str(folder))
    heard |= subscription.take()
    assert [imported.status for imported in result.value] == ["ready", "ready"]
    assert {"tree", "imports"} <= heard
    assert USER in {view.binding.model for view in one.session.bindings()}
    assert folder in trusted()
    assert ("trusted", str(folder)) in [(entry.verb, entry.subject) for entry in one.session.trail()]
    again = await opened(code=Code())
    assert found(again)["src.models"][0] == "ready"
    assert (await again.session.perform("untrust", folder=str(folder))).value is True
    assert (await again.session.perform("untrust", folder=str(folder))).value is False
    assert found(await opened(code=Code()))["src.models"][0] == "untrusted"


async def test_trust_is_no_business_of_every_role(opened: Open, folder: Path) -> None:
    one = await opened(code=Code())
    one.session._role = "analyst"
    for verb in ("trust", "untrust"):
        with pytest.raises(Refused, match=f"role analyst lacks TRUST on {folder}"):
            await one.session.perform(verb, folder=str(folder))
    assert folder not in trusted()


async def test_a_folder_that_is_not_there_cannot_be_trusted(opened: Open) -> None:
    one = await opened(code=Code())
    with pytest.raises(ActionError, match="there is no folder nowhere"):
        await one.session.perform("trust", folder="nowhere")


async def test_a_damaged_record_is_said_where_trust_is_asked_for(opened: Open) -> None:
    trust_file().parent.mkdir(parents=True)
    trust_file().write_text("{")
    one = await opened(code=Code())
    assert "is damaged, so no folder is trusted" in one.workspace.imports["src.models"].reason


@pytest.mark.parametrize(
    ("settings", "there", "absent"),
    [
        ("[registry]\nauto_discover_models = false\n", ["types.constraint.Positive"], [USER, ADD]),
        ("[registry]\nauto_register_functions = false\n", [USER], [ADD]),
        ("[registry.models]\nauto_register_on_import = false\n", [ADD], [USER]),
        ("[registry.import_control]\nauto_discover_on_startup = false\n", [], [USER, ADD, "types.constraint.Positive"]),
        ("[registry.import_control]\nstrict_mode = false\n", [USER, "models.user.Base"], []),
        ("[registry.import_control]\nstrict_mode = true\n", [USER], ["models.user.Base"]),
        (
            "[registry.import_control]\ntypes_path = 'src/models'\nmodels_path = ''\n",
            ["types.composite.User"],
            [ADD, USER],
        ),
    ],
)
async def test_each_setting_has_its_effect(opened: Open, settings: str, there: list[str], absent: list[str]) -> None:
    await opened(settings)
    registry = xregistry.registry
    held = {*registry.models, *registry.functions, *registry.types}
    assert set(there) <= held
    assert not held & set(absent)


async def test_what_fails_is_a_state_with_its_place_and_never_a_crash(opened: Open, folder: Path) -> None:
    write(folder, {"src/models/broken.py": "1 / 0\n", "src/types/__init__.py": "raise SystemExit(9)\n"})
    one = await opened()
    assert found(one)["src.models"] == ("partial", (ADD, PRODUCT, USER))
    reason = one.workspace.imports["src.models"].reason
    assert reason.startswith("src.models.broken: ZeroDivisionError: division by zero (")
    assert f"{folder}/src/models/broken.py:1" in reason
    assert one.workspace.imports["src.types"].status == "failed"
    assert one.workspace.imports["src.types"].reason.startswith("SystemExit: 9 (")
    assert one.session.resource("shop").status == "live"


async def test_a_package_that_is_not_there_is_a_state(opened: Open) -> None:
    one = await opened("[registry.import_control]\nmodels_path = 'nowhere.models'\ntypes_path = 'src/typos'\n")
    assert "No module named 'nowhere'" in one.workspace.imports["nowhere.models"].reason
    assert "there is no package at" in one.workspace.imports["src/typos"].reason


async def test_another_package_of_the_same_name_is_not_taken_for_it(opened: Open, tmp_path_factory) -> None:
    sys.path.insert(0, str(write(tmp_path_factory.mktemp("other"), {"src/models/__init__.py": ""})))
    write(Path(sys.path[0]), {"src/__init__.py": ""})
    one = await opened()
    assert one.workspace.imports["src.models"].status == "failed"
    assert "rename it, or uninstall the other" in one.workspace.imports["src.models"].reason


APP = """
from xregistry_tui import XRegistry
print("hello from the app")
own = XRegistry()
own.register_function(len, name="length", namespace="text")
made = lambda: own
class Holder:
    inner = own
def wrong(): return 3
def failing(): raise RuntimeError("no luck")
async def later(): return own
"""


@pytest.mark.parametrize("name", ["own", "made", "Holder.inner"])
async def test_the_app_is_a_registry_or_what_gives_one(opened: Open, folder: Path, name: str) -> None:
    write(folder, {"app.py": APP})
    one = await opened(code=Code(app=f"app:{name}"))
    assert one.workspace.registry is sys.modules["app"].own
    assert found(one)[f"app:{name}"] == ("ready", ("functions.text.length",))
    assert found(one)["src.models"] == ("untrusted", ())
    assert one.session.function("functions.text.length") is not None


@pytest.mark.parametrize(
    ("app", "reason"),
    [
        ("app:wrong", "is a int: name an XRegistry"),
        ("app:failing", "RuntimeError: no luck"),
        ("app:later", "is a coroutine: name an XRegistry"),
        ("app:gone", "has no attribute 'gone'"),
        ("nowhere_at_all:x", "No module named 'nowhere_at_all'"),
    ],
)
async def test_an_app_that_fails_is_a_state_and_headless_code_3(
    opened: Open, folder: Path, capsys: pytest.CaptureFixture[str], app: str, reason: str
) -> None:
    write(folder, {"app.py": APP})
    one = await opened(code=Code(app=app))
    assert one.workspace.imports[app].status == "failed"
    assert reason in one.workspace.imports[app].reason
    assert one.workspace.registry is xregistry.registry


def test_headless_an_app_that_fails_is_one_line_and_code_3(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder, {"app.py": APP, "settings.toml": "[registry.import_control]\nauto_discover_on_startup = false\n"})
    for words in (["profile", "shop.sqlite"], ["demo"]):
        assert main(["--app", "app:failing", *words]) == 3
        out, err = capsys.readouterr()
        assert out == ""
        assert "xreg-tui: --app app:failing: RuntimeError: no luck" in err.splitlines()[-1]


def test_headless_commands_never_ask_and_say_what_was_not_imported(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, {"src/models/loud.py": "print('printed while imported')\n"})
    assert main(["profile", "shop.sqlite", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["collections"]
    assert err.splitlines() == [
        f"xreg-tui: {name}: nothing of it was imported: trust {folder}, or start with --trust for this time"
        for name in ("src.models", "src.types")
    ]
    assert main(["--trust", "profile", "shop.sqlite", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["collections"]
    assert err == "printed while imported\n"
    assert not trust_file().exists()


def test_the_command_line_works_on_the_registry_of_the_module(folder: Path) -> None:
    assert open_bare(None, {}).workspace.registry is xregistry.registry
