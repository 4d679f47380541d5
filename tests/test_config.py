"""Settings: five places, one model, every value with the place it came from, and mistakes said in one line."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xregistry_tui.config import SettingsError, load, packaged
from xregistry_tui.config.masking import MASK, mask, mask_text
from xregistry_tui.config.model import ALIASES, UNPREFIXED, Settings, flat
from xregistry_tui.config.places import line_of, places, user_file

SPEC_BLOCK = """
[registry]
auto_discover_models = true
auto_register_functions = true
enable_enrichment = true
enrichment_refresh_interval = 300  # 5 minutes

[registry.functions]
default_permissions = ["execute"]
track_execution = true
execution_timeout = 30  # seconds

[registry.models]
default_permissions = ["read", "list"]
enable_versioning = true
max_version_history = 10
auto_generate_ui = true

[registry.types]
enable_validators = true
cache_validated_values = true
validation_cache_ttl = 3600  # 1 hour

[registry.enrichment]
auto_refresh = true
refresh_interval = 300  # 5 minutes
sample_size = 100
enable_categorical_detection = true
categorical_threshold = 100  # max distinct values

[registry.import_control]
models_path = "src/models"
types_path = "src/types"
auto_discover_on_startup = true
strict_mode = true  # Enforce __all__ exports
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Writes the project's settings and stands in its folder."""
    monkeypatch.chdir(tmp_path)

    def write(text: str, name: str = "settings.toml", mode: int = 0o600) -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        path.chmod(mode)
        return path

    return write


def problem(explicit: Path | None = None) -> str:
    with pytest.raises(SettingsError) as raised:
        load(explicit)
    return str(raised.value)


