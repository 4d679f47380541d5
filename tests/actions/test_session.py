"""What a face can do and see through a session, end to end on a real file."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel

from tests.actions.conftest import make_shop
from xregistry_tui.actions.base import ActionError, Refused
from xregistry_tui.actions.local import LocalSession
from xregistry_tui.actions.views import NodeKind
from xregistry_tui.config.model import Settings
from xregistry_tui.core.audit import from_json, verify
from xregistry_tui.core.bindings import BindingOrigin, RefreshStatus
from xregistry_tui.profiling.plan import Grade
from xregistry_tui.resources.base import ResourceGone, UnknownTarget
from xregistry_tui.schema.report import Severity
from xregistry_tui.store.trail import JOURNAL
from xregistry_tui.workspace import Workspace, open_workspace

ORDERS = "models.shop.orders"


async def test_connecting_a_file_registers_binds_and_profiles_every_table(connected: LocalSession) -> None:
    assert [(node.title, node.children) for node in connected.children()] == [
        ("models", 2),
        ("functions", 0),
        ("types", 0),
        ("resources", 1),
    ]
    leaves = connected.children("models.shop")
    assert [(leaf.title, leaf.status, leaf.count and leaf.count.value) for leaf in leaves] == [
        ("customers", RefreshStatus.LIVE, 20),
        ("orders", RefreshStatus.LIVE, 60),
    ]
    view = connected.model(ORDERS)
    assert view is not None
    assert view.binding is not None
    assert view.binding.profile is not None
    assert view.binding.profile.method is Grade.EXACT
    assert view.binding.profile.fields["status"].top[0].value == "paid"


async def test_what_could_not_be_read_is_named_with_its_reason(connected: LocalSession) -> None:
    resource = connected.resource("shop")
    assert resource is not None
    assert resource.failed is not None
    assert list(resource.failed) == ["broken"]
    assert "nowhere" in resource.failed["broken"]


async def test_connecting_twice_is_harmless(connected: LocalSession, shop: Path) -> None:
    again = await connected.perform("connect", target=str(shop))
    assert again.said == "shop is connected already"
    assert len(connected.children("resources")) == 1


async def test_two_files_of_one_name_stay_apart(connected: LocalSession, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = make_shop(tmp_path / "other" / "shop.sqlite")
    name = (await connected.perform("connect", target=str(other))).value
    assert name != "shop"
    assert name.startswith("shop_")
    assert {node.title for node in connected.children("models")} == {"shop", name}


async def test_a_path_that_is_not_there_says_so_and_leaves_nothing_behind(
    session: LocalSession, tmp_path: Path
) -> None:
    with pytest.raises((ResourceGone, UnknownTarget), match=r"nothing\.sqlite"):
        await session.perform("connect", target=str(tmp_path / "nothing.sqlite"))
    assert session.work() == ()


async def test_records_are_filtered_in_the_engine(connected: LocalSession) -> None:
    page = (await connected.perform("records", model=ORDERS, where="status=shipped", limit=5)).value
    assert page.columns == ("id", "customer_id", "status", "total", "placed_at")
    assert [row[0] for row in page.rows] == [3, 6, 9, 12, 15]
    assert page.more


async def test_a_filter_on_an_unknown_field_names_those_there_are(connected: LocalSession) -> None:
    with pytest.raises(ActionError, match="there is no field 'statu'; there are: id, customer_id"):
        await connected.perform("records", model=ORDERS, where="statu=paid")


async def test_records_are_found_by_their_keys(connected: LocalSession) -> None:
    page = (await connected.perform("records", model=ORDERS, keys=((7,), (9,)))).value
    assert sorted(row[0] for row in page.rows) == [7, 9]


async def test_the_code_of_a_model_is_python_that_runs(connected: LocalSession) -> None:
    source = (await connected.perform("code", model="models.shop.customers")).value
    module: dict[str, object] = {}
    exec(compile(source, "customers", "exec"), module)  # the code is what is tested
    assert 'alias="First Name"' in source


async def test_a_template_is_a_live_record_that_its_model_accepts(connected: LocalSession) -> None:
    text = (await connected.perform("template", model=ORDERS)).value
    report = (await connected.perform("validate", model=ORDERS, text=text)).value
    assert report.valid, report.problems


async def test_a_template_writes_truth_as_json_does(connected: LocalSession) -> None:
    text = (await connected.perform("template", model="models.shop.customers")).value
    assert '"news": true' in text


async def test_a_mistyped_status_is_an_error_with_its_fix(connected: LocalSession) -> None:
    text = '{\n "id": 61,\n "customer_id": 1,\n "status": "shiped",\n "placed_at": "2026-01-01T00:00:00Z"\n}'
    report = (await connected.perform("validate", model=ORDERS, text=text)).value
    problem = next(problem for problem in report.problems if problem.path == "/status")
    assert (problem.severity, problem.line) == (Severity.ERROR, 4)
    assert problem.suggestion is not None
    assert problem.suggestion.value == "shipped"


async def test_live_records_are_checked_against_their_own_model(connected: LocalSession) -> None:
    report = (await connected.perform("validate_sample", model=ORDERS, limit=50)).value
    assert (report.checked, report.invalid) == (50, 0)


async def test_suggestions_come_by_frequency(connected: LocalSession) -> None:
    suggestions = (await connected.perform("suggest", model=ORDERS, field="status")).value
    assert [suggestion.value for suggestion in suggestions][:2] == ["paid", "shipped"]


async def test_sharpening_an_exact_figure_leaves_it_exact(connected: LocalSession) -> None:
    assert (await connected.perform("sharpen", model=ORDERS)).value is Grade.EXACT


async def test_a_paused_model_says_so_until_it_is_resumed(connected: LocalSession) -> None:
    await connected.perform("pause", model=ORDERS)
    assert connected.children("models.shop")[1].status is RefreshStatus.PAUSED
    await connected.perform("resume", model=ORDERS)
    assert connected.children("models.shop")[1].status is RefreshStatus.LIVE


async def test_what_changes_in_the_file_reaches_a_listener(connected: LocalSession, shop: Path) -> None:
    woken = asyncio.Event()
    subscription = connected.subscribe(woken.set)
    with closing(sqlite3.connect(shop)) as connection, connection:
        connection.execute("INSERT INTO customers VALUES (21, 'New', 'FR', 0)")
    async with asyncio.timeout(30):
        while connected.children("models.shop")[0].count.value != 21:  # type: ignore[union-attr]
            await woken.wait()
            woken.clear()
            assert subscription.take()
    subscription.close()


async def test_the_trail_tells_what_was_done_and_its_chain_holds(session: LocalSession, shop: Path) -> None:
    await session.perform("connect", target=str(shop))
    await session.perform("disconnect", resource="shop")
    assert [(entry.who, entry.verb) for entry in session.trail()] == [("admin", "connected"), ("admin", "disconnected")]
    assert session.children("resources") == ()


async def test_a_role_without_rights_is_refused_with_the_reason_and_it_is_recorded(shop: Path) -> None:
    workspace: Workspace = open_workspace(Settings())
    session = LocalSession(workspace, "analyst")
    with pytest.raises(Refused, match="role analyst lacks CONNECT"):
        await session.perform("connect", target=str(shop))
    assert [entry.verb for entry in session.trail()] == ["refused"]
    kept = [from_json(record) for record in await workspace.store.tail(JOURNAL, 9)]
    assert [(record.verb, record.text) for record in kept] == [("refused", workspace.trail[-1].text)]
    assert verify(kept) is None
    await session.close()


async def test_an_analyst_reads_what_an_admin_connected(connected: LocalSession) -> None:
    analyst = LocalSession(connected._workspace, "analyst")
    page = (await analyst.perform("records", model=ORDERS, limit=1)).value
    assert len(page.rows) == 1
    with pytest.raises(Refused, match="role analyst lacks DISCOVER"):
        await analyst.perform("discover", resource="shop")


async def test_a_password_in_a_target_reaches_neither_the_trail_nor_the_refusal() -> None:
    session = LocalSession(open_workspace(Settings()), "analyst")
    with pytest.raises(Refused) as refusal:
        await session.perform("connect", target="postgresql://ana:hunter2@db/shop")
    assert "hunter2" not in f"{refusal.value} {session.trail()}"
    await session.close()


async def test_the_trail_calls_a_resource_by_its_name(connected: LocalSession) -> None:
    assert [entry.subject for entry in connected.trail() if entry.verb == "connected"] == ["shop"]


async def test_an_unknown_verb_names_those_there_are(session: LocalSession) -> None:
    with pytest.raises(ActionError, match="there is no action 'fly'; there are: accept, accept_drift, call"):
        await session.perform("fly")


async def test_closing_leaves_no_task_behind(shop: Path) -> None:
    session = LocalSession(open_workspace(Settings()), "admin")
    await session.perform("connect", target=str(shop))
    await session.close()
    await session.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_new_table_is_found_by_discovering(connected: LocalSession, shop: Path) -> None:
    with closing(sqlite3.connect(shop)) as connection, connection:
        connection.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)")
    paths, failed = (await connected.perform("discover", resource="shop")).value
    assert "models.shop.notes" in paths
    assert set(failed) == {"broken"}
    assert [node.kind for node in connected.children("models.shop")] == [NodeKind.MODEL] * 3


async def test_without_waiting_the_session_is_usable_while_models_arrive(session: LocalSession, shop: Path) -> None:
    result = await session.perform("connect", target=str(shop), wait=False)
    assert result.value == "shop"
    await session.settled()
    assert session.work() == ()
    assert len(session.children("models.shop")) == 2
    assert [entry.verb for entry in session.trail()] == ["connected", "discovered"]


async def test_a_target_that_failed_can_be_connected_once_it_is_there(session: LocalSession, tmp_path: Path) -> None:
    late = tmp_path / "late.sqlite"
    with pytest.raises(ResourceGone):
        await session.perform("connect", target=f"sqlite:///{late}")
    make_shop(late)
    await session.perform("connect", target=f"sqlite:///{late}")
    await session.settled()
    assert len(session.children("models.late")) == 2


# Taking a model along


async def test_a_model_is_written_in_four_forms_and_each_leaves_a_record(connected):
    forms = ("json-schema", "pydantic", "ui-schema", "markdown")
    for form in forms:
        assert (await connected.perform("export", item="models.shop.orders", form=form)).value.endswith("\n")
    kept = [entry for entry in connected.trail() if entry.verb == "exported"]
    assert [entry.subject for entry in kept] == ["models.shop.orders"] * 4
    with pytest.raises(ActionError, match="can be json-schema, pydantic, ui-schema, markdown"):
        await connected.perform("export", item="models.shop.orders", form="yaml")


async def test_who_may_not_list_a_model_may_not_take_it_along(connected):
    await connected.perform("revoke", item="models.shop.orders", role="*", permissions=["list", "read"])
    guest = LocalSession(connected._workspace, "guest")
    with pytest.raises(Refused, match="LIST"):
        await guest.perform("export", item="models.shop.orders@1.0.0", form="markdown")


async def test_classes_are_made_when_they_are_asked_for_not_when_tables_are_found(
    session: LocalSession, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xregistry_tui.schema import modelgen

    made: list[str] = []
    generate = modelgen.generate
    monkeypatch.setattr(modelgen, "generate", lambda shape, name: made.append(name) or generate(shape, name))
    await session.perform("connect", target=str(shop))
    await session.settled()
    assert session.children("models.shop")
    assert session.overview()
    assert session.model(ORDERS) is not None
    assert made == []
    await session.perform("export", item=ORDERS, form="json-schema")
    assert made == ["orders"]


class Order(BaseModel):
    id: int
    customer_id: int
    status: Literal["paid"]
    total: float


class Status(BaseModel):
    id: int


async def test_a_model_of_ones_own_is_bound_to_what_it_surely_describes(shop: Path) -> None:
    workspace = open_workspace(Settings())
    session = LocalSession(workspace, "admin")
    for model in (Order, Status):
        workspace.registry.models.register_static_model(model, namespace="own")
    await session.perform("connect", target=str(shop))
    await session.settled()
    own = session.model("models.own.Order")
    assert own is not None
    assert own.binding is not None
    assert (own.binding.binding.collection, own.binding.binding.origin) == ("orders", BindingOrigin.MATCH)
    assert own.binding.profile is not None
    rules = own.binding.profile.fields["status"].rules
    assert any(result.failed for result in rules), "by its own rules, not those of the table"
    unbound = session.model("models.own.Status")
    assert unbound is not None
    assert unbound.binding is None
    await session.close()
