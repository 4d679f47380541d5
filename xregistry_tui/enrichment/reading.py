"""How a class reads each field: by a type and bounds that its JSON Schema says too, or by code of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel

_BOUNDS = frozenset({"ge", "gt", "le", "lt"})
# what may be said of a plain type without leaving its JSON Schema
_PLAIN: Mapping[str, frozenset[str]] = {
    "bool": frozenset(),
    "int": _BOUNDS,
    "float": _BOUNDS,
    "decimal": _BOUNDS,
    "str": frozenset({"min_length", "max_length", "pattern"}),
    "literal": frozenset({"expected"}),
    "enum": frozenset({"members", "cls", "sub_type"}),
}
# types whose JSON Schema says all that they ask, as far as nothing else is said of them
_DECLARED = frozenset(_PLAIN) | {
    *("any", "none", "date", "datetime", "time", "uuid", "nullable", "default", "union", "list", "dict", "tuple"),
    *("model", "model-fields", "model-field"),
}
_SAID = _BOUNDS | {
    *(
        "min_length",
        "max_length",
        "pattern",
        "expected",
        "members",
        "sub_type",
        "multiple_of",
        "schema",
        "items_schema",
    ),
    *("keys_schema", "values_schema", "choices", "fields", "variadic_item_index", "custom_init", "root_model"),
    *("computed_fields", "config", "validation_alias", "serialization_alias", "microseconds_precision", "copy_default"),
}
_SILENT = frozenset({"type", "metadata", "ref", "serialization"})
# settings of a class that leave the reading of plain values as it is
_HARMLESS = frozenset(
    {"title", "extra_fields_behavior", "validate_by_alias", "validate_by_name", "allow_inf_nan", "val_json_bytes"}
    | {"ser_json_bytes", "ser_json_timedelta", "from_attributes", "loc_by_alias", "frozen", "validate_default"}
)
_UNSIGNED = frozenset({"metadata", "ref", "serialization", "cls", "model_name", "default", "default_factory", "title"})
_DEEPEST = 40

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """One field: the `type` that is read (of a union all `types`), and whether that and its rules decide (`plain`).

    Of one that is `declared` its JSON Schema says all, however it is made up. Two fields of the same `sign` read alike.
    `also` is a second name that a record may call it by.
    """

    type: str
    types: frozenset[str]
    plain: bool
    declared: bool
    sign: str
    also: str = ""


@dataclass(frozen=True, slots=True)
class Readings:
    """A whole class: its fields by their names in a record, and the `sign` of what judges the record as a whole.

    One that is `strict` takes JSON values for what they are and never for another type. What judges the whole may have
    complaints `anywhere`: it says how values are read, or changes the record before its fields are.
    """

    fields: Mapping[str, Reading]
    sign: str
    strict: bool
    anywhere: bool = True


def readings(model: type[BaseModel]) -> Readings:
    """How a class reads records, read off what it was compiled to."""
    from xregistry_tui.schema.external_model import ExternalModel

    model.model_rebuild()
    external = issubclass(model, ExternalModel)
    node: Node = model.__pydantic_core_schema__
    known: dict[str, Node] = {}
    judges: list[str] = []
    config: Node = {}
    early = False
    while node["type"] != "model-fields":
        if node["type"] == "definitions":
            known |= {one["ref"]: one for one in node["definitions"]}
        elif node["type"] == "definition-ref":
            node = {"type": "", "schema": known[node["schema_ref"]]}
        elif node["type"] == "model":
            config = node.get("config") or {}
            judges += ["its own __init__"] if node.get("custom_init") else []
            early = early or bool(node.get("custom_init"))
            if node.get("post_init") == "model_post_init":
                judges.append(_sign(model.model_post_init, known))
        elif node["type"].startswith("function-") and not external:
            judges.append(f"{node['type']} {_sign(node['function'], known)}")
            early = early or node["type"] != "function-after"
        if "schema" not in node:
            return Readings({}, "|".join([*judges, node["type"]]), external)
        node = node["schema"]
    plain = set(config) <= _HARMLESS
    fields = {_name(key, one): _reading(key, one, known, plain=plain) for key, one in node["fields"].items()}
    sign = "|".join([*judges, *([] if plain else [_sign(config, known)])])
    return Readings(fields, sign, external, anywhere=early or not plain)


def _name(key: str, field: Node) -> str:
    alias = field.get("validation_alias")
    return alias if isinstance(alias, str) else key


def _reading(key: str, field: Node, known: Mapping[str, Node], *, plain: bool) -> Reading:
    alias = field.get("validation_alias")
    node, bare = _bare(field["schema"], known)
    allowed = _PLAIN.get(node["type"])
    simple = allowed is not None and {name for name in node if node[name] is not None} <= allowed | _SILENT
    if node["type"] == "enum":
        simple = simple and all(type(one.value) in (str, int) for one in node["members"])
    return Reading(
        type=node["type"],
        types=frozenset(_types(node, known)),
        declared=plain and _declared(field["schema"], known),
        plain=plain and bare and simple and (alias is None or isinstance(alias, str)),
        sign=_sign({"alias": alias, "schema": field["schema"]}, known),
        also=key if isinstance(alias, str) and alias != key else "",
    )


def _bare(node: Node, known: Mapping[str, Node]) -> tuple[Node, bool]:
    """The type within, without null and default; and whether there is nothing else around it."""
    for _ in range(_DEEPEST):
        if node["type"] == "definition-ref" and node["schema_ref"] in known:
            node = known[node["schema_ref"]]
        elif node["type"] in ("nullable", "default") or _is_typing(node):
            node = node["schema"]
        else:
            return node, True
    return node, False


def _is_typing(node: Node) -> bool:
    """What is around the types of a JSON Schema's model: it refuses nothing, the schema did."""
    from xregistry_tui.schema.external_model import as_typed

    return bool(node["type"] == "function-wrap" and node["function"]["function"] is as_typed)


