"""One resource under watch: asks whether it changed, and looks at its bindings again when it did.

A binding is looked at when it never was, when the change token differs from the one before its last look, when its
figures are too old and there is no token, or when someone asks. The token is the resource's, or the collection's own
where the engine can say which collection changed: then only those are looked at. An unchanged token costs one
question and nothing else. A look never overlaps another of the same binding; the next one is armed when the last has
ended.
"""

from __future__ import annotations

import asyncio
import datetime
import logging
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Generic

from xregistry_tui.core.bindings import RefreshState, RefreshStatus
from xregistry_tui.enrichment.watch import Figures, LookCancelled, Looked, Watch
from xregistry_tui.resources.base import CollectionFailed, ResourceBroken, ResourceError

if TYPE_CHECKING:
    from xregistry_tui.enrichment.pacing import Clock, Pace
    from xregistry_tui.enrichment.policy import Policy
    from xregistry_tui.profiling.plan import Grade
    from xregistry_tui.resources.base import XResource

_LOG = logging.getLogger(__name__)
_WINDOW = 60.0
_QUIET = 300.0
# seconds that a binding lets others go first for each look in a row that found nothing new
_CALM = 5.0
_CALMEST = 6


class Desk(Generic[Figures]):
    """The task that watches one resource, and the looks it starts."""

    def __init__(
        self,
        resource: XResource,
        pace: Pace,
        clock: Clock,
        look: Callable[[str, Grade | None], Awaitable[Looked[Figures]]],
        publish: Callable[[str, RefreshState, Figures | None], None],
        *,
        policy: Policy,
    ) -> None:
        self._policy = policy
        self.resource = resource
        self.watches: dict[str, Watch] = {}
        self._pace = pace
        self._clock = clock
        self._look = look
        self._publish = publish
        self._token: Hashable | None = None
        self._tokens: Mapping[str, Hashable] | None = None
        self._asked = False
        self._faults = 0
        self._poll_at = 0.0
        self._free_at = 0.0
        self._wake = asyncio.Event()
        self._closing = False
        self._task = asyncio.create_task(self._run(), name=f"watch {resource.name}")
        self._task.add_done_callback(_report)

    # what others ask for

    def add(self, key: str, collection: str, greatest_age: float) -> None:
        """Watch one more binding to a collection; one that is watched already stays as it is."""
        if key in self.watches:
            return
        now = self._clock.now()
        state = RefreshState(since=now, opened=now)
        self.watches[key] = Watch(key=key, collection=collection, greatest_age=greatest_age, state=state)
        self._publish(key, state, None)
        self._wake.set()

    async def remove(self, key: str) -> None:
        """Watch a binding no more; a look under way is ended."""
        watch = self.watches.pop(key, None)
        if watch is not None:
            await self._end([watch])

    async def refresh(self, key: str, grade: Grade | None = None) -> None:
        """Look now and wait for the end; joins a look that is under way at the same grade. Raises its failure."""
        watch = self.watches[key]
        if watch.wanted is None:
            watch.wanted = asyncio.get_running_loop().create_future()
        if grade is not None:
            watch.wanted_grade = grade
        if self._faults:
            self._poll_at = 0.0
        self._wake.set()
        await asyncio.shield(watch.wanted)

    def pause(self, key: str) -> None:
        """Look no more until resumed; a look under way ends by itself."""
        watch = self.watches[key]
        watch.paused = True
        watch.settled.set()
        self._say(watch, RefreshStatus.PAUSED, "paused by you")

    def resume(self, key: str) -> None:
        """Look again as before."""
        watch = self.watches[key]
        if watch.paused:
            watch.paused = False
            self._say(watch, RefreshStatus.REFRESHING if watch.task else self._rested(watch))
            self._wake.set()

    def hold(self, key: str, *, held: bool) -> None:
        """Look again only when someone asks, or as before."""
        watch = self.watches[key]
        watch.held = held
        self._publish(key, watch.state, None)
        self._wake.set()

    def cancel(self, key: str) -> None:
        """End the look under way; the figures stay, and the next change arms it again."""
        watch = self.watches[key]
        if watch.task is not None:
            watch.task.cancel()
        elif watch.wanted is not None:
            watch.settle_with(LookCancelled("cancelled before it began"))

    def cost_per_minute(self, key: str) -> float:
        """Milliseconds spent on a binding within the last minute."""
        watch, now = self.watches[key], self._clock.monotonic()
        while watch.costs and watch.costs[0][0] < now - _WINDOW:
            watch.costs.popleft()
        return sum(cost for _, cost in watch.costs)

    async def close(self) -> None:
        """End the watch and every look; no task is left."""
        self._closing = True
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._end(list(self.watches.values()))

    async def _end(self, watches: list[Watch]) -> None:
        tasks = [watch.task for watch in watches if watch.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for watch in watches:
            watch.settle_with(LookCancelled("no longer watched"))
            watch.settled.set()

    # the watch

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            if self.watches and self._clock.monotonic() >= self._poll_at:
                await self._poll()
            self._dispatch()
            await self._rest()

    async def _poll(self) -> None:
        try:
            tokens = await self.resource.change_tokens()
            token = await self.resource.change_token() if tokens is None else None
        except ResourceError as error:
            self._fault(error)
            return
        except Exception as error:  # noqa: BLE001 - a fault in an engine must not end the watch; it is shown and logged
            _LOG.exception("asking %s for its change token failed", self.resource.name)
            self._fault(ResourceError(f"asking for changes failed: {error}", "this is a fault of the program"))
            return
        self._token, self._tokens, self._asked = token, tokens, True
        self._poll_at = self._clock.monotonic() + self._pace.vary(self._pace.poll)
        if self._faults:
            self._faults = 0
            for watch in self.watches.values():
                self._recover(watch)
        self._tell_held()
        self._let_rates_fade()

    def _tell_held(self) -> None:
        """Say of figures that they are no longer new, where nobody asked for newer ones."""
        for watch in self.watches.values():
            if watch.held and watch.looked and watch.task is None and watch.state.status is RefreshStatus.LIVE:
                token = self._token_of(watch)
                if token is not None and token != watch.seen:
                    self._say(watch, RefreshStatus.STALE, "it changed since: refresh it, or pin it to follow")

    def _token_of(self, watch: Watch) -> Hashable | None:
        """The last token of what a binding looks at; `None` where the engine cannot say."""
        return self._token if self._tokens is None else self._tokens.get(watch.collection)

    def _fault(self, error: ResourceError) -> None:
        self._faults += 1
        # a question for a token is cheap: what comes back is noticed within some polls
        wait = self._pace.vary(min(self._pace.back_off(self._faults), self._pace.poll * 5))
        self._poll_at = self._clock.monotonic() + wait
        for watch in self.watches.values():
            if watch.task is None:
                watch.settle_with(error)
                watch.settled.set()
                watch.hidden = watch.hidden or watch.state
                self._say_failed(watch, error, self._poll_at)

    def _recover(self, watch: Watch) -> None:
        """Show again how a binding stood before the fault; a change since then arms it by itself."""
        hidden, watch.hidden = watch.hidden, None
        if hidden is not None and not watch.paused:
            self._say(watch, hidden.status, hidden.reason, None, hidden.next_at)

    def _let_rates_fade(self) -> None:
        """Say once more what a binding costs and how it grows when nothing happened for a while."""
        now = self._clock.monotonic()
        for watch in self.watches.values():
            if watch.quiet_at is not None and now >= watch.quiet_at:
                watch.quiet_at = None
                self._publish(watch.key, watch.state, None)

    def _dispatch(self) -> None:
        """Start the looks that are due while there are slots: asked for, then never seen, then the oldest.

        A file says that it changed, not where: what was found unchanged gives way to what moves.
        """
        free = self._pace.slots - sum(watch.task is not None for watch in self.watches.values())
        now = self._clock.monotonic()
        pending = sorted(
            (watch for watch in self.watches.values() if watch.task is None and self._pending(watch, now)),
            key=lambda watch: (
                watch.wanted is None,
                watch.looked,
                watch.glanced,
                watch.ended + _CALM * min(watch.calm, _CALMEST),
            ),
        )
        for watch in pending:
            if free > 0 and self._may_start(watch) <= now:
                self._start(watch)
                free -= 1
            elif watch.looked and watch.wanted is None and not watch.failures:
                self._announce(watch, self._may_start(watch))

    def _pending(self, watch: Watch, now: float) -> bool:
        if watch.wanted is not None:
            return self._asked
        if watch.paused or self._faults or not self._asked:
            return False
        if not watch.looked or watch.failures:
            return watch.not_before < float("inf") or watch.seen != self._token_of(watch)
        if watch.held or not self._policy.auto_refresh:
            return False
        if now >= watch.again_at:
            return True
        if self._token_of(watch) is None:
            return now - watch.ended >= watch.greatest_age
        return watch.seen != self._token_of(watch)

    def _may_start(self, watch: Watch) -> float:
        if watch.wanted is not None:
            return 0.0
        if watch.not_before == float("inf"):
            return 0.0  # it is pending only because the data changed
        return max(watch.not_before, self._free_at) if watch.looked else watch.not_before

    def _announce(self, watch: Watch, at: float) -> None:
        if watch.state.next_at is None and watch.state.status in (RefreshStatus.LIVE, RefreshStatus.PARTIAL):
            watch.state = replace(watch.state, next_at=self._moment(at))
            self._publish(watch.key, watch.state, None)

    def _start(self, watch: Watch) -> None:
        watch.hidden = None
        if not watch.paused:
            self._say(watch, RefreshStatus.REFRESHING)
        watch.failure, watch.glanced = None, False
        watch.task = asyncio.create_task(self._look_once(watch), name=f"look at {watch.key}")
        watch.task.add_done_callback(lambda task: self._ended(watch, task))

    async def _look_once(self, watch: Watch) -> None:
        paced = watch.wanted is None and watch.looked
        grade, watch.wanted_grade = watch.wanted_grade, None
        watch.again_at = float("inf")
        # taken before the look: what changes meanwhile is looked at again
        watch.seen = self._token_of(watch)
        try:
            looked = await self._look(watch.key, grade)
        except ResourceError as error:
            # what is wrong with unchanged data stays wrong: only a change is worth another look
            lasting = isinstance(error, CollectionFailed | ResourceBroken) or not error.recoverable
            self._failed(watch, error, retry=not lasting or self._token_of(watch) is None)
        except Exception as error:  # noqa: BLE001 - one binding's fault must not end the watch; it is shown and logged
            _LOG.exception("looking at %s failed", watch.key)
            fault = ResourceError(f"{type(error).__name__}: {error}", "this is a fault of the program")
            self._failed(watch, fault, retry=True)
        else:
            self._succeeded(watch, looked, paced=paced)

    def _ended(self, watch: Watch, task: asyncio.Task[None]) -> None:
        """However a look ended (one that is cancelled before its first step never runs): arm the next one."""
        watch.task = None
        if self._closing or watch.key not in self.watches:
            return
        if task.cancelled():
            watch.seen = self._token_of(watch)
            self._failed(watch, LookCancelled("cancelled", "refresh to look again"), retry=False)
        if not watch.glanced:
            watch.settled.set()
            # who asked for another grade meanwhile waits for the next look
            if watch.wanted_grade is None:
                watch.settle_with(watch.failure)
        self._wake.set()

    def _succeeded(self, watch: Watch, looked: Looked[Figures], *, paced: bool) -> None:
        now = self._clock.monotonic()
        watch.failures, watch.looked, watch.glanced = 0, not looked.glance, looked.glance
        watch.calm = watch.calm + 1 if looked.same else 0
        watch.ended, watch.not_before = now, now if looked.glance else now + self._pace.vary(self._pace.floor)
        watch.quiet_at, watch.again_at = now + _QUIET, now + looked.again
        watch.costs.append((now, looked.milliseconds))
        if paced:
            self._free_at = max(self._free_at, now) + self._pace.rest(looked.milliseconds)
        state = replace(
            watch.state,
            as_of=self._clock.now(),
            milliseconds=looked.milliseconds,
            spent=watch.state.spent + looked.milliseconds,
            refreshes=watch.state.refreshes + 1,
        )
        watch.state = state
        if watch.paused:
            self._say(watch, RefreshStatus.PAUSED, "paused by you", looked.figures)
        else:
            missing = "the number of rows so far; a sample is next" if looked.glance else looked.partial
            status = RefreshStatus.PARTIAL if missing else RefreshStatus.LIVE
            by_age = self._token_of(watch) is None and self._policy.auto_refresh
            next_at = self._moment(now + watch.greatest_age) if by_age else None
            self._say(watch, status, missing, looked.figures, next_at)

    def _failed(self, watch: Watch, error: ResourceError, *, retry: bool) -> None:
        watch.failure = error
        watch.not_before = float("inf")
        if retry:
            watch.failures += 1
            watch.not_before = self._clock.monotonic() + self._pace.vary(self._pace.back_off(watch.failures))
        self._say_failed(watch, error, watch.not_before)

    # what is said

    def _rested(self, watch: Watch) -> RefreshStatus:
        return RefreshStatus.LIVE if watch.state.as_of is not None else RefreshStatus.WAITING

    def _say_failed(self, watch: Watch, error: ResourceError, retry_at: float) -> None:
        if not watch.paused:
            status = RefreshStatus.STALE if watch.state.as_of is not None else RefreshStatus.FAILED
            next_at = None if retry_at == float("inf") else self._moment(retry_at)
            self._say(watch, status, str(error), None, next_at)

    def _say(
        self,
        watch: Watch,
        status: RefreshStatus,
        reason: str = "",
        figures: Figures | None = None,
        next_at: datetime.datetime | None = None,
    ) -> None:
        since = watch.enter(status, self._clock.now())
        watch.state = replace(watch.state, status=status, reason=reason, since=since, next_at=next_at)
        self._publish(watch.key, watch.state, figures)

    def _moment(self, at: float) -> datetime.datetime:
        return self._clock.now() + datetime.timedelta(seconds=max(0.0, at - self._clock.monotonic()))

    # sleeping

    def _delay(self) -> float:
        """Seconds until something is due: the next question, or a look that waits for its time."""
        now = self._clock.monotonic()
        moments = [self._poll_at] if self.watches else []
        full = sum(watch.task is not None for watch in self.watches.values()) >= self._pace.slots
        if not full:
            waiting = (w for w in self.watches.values() if w.task is None and self._pending(w, now))
            moments += [self._may_start(watch) for watch in waiting]
        return max(0.0, min(moments, default=now + 3600.0) - now)

    async def _rest(self) -> None:
        if self._wake.is_set():
            return
        sleeper = asyncio.ensure_future(self._clock.sleep(self._delay()))
        waker = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait({sleeper, waker}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for waiting in (sleeper, waker):
                waiting.cancel()
            await asyncio.gather(sleeper, waker, return_exceptions=True)


def _report(task: asyncio.Task[None]) -> None:
    """A watch that ends by itself is a fault of ours: never silent."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _LOG.critical("%s ended", task.get_name(), exc_info=error)
