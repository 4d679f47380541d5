"""Import discipline: what bypasses the door of a package is found, and what goes through it is not."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.packages import SPEC, USER, write
from xregistry_tui.actions.base import ActionError
from xregistry_tui.actions.lint import lint
from xregistry_tui.cli import main
from xregistry_tui.core.declared import declared, model_names
from xregistry_tui.core.discipline import Controlled, check, controls

MODELS = Controlled("src.models", ("p", "src", "models"), frozenset({"User", "get_model"}))
KNOWN = controls([(MODELS, ["src.models", "models"])])


def said(source: str, folder: str = "p/src/services") -> list[str]:
    found = check(source.encode(), "x.py", tuple(folder.split("/")), KNOWN)
    return [str(finding) for finding in sorted(found)]


@pytest.mark.parametrize(
    "source",
    [
        "from src.models import User, get_model",
        "from src.models import *",
        "from src.models import __all__",
        "import src.models",
        "import src.models as m",
        "from src import models",
        "from ..models import User",
        "from .. import models",
        "from .models.user import User",
        "import src.models_old.user, other.src.models.user",
        "import importlib\nimportlib.import_module('src.models')",
        "import_module(name)\nimport_module()\nimport_module('.user')",
        "'from src.models.user import User'",
    ],
)
def test_what_goes_through_the_door_is_fine(source: str) -> None:
    assert said(source) == []


@pytest.mark.parametrize(
    ("source", "finding"),
    [
        (
            "from src.models.user import User",
            "x.py:1:29: User is imported from src.models.user past src.models (write: from src.models import User)",
        ),
        (
            "from models.user import User as U",
            "x.py:1:25: User is imported from models.user past models (write: from models import User)",
        ),
        (
            "from src.models.user import Base",
            "x.py:1:29: Base is imported from src.models.user past src.models "
            "(src.models does not export Base: add it to its __all__ first)",
        ),
        ("from src.models.user import *", "x.py:1:29: * is imported from src.models.user past src.models"),
        ("import src.models.user", "x.py:1:8: src.models.user is imported past src.models"),
        ("from ..models.user import User", "x.py:1:27: User is imported from src.models.user past src.models"),
        ("from src.models import Base", "x.py:1:24: src.models does not export Base (add it to __all__ of src.models)"),
        ("from ..models import user", "x.py:1:22: src.models does not export user"),
        ("importlib.import_module('src.models.user')", "x.py:1:1: src.models.user is imported past src.models"),
        ("import_module('.user', package='src.models')", "x.py:1:1: src.models.user is imported past src.models"),
        ("__import__(name='src.models.user')", "x.py:1:1: src.models.user is imported past src.models"),
        ("def f():\n    import src.models.deep.er", "x.py:2:12: src.models.deep.er is imported past src.models"),
        ("def f(:\n", "x.py:1:7: is no Python: "),
        ("\0", "x.py:1:1: is no Python"),
    ],
)
def test_what_bypasses_the_door_is_found_with_what_to_write(source: str, finding: str) -> None:
    (found,) = said(source)
    assert found.startswith(finding)


def test_each_name_of_an_import_is_a_finding_of_its_own() -> None:
    source = "from src.models.user import (\n    User,\n    Base,  # xreg: allow\n    Other,\n)\n"
    assert [line.partition(" ")[0] for line in said(source)] == ["x.py:2:5:", "x.py:4:5:"]


def test_a_line_may_be_allowed() -> None:
    assert said("import src.models.user  # xreg: allow") == []
    assert said("from src.models.user import (  # xreg: allow\n    User,\n)") == []
    assert len(said("import src.models.user\n# xreg: allow\n")) == 1


def test_inside_a_package_everything_may_import_everything() -> None:
    for folder in ("p/src/models", "p/src/models/deep"):
        assert said("from src.models.user import Base\nfrom .user import Base\nimport src.models.user", folder) == []


def test_a_name_that_two_packages_may_have_is_of_neither() -> None:
    other = Controlled("lib.models", ("p", "lib", "models"), frozenset())
    known = controls([(MODELS, ["src.models", "models"]), (other, ["lib.models", "models"])])
    assert list(check(b"import models.user", "x.py", ("p",), known)) == []
    assert len(list(check(b"import lib.models.user, src.models.user", "x.py", ("p",), known))) == 2


@given(st.text() | st.binary())
def test_any_text_at_all_is_read_or_is_a_finding(source: str | bytes) -> None:
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    found = list(check(data, "x.py", ("p",), KNOWN))
    assert all(finding.line >= 1 and finding.column >= 1 for finding in found)
    declared(data)


def test_nesting_beyond_reason_is_a_finding() -> None:
    deep = "(" * 5_000 + ")" * 5_000
    assert len(said(deep)) == 1
    assert said("x = " + "-" * 50_000 + "1")[0].startswith("x.py:1:")


@pytest.mark.parametrize(
    ("source", "exports"),
    [
        ("__all__ = ['A', 'B']", {"A", "B"}),
        ("__all__: list[str] = ['A']\n__all__ += ('B',)", {"A", "B"}),
        ("__all__ = [\n'A'\n] + ['B']\n__all__.append('C')\n__all__.extend(['D'])", {"A", "B", "C", "D"}),
        ("__all__ = []", set()),
    ],
)
def test_an_all_is_read_as_it_is_written(source: str, exports: set[str]) -> None:
    assert declared(source.encode()).exports == exports
    assert declared(b"x = 1").exports is None


def test_classes_are_models_through_their_bases_in_any_module() -> None:
    modules = [declared(USER.encode()), declared(b"class Admin(user.User[int]): pass\nclass Other(Plain): pass")]
    assert model_names(modules) == {"Base", "User", "_Hidden", "Admin"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The specification's package with a service that bypasses it, and one that does not; no settings."""
    monkeypatch.chdir(tmp_path)
    bad = "from src.models.user import User\nfrom ..models.product import Product\n"
    return write(
        tmp_path,
        {
            **SPEC,
            "src/services/__init__.py": "",
            "src/services/bad.py": bad,
            "src/services/good.py": "from src.models import User, get_model\n",
            ".venv/lib/bad.py": bad,
            "node_modules/bad.py": bad,
            "build/lib/bad.py": bad,
            "env/pyvenv.cfg": "",
            "env/bad.py": bad,
        },
    )


