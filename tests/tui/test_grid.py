"""A table of any size: the cursor follows identity, what does not fit goes, what is not loaded is asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from xregistry_tui.tui import themes
from xregistry_tui.tui.widgets.grid import Column, Grid, Row, fit
from xregistry_tui.tui.widgets.windowed_grid import WindowedGrid

COLUMNS = (
    Column("name", "NAME", 8, flex=1),
    Column("count", "COUNT", 6, align="right"),
    Column("note", "NOTE", 10, priority=2),
)


def rows(*keys: str) -> list[Row]:
    return [Row(key, {"name": key, "count": str(len(key))}) for key in keys]


class Host(App[None]):
    def __init__(self, grid: Grid) -> None:
        super().__init__()
        self.grid = grid
        self.said: list[tuple[str, object]] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.defaults()

    def compose(self) -> ComposeResult:
        yield self.grid

    def on_grid_highlighted(self, event: Grid.Highlighted) -> None:
        self.said.append(("highlighted", event.key))

    def on_grid_selected(self, event: Grid.Selected) -> None:
        self.said.append(("selected", event.key))

    def on_windowed_grid_window_requested(self, event: WindowedGrid.WindowRequested) -> None:
        self.said.append(("wanted", (event.start, event.end)))


@asynccontextmanager
async def hosting(grid: Grid, size: tuple[int, int] = (40, 10)) -> AsyncIterator[tuple[Host, Pilot[None]]]:
    app = Host(grid)
    async with app.run_test(size=size) as pilot:
        grid.set_columns(COLUMNS)
        grid.focus()
        await pilot.pause()
        yield app, pilot


def shown(grid: Grid) -> list[str]:
    return [grid.render_line(y).text.rstrip() for y in range(grid.size.height)]


async def test_the_cursor_stays_on_its_key_when_rows_come_and_change_places() -> None:
    grid = Grid()
    async with hosting(grid) as (app, pilot):
        grid.set_rows(rows("a", "b", "c"))
        await pilot.press("down")
        grid.set_rows(rows("x", "y", "b", "a"))
        await pilot.pause()
        assert grid.cursor_key == "b"
        assert app.said == [("highlighted", "a"), ("highlighted", "b")]


async def test_when_the_row_of_the_cursor_goes_the_cursor_stays_near() -> None:
    grid = Grid()
    async with hosting(grid) as (_, pilot):
        grid.set_rows(rows("a", "b", "c"))
        grid.move_to("c")
        grid.set_rows(rows("a", "b"))
        await pilot.pause()
        assert grid.cursor_key == "b"


async def test_keys_move_and_open_and_pass_over_headings() -> None:
    grid = Grid()
    async with hosting(grid) as (app, pilot):
        grid.set_rows([Row("h", {"name": "heading"}, inert=True), *rows("a", "b", "c")])
        await pilot.press("j", "j", "G", "g", "g", "enter")
        assert grid.cursor_key == "a"
        assert app.said[-1] == ("selected", "a")
        assert ("highlighted", "h") not in app.said


async def test_a_click_moves_and_a_second_click_opens() -> None:
    grid = Grid()
    async with hosting(grid) as (app, pilot):
        grid.set_rows(rows("a", "b", "c"))
        await pilot.click(Grid, offset=(4, 3))
        assert app.said[-1] == ("highlighted", "c")
        await pilot.click(Grid, offset=(4, 3))
        assert app.said[-1] == ("selected", "c")


async def test_only_lines_that_differ_are_repainted(monkeypatch: pytest.MonkeyPatch) -> None:
    grid = Grid()
    async with hosting(grid) as (_, pilot):
        grid.set_rows(rows("a", "b", "c"))
        await pilot.pause()
        painted: list[int] = []
        monkeypatch.setattr(grid, "refresh_line", painted.append)
        monkeypatch.setattr(grid, "refresh", lambda *_, **__: painted.append(-1))
        changed = rows("a", "b", "c")
        changed[1] = Row("b", {"name": "b", "count": "9"})
        grid.set_rows(changed)
        assert set(painted) == {2}


async def test_what_does_not_fit_is_dropped_by_priority() -> None:
    grid = Grid()
    async with hosting(grid, (24, 6)):
        assert grid.shown_columns == ("name", "count")


async def test_markup_in_a_cell_is_only_text() -> None:
    grid = Grid()
    async with hosting(grid):
        grid.set_rows([Row("a", {"name": "[/foo]"})])
        assert "[/foo]" in shown(grid)[1]


async def test_a_cell_may_run_over_the_empty_ones_to_its_right() -> None:
    grid = Grid()
    async with hosting(grid):
        text = "stale since 4 minutes: locked"
        grid.set_rows([Row("a", {"name": text}, spill="name"), Row("b", {"name": text})])
        assert text in shown(grid)[1]
        assert text not in shown(grid)[2]


async def test_a_million_rows_are_asked_for_as_they_come_into_view() -> None:
    grid = WindowedGrid(wide=False)
    async with hosting(grid) as (app, pilot):
        grid.set_count(1_000_000)
        await pilot.pause()
        assert app.said == [("wanted", (0, 100))]
        grid.set_window(0, rows(*[f"r{n}" for n in range(100)]))
        assert grid.cursor_key == "r0"
        await pilot.press("end")
        await pilot.pause()
        assert app.said[-1] == ("wanted", (999_900, 1_000_000))
        assert "·" in shown(grid)[-1]
        grid.set_window(999_900, rows(*[f"z{n}" for n in range(100)]))
        assert grid.cursor_key == "z99"


async def test_wide_tables_scroll_by_columns_behind_the_first() -> None:
    grid = Grid(wide=True)
    async with hosting(grid) as (_, pilot):
        await pilot.press("right")
        assert list(grid.shown_columns) == ["name", "note"]
        await pilot.press("left")
        assert list(grid.shown_columns) == ["name", "count", "note"]


async def test_the_cursor_goes_from_column_to_column_and_what_it_is_in_is_in_view() -> None:
    grid = WindowedGrid()
    async with hosting(grid, (20, 6)) as (_, pilot):
        grid.set_window(0, rows("a"))
        grid.set_count(1)
        assert grid.column_key == "name"
        await pilot.press("right")
        assert (grid.column_key, list(grid.shown_columns)) == ("count", ["name", "count"])
        await pilot.press("right", "right")
        assert (grid.column_key, list(grid.shown_columns)) == ("note", ["name", "note"])
        await pilot.press("left")
        assert (grid.column_key, list(grid.shown_columns)) == ("count", ["name", "count"])


async def test_a_click_on_a_label_enters_its_column() -> None:
    grid = WindowedGrid()
    async with hosting(grid) as (_, pilot):
        await pilot.click(WindowedGrid, offset=(32, 0))
        assert grid.column_key == "note"


async def test_a_terminal_of_one_cell_and_back_harms_nothing() -> None:
    grid = Grid()
    async with hosting(grid) as (_, pilot):
        grid.set_rows(rows("a", "b", "c"))
        grid.move_to("b")
        await pilot.resize_terminal(1, 1)
        await pilot.resize_terminal(40, 10)
        assert grid.cursor_key == "b"
        assert "b" in shown(grid)[2]


async def test_of_thousands_of_columns_only_those_in_view_are_drawn() -> None:
    grid = WindowedGrid()
    async with hosting(grid) as (_, pilot):
        grid.set_columns([Column(str(place), f"C{place}", 6) for place in range(2_000)])
        grid.set_window(0, rows("a"))
        grid.set_count(1)
        assert list(grid.shown_columns) == ["0", "1", "2", "3", "4"]
        grid.move_to_column("1999")
        await pilot.pause()
        assert grid.shown_columns[-1] == "1999"


COLUMN = st.builds(
    Column, st.uuids().map(str), st.just("X"), st.integers(1, 20), flex=st.integers(0, 3), priority=st.integers(0, 3)
)


@given(st.lists(COLUMN, min_size=1, max_size=8), st.integers(0, 120))
def test_columns_that_fit_never_exceed_the_width(columns: list[Column], width: int) -> None:
    fitted = fit(columns, width)
    used = sum(room for _, room in fitted) + 2 * (len(fitted) - 1)
    assert used <= width or len(fitted) == 1
    assert all(room >= column.width for column, room in fitted)
    if any(column.flex for column, _ in fitted) and used <= width:
        assert used == width
