"""A model as a table to read, in Markdown: its fields with types, rules and words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from xregistry_tui.actions.visible import visible
from xregistry_tui.schema.rules import OneOf, Reference, Required, describe
from xregistry_tui.schema.shape import walk

if TYPE_CHECKING:
    from xregistry_tui.schema.rules import Rule
    from xregistry_tui.schema.shape import FieldShape, Shape

MOST_VALUES = 12
_HEAD = ("Field", "Type", "Rules", "Description")


def markdown(shape: Shape, title: str, version: str) -> str:
    """The model as Markdown: a heading, its words, a row for each field (a nested one by its JSON Pointer)."""
    rows = [_HEAD, *(_row(path, field) for path, field in walk(shape))]
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEAD))]
    table = [_line(rows[0], widths), _line(["-" * width for width in widths], widths)]
    table += [_line(row, widths) for row in rows[1:]]
    parts = [f"# {text(title)} {version}"]
    parts += [text(shape.description)] if shape.description else []
    parts.append("\n".join(table))
    keys = [", ".join(code(name) for name in columns) for columns in shape.unique if len(columns) > 1]
    parts += [f"Unique together: {'; '.join(keys)}."] if keys else []
    return "\n\n".join(parts) + "\n"


def _line(row: tuple[str, ...] | list[str], widths: list[int]) -> str:
    return "| " + " | ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) + " |"


def _row(path: str, field: FieldShape) -> tuple[str, ...]:
    description = text(field.description) if field.description else ""
    return code(path), _type(field), "; ".join(_rules(field)), description


def _type(field: FieldShape) -> str:
    kinds = [kind.value for kind in field.kinds] or ["any"]
    words = " or ".join([*kinds, "null"] if _may_be_null(field) else kinds)
    return f"{words} ({code(field.native)})" if field.native else words


def _may_be_null(field: FieldShape) -> bool:
    return field.nullable and not any(isinstance(rule, Required) for rule in field.rules)


def _rules(field: FieldShape) -> Iterator[str]:
    if not field.required and not any(isinstance(rule, Required) for rule in field.rules):
        yield "may be absent"
    if field.key is not None:
        yield "key"
    for rule in field.rules:
        if not isinstance(rule, Required):
            yield _rule(rule)
    if field.default is not None:
        yield f"default {code(field.default)}"


def _rule(rule: Rule) -> str:
    if isinstance(rule, OneOf) and len(rule.values) <= MOST_VALUES:
        return "one of " + ", ".join(code(str(value)) for value in rule.values)
    if isinstance(rule, Reference):
        return f"refers to {code(f'{rule.collection}.{rule.field}')}"
    return text(describe(rule))


def code(value: str) -> str:
    r"""A name or value as code: in as many backticks as it needs; a bar would end the cell of a table.

    >>> print(code("a|b"), code("x`y"))
    `a\|b` ``x`y``
    """
    shown = visible(" ".join(value.split())).replace("|", "\\|")
    ticks = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    edge = " " if shown.startswith("`") or shown.endswith("`") or not shown else ""
    return f"{ticks}{edge}{shown}{edge}{ticks}"


def text(value: str) -> str:
    r"""Words from outside, on one line, none of which is taken for markup.

    >>> print(text("a *b* <c>"))
    a \*b\* \<c\>
    """
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", visible(" ".join(value.split())))
