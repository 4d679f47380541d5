"""True names made safe: what an engine calls things becomes Python identifiers, stably and without a clash.

The true name stays the title; the identifier is what paths, attributes and generated source use.
"""

from __future__ import annotations

import hashlib
import keyword
import unicodedata
from collections.abc import Iterable, Mapping

LONGEST = 128
UNNAMED = "unnamed"

# What a generated model may not call a field: the names of pydantic's BaseModel, and what its source refers to.
_RESERVED = """
    construct copy dict from_orm json model_computed_fields model_config model_construct model_copy model_dump
    model_dump_json model_extra model_fields model_fields_set model_json_schema model_parametrized_name
    model_post_init model_rebuild model_validate model_validate_json model_validate_strings parse_file parse_obj
    parse_raw schema schema_json update_forward_refs validate
    Annotated Any BaseModel ConfigDict Decimal Field Literal UUID bool bytes dt float int list str
"""
RESERVED_FIELDS = frozenset(_RESERVED.split())


def safe_segments(true_names: Iterable[str], assigned: Mapping[str, str] | None = None) -> dict[str, str]:
    """True name → identifier, unique without regard to case; `assigned` ones are given back and never change hands.

    Of names that clash the codepoint-first keeps the plain form, the others get `_` and six hex digits of their
    SHA-256.

    >>> safe_segments(["orders", "Orders", "class", "2020 sales", ""])
    {'orders': 'orders_1c168a', 'Orders': 'Orders', 'class': 'class_', '2020 sales': 'n2020_sales', '': 'unnamed'}
    """
    return _assign(true_names, assigned or {}, frozenset())


def safe_fields(true_names: Iterable[str]) -> dict[str, str]:
    """True name → attribute of a generated model: as `safe_segments`, and never a name that pydantic needs itself.

    >>> safe_fields(["_id", "schema", "[/red]"])
    {'_id': 'id_', 'schema': 'schema_', '[/red]': 'red'}
    """
    return _assign(true_names, {}, RESERVED_FIELDS)


def plain(true_name: str, reserved: frozenset[str] = frozenset()) -> str:
    """The identifier a name has where nothing clashes; leading underscores move to its end, keywords get one."""
    cleaned = "".join(c if ("a" + c).isidentifier() else " " for c in unicodedata.normalize("NFKC", true_name))
    words = "_".join(cleaned.split())
    bare = words.lstrip("_")
    text = bare + "_" * (len(words) - len(bare)) if bare else UNNAMED
    if not text[0].isidentifier():
        text = "n" + text
    text = unicodedata.normalize("NFKC", text[:LONGEST])[: LONGEST - 1]
    return text + "_" if keyword.iskeyword(text) or text in reserved else text


def _assign(true_names: Iterable[str], assigned: Mapping[str, str], reserved: frozenset[str]) -> dict[str, str]:
    names = list(dict.fromkeys(true_names))
    taken = {segment.casefold() for segment in assigned.values()}
    given = {name: assigned[name] for name in names if name in assigned}
    for name in sorted(name for name in names if name not in assigned):
        given[name] = _free(plain(name, reserved), name, taken)
        taken.add(given[name].casefold())
    return {name: given[name] for name in names}


def _free(wanted: str, true_name: str, taken: set[str]) -> str:
    digest = hashlib.sha256(true_name.encode("utf-8", "surrogatepass")).hexdigest()
    candidate, digits = wanted, 6
    while candidate.casefold() in taken:
        candidate = f"{wanted[: LONGEST - 1 - digits].rstrip('_')}_{digest[:digits]}"
        digits += 1
    return candidate


def class_name(true_name: str) -> str:
    """A class name as a person would write it.

    >>> class_name("order_items"), class_name("Order"), class_name('a"b;--'), class_name("Field")
    ('OrderItems', 'Order', 'AB', 'Field_')
    """
    words = (word for word in plain(true_name).split("_") if word)
    text = "".join(word[0].upper() + word[1:] for word in words) or UNNAMED.title()
    normal = unicodedata.normalize("NFKC", text if text[0].isidentifier() else "N" + text)[: LONGEST - 1]
    return normal + "_" if normal in RESERVED_FIELDS or keyword.iskeyword(normal) else normal