def test_the_packaged_file_documents_every_key_with_its_default(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    text = packaged("settings.toml").read_text("utf-8")
    written = {key for key in flat(Settings()) if line_of(packaged("settings.toml"), key)}
    assert written | {"resources", "bindings"} == set(flat(Settings()))
    assert load().settings == Settings.model_validate(tomllib.loads(text)) == Settings()
    assert all(alias.rsplit(".", 1)[1] in text for alias in ALIASES)


def test_the_examples_in_the_packaged_file_are_valid(project):
    text = packaged("settings.toml").read_text("utf-8")
    examples = re.findall(r"^# (\[\[.*|\w+ = .*|\"\w+\" = .*)$", text, re.MULTILINE)
    example = project("\n".join(line for line in examples if not line.startswith('"')))
    settings = load(example).settings
    assert [resource.name for resource in settings.resources] == ["shop", "archive", "warehouse"]
    assert settings.bindings[0].model == "models.demo.Order"


def test_the_block_of_the_specification_loads_as_it_is(project):
    path = project(SPEC_BLOCK)
    loaded = load()
    assert loaded.settings == Settings()
    assert loaded.sources["registry.enrichment.sample_size"] == str(path)


def test_the_extra_keys_of_the_specification_load(project):
    project(
        "[registry]\nnamespace_prefix = 'app'\ncache_ttl = 60\nauto_discover = false\n"
        "[registry.functions]\nmax_call_history = 5\ntrack_performance = false\n"
        "[registry.models]\nauto_register_on_import = false\ntrack_versions = false\n"
        "[registry.types]\nvalidate_on_register = false\nallow_override = true\n"
    )
    registry = load().settings.registry
    assert (registry.namespace_prefix, registry.types.validation_cache_ttl) == ("app", 60)
    assert (registry.auto_discover_models, registry.models.enable_versioning) == (False, False)
    assert (registry.functions.max_call_history, registry.types.allow_override) == (5, True)


def test_each_place_wins_over_the_ones_below_it(project, monkeypatch):
    key = "registry.enrichment.sample_size"
    seen = []
    for place in range(5):
        if place == 1:
            user_file().parent.mkdir(parents=True)
            user_file().write_text("[registry.enrichment]\nsample_size = 1\n")
        if place == 2:
            project("[registry.enrichment]\nsample_size = 2\n")
        if place == 3:
            monkeypatch.setenv("XREGISTRY_REGISTRY__ENRICHMENT__SAMPLE_SIZE", "3")
        loaded = load(flags={key: 4} if place == 4 else None)
        seen.append((loaded.settings.registry.enrichment.sample_size, Path(loaded.sources[key]).name))
    variable = "XREGISTRY_REGISTRY__ENRICHMENT__SAMPLE_SIZE"
    files = [(100, "settings.toml"), (1, "settings.toml"), (2, "settings.toml")]
    assert seen == [*files, (3, variable), (4, "command line")]


def test_a_place_changes_only_what_it_sets(project):
    project("[registry.functions]\ndefault_permissions = ['view']\n[tui.keymap]\n'explore.filter' = 'f'\n")
    settings = load(flags={"tui.keymap.quit": "Q"}).settings
    assert settings.registry.functions.default_permissions == ("view",)
    assert settings.registry.functions.execution_timeout == 30
    assert settings.tui.keymap == {"explore.filter": "f", "quit": "Q"}


def test_the_nearest_file_upward_is_the_projects(project, tmp_path, monkeypatch):
    project("[access]\nrole = 'analyst'\n")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert load().settings.access.role == "analyst"
    (tmp_path / "a" / "settings.toml").write_text("[access]\nrole = 'ops'\n")
    assert load().settings.access.role == "ops"


def test_settings_of_another_program_are_left_alone_and_said(project):
    path = project("[default]\ndebug = true\n")
    loaded = load()
    assert loaded.settings == Settings()
    assert str(path) in loaded.notes[0]


def test_a_misspelt_table_is_not_taken_for_another_programs(project):
    project("[acces]\nrole = 'x'\n")
    assert problem().endswith("settings.toml:1: unknown key acces; did you mean access?")


def test_an_unknown_key_is_refused_with_file_line_and_the_nearest_key(project):
    path = project("[registry.enrichment]\nsample_sise = 5\n")
    assert problem() == (
        f"{path}:2: unknown key registry.enrichment.sample_sise; did you mean registry.enrichment.sample_size?"
    )


def test_an_unknown_variable_is_refused_by_its_name(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XREGISTRY_TUI__THEM", "light")
    assert problem() == "XREGISTRY_TUI__THEM: unknown key tui.them; did you mean tui.theme?"


def test_all_mistakes_are_found_at_once(project):
    project("[registry]\nfoo = 1\nbar = 2\n[tui]\nbaz = 3\n")
    with pytest.raises(SettingsError) as raised:
        load()
    assert len(raised.value.problems) == 3
    assert "2 more" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tui]\nmouse = 'sometimes'\n", "settings.toml:2: tui.mouse: input should be a valid boolean"),
        (
            "[registry.models]\nmax_version_history = 0\n",
            "max_version_history: input should be greater",
        ),
        ("registry = 3\n", "settings.toml:1: registry is a table: write [registry]"),
        ("[store]\nurl = 'postgresql://a:b@h/x'\n", "store.url: input should be 'memory:'"),
        ("[[resources]]\nname = 'a'\n", "needs either url, or kind with options"),
        ("[[resources]]\nname = 'a'\nurl = 'x'\n[[resources]]\nname = 'a'\nurl = 'y'\n", "two resources are named 'a'"),
        ("[[resources]]\nurl = 'x'\nname = 'a'\ncolour = 1\n", "resources[0].colour: extra inputs are not permitted"),
        ("[tui]\nmouse = \n", "is not valid TOML: invalid value (at line 2"),
    ],
)
def test_a_wrong_value_is_said_with_its_place(project, text, said):
    project(text)
    assert said in problem()
    assert "a:b@" not in problem()


def test_a_file_that_is_not_there_or_cannot_be_read_is_said(tmp_path):
    assert "No such file" in problem(tmp_path / "none.toml")
    (tmp_path / "folder.toml").mkdir()
    assert "Is a directory" in problem(tmp_path / "folder.toml")
    (tmp_path / "latin.toml").write_bytes(b"[tui]\ntheme = '\xe9'\n")
    assert "is not UTF-8 text" in problem(tmp_path / "latin.toml")


def test_two_names_of_one_setting_that_differ_are_an_error_naming_both(project):
    project("[registry]\nenrichment_refresh_interval = 60\n[registry.enrichment]\nrefresh_interval = 300\n")
    said = problem()
    assert "registry.enrichment_refresh_interval and registry.enrichment.refresh_interval" in said


