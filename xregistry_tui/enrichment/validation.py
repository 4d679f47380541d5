"""One record against a model and what is live: every problem at once, each with its place and what would do instead."""

from __future__ import annotations

import datetime
import functools
import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from xregistry_tui.enrichment.choices import Choices, as_json, choices, field_of
from xregistry_tui.enrichment.coercion import lenient, read_as
from xregistry_tui.enrichment.problems import Complaint, complaints
from xregistry_tui.enrichment.suggestions import converted, for_missing, nearest, shown
from xregistry_tui.resources.base import Clipped, Page
from xregistry_tui.schema.json_pointer import escape
from xregistry_tui.schema.json_text import SIZE, Document, JsonTextError, parse
from xregistry_tui.schema.report import Problem, SampleReport, Severity, ValidationReport, failures_by_field
from xregistry_tui.schema.rules import OneOf, describe, holds

if TYPE_CHECKING:
    from pydantic import BaseModel

    from xregistry_tui.core.models import RegisteredModel
    from xregistry_tui.enrichment.live import Live
    from xregistry_tui.schema.shape import FieldShape

_LOG = logging.getLogger(__name__)
# problems kept of many records; the counts know no bound
_KEPT = 200


class InvalidRecord(ValueError):
    """A record that cannot be: `report` has all problems. Where a value is off its set the text begins with that."""

    def __init__(self, report: ValidationReport, decisive: tuple[Problem, ...]) -> None:
        off = [problem for problem in decisive if problem.code in ("not_allowed", "unseen", "reference")]
        told = [f"{_name(problem)}: {problem.message}" for problem in (*off, *(p for p in decisive if p not in off))]
        super().__init__(("Invalid value for " if off else f"{report.model}: ") + "; ".join(told))
        self.report = report


def _name(problem: Problem) -> str:
    return problem.path.removeprefix("/") if problem.path.count("/") == 1 else problem.path or "the record"


