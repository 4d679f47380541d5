"""PostgreSQL's types as neutral kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xregistry_tui.schema.shape import Kind

if TYPE_CHECKING:
    from xregistry_tui.resources.postgresql.catalogue import Catalogue, Type

_NAMED = {
    "bool": Kind.BOOLEAN,
    **dict.fromkeys(("int2", "int4", "int8", "oid", "xid", "xid8", "cid"), Kind.INTEGER),
    **dict.fromkeys(("float4", "float8"), Kind.NUMBER),
    **dict.fromkeys(("numeric", "money"), Kind.DECIMAL),
    **dict.fromkeys(("text", "varchar", "bpchar", "char", "name", "citext", "xml"), Kind.STRING),
    **dict.fromkeys(("inet", "cidr", "macaddr", "macaddr8", "bit", "varbit", "tsvector", "tsquery"), Kind.STRING),
    **dict.fromkeys(("ltree", "lquery", "isbn", "isbn13", "issn", "ean13", "upc", "pg_lsn", "tid"), Kind.STRING),
    **dict.fromkeys(("point", "line", "lseg", "box", "path", "polygon", "circle", "jsonpath"), Kind.STRING),
    **dict.fromkeys(("vector", "halfvec", "sparsevec", "geometry", "geography", "cube"), Kind.STRING),
    "bytea": Kind.BYTES,
    "timestamp": Kind.DATETIME,
    "timestamptz": Kind.DATETIME,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "timetz": Kind.TIME,
    "interval": Kind.DURATION,
    "uuid": Kind.UUID,
    "json": Kind.ANY,
    "jsonb": Kind.ANY,
    "hstore": Kind.MAP,
}

DOCUMENTS = frozenset({"json", "jsonb"})
"""Types whose values are documents: what is in them is seen by looking."""

_BY_FORM = {"e": Kind.STRING, "r": Kind.STRING, "m": Kind.STRING, "c": Kind.OBJECT}


def kind_of(known: Catalogue, oid: int) -> Kind | None:
    """The kind of a type, its domains taken off; `None` for a type that we do not know."""
    found = known.settled(oid)
    if found.element:
        return Kind.ARRAY
    return _BY_FORM.get(found.form) or _NAMED.get(found.name) or _of_category(found)


def _of_category(found: Type) -> Kind | None:
    """Types of other packages that are texts by their own word."""
    return Kind.STRING if found.category == "S" or found.name.startswith("reg") else None