def test_a_second_name_gives_way_to_a_higher_place(project, monkeypatch):
    project("[registry]\nenrichment_refresh_interval = 60\n")
    assert load().settings.registry.enrichment.refresh_interval == 60
    monkeypatch.setenv("XREGISTRY_REGISTRY__ENRICHMENT__REFRESH_INTERVAL", "5")
    assert load().settings.registry.enrichment.refresh_interval == 5


def test_variables_are_read_as_toml_values(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XREGISTRY_ACCESS__SUPERUSER_ROLES", '["admin", "ops"]')
    monkeypatch.setenv("XREGISTRY_TUI__MOUSE", "False")
    monkeypatch.setenv("XREGISTRY_ACCESS__ROLE", "7")
    monkeypatch.setenv("XREGISTRY_TUI__KEYMAP__QUIT", "Q")
    settings = load().settings
    assert settings.access.superuser_roles == ("admin", "ops")
    assert (settings.tui.mouse, settings.access.role, settings.tui.keymap) == (False, "7", {"quit": "Q"})


def test_older_unprefixed_variables_are_not_read_but_told_their_new_name(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENRICHMENT_SAMPLE_SIZE", "5")
    monkeypatch.setenv("MODEL_REGISTRY_DEFAULT_NAMESPACE", "app")
    loaded = load()
    assert loaded.settings == Settings()
    assert "ENRICHMENT_SAMPLE_SIZE: is not read; call it XREGISTRY_REGISTRY__ENRICHMENT__SAMPLE_SIZE" in loaded.notes
    assert "MODEL_REGISTRY_DEFAULT_NAMESPACE: is not read; there is no such setting" in loaded.notes


def test_every_new_name_of_an_older_variable_is_a_setting():
    assert {key for key in UNPREFIXED.values() if key} <= set(flat(Settings()))


def test_a_folder_that_nobody_trusted_runs_and_reads_nothing_else(project, monkeypatch, tmp_path):
    proof = tmp_path / "ran"
    project(f"open({str(proof)!r}, 'w')\n", "dynaconf_hooks.py")
    project("XREGISTRY_ACCESS__ROLE=intruder\n", ".env")
    project("dynaconf_include = ['other.toml']\n[access]\nrole = 'x'\n")
    assert "unknown key dynaconf_include" in problem()
    for theme in ("@jinja {{ 7 * 7 }}", "@format {env[HOME]}", "@read_file /etc/passwd", "@int 5"):
        project(f"[tui]\ntheme = '{theme}'\n")
        monkeypatch.setenv("XREGISTRY_ACCESS__ROLE", theme)
        settings = load().settings
        assert (settings.tui.theme, settings.access.role) == (theme, theme)
    monkeypatch.delenv("XREGISTRY_ACCESS__ROLE")
    assert load().settings.access.role == "admin"
    assert not proof.exists()


@pytest.mark.skipif(os.name != "posix", reason="permission bits")
def test_secrets_that_others_can_read_are_refused(project):
    project("[access]\nrole = 'plain'\n")
    secrets = project("[access]\nrole = 'secret'\n", ".secrets.toml", 0o600)
    assert load().settings.access.role == "secret"
    secrets.chmod(0o640)
    assert problem() == f"{secrets}: others can read these secrets; run: chmod 600 {secrets}"


def test_the_places_are_listed_lowest_first(project):
    path = project("[tui]\n")
    found = places()
    assert [place.layer for place in found] == ["packaged", "user", "user", "project", "project"]
    assert [place.present for place in found] == [True, False, False, True, False]
    assert found[3].path == path


def test_relative_paths_start_from_the_file_that_sets_them(project, tmp_path):
    path = project("[[resources]]\nname = 'a'\nurl = 'a.sqlite'\n")
    assert load().folder("resources") == path.parent
    assert load(flags={"access.role": "x"}).folder("access.role") == tmp_path


PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="@/:?#'\" \t\r\n", categories=("L", "N")), min_size=1)


