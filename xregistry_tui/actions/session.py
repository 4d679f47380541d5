"""Who is asking, bound to a workspace: perform a verb, read a snapshot, hear of changes.

Faces know this Protocol and the values of `views`; nothing else of the workspace. Reads are immediate and never touch
an engine; whatever does is a verb.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from xregistry_tui.actions.base import Result
    from xregistry_tui.actions.views import (
        BindingView,
        FunctionView,
        ModelView,
        Node,
        Overview,
        ResourceView,
        Right,
        TrailEntry,
        TypeView,
        Work,
    )
    from xregistry_tui.core.changes import Subscription
    from xregistry_tui.core.imported import Imported


class Session(Protocol):
    """What a face may do and see."""

    @property
    def role(self) -> str:
        """Who is asking."""

    async def perform(self, verb: str, /, **arguments: Any) -> Result:
        """Do something; raises `ActionError` (with `Refused`) or `ResourceError`, whose text is for people."""

    def subscribe(self, wake: Callable[[], None]) -> Subscription:
        """Hear of changes; see `core.changes`."""

    def overview(self) -> Overview:
        """The header line."""

    def children(self, path: str = "") -> tuple[Node, ...]:
        """One level of the tree, in its order; the root's are the groups."""

    def model(self, path: str) -> ModelView | None:
        """A model with its bindings' figures."""

    def function(self, path: str) -> FunctionView | None:
        """A function."""

    def type(self, path: str) -> TypeView | None:
        """A type."""

    def resource(self, name: str) -> ResourceView | None:
        """A resource."""

    def bindings(self) -> tuple[BindingView, ...]:
        """Every binding, grouped by resource, worst first."""

    def roles(self) -> tuple[str, ...]:
        """Every role that is known: those with grants, the superusers, the session's own."""

    def rights(self, path: str, role: str | None = None) -> tuple[Right, ...]:
        """What a role (default: the session's) may do to an item, each with its reason; empty where nothing is asked.

        A role that holds more than the session's own cannot be previewed: raises `Refused`.
        """

    def trail(self, limit: int = 200) -> tuple[TrailEntry, ...]:
        """The newest entries of the trail, oldest first."""

    def work(self) -> tuple[Work, ...]:
        """What is running now."""

    def imports(self) -> tuple[Imported, ...]:
        """Where the packages of the user's own code stand; change key `imports`."""

    async def close(self) -> None:
        """Stop everything this session started."""


# The verbs of the first floor of features, with their arguments and what `Result.value` holds:
#
#   connect(target, name=None, options=None, namespace=None)  → resource name; discovers, registers, binds
#   look_around(folder=".")                         → tuple[welcome.Place, …], what can be opened from here
#   disconnect(resource)                            → None
#   trust(folder) · untrust(folder)                 → tuple[Imported, …] of what waited for it · whether it was trusted
#   discover(resource)                              → (registered paths, {collection: reason} of the failed)
#   refresh(model)                                  → None; same grade, now
#   sharpen(model)                                  → Grade reached; catalogue → sample → exact
#   look(model)                                     → Grade; it became the subject: a sample where there was none
#   pin(model) · unpin(model)                       → None; follow its data, on servers too
#   cost(model)                                     → plan.Cost of the next grade
#   accept_drift(model)                             → how many alarms ended; what is now is the baseline of drift
#   pause(model) · resume(model)                    → None
#   cancel(work)                                    → None; the id of a Work
#   records(model, where="", order_by=None, descending=False, offset=0, limit=100, keys=())  → resources.base.Page
#   code(model)                                     → str, importable Python source of the model
#   template(model)                                 → str, JSON text to start from: a live record, else an empty one
#   validate(model, text)                           → report.ValidationReport
#   validate_sample(model, limit=200)               → report.SampleReport over live records
#   suggest(model, field, text="")                  → tuple[report.Suggestion, …], best first
#   nearest(model, field, values)                   → tuple[report.Suggestion | None, …], the allowed values meant
#   locate(model, keys)                             → str, how to ask the engine for the records of these keys
#
# The registry's own, with the item's path first:
#
#   export(item, form)                              → str; item: PATH[@VERSION], form: one of exporting.SUFFIXES
#   versions(model)                                 → tuple[views.VersionView, …], newest first
#   compare(model, older, newer)                    → views.Comparison; refused with `ActionError` for unkept bodies
#   draft(model)                                    → str, source to edit (the newest version as a person would keep it)
#   propose(model, source)                          → views.Proposal; runs the source beside the loop, changes nothing
#   prove(model, version="", older="", source="")   → proof.Proof over live records; version, older: a version of it, or
#                                                     PATH@VERSION; source: an edited one, which is run (needs UPDATE)
#   accept(model, source, version=None, anyway=False)  → the new version; `anyway` where the mode would refuse it
#   rollback(model, version)                        → the new, higher version with the old schema
#   call(function, arguments)                       → views.Called; arguments: {parameter: text as typed in a form}
#   try_type(type, text)                            → views.Tried
#   used_by(type)                                   → tuple[views.Use, …]
#   grant(item, role, permissions) · revoke(item, role, permissions)   → None; permissions: iterable of words
#   tag(item, tags) · untag(item, tags)             → None
#   deprecate(item, removal=None, alternative=None) · undeprecate(item) · unregister(item) · restore(item) → None
#   trust(folder) · untrust(folder)                 → None
#   trail(journal="audit", last=50)                 → tuple[audit.AuditRecord, …] of all writers, oldest first
#   verify_trail(journal="audit", hashes=())        → trail.TrailReport
