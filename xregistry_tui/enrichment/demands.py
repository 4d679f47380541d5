"""What a new version of a model asks of records that the older one did not, each as the engine can be asked it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from xregistry_tui.enrichment.reading import Reading, Readings, readings
from xregistry_tui.schema.change import ChangeType, SchemaChange, Verdict, shown
from xregistry_tui.schema.diff import compare
from xregistry_tui.schema.json_pointer import escape
from xregistry_tui.schema.json_schema import shape_of, shape_of_model
from xregistry_tui.schema.rules import Length, OneOf, Pattern, Range, Reference, Required, Rule, Unique, describe
from xregistry_tui.schema.shape import Kind, segments

if TYPE_CHECKING:
    from xregistry_tui.core.definition import Definition
    from xregistry_tui.schema.shape import FieldShape, Shape

NUMBERS = frozenset({Kind.INTEGER, Kind.NUMBER, Kind.DECIMAL})
TEXTS = frozenset({Kind.STRING})
# SQLite keeps all of these as text, and gives them so
TEXTS_OF_SQLITE = TEXTS | {Kind.DATE, Kind.DATETIME, Kind.TIME, Kind.UUID}

_PRESENCE = frozenset({ChangeType.REQUIRED_ADDED, ChangeType.NULLABLE_REMOVED})
_BY_RULE: Mapping[str, tuple[type, ...]] = {
    ChangeType.BOUND_TIGHTENED: (Range, Length),
    ChangeType.BOUND_CHANGED: (Range, Length),
    ChangeType.PATTERN_CHANGED: (Pattern,),
    ChangeType.ENUM_NARROWED: (OneOf,),
}
_TYPED = frozenset(
    {ChangeType.FIELD_ADDED, ChangeType.TYPE_CHANGED, ChangeType.TYPE_NARROWED}
    | {ChangeType.UNION_SHRUNK, ChangeType.UNION_CHANGED}
)
# a JSON Schema that says no more than this is told by a type and rules
_SIMPLE = frozenset(
    {"type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength"}
    | {"pattern", "title", "description", "default", "examples"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One thing asked of the field `name` (`""`: of the record), at `path`.

    The engine tells by `rule`, as long as all values there are of these `kinds` (`None`: of any); without a rule, by
    the kinds alone. What is `only_ours` only the class can tell. Absence is `Required`: a value that is not there fails
    if it is `needed`, a null if it is not `nullable`. `closed`: no other fields than those the class knows; `strays`
    are those that the collection is known to have. A complaint `anywhere` in the record may be about it.
    """

    path: str
    name: str
    words: str
    rule: Rule | None = None
    kinds: frozenset[Kind] | None = None
    only_ours: bool = False
    needed: bool = False
    nullable: bool = False
    closed: bool = False
    strays: tuple[str, ...] = ()
    anywhere: bool = False


@dataclass(frozen=True, slots=True)
class _Sides:
    """Both versions, as shapes and as the classes read them; `texts` are the kinds that the engine has as text."""

    old: Shape
    new: Shape
    before: Readings
    after: Readings
    live: Shape
    texts: frozenset[Kind]
    schema: Mapping[str, Any]

    def plain(self, name: str) -> bool:
        """Whether type and rules alone decide of a field of the new version, whatever name a record has it under."""
        reading = self.after.fields.get(name)
        if reading is None or not reading.plain or self.new.field(name) is None:
            return False
        if reading.also and self.live.field(reading.also) is not None:
            return False
        return not self.after.strict or set(self.schema.get("properties", {}).get(name, {"$ref": ""})) <= _SIMPLE


def demands(old: Definition, new: Definition, live: Shape, kind: str) -> tuple[Demand, ...]:
    """What must be proved of the records of a collection (its shape, and the kind of its engine)."""
    texts = TEXTS_OF_SQLITE if kind == "sqlite" else TEXTS
    before, after = readings(old.model_class), readings(new.model_class)
    sides = _Sides(_asked(old), _asked(new), before, after, live, texts, new.json_schema)
    breaking: dict[str, list[SchemaChange]] = {}
    for change in compare(old.json_schema, new.json_schema, strict=True).changes:
        if change.verdict is not Verdict.COMPATIBLE:
            breaking.setdefault(change.path, []).append(change)
    found: list[Demand] = []
    for path, changes in breaking.items():
        found += _of_path(path, changes, sides)
    found += _unsaid(sides, set(breaking))
    found += _declared(old.shape, new.shape)
    return tuple(dict.fromkeys(found))