@given(PLAIN, PLAIN.map(lambda text: "hunter" + text))
def test_a_password_in_an_address_is_never_shown(user, password):
    masked = mask_text(f"cannot open postgresql://{user}:{password}@db.example/shop")
    assert password not in masked
    assert user in masked
    assert "db.example/shop" in masked


@pytest.mark.parametrize("text", ["postgresql://u:hu?sh#x@db/shop", r"host=db password='it\'s hush' user=u"])
def test_a_password_written_carelessly_is_masked_too(text):
    assert "sh" not in mask_text(text).replace("shop", "")


def test_everything_under_a_secret_name_is_masked():
    value = {"path": "a.db", "options": {"Password": "x", "api_key": ["y"], "sslpassword": ""}}
    assert mask(value) == {"path": "a.db", "options": {"Password": MASK, "api_key": MASK, "sslpassword": ""}}
    assert (
        mask_text("{'auth_token': 'abc', 'n': 1} password=p@ss") == f"{{'auth_token': {MASK}, 'n': 1}} password={MASK}"
    )


def test_nothing_set_is_the_packaged_settings_without_the_machinery_of_layers(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bare, layered = load(), load(flags={"access.role": "admin"})
    assert bare.settings == layered.settings
    assert {**bare.sources, "access.role": "command line"} == layered.sources


@pytest.mark.parametrize(
    "line", ["password_command = 'pass db'", "tunnel_command = ['ssh', 'x']", "options = { password_command = 'x' }"]
)
def test_only_the_users_own_settings_have_programs_run(home, tmp_path, monkeypatch, line):
    said = f"[[resources]]\nname = 'shop'\nkind = 'postgresql'\n{line}\n"
    (tmp_path / "settings.toml").write_text(said)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"settings\.toml:1: resource 'shop': \w+_command belongs into your own"):
        load()
    (tmp_path / "settings.toml").unlink()
    own = home / "config" / "xregistry" / "settings.toml"
    own.parent.mkdir(parents=True)
    own.write_text(said)
    assert load().settings.resources[0].commands


@pytest.mark.parametrize(("alias", "key"), ALIASES.items())
def test_a_second_name_is_the_key_itself_in_a_file_and_in_a_variable(project, monkeypatch, alias, key):
    value = {"registry.auto_discover_models": False, "registry.models.enable_versioning": False}.get(key, 77)
    table, _, name = alias.rpartition(".")
    path = project(f"[{table}]\n{name} = {str(value).lower()}\n")
    assert flat(load().settings)[key] == value
    assert load().sources[key] == str(path)
    path.unlink()
    monkeypatch.setenv(f"XREGISTRY_{alias.upper().replace('.', '__')}", str(value).lower())
    assert flat(load().settings)[key] == value
    assert alias not in load().sources


def test_two_names_of_one_setting_that_agree_are_fine(project):
    project("[registry]\ncache_ttl = 60\n[registry.types]\nvalidation_cache_ttl = 60\n")
    assert load().settings.registry.types.validation_cache_ttl == 60


CHANGED = {bool: lambda held: not held, int: lambda held: held + 1, float: lambda held: held + 1}


@pytest.mark.parametrize(
    "key", [key for key, value in flat(Settings()).items() if isinstance(value, bool | int | float)]
)
def test_every_switch_and_number_can_be_set_by_a_variable(monkeypatch, tmp_path, key):
    monkeypatch.chdir(tmp_path)
    held = flat(Settings())[key]
    wanted = CHANGED[type(held)](held)
    name = f"XREGISTRY_{key.upper().replace('.', '__')}"
    monkeypatch.setenv(name, str(wanted).lower())
    loaded = load()
    assert {k: v for k, v in flat(loaded.settings).items() if v != flat(Settings())[k]} == {key: wanted}
    assert loaded.sources[key] == name


@pytest.mark.parametrize(("name", "key"), UNPREFIXED.items())
def test_every_older_variable_changes_nothing_and_is_told_its_new_name(monkeypatch, tmp_path, name, key):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, "1")
    loaded = load()
    assert loaded.settings == Settings()
    new = f"call it XREGISTRY_{key.upper().replace('.', '__')}" if key else "there is no such setting"
    assert loaded.notes == (f"{name}: is not read; {new}",)