@dataclass(slots=True)
class _Check:
    """One record under check. `now` is what a missing moment is filled with."""

    registered: RegisteredModel
    live: Live | None
    now: datetime.datetime
    record: Mapping[str, Any]
    instance: BaseModel | None = None
    known: dict[str, _Known] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one top-level field, the same for every record of a model."""

    path: str
    shape: FieldShape | None
    attribute: str | None
    choices: Choices | None


def _known(check: _Check, name: str) -> _Known:
    if name not in check.known:
        path = "/" + escape(name)
        check.known[name] = _Known(
            path,
            field_of(check.registered.shape, path),
            _attribute(check.registered, name),
            choices(path, check.registered, check.live),
        )
    return check.known[name]


def validate_text(
    text: str, registered: RegisteredModel, live: Live | None, *, now: datetime.datetime
) -> ValidationReport:
    """A record as JSON text; problems in reading order. Never raises for what the text holds; runs in any thread."""
    started = time.perf_counter()
    try:
        document = parse(text, size=SIZE)
    except JsonTextError as error:
        problem = Problem(path="", code="json", severity=Severity.ERROR, message=error.message, line=error.line)
        return _report(registered, None, (problem,), started, now)
    if not isinstance(document.value, dict):
        message = f"a record is an object {{…}}, this is {shown(document.value)}"
        problem = Problem(path="", code="type", severity=Severity.ERROR, message=message, line=1)
        return _report(registered, None, (problem,), started, now)
    check = _Check(registered, live, now, document.value)
    found = [*_duplicates(document), *_problems(check, text)]
    placed = (replace(problem, line=problem.line or document.line(problem.path)) for problem in found)
    ordered = tuple(sorted(placed, key=lambda problem: (problem.line or 0, problem.path)))
    return _report(registered, live, ordered, started, check)


def validate_record(
    record: Mapping[str, Any], registered: RegisteredModel, live: Live | None, *, now: datetime.datetime
) -> tuple[ValidationReport, BaseModel | None]:
    """A record as Python data, and the instance that the model made of it where it could."""
    started = time.perf_counter()
    check = _Check(registered, live, now, record)
    found = tuple(_problems(check, None))
    return _report(registered, live, found, started, check), check.instance


def accepted(report: ValidationReport, instance: BaseModel | None, *, strict: bool = False) -> BaseModel:
    """The instance of a valid record; raises `InvalidRecord`. `strict` makes warnings errors."""
    grave = (Severity.ERROR, Severity.WARNING) if strict else (Severity.ERROR,)
    decisive = tuple(problem for problem in report.problems if problem.severity in grave)
    if decisive or instance is None:
        raise InvalidRecord(report, decisive)
    return instance


def _report(
    registered: RegisteredModel,
    live: Live | None,
    problems: tuple[Problem, ...],
    started: float,
    check: _Check | datetime.datetime,
) -> ValidationReport:
    value = None
    if isinstance(check, _Check):
        value = dict(check.record) if check.instance is None else check.instance.model_dump(by_alias=True)
    return ValidationReport(
        model=registered.path,
        version=registered.version,
        problems=problems,
        checked_at=check.now if isinstance(check, _Check) else check,
        duration=(time.perf_counter() - started) * 1000,
        live_as_of=live.profile.as_of if live is not None and live.profile is not None else None,
        value=value,
    )


def _duplicates(document: Document) -> Iterator[Problem]:
    for pointer, span in document.duplicates:
        message = "written twice: the last one counts"
        yield Problem(path=pointer, code="duplicate", severity=Severity.WARNING, message=message, line=span.line)


def _problems(check: _Check, text: str | None) -> list[Problem]:
    """What the model says, then what its rules and the live values say of the fields it had nothing against."""
    found = [_problem(check, complaint) for complaint in judge(check, text)]
    if any(problem.code == "json" for problem in found):
        return found
    blamed = {problem.path.split("/")[1] for problem in found if problem.path}
    for name in check.record:
        if escape(name) not in blamed:
            found += _field_problems(check, name)
    return found


def judge(check: _Check, text: str | None) -> list[Complaint]:
    """What the model has against a record (of JSON text where it came so); sets the instance where it has nothing."""
    from pydantic import ValidationError

    model = check.registered.model_class
    try:
        check.instance = model.model_validate(check.record) if text is None else model.model_validate_json(text)
    except ValidationError as error:
        return complaints(error.errors(include_url=False), check.record)
    except Exception as error:  # noqa: BLE001 - a model's own code failed: that is said as a problem, and logged
        _LOG.info("%s raised while it validated a record", check.registered.path, exc_info=True)
        message = f"the model's own check failed: {type(error).__name__}: {error}"
        return [Complaint(pointer="", code="check_failed", message=message)]
    return []


def _problem(check: _Check, complaint: Complaint) -> Problem:
    path = complaint.pointer
    shape = field_of(check.registered.shape, path) if path else None
    message, suggestion = complaint.message, None
    if complaint.code == "missing" or (complaint.value is None and complaint.code == "type"):
        suggestion = for_missing(path, shape, check.live, check.now)
    elif complaint.code == "not_allowed":
        known = choices(path, check.registered, check.live)
        suggestion = nearest(complaint.value, known)
        message = _off(known) if known is not None and known.closed else message
    elif complaint.code == "type":
        suggestion = converted(complaint.value, shape)
    return Problem(path=path, code=complaint.code, severity=Severity.ERROR, message=message, suggestion=suggestion)


def _off(known: Choices) -> str:
    count = len(known.shares)
    return f"not one of the {count} allowed values" if count > 1 else f"must be {shown(next(iter(known.shares)))}"


def _field_problems(check: _Check, name: str) -> Iterator[Problem]:
    about = _known(check, name)
    path, known = about.path, about.choices
    if about.shape is None and about.attribute is None:
        yield from _unknown(check, name, path)
        return
    raw = check.record[name]
    read = read_as(check.registered.model_class, about.attribute, raw, check.instance)
    value = read.value if isinstance(read, Enum) else read
    if known is not None and known.closed and raw is not None and not _among(value, known.values):
        suggestion = nearest(value, known)
        yield Problem(
            path=path, code="not_allowed", severity=Severity.ERROR, message=_off(known), suggestion=suggestion
        )
    elif about.shape is not None:
        yield from _broken(about.shape, path, value)
    if (
        known is not None
        and known.complete
        and not known.closed
        and raw is not None
        and not _among(value, known.values)
    ):
        yield _unseen(path, value, known)
    if note := lenient(raw, value):
        yield Problem(path=path, code="lenient", severity=Severity.NOTE, message=note)


def _among(value: Any, values: Iterable[Any]) -> bool:
    """Whether a value is one of these, as it is or in the form that an engine writes it in (a UUID, a day as text)."""
    held = tuple(values)
    written = value if isinstance(value, str | int | float) else as_json(value)
    return any(
        one == other and isinstance(one, bool) == isinstance(other, bool) for one in (value, written) for other in held
    )


def _broken(shape: FieldShape, path: str, value: Any) -> Iterator[Problem]:
    """Rules that the shape has and the class did not check."""
    for rule in shape.rules:
        if isinstance(rule, OneOf) and _among(value, rule.values):
            continue
        if holds(rule, value) is False:
            source = f", {rule.source}" if rule.source else ""
            yield Problem(path=path, code="rule", severity=Severity.ERROR, message=f"{describe(rule)}{source}")


def _unseen(path: str, value: Any, known: Choices) -> Problem:
    count = len(known.shares)
    values = "the only value" if count == 1 else f"the {count} values"
    return Problem(
        path=path,
        code="unseen",
        severity=Severity.WARNING,
        message=f"not among {values} seen in {known.seen:,}",
        suggestion=nearest(value, known),
    )


def _unknown(check: _Check, name: str, path: str) -> Iterator[Problem]:
    """A field that the model has not, where the model lets it pass."""
    if check.registered.model_class.model_config.get("extra") == "allow":
        return
    names = Choices({held.name: None for held in check.registered.shape.fields if held.name not in check.record})
    close = nearest(name, names)
    meant = f"; did you mean {close.value}?" if close is not None else ""
    message = f"the model has no such field, it is ignored{meant}"
    yield Problem(path=path, code="unknown_field", severity=Severity.WARNING, message=message)


def _attribute(registered: RegisteredModel, name: str) -> str | None:
    """The Python attribute behind a name in a record."""
    return _attributes(registered.model_class).get(name)


@functools.lru_cache(maxsize=8)
def _attributes(model: type[BaseModel]) -> Mapping[str, str]:
    """Every name that a model reads, with its attribute; an alias wins over an attribute of that name."""
    aliases = [
        (alias, key)
        for key, info in model.model_fields.items()
        for alias in (info.alias, info.validation_alias)
        if isinstance(alias, str)
    ]
    return {**{key: key for key in model.model_fields}, **dict(reversed(aliases))}


def validate_records(
    records: Page | Iterable[Mapping[str, Any]], registered: RegisteredModel, *, now: datetime.datetime | None = None
) -> SampleReport:
    """Many records against a model; a record with a value that was only fetched in part is excluded, not judged."""
    started = time.perf_counter()
    checked_at = now if now is not None else datetime.datetime.now(datetime.UTC)
    checked = invalid = excluded = 0
    reasons: dict[str, Counter[str]] = {}
    kept: list[Problem] = []
    known: dict[str, _Known] = {}
    for locator, record in _rows(records):
        if any(isinstance(value, Clipped) for value in record.values()):
            excluded += 1
            continue
        checked += 1
        check = _Check(registered, None, checked_at, record, known=known)
        problems = [problem for problem in _problems(check, None) if problem.severity is Severity.ERROR]
        invalid += bool(problems)
        for path, message in {problem.path: problem.message for problem in problems}.items():
            reasons.setdefault(path, Counter())[message] += 1
        if len(kept) < _KEPT:
            kept += [replace(problem, record=locator) for problem in problems]
    return SampleReport(
        model=registered.path,
        version=registered.version,
        checked=checked,
        invalid=invalid,
        by_field=failures_by_field(reasons),
        problems=tuple(kept[:_KEPT]),
        checked_at=checked_at,
        duration=(time.perf_counter() - started) * 1000,
        excluded=excluded,
    )


def _rows(records: Page | Iterable[Mapping[str, Any]]) -> Iterator[tuple[str | int, Mapping[str, Any]]]:
    """Records with what locates them: the key in the engine, else the index."""
    if not isinstance(records, Page):
        yield from enumerate(records)
        return
    for index in range(len(records.rows)):
        key = records.keys[index] if index < len(records.keys) else ()
        locator = ", ".join(str(part) for part in key) if key else records.offset + index
        yield locator, records.record(index)
