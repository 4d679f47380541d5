"""Themes are files; a broken one says what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.color import Color

from xregistry_tui.config import packaged
from xregistry_tui.tui.themes import NAMES, BadTheme, bundled, defaults, read

READABLE = 4.5


@pytest.mark.parametrize("name", NAMES)
def test_every_bundled_theme_loads_under_its_name(name: str) -> None:
    theme = bundled(name)
    assert theme.name == name
    assert set(defaults()) <= set(theme.variables)


@pytest.mark.parametrize("name", ["dark", "light", "contrast"])
@pytest.mark.parametrize("role", ["text", "dim", "bright", "accent", "warn", "bad", "good"])
def test_every_role_can_be_read_on_its_background(name: str, role: str) -> None:
    theme = bundled(name)
    assert theme.background is not None
    assert contrast(Color.parse(theme.variables[f"x-{role}"]), Color.parse(theme.background)) >= READABLE


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of WCAG 2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: Color) -> float:
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("[roles]", "[rolls]"), "there is no [roles]"),
        (('dim = "#7f8896"\n', ""), "[roles] lacks dim"),
        (("#7f8896", "mauve-ish"), "is no colour"),
        (("dark = true", "dark = "), "Invalid value"),
    ],
)
def test_a_broken_file_says_what_is_wrong(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text((packaged("themes") / "dark.toml").read_text().replace(*change))
    with pytest.raises(BadTheme) as caught:
        read(file)
    assert str(file) in str(caught.value)
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadTheme, match=r"none\.toml"):
        read(tmp_path / "none.toml")
