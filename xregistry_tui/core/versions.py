"""The versions of a model: how one follows another, and what is kept of those before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from xregistry_tui.schema.versioning import Mode, higher, next_version

if TYPE_CHECKING:
    import datetime

    from xregistry_tui.core.registered_model import ModelMetadata
    from xregistry_tui.schema.change import Change, SchemaChange
    from xregistry_tui.schema.evolution import Judgement

History = tuple["ModelMetadata", ...]


class VersionConflict(ValueError):
    """A version that does not follow: lower than the change asks for, or there already."""


class UnknownVersion(KeyError):
    """A version that a model never had; the text names those there are."""

    def __str__(self) -> str:
        return str(self.args[0])


class IncompatibleChange(ValueError):
    """A change that the model's compatibility mode refuses; `judgement` has every change with its verdict."""

    def __init__(self, path: str, judgement: Judgement) -> None:
        found = [change for _, diff in judgement.diffs for change in diff.changes if change.verdict != "compatible"]
        shown = "; ".join(dict.fromkeys(change.message for change in found[:5]))
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        super().__init__(
            f"{path}: {judgement.mode} refuses this change: {shown}{more}; pass anyway=True, or set another mode"
        )
        self.judgement = judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEvolution:
    """One step from version to version; `applied_at` is when somebody said that its `migration_script` ran."""

    model_name: str
    from_version: str
    to_version: str
    changes: tuple[SchemaChange, ...]
    at: datetime.datetime
    mode: Mode = Mode.NONE
    verdict: str = "compatible"
    migration_script: str | None = None
    applied_at: datetime.datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """The step as JSON data."""
        return {
            "model_name": self.model_name,
            "from_version": self.from_version,
            "to_version": self.to_version,
            "changes": [change.as_json() for change in self.changes],
            "at": self.at.isoformat(),
            "mode": self.mode.value,
            "verdict": self.verdict,
            "migration_script": self.migration_script,
            "applied_at": self.applied_at.isoformat() if self.applied_at else None,
        }


def following(held: str, change: Change, asked: str | None) -> str:
    """The version after `held`: what the change makes of it, or a higher one that was asked for."""
    derived = next_version(held, change)
    if asked is None:
        return derived
    if not higher(asked, held):
        raise VersionConflict(f"version {asked} does not follow {held}: give {derived} or a higher one")
    if higher(derived, asked):
        raise VersionConflict(f"version {asked} is too low for this change: give {derived} or a higher one")
    return asked


class Ledger:
    """Every version of each model by path, oldest first, and the steps between them; whoever writes holds a lock."""

    __slots__ = ("evolutions", "history")

    def __init__(self) -> None:
        self.history: dict[str, History] = {}
        self.evolutions: dict[str, tuple[ModelEvolution, ...]] = {}

    def enter(self, path: str, version: ModelMetadata, *, keep: int, step: ModelEvolution | None = None) -> None:
        """Add a version; the bodies of those beyond `keep` go, the rest of them stays."""
        whole = (*self.history.get(path, ()), version)
        self.history[path] = tuple(_spent(older) for older in whole[:-keep]) + whole[-keep:]
        if step is not None:
            self.evolutions[path] = (*self.evolutions.get(path, ()), step)

    def amend(self, path: str, version: ModelMetadata) -> None:
        """Say something else of the newest version; what it asks of records is the same."""
        self.history[path] = (*self.history[path][:-1], version)

    def find(self, path: str, version: str) -> ModelMetadata:
        """One version; raises KeyError, whose text names those there are."""
        for held in reversed(self.history[path]):
            if held.version == version:
                return held
        known = ", ".join(held.version for held in self.history[path])
        raise UnknownVersion(f"{path} has no version {version}; there are: {known}")

    def bodies(self, path: str) -> list[tuple[str, dict[str, Any]]]:
        """(version, JSON Schema) of every version that is kept whole, newest first."""
        kept = (version for version in reversed(self.history[path]) if version.definition is not None)
        return [(version.version, version.json_schema) for version in kept]

    def mark_applied(self, path: str, to_version: str, at: datetime.datetime) -> ModelEvolution:
        """Note that the migration of a step ran; raises KeyError where there is no such step."""
        steps = self.evolutions.get(path, ())
        found = next((step for step in steps if step.to_version == to_version), None)
        if found is None:
            raise UnknownVersion(f"{path} has no step to version {to_version}")
        applied = replace(found, applied_at=at)
        self.evolutions[path] = tuple(applied if step is found else step for step in steps)
        return applied


def _spent(version: ModelMetadata) -> ModelMetadata:
    if version.definition is None:
        return version
    return replace(version, definition=None, spent=version.fingerprint)
