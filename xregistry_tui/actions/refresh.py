"""Look again: refresh, sharpen, pause, resume, cancel; and say that what is seen now is how it is to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xregistry_tui.actions.base import Action, ActionError, Result

if TYPE_CHECKING:
    from xregistry_tui.enrichment.live import Live
    from xregistry_tui.workspace import Workspace


def live_of(workspace: Workspace, model: str) -> Live:
    """The first binding of a model (its path), or the one of that key."""
    found = workspace.enriched.live(model)
    lives = (found,) if found is not None else workspace.enriched.lives(model)
    if not lives:
        raise ActionError(f"{model} has no live data: connect the resource that holds it, or bind it in the settings")
    return lives[0]


async def refresh(workspace: Workspace, model: str) -> Result:
    """Look again now, at the same grade."""
    live = await workspace.enriched.refresh(live_of(workspace, model).binding.key)
    return Result(None, f"{model} refreshed") if live.state.reason == "" else Result(None, live.state.reason)


async def sharpen(workspace: Workspace, model: str) -> Result:
    """Look at the next better grade; the value is the grade reached."""
    live = await workspace.enriched.sharpen(live_of(workspace, model).binding.key)
    grade = live.profile.method if live.profile is not None else None
    return Result(grade, f"{model}: {grade or 'no figures'}")


async def look(workspace: Workspace, model: str) -> Result:
    """A model became the subject: take a sample where only a server's statistics are known; the value is its grade."""
    live = await workspace.enriched.look(live_of(workspace, model).binding.key)
    return Result(live.profile.method if live.profile is not None else None, live.will_run)


async def pin(workspace: Workspace, model: str) -> Result:
    """Look at a model again whenever its data changes."""
    live = await workspace.enriched.pin(live_of(workspace, model).binding.key)
    return Result(None, f"{model} {live.will_run}")


async def unpin(workspace: Workspace, model: str) -> Result:
    """Follow a model's data no more; files are followed all the same."""
    key = live_of(workspace, model).binding.key
    workspace.enriched.unpin(key)
    live = workspace.enriched.live(key)
    return Result(None, f"{model}: {live.will_run}" if live is not None else "")


async def cost(workspace: Workspace, model: str) -> Result:
    """What the next better grade would cost; the value is a `profiling.plan.Cost`."""
    return Result(await workspace.enriched.cost(live_of(workspace, model).binding.key))


async def accept_drift(workspace: Workspace, model: str) -> Result:
    """What a model's data is now is what drift is seen against from here on; the value is how many alarms ended."""
    live = live_of(workspace, model)
    try:
        await workspace.enriched.accept_drift(live.binding.key)
    except LookupError as error:
        raise ActionError(f"{model}: {error.args[0]}") from None
    count = len(live.alarms)
    said = f"{model}: accepted as it is now, {count} alarm{'' if count == 1 else 's'} ended"
    return Result(count, said, detail={"alarms": count})


async def pause(workspace: Workspace, model: str) -> Result:
    """Stop looking at a model until it is resumed."""
    workspace.enriched.pause(live_of(workspace, model).binding.key)
    return Result(None, f"{model} paused")


async def resume(workspace: Workspace, model: str) -> Result:
    """Look at a model again."""
    workspace.enriched.resume(live_of(workspace, model).binding.key)
    return Result(None, f"{model} resumed")


async def cancel(workspace: Workspace, work: str) -> Result:
    """End something that is running; its last good figures stay."""
    for job in workspace.jobs:
        if job.id == work and job.task is not None:
            job.task.cancel()
            return Result(None, f"{job.title}: cancelled")
    if workspace.enriched.live(work) is None:
        return Result(None, "it had ended already")
    workspace.enriched.cancel(work)
    return Result(None, "cancelled")


ACTIONS = (
    Action(verb="refresh", run=refresh, permission="refresh", subject="model"),
    Action(verb="sharpen", run=sharpen, permission="refresh", subject="model"),
    Action(verb="look", run=look, permission="read", subject="model"),
    Action(verb="pin", run=pin, permission="refresh", subject="model", audited=True, past="pinned"),
    Action(verb="unpin", run=unpin, permission="refresh", subject="model", audited=True, past="unpinned"),
    Action(verb="cost", run=cost, permission="read", subject="model"),
    Action(
        verb="accept_drift",
        run=accept_drift,
        permission="refresh",
        subject="model",
        audited=True,
        past="accepted drift",
    ),
    Action(verb="pause", run=pause, permission="refresh", subject="model", audited=True, past="paused"),
    Action(verb="resume", run=resume, permission="refresh", subject="model", audited=True, past="resumed"),
    Action(verb="cancel", run=cancel, permission="refresh", subject="work"),
)