def test_the_command_prints_findings_and_ends_with_1(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "."]) == 1
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "src/services/bad.py:1:29: User is imported from src.models.user past src.models "
        "(write: from src.models import User)",
        "src/services/bad.py:2:30: Product is imported from src.models.product past src.models "
        "(write: from src.models import Product)",
    ]
    assert err == "xreg-tui: 2 imports bypass src.models\n"


def test_as_a_hook_it_is_given_files(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "src/services/good.py", "src/models/__init__.py"]) == 0
    assert capsys.readouterr() == ("", "")
    assert main(["lint", "src/services/good.py", "src/services/bad.py", "src/services"]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_the_findings_as_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "--json", "src"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["packages"] == ["src.models"]
    assert document["findings"][0] == {
        "path": "src/services/bad.py",
        "line": 1,
        "column": 29,
        "message": "User is imported from src.models.user past src.models",
        "instead": "write: from src.models import User",
    }
    assert main(["lint", "--json", "src/models"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"] == []


def test_a_package_can_be_named(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, {"lib/__init__.py": "", "lib/core/__init__.py": "", "use.py": "import lib.core.deep\n"})
    assert main(["lint", ".", "--package", "lib.core"]) == 1
    assert capsys.readouterr().out.startswith("use.py:1:8: lib.core.deep is imported past lib.core")
    assert main(["lint", ".", "--package", "nowhere"]) == 2
    assert "there is no package nowhere" in capsys.readouterr().err
    with pytest.raises(ActionError):
        lint([project], packages=["nowhere"])


def test_the_settings_packages_are_the_controlled_ones(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        project,
        {
            "settings.toml": "[registry.import_control]\nmodels_path = 'lib/core'\n",
            "lib/core/__init__.py": "",
            "use.py": "import lib.core.deep, core.deep\n",
        },
    )
    assert main(["lint", "."]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 2
    write(project, {"settings.toml": "[access]\nrole = 'x'\n"})
    assert main(["lint", "."]) == 1
    assert "src.models" in capsys.readouterr().err


def test_what_cannot_be_read_is_said_and_ends_with_3(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "gone.py", "src"]) == 3
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2
    assert "gone.py is neither a file nor a folder" in err


@pytest.mark.parametrize("words", [["lint"], ["lint", ".", "--packages", "x"]])
def test_wrong_usage_ends_with_2(words: list[str]) -> None:
    assert main(words) == 2


def test_none_of_the_code_is_run(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, {"src/models/user.py": "open('ran', 'w')\n", "src/models/__init__.py": "1 / 0\n__all__ = ['X']\n"})
    main(["lint", "."])
    assert not Path("ran").exists()


def test_a_link_to_itself_ends(project: Path) -> None:
    os.symlink(project, project / "src" / "loop")
    assert lint([project]).checked == len(list(project.glob("src/[!l]*/*.py"))) + 1


@pytest.mark.long
def test_thousands_of_files_take_time_in_proportion(tmp_path: Path) -> None:
    def took(count: int) -> float:
        folder = tmp_path / str(count)
        files = {f"app/m{n // 50}/f{n}.py": "from src.models.user import User\n" * 20 for n in range(count)}
        write(folder, {**SPEC, **files})
        began = time.perf_counter()
        assert len(lint([folder]).findings) == 20 * count
        return time.perf_counter() - began

    took(100)
    assert took(4_000) < 8 * took(1_000)
