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
    """One field: the `type` that is read, and whether nothing but that and its JSON Schema decides (`plain`).

    Two fields of the same `sign` read alike. `also` is a second name that a record may call it by.
    """

    type: str
    plain: bool
    sign: str
    also: str = ""


@dataclass(frozen=True, slots=True)
class Readings:
    """A whole class: its fields by their names in a record, and the `sign` of what judges the record as a whole.

    One that is `strict` takes JSON values for what they are and never for another type.
    """

    fields: Mapping[str, Reading]
    sign: str
    strict: bool


def readings(model: type[BaseModel]) -> Readings:
    """How a class reads records, read off what it was compiled to."""
    from xregistry_tui.schema.external_model import ExternalModel

    model.model_rebuild()
    external = issubclass(model, ExternalModel)
    node: Node = model.__pydantic_core_schema__
    known: dict[str, Node] = {}
    judges: list[str] = []
    while node["type"] != "model-fields":
        if node["type"] == "definitions":
            known |= {one["ref"]: one for one in node["definitions"]}
        elif node["type"] == "definition-ref":
            node = {"schema": known[node["schema_ref"]], "type": ""}
        elif node["type"] == "model" and node.get("custom_init"):
            judges.append("its own __init__")
        elif node["type"].startswith("function-") and not external:
            judges.append(_sign(node["function"], known))
        if "schema" not in node:
            return Readings({}, f"{node['type']}", external)
        node = node["schema"]
    plain = set(_config(model)) <= _HARMLESS
    fields = {_name(key, one): _reading(key, one, known, plain=plain) for key, one in node["fields"].items()}
    settings = "" if plain else _sign(_config(model), known)
    return Readings(fields, "|".join([*judges, settings]).strip("|"), external)


def _config(model: type[BaseModel]) -> Node:
    """The settings that pydantic compiled the class with."""
    node: Any = model.__pydantic_core_schema__
    while node["type"] != "model":
        inner = node.get("schema")
        if node["type"] == "definitions" and inner["type"] == "definition-ref":
            inner = next(one for one in node["definitions"] if one["ref"] == inner["schema_ref"])
        if inner is None:
            return {}
        node = inner
    found: Node = node.get("config") or {}
    return found


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
        plain=plain and bare and simple and (alias is None or isinstance(alias, str)),
        sign=_sign({"alias": alias, "schema": field["schema"]}, known),
        also=key if isinstance(alias, str) and alias != key else "",
    )


def _bare(node: Node, known: Mapping[str, Node]) -> tuple[Node, bool]:
    """The type within, without null and default; and whether there is nothing else around it."""
    from xregistry_tui.schema.external_model import as_typed

    for _ in range(_DEEPEST):
        if node["type"] == "definition-ref" and node["schema_ref"] in known:
            node = known[node["schema_ref"]]
        elif node["type"] in ("nullable", "default") or (
            node["type"] == "function-wrap" and node["function"]["function"] is as_typed
        ):
            node = node["schema"]
        else:
            return node, True
    return node, False


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