def _types(node: Node, known: Mapping[str, Node]) -> list[str]:
    if node["type"] != "union":
        return [node["type"]]
    choices = [one[0] if isinstance(one, tuple) else one for one in node["choices"]]
    return [name for one in choices for name in _types(_bare(one, known)[0], known)]


def _declared(node: Any, known: Mapping[str, Node], depth: int = 0) -> bool:
    """Whether a JSON Schema says all that is asked here; of a model within itself nobody says so."""
    if depth > _DEEPEST:
        return False
    if isinstance(node, list | tuple):
        return all(_declared(one, known, depth + 1) for one in node)
    if not isinstance(node, Mapping):
        return True
    if node.get("type") == "definition-ref":
        return _declared(known.get(node["schema_ref"], {"type": "?"}), known, depth + 1)
    if _is_typing(node):
        return _declared(node["schema"], known, depth + 1)
    if not (node["type"] in _DECLARED and set(node) <= _SAID | _SILENT | _UNSIGNED):
        return False
    if node.get("custom_init") or node.get("root_model") or not set(node.get("config") or ()) <= _HARMLESS:
        return False
    inner = [node.get(key) for key in ("schema", "items_schema", "keys_schema", "values_schema", "choices")]
    return all(_declared(one, known, depth + 1) for one in (*inner, *(node.get("fields") or {}).values()))


def _sign(node: Any, known: Mapping[str, Node], depth: int = 0) -> str:
    """A text that is the same for what reads alike."""
    if depth > _DEEPEST:
        return "…"
    if isinstance(node, Mapping):
        if node.get("type") == "definition-ref" and node["schema_ref"] in known:
            # a class within itself: what is behind it was written above
            return _sign(known[node["schema_ref"]], {k: v for k, v in known.items() if k != node["schema_ref"]}, depth)
        parts = (f"{key}:{_sign(node[key], known, depth + 1)}" for key in sorted(node) if key not in _UNSIGNED)
        return f"{{{','.join(parts)}}}"
    if isinstance(node, list | tuple):
        return f"[{','.join(_sign(one, known, depth + 1) for one in node)}]"
    if isinstance(node, MethodType):
        return _sign(node.__func__, known, depth)
    if isinstance(node, FunctionType):
        held = [cell.cell_contents for cell in node.__closure__ or ()]
        return f"{_code(node.__code__)}{node.__defaults__!r}{_sign(held, known, depth + 1)}"
    return repr(getattr(node, "value", node))


def _code(code: CodeType) -> str:
    consts = [_code(one) if isinstance(one, CodeType) else repr(one) for one in code.co_consts]
    return f"{code.co_code.hex()}{consts}{code.co_names}"
