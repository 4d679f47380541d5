"""Profiles as people read them without a screen: plain text in columns, safe to print on a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from xregistry_tui.actions.export import shares
from xregistry_tui.actions.visible import visible
from xregistry_tui.profiling import wording
from xregistry_tui.schema.rules import describe

if TYPE_CHECKING:
    from xregistry_tui.actions.views import BindingView
    from xregistry_tui.profiling.profile import FieldProfile, Profile
    from xregistry_tui.schema.report import FieldFailures, Problem, SampleReport

HEADERS = ("FIELD", "TYPE", "FILL %", "DISTINCT", "RANGE OR TOP", "FAILING")
RIGHT = frozenset({2, 3})
NAME_WIDTH, VALUE_WIDTH = 40, 24
PROBLEMS = 20
ORDERED = frozenset({"integer", "number", "decimal", "datetime", "date", "time", "duration"})


def profile_text(views: Iterable[BindingView]) -> str:
    """One block for each binding that was looked at: a headline, then a line for each field."""
    return "\n\n".join(_block(view, view.profile) for view in views if view.profile is not None)


def _block(view: BindingView, profile: Profile) -> str:
    rows = [(wording.named(name), *_cells_of(field)) for name, field in profile.fields.items()]
    return "\n".join([_headline(view, profile), *columns([HEADERS, *rows])])


def _headline(view: BindingView, profile: Profile) -> str:
    overall = view.assessment.model.overall if view.assessment is not None else None
    rows = wording.write(profile.rows)
    parts = [
        visible(wording.named(profile.collection)),
        f"{rows} {'row' if rows == '1' else 'rows'}",
        str(profile.method) if profile.n >= profile.rows.value else f"{profile.method} {profile.n:,}",
        f"quality {wording.percent(overall) if overall is not None else wording.NOTHING}",
        wording.duration(profile.how.milliseconds),
        visible(view.binding.model),
    ]
    return "   ".join(parts)


def _cells_of(field: FieldProfile) -> tuple[str, ...]:
    kinds = list(shares(field))
    kind = " | ".join(kinds) or wording.NOTHING
    return (
        f"{kind}?" if field.nulls or field.missing else kind,
        wording.write(field.fill, percent=True),
        wording.write(field.distinct),
        _range_or_top(field, kinds),
        _failing(field),
    )


def _range_or_top(field: FieldProfile, kinds: Sequence[str]) -> str:
    """Where values lie on a scale, their range; else the most frequent, else how long they are."""
    if kinds and kinds[0] in ORDERED and field.minimum is not None and field.maximum is not None:
        low, high = (visible(wording.scalar(bound, VALUE_WIDTH)) for bound in (field.minimum, field.maximum))
        return low if low == high else f"{low} … {high}"
    if field.top and field.present and field.top[0].count > 1:
        share = wording.percent(min(1.0, field.top[0].count / field.present))
        value = wording.scalar(field.top[0].value, VALUE_WIDTH)
        return f"{visible(value) if value.strip() else '“' + value + '”'} {share}"
    if field.lengths is not None:
        return f"len {field.lengths.least:,} … {field.lengths.most:,}"
    return ""


def _failing(field: FieldProfile) -> str:
    failed = [
        f"{result.failed:,} of {result.checked:,}: {describe(result.rule)}" for result in field.rules if result.failed
    ]
    unchecked = [f"not checked: {describe(result.rule)}" for result in field.rules if result.failed is None]
    return visible(wording.cut("; ".join([*failed, *unchecked]), 80))


def columns(rows: Sequence[Sequence[str]], most: int = NAME_WIDTH, right: frozenset[int] = RIGHT) -> list[str]:
    """Rows as lines of aligned columns, those of numbers to the `right`; a first cell wider than `most` ends in `…`."""
    shown = [(visible(wording.cut(row[0], most)), *row[1:]) for row in rows]
    widths = [max(map(cells, column)) for column in zip(*shown, strict=True)]
    return [
        "  "
        + "  ".join(
            _pad(cell, width, index in right) for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in shown
    ]


def _pad(text: str, width: int, right: bool) -> str:
    space = " " * (width - cells(text))
    return space + text if right else text + space


def cells(text: str) -> int:
    """The columns of a terminal that text takes."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )


def validation_text(report: SampleReport) -> str:
    """Many records against a model: the counts, then where they fail and why, then the first problems."""
    share = f" ({report.invalid / report.checked:.2%})".replace("%", " %") if report.invalid else ""
    counts = [f"{report.checked:,} records", f"{report.invalid:,} invalid{share}"]
    counts += [f"{report.warned:,} with values never seen"] if report.warned else []
    lines = [f"{visible(report.model)} {report.version}   {'   '.join(counts)}   {wording.duration(report.duration)}"]
    failing = [(visible(one.path or "the record"), f"{one.failures:,}", visible(one.reason)) for one in report.by_field]
    unseen = [(visible(one.path), f"{one.failures:,}", visible(f"never seen: {one.reason}")) for one in report.unseen]
    if failing or unseen:
        lines += ["", *columns([("FIELD", "RECORDS", "MOSTLY"), *failing, *unseen], right=frozenset({1}))]
    if report.problems:
        rows = [_problem_cells(problem) for problem in report.problems[:PROBLEMS]]
        lines += ["", *columns([("RECORD", "FIELD", "PROBLEM"), *rows], right=frozenset({0}))]
        left = report.invalid - len({problem.record for problem in report.problems[:PROBLEMS]})
        lines += [f"and {left:,} more" + (" record" if left == 1 else " records")] if left > 0 else []
    return "\n".join(lines)


def _problem_cells(problem: Problem) -> tuple[str, str, str]:
    meant = f" → {wording.scalar(problem.suggestion.value, 40)}" if problem.suggestion is not None else ""
    return str(problem.record), visible(problem.path or "the record"), visible(f"{problem.message}{meant}")


def validation_document(report: SampleReport) -> dict[str, Any]:
    """The documented form of `validate --json`."""
    problems = [
        {
            "record": problem.record,
            "path": problem.path,
            "code": problem.code,
            "severity": problem.severity.value,
            "message": problem.message,
            "suggestion": problem.suggestion.value if problem.suggestion is not None else None,
        }
        for problem in report.problems
    ]
    rates = {"by_field": _rates(report.by_field), "unseen": _rates(report.unseen)}
    counts = {"checked": report.checked, "valid": report.passed, "invalid": report.invalid, "warned": report.warned}
    return {"model": report.model, "version": report.version, **counts, **rates, "problems": problems}


def _rates(failures: Iterable[FieldFailures]) -> list[dict[str, Any]]:
    return [{"path": one.path, "records": one.failures, "mostly": one.reason} for one in failures]
