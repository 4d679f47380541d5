"""What the shell does on request besides showing: orders with arguments, questions, the preview of a role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xregistry_tui.actions.base import ActionError
from xregistry_tui.schema.change import Change
from xregistry_tui.schema.versioning import next_version
from xregistry_tui.tui.commands import do, fitting
from xregistry_tui.tui.screens.ask import AskScreen
from xregistry_tui.tui.text import plain
from xregistry_tui.tui.widgets.diff_list import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from rich.text import Text

    from xregistry_tui.actions.views import Comparison, Right
    from xregistry_tui.tui.app import XregApp
    from xregistry_tui.tui.command_words import Order


def ask(app: XregApp, question: AskScreen, then: Callable[[], Coroutine[object, object, object]]) -> None:
    """Ask; after a yes, do it in a worker."""

    def answered(yes: bool | None) -> None:
        if yes:
            app.run_worker(then())

    app.push_screen(question, answered)


def ask_trust(app: XregApp, folder: str) -> None:
    """Ask once whether the code of a folder may run."""
    explained = ("It holds code that would run:", f"  {folder}", "", "Not now asks again at the next start.")
    question = AskScreen("Trust this folder?", explained, yes="trust", no="not now")
    ask(app, question, lambda: app.perform("trust", folder=folder))


# Orders


def open_command_line(app: XregApp, text: str) -> None:
    """A line to type an order in; `text` is there already."""
    from xregistry_tui.tui.screens.command_line import CommandLine

    rights = _rights(app, None)[0]
    roles = app.session.roles() if app.session is not None else ()
    words = (roles, [one.permission.casefold() for one in rights])
    screen = CommandLine(fitting(app), app.subject, text=text, words=words)
    app.push_screen(screen, lambda order: obey(app, order) if order is not None else None)


def obey(app: XregApp, order: Order) -> None:
    """Do what was ordered to the subject; what cannot be taken back by the next line is asked first."""
    word, item = order.command.word, app.subject
    if not order.command.usage:
        app.run_worker(do(app, order.command))
    elif word == "rollback":
        app.run_worker(roll_back(app, item, order.arguments["version"]), group="rollback", exclusive=True)
    elif word == "unregister":
        explained = ("It leaves every list; its path stays reserved, its history is kept. “restore” brings it back.",)
        question = AskScreen(f"Unregister {item}?", explained, yes="unregister", no="leave it")
        ask(app, question, lambda: app.perform(word, item=item))
    else:
        app.run_worker(app.perform(word, **{"item": item, **order.arguments}))


async def roll_back(app: XregApp, path: str, version: str) -> None:
    """Say what an earlier version would become, ask once, and do it."""
    model = app.session.model(path) if app.session is not None else None
    if model is None:
        return
    if version == model.version:
        app.notify(f"{plain(version, 20)} is the current version.", timeout=3, markup=False)
        return
    back: Comparison | None = await app.perform("compare", model=path, older=model.version, newer=version)  # type: ignore[assignment]  # what the verb gives
    if back is None:
        return
    becomes = _next(model.version, back.change)
    explained = (f"Its schema becomes {becomes}; {model.version} stays in the history.", counted(back.changes))
    question = AskScreen(f"Roll {model.title} back to {version}?", explained, yes="roll back", no="leave it")
    ask(app, question, lambda: app.perform("rollback", model=path, version=version))


def _next(version: str, change: Change) -> str:
    """The version that a change makes; in words where the one at hand is not three numbers."""
    try:
        return next_version(version, change or Change.DOCUMENTATION)  # validators are no part of a schema
    except ValueError:
        return "the next version"


# The preview of a role


def choose_role(app: XregApp) -> None:
    """Choose whose rights are shown; one's own ends the preview."""
    from xregistry_tui.tui.screens.roles import RolesScreen

    if app.session is None:
        return
    own = app.session.role
    roles = [
        (role, "" if role == own else _rights(app, role)[1]) for role in dict.fromkeys((own, *app.session.roles()))
    ]
    app.push_screen(RolesScreen(roles, own, app.preview or own), lambda role: preview(app, role) if role else None)


def preview(app: XregApp, role: str) -> None:
    """Show the rights of a role."""
    app.preview = "" if app.session is None or role == app.session.role else role
    app.tell_screen()


def previewed(app: XregApp) -> tuple[tuple[Right, ...], str]:
    """What the role that is previewed may do to the subject, or why that is not shown."""
    return _rights(app, app.preview) if app.preview else ((), "")


def preview_line(app: XregApp) -> Text | None:
    """What the role that is previewed may do to the subject; nothing where none is."""
    from xregistry_tui.tui.format import line
    from xregistry_tui.tui.rights import rights_line

    rights, reason = previewed(app)
    if reason:
        return line(" ", (plain(reason, 200), "warn"))
    return rights_line(app.preview, rights) if app.preview else None


def show_why(app: XregApp) -> None:
    """The rights to the subject, each with its reason."""
    from xregistry_tui.tui.format import line
    from xregistry_tui.tui.rights import rights_lines
    from xregistry_tui.tui.screens.peek import PeekScreen

    if app.session is None or not app.subject:
        return
    role = app.preview or app.session.role
    rights, reason = _rights(app, role)
    lines = [line(("✗ ", "bad"), plain(reason))] if reason else rights_lines(rights)
    title = line((plain(role, 24), "warn" if app.preview else "bright"), (f"  on {plain(app.subject, 60)}", "dim"))
    copied = "\n".join(f"{one.permission}\t{'allowed' if one.allowed else 'refused'}\t{one.reason}" for one in rights)
    app.push_screen(PeekScreen(title, lines, copied))


def _rights(app: XregApp, role: str | None) -> tuple[tuple[Right, ...], str]:
    """The rights of a role to the subject, or why they are not shown."""
    if app.session is None:
        return (), ""
    try:
        return app.session.rights(app.subject, role), ""
    except ActionError as error:
        return (), str(error)