def _asked(definition: Definition) -> Shape:
    """The shape of what the class asks, whatever the definition came from."""
    from xregistry_tui.schema.external_model import ExternalModel

    model = definition.model_class
    if issubclass(model, ExternalModel):
        return shape_of(definition.json_schema, definition.title)
    return shape_of_model(model, definition.title)


def _of_path(path: str, changes: list[SchemaChange], sides: _Sides) -> Iterator[Demand]:
    names = segments(path) if path else ()
    if not names:
        yield from (_of_record(change, sides) for change in changes)
        return
    name = names[0]
    field, reading = sides.new.field(name), sides.after.fields.get(name)
    if len(names) > 1 or name == "*":
        yield from (_ours(change, name) for change in changes)
    elif all(change.type == ChangeType.FIELD_REMOVED for change in changes):
        words = "must not be there any more"
        yield Demand(path=path, name=name, words=words, closed=True, strays=tuple(_strays(sides, name)))
    elif field is None or reading is None or not sides.plain(name):
        yield from (_ours(change, name) for change in changes)
    else:
        yield from _of_field(path, field, changes, reading, sides)


def _of_record(change: SchemaChange, sides: _Sides) -> Demand:
    if change.type != ChangeType.CONTENT_CLOSED:
        return Demand(path="", name="", words=_said(change), only_ours=True, anywhere=True)
    strays = tuple(_strays(sides))
    named = f": {', '.join(strays[:5])}{', …' if len(strays) > 5 else ''}" if strays else ""
    return Demand(path="", name="", words=f"must have no undeclared fields{named}", closed=True, strays=strays)


def _strays(sides: _Sides, name: str = "") -> Iterator[str]:
    """The fields of the collection that the new version does not know, or the one of that name."""
    known = {*sides.after.fields, *(one.also for one in sides.after.fields.values())}
    for held in sides.live.fields:
        if held.name not in known and name in ("", held.name):
            yield held.name


def _of_field(
    path: str, field: FieldShape, changes: list[SchemaChange], reading: Reading, sides: _Sides
) -> Iterator[Demand]:
    """A field that is read by nothing but its type and rules."""
    old = sides.old.field(field.name)
    needed, full = (
        (field.required and not (old and old.required)),
        (not field.nullable and not (old and not old.nullable)),
    )
    if needed or full:
        words = "must be there" if field.required else "must not be null"
        yield Demand(
            path=path, name=field.name, words=words, rule=Required(), needed=field.required, nullable=field.nullable
        )
    tightened = [rule for rule in (_tightened(one, old) for one in field.rules) if rule is not None]
    told: list[type] = [type(rule) for rule in tightened]
    for rule in tightened:
        kinds = _judged_alike(rule, sides.texts)
        if kinds is None:
            yield Demand(path=path, name=field.name, words=said(rule), only_ours=True)
        else:
            yield Demand(path=path, name=field.name, words=said(rule), rule=rule, kinds=kinds)
    for change in changes:
        if change.type in _TYPED and not (OneOf in told and reading.type in ("literal", "enum")):
            kinds = _taken(reading.type, sides)
            yield Demand(path=path, name=field.name, words=_typed(field), kinds=kinds)
        elif change.type not in _PRESENCE | _TYPED and not set(_BY_RULE.get(change.type, ())) & set(told):
            yield _ours(change, field.name)


def _ours(change: SchemaChange, name: str) -> Demand:
    return Demand(path=change.path, name=name, words=_said(change), only_ours=True)


def _said(change: SchemaChange) -> str:
    """What a change says of its subject."""
    subject = ".".join(segments(change.path)) if change.path else "The record"
    text = change.message.removesuffix(".")
    return text.removeprefix(f"{subject} ") if text.startswith(f"{subject} ") else text


def _typed(field: FieldShape) -> str:
    kinds = " or ".join(kind.value for kind in field.kinds) or "of its type"
    return f"must be {kinds}{' or null' if field.nullable else ''}"


def _tightened(rule: Rule, old: FieldShape | None) -> Rule | None:
    """The rule without what was asked before; `None` where nothing is left. Absence is another matter."""
    if isinstance(rule, Required):
        return None
    bare = replace(rule, source="")
    for before in old.rules if old is not None else ():
        if replace(before, source="") == bare:
            return None
        if isinstance(bare, Range) and isinstance(before, Range):
            bare = Range(**{n: _left(n, bare, before) for n in ("ge", "gt", "le", "lt")})
        elif isinstance(bare, Length) and isinstance(before, Length):
            bare = Length(*(_left(n, bare, before) for n in ("least", "most")))
    return None if bare in (Range(), Length()) else bare


