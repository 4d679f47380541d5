"""How the fields of a model stand in each dimension of quality, and which of them come first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from xregistry_tui.profiling.wording import NOTHING
from xregistry_tui.schema.rules import OneOf, Required, Unique
from xregistry_tui.schema.shape import segments, walk

if TYPE_CHECKING:
    from xregistry_tui.actions.views import BindingView, ModelView
    from xregistry_tui.profiling.drift import Alarm
    from xregistry_tui.profiling.profile import FieldProfile, Figure, RuleResult
    from xregistry_tui.profiling.quality import Quality
    from xregistry_tui.schema.shape import FieldShape

LABELS = {
    "completeness": "COMPLETE",
    "validity": "VALID",
    "uniqueness": "UNIQUE",
    "consistency": "CONSIST",
    "timeliness": "TIMELY",
}
MODEL = "\0model"  # the key of what is about all fields together; no field has this name
NO_RULE, OPTIONAL = "·", "optional"
THRESHOLDS = (0.95, 0.99, 0.999, 0.9)
FAR = 0.1  # below the threshold by more than this is far below
_ALARMED = {"fill": "completeness", "off_set": "validity", "unique": "uniqueness", "freshness": "timeliness"}
_OF_VALUES = frozenset({"new_value", "lost_value"})


@dataclass(frozen=True, slots=True)
class Board:
    """A model with one of its bindings, and its fields by path."""

    model: ModelView
    view: BindingView
    fields: Mapping[str, FieldShape]

    def seen(self, path: str) -> FieldProfile | None:
        """What the last look saw in a field."""
        return self.view.profile.fields.get(path) if self.view.profile is not None else None

    def quality(self, path: str) -> Quality | None:
        """How good a field is, or the model."""
        assessment = self.view.assessment
        if assessment is None:
            return None
        return assessment.model if path == MODEL else assessment.fields.get(path)

    def day(self, path: str) -> Sequence[float | None]:
        """The quality of a field in the parts of its last day."""
        return self.view.day.get("" if path == MODEL else path, ())


@dataclass(frozen=True, slots=True)
class Standing:
    """A field in one dimension: its figure; or the `sign` that stands where none is judged."""

    figure: Figure | None = None
    sign: str = ""
    changed: bool = False

    def below(self, threshold: float) -> bool:
        """Whether it is judged, and worse than it should be."""
        return not self.sign and self.figure is not None and self.figure.value < threshold


def board(model: ModelView, view: BindingView) -> Board:
    """A model as one of its bindings sees it."""
    return Board(model, view, dict(walk(model.shape)))


def standing(board: Board, path: str, dimension: str) -> Standing:
    """How a field (or the model) stands in one dimension."""
    if path == MODEL:
        return model_standing(board.view, dimension)
    changed = any(True for _ in alarms(board, path, dimension))
    figure = _figure(board.quality(path), dimension)
    if figure is None:
        return Standing(sign=_missing(board, path, dimension), changed=changed)
    optional = dimension == "completeness" and is_optional(board.fields[path])
    return Standing(figure, OPTIONAL if optional else "", changed)


def model_standing(view: BindingView, dimension: str) -> Standing:
    """How a model stands in one dimension."""
    figure = _figure(view.assessment.model if view.assessment is not None else None, dimension)
    return Standing(figure, "" if figure is not None else NO_RULE)


def _figure(quality: Quality | None, dimension: str) -> Figure | None:
    return getattr(quality, dimension) if quality is not None else None


def is_optional(field: FieldShape) -> bool:
    """Whether absence is allowed."""
    return (field.nullable or not field.required) and not any(isinstance(rule, Required) for rule in field.rules)


def _missing(board: Board, path: str, dimension: str) -> str:
    """Why there is no figure: no rule asks for one, or nothing was looked at."""
    seen = board.seen(path)
    if seen is None or not seen.looked_at or dimension in {"completeness", "consistency"}:
        return NOTHING
    keyed = dimension == "uniqueness" and board.model.shape.key == (path,)
    return NOTHING if keyed or results(seen, dimension) else NO_RULE


def results(seen: FieldProfile, dimension: str) -> tuple[RuleResult, ...]:
    """What became of the rules of a dimension, the one that fails most first, those nobody could check last."""
    kinds = {"completeness": Required, "uniqueness": Unique}
    wanted = kinds.get(dimension)
    if wanted is not None:
        found = [result for result in seen.rules if isinstance(result.rule, wanted)]
    elif dimension == "validity":
        found = [result for result in seen.rules if not isinstance(result.rule, Required | Unique)]
    else:
        found = []
    return tuple(sorted(found, key=_rank))


def _rank(result: RuleResult) -> tuple[int, float]:
    if result.failed is None:
        return 2, 0.0
    return (0, -result.failed / result.checked) if result.checked else (1, 0.0)


def failing(seen: FieldProfile | None, dimension: str) -> RuleResult | None:
    """The rule of a dimension that fails most, where one does."""
    found = results(seen, dimension) if seen is not None else ()
    return found[0] if found and found[0].failed else None


def alarms(board: Board, path: str, dimension: str) -> Iterator[Alarm]:
    """What changed lately in a field, as far as it is about a dimension."""
    if path != MODEL:
        yield from (
            alarm for alarm in board.view.alarms if alarm.field == path and _dimension(board, alarm) == dimension
        )


def _dimension(board: Board, alarm: Alarm) -> str:
    """A value that came or went concerns validity where a set is declared."""
    seen = board.seen(alarm.field) if alarm.field is not None else None
    if alarm.code in _OF_VALUES and seen is not None and any(isinstance(one.rule, OneOf) for one in seen.rules):
        return "validity"
    return _ALARMED.get(alarm.code, "consistency")


# Which fields come first


def worst(board: Board, path: str) -> tuple[str, Figure] | None:
    """The dimension in which a field (or the model) is judged worst, with its figure."""
    judged = [(name, one.figure) for name in LABELS if not (one := standing(board, path, name)).sign and one.figure]
    return min(judged, key=lambda pair: pair[1].value, default=None)


def notable(board: Board, path: str) -> str:
    """The dimension of a field that is looked at first: the one that changed, else the worst."""
    changed = next((name for name in LABELS if any(True for _ in alarms(board, path, name))), "")
    found = worst(board, path)
    return changed or (found[0] if found is not None else next(iter(LABELS)))


def _badness(board: Board, paths: Sequence[str]) -> float:
    found = [one[1].value for path in paths if (one := worst(board, path)) is not None]
    return min(found, default=2.0)


def _changed(board: Board, paths: Sequence[str]) -> bool:
    return any(alarm.field in paths for alarm in board.view.alarms)


Key = Callable[[Board, Sequence[str]], Any]
SORTS: Mapping[str, Key] = {
    "changed, then worst": lambda board, paths: (not _changed(board, paths), _badness(board, paths)),
    "worst first": _badness,
    "in the model's order": lambda _board, _paths: 0,
    "by name": lambda _board, paths: paths[0].casefold(),
}
FIRST = next(iter(SORTS))


def ordered(board: Board, sort: str) -> tuple[str, ...]:
    """The paths of all fields in an order; nested ones stay below the field that holds them."""
    groups: dict[str, list[str]] = {}
    for path in board.fields:
        groups.setdefault(segments(path)[0], []).append(path)
    key = SORTS[sort]
    return tuple(path for paths in sorted(groups.values(), key=lambda paths: key(board, paths)) for path in paths)


def held(order: Sequence[str], due: Sequence[str]) -> tuple[str, ...]:
    """What is due in an earlier order of it; what is new comes last."""
    places = {path: place for place, path in enumerate(order)}
    return tuple(sorted(due, key=lambda path: places.get(path, len(places))))
