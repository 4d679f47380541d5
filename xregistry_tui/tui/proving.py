"""Ask the session for a proof, and for the records that fail it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rich.text import Text

from xregistry_tui.actions.base import ActionError
from xregistry_tui.resources.base import Page, ResourceError
from xregistry_tui.tui.format import line
from xregistry_tui.tui.text import plain

if TYPE_CHECKING:
    from xregistry_tui.actions.session import Session
    from xregistry_tui.schema.proof import Keys, Proof
    from xregistry_tui.tui.app import XregApp


async def proved(session: Session, **arguments: Any) -> Proof | str:
    """The proof, or a sentence that says why there is none."""
    try:
        found: Proof = (await session.perform("prove", **arguments)).value
    except (ActionError, ResourceError) as error:
        return str(error)
    return found


async def peek_at(app: XregApp, model: str, keys: Keys) -> None:
    """Some records above the screen, whole."""
    from xregistry_tui.tui.screens.peek import PeekScreen
    from xregistry_tui.tui.widgets.record_text import copied, record_lines

    page = cast("Page | None", await app.perform("records", model=model, keys=keys))
    if page is None:
        return
    lines: list[Text] = []
    records = [dict(zip(page.columns, row, strict=False)) for row in page.rows]
    for key, record in zip(page.keys, records, strict=False):
        lines += [line((" ".join(plain(part, 30) for part in key), "bright")), *record_lines(record), Text("")]
    title = line(("records that fail", "bright"), (f"   {len(records)}", "dim"))
    app.push_screen(PeekScreen(title, lines, "\n".join(copied(record) for record in records)))


def show_how(app: XregApp, proof: Proof) -> None:
    """What was proved how, with the queries."""
    from xregistry_tui.tui.screens.peek import PeekScreen
    from xregistry_tui.tui.widgets.proof_panel import how_lines

    title = line((f"{plain(proof.older, 24)} → {plain(proof.newer, 24)}", "bright"))
    app.push_screen(PeekScreen(title, how_lines(proof), "\n\n".join(proof.queries)))