def _left(name: str, rule: Range | Length, before: Range | Length) -> Any:
    """A bound of a rule, where it is not the one that was asked before."""
    bound = getattr(rule, name)
    return None if bound == getattr(before, name) else bound


def _judged_alike(rule: Rule, texts: frozenset[Kind]) -> frozenset[Kind] | None:
    """The kinds of values that engine and class judge alike by a rule; `None` where there are none."""
    if isinstance(rule, Range):
        return NUMBERS
    if isinstance(rule, Length | Pattern):
        return texts
    if isinstance(rule, OneOf) and all(isinstance(value, str) for value in rule.values):
        return texts
    whole = isinstance(rule, OneOf) and all(type(value) is int for value in rule.values)
    return frozenset({Kind.INTEGER}) if whole else None


def _taken(type_: str, sides: _Sides) -> frozenset[Kind]:
    """The kinds of values that a plain type always takes; of others the class must tell."""
    strict = sides.after.strict
    return {
        "int": frozenset({Kind.INTEGER}),
        "float": frozenset({Kind.INTEGER, Kind.NUMBER}) | (frozenset() if strict else {Kind.DECIMAL}),
        "decimal": frozenset({Kind.INTEGER}),
        "str": sides.texts,
        "bool": frozenset() if strict else frozenset({Kind.BOOLEAN}),
    }.get(type_, frozenset())


def _unsaid(sides: _Sides, seen: set[str]) -> Iterator[Demand]:
    """What only code says: a field or the record is judged by other code than before, and no schema tells of it."""
    if sides.after.sign and sides.after.sign != sides.before.sign:
        words, anywhere = "must pass the model's own checks", sides.after.anywhere
        yield Demand(path="", name="", words=words, only_ours=True, anywhere=anywhere)
    stricter = sides.after.strict and not sides.before.strict
    for name, reading in sides.after.fields.items():
        before = sides.before.fields.get(name)
        path = path_of(name)
        if (path in seen and not stricter) or (before is not None and before.sign == reading.sign):
            continue
        field = sides.new.field(name)
        if stricter and field is not None and _texts_alone(field):
            continue
        if stricter and field is not None and sides.plain(name):
            yield Demand(path=path, name=name, words=_typed(field), kinds=_taken(reading.type, sides))
        elif path not in seen and (stricter or not (reading.declared and _widened(before, reading))):
            yield Demand(path=path, name=name, words="must pass the model's own check", only_ours=True)


def _texts_alone(field: FieldShape) -> bool:
    """Whether it is picked from a list of texts, which nothing else is taken for."""
    return any(isinstance(rule, OneOf) and all(isinstance(one, str) for one in rule.values) for rule in field.rules)


def _widened(before: Reading | None, after: Reading) -> bool:
    return before is None or before.types <= after.types | ({"int"} if "float" in after.types else set())


def _declared(old: Shape, new: Shape) -> Iterator[Demand]:
    """What no class can judge: values that must not repeat, or be those of a record elsewhere."""
    for field in new.fields:
        before = old.field(field.name)
        known = {replace(rule, source="") for rule in (before.rules if before is not None else ())}
        for rule in field.rules:
            bare = replace(rule, source="")
            if isinstance(bare, Unique | Reference) and bare not in known:
                yield Demand(path=path_of(field.name), name=field.name, words=said(bare), rule=bare)
    for names in new.unique:
        if names not in old.unique and len(names) == 1:
            yield Demand(path=path_of(names[0]), name=names[0], words=said(Unique()), rule=Unique())
        elif names not in old.unique:
            words = f"must have no other record with the same {', '.join(names)}"
            yield Demand(path="", name="", words=words, rule=Unique())


def said(rule: Rule) -> str:
    """A rule as what a value must be.

    >>> said(OneOf(("a", "b"))), said(Range(gt=0)), said(Length(most=5)), said(Unique())
    ('must be one of 2 values', 'must be > 0', 'must have at most 5 characters', 'must be unique')
    """
    if isinstance(rule, OneOf) and len(rule.values) == 1:
        return f"must be {shown(rule.values[0])}"
    text = describe(rule)
    if isinstance(rule, Length):
        return f"must have {text}"
    if isinstance(rule, Pattern):
        return f"must match {rule.regex}"
    if isinstance(rule, Reference):
        return f"must be in {rule.collection}.{rule.field}"
    return f"must be {text}"


def path_of(name: str) -> str:
    """The JSON Pointer of a top-level field."""
    return "/" + escape(name)
