"""What the catalogue is asked. Every statement runs with `search_path = pg_catalog`."""

# ruff: noqa: S608 - only parts of our own are put together
from __future__ import annotations

_SCHEMAS = "n.nspname !~ '^pg_(toast|temp_|toast_temp_|catalog$)' AND n.nspname <> 'information_schema'"

# partitions are records of their parent, and are read through it
READABLE = f"""
    c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND {_SCHEMAS}
    AND has_schema_privilege(n.oid, 'USAGE')
    AND (has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT'))"""

FROM = "pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"

ALL = f"SELECT c.oid FROM {FROM} WHERE {READABLE}"
"""Among all relations that may be read …"""

SOME = "SELECT unnest($1::oid[])"
"""… or among some, given by OID."""


def relations(version: int, among: str) -> str:
    """What holds records, by OID: schema, name, kind, estimates of rows and pages, words, whether rows are hidden.

    A partitioned table has the sums of its leaves. The estimate is -1 where there is none.
    """
    # before 14 a table that was never analysed had 0 rows
    never = "" if version >= 140_000 else "NOT (c.reltuples = 0 AND c.relpages = 0) AND "
    leaves = f"""
        (SELECT CASE WHEN bool_and({never}c.reltuples >= 0) THEN sum(c.reltuples) END
         FROM pg_partition_tree(r.oid) AS p JOIN pg_class AS c ON c.oid = p.relid WHERE p.isleaf)"""
    return f"""
        SELECT r.oid, n.nspname, r.relname, r.relkind::text,
               coalesce(CASE r.relkind WHEN 'p' THEN {leaves} WHEN 'v' THEN NULL
                        ELSE (SELECT c.reltuples FROM pg_class AS c WHERE {never}c.oid = r.oid) END, -1)::float8,
               CASE r.relkind WHEN 'p' THEN
                   (SELECT sum(c.relpages) FROM pg_partition_tree(r.oid) AS p JOIN pg_class AS c ON c.oid = p.relid)
                   ELSE r.relpages END::int8,
               obj_description(r.oid, 'pg_class'), r.relrowsecurity AND row_security_active(r.oid)
        FROM pg_class AS r JOIN pg_namespace AS n ON n.oid = r.relnamespace WHERE r.oid IN ({among})"""


NAMES = f"SELECT c.oid, n.nspname, c.relname FROM {FROM} WHERE {READABLE}"
"""OID, schema and name of all that holds records."""


def columns(among: str) -> str:
    """By relation its columns in their order; the last says whether one may be read."""
    return f"""
    SELECT a.attrelid, a.attnum, a.attname, a.atttypid, format_type(a.atttypid, a.atttypmod), a.attnotnull,
           CASE WHEN d.adbin IS NOT NULL THEN pg_get_expr(d.adbin, d.adrelid) END,
           a.attgenerated <> '', a.attidentity <> '', col_description(a.attrelid, a.attnum),
           has_table_privilege(a.attrelid, 'SELECT') OR has_column_privilege(a.attrelid, a.attnum, 'SELECT')
    FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid IN ({among})
    ORDER BY a.attrelid, a.attnum"""


def constraints(among: str) -> str:
    """By relation: primary keys, foreign keys and checks that every record is known to obey."""
    return f"""
    SELECT o.conrelid, o.contype::text, o.conkey, CASE WHEN o.contype = 'c' THEN pg_get_expr(o.conbin, o.conrelid) END,
           o.confrelid,
           CASE WHEN o.contype = 'f' THEN ARRAY(SELECT a.attname::text FROM unnest(o.confkey) WITH ORDINALITY AS k(n, i)
                JOIN pg_attribute AS a ON a.attrelid = o.confrelid AND a.attnum = k.n ORDER BY k.i) END
    FROM pg_constraint AS o
    WHERE o.contype IN ('p', 'f', 'c') AND o.convalidated AND o.conrelid IN ({among})
    ORDER BY o.conrelid, o.conname"""


def unique(among: str) -> str:
    """By relation the column numbers of whole unique indexes."""
    return f"""
    SELECT i.indrelid, (i.indkey::int2[])[0:i.indnkeyatts - 1]
    FROM pg_index AS i
    WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND NOT i.indisprimary
          AND i.indrelid IN ({among})
    ORDER BY i.indrelid, i.indexrelid"""


STAMP_OF = """
    md5(concat_ws('|', c.relname, c.relnamespace, c.relkind, c.relacl, c.relrowsecurity,
        (SELECT string_agg(a.attnum || ':' || a.xmin::text, ',' ORDER BY a.attnum)
         FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
        (SELECT string_agg(o.oid || ':' || o.xmin::text, ',' ORDER BY o.oid)
         FROM pg_constraint AS o WHERE o.conrelid = c.oid),
        (SELECT string_agg(d.objsubid || ':' || d.xmin::text, ',' ORDER BY d.objsubid)
         FROM pg_description AS d WHERE d.objoid = c.oid AND d.classoid = 'pg_class'::regclass),
        (SELECT string_agg(i.indexrelid || ':' || i.indisunique || i.indisvalid, ',' ORDER BY i.indexrelid)
         FROM pg_index AS i WHERE i.indrelid = c.oid)))"""


def stamps(among: str) -> str:
    """A text for each relation that differs when its declaration does; not when its records change."""
    return f"SELECT c.oid, {STAMP_OF} FROM pg_class AS c WHERE c.oid IN ({among})"


STAMP = f"""
    SELECT md5(concat_ws('|', current_user,
        (SELECT string_agg({STAMP_OF}, '' ORDER BY c.oid) FROM pg_class AS c WHERE c.oid IN ({ALL})),
        (SELECT string_agg(e.oid || ':' || e.xmin::text, ',' ORDER BY e.oid) FROM pg_enum AS e),
        (SELECT string_agg(t.oid || ':' || t.xmin::text, ',' ORDER BY t.oid) FROM pg_type AS t WHERE t.oid >= 16384),
        (SELECT string_agg(o.oid || ':' || o.xmin::text, ',' ORDER BY o.oid)
         FROM pg_constraint AS o WHERE o.contypid <> 0)))"""
"""One text that differs when anything that may be read is declared anew."""


def _used(among: str) -> str:
    return f"""
    WITH RECURSIVE used(oid) AS (
        SELECT DISTINCT a.atttypid FROM pg_attribute AS a
        WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid IN ({among})
        UNION
        SELECT p.part FROM used JOIN pg_type AS t USING (oid) CROSS JOIN LATERAL (
            SELECT t.typelem WHERE t.typcategory = 'A' AND t.typelem <> 0
            UNION ALL SELECT t.typbasetype WHERE t.typtype = 'd'
            UNION ALL SELECT r.rngsubtype FROM pg_range AS r WHERE r.rngtypid = t.oid
            UNION ALL SELECT a.atttypid FROM pg_attribute AS a
                      WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
        ) AS p(part))"""


def types(among: str) -> str:
    """The types in use, by OID."""
    return f"""{_used(among)}
    SELECT t.oid, n.nspname, t.typname, format_type(t.oid, NULL), t.typtype::text, t.typcategory::text,
           CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END::oid, t.typbasetype,
           CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) ELSE '' END,
           t.typnotnull, t.typrelid,
           t.typtype IN ('e', 'r', 'm') OR EXISTS (
               SELECT 1 FROM pg_opclass AS o JOIN pg_am AS m ON m.oid = o.opcmethod
               WHERE m.amname = 'btree' AND o.opcdefault AND (o.opcintype = t.oid OR t.typname IN ('varchar', 'cidr')))
    FROM used JOIN pg_type AS t USING (oid) JOIN pg_namespace AS n ON n.oid = t.typnamespace"""


LABELS = "SELECT enumtypid, enumlabel FROM pg_enum ORDER BY enumtypid, enumsortorder"
"""By enum its labels in their order."""


def attributes(among: str) -> str:
    """By the relation of a composite type in use its attributes."""
    return f"""{_used(among)}
    SELECT a.attrelid, a.attname, a.atttypid, format_type(a.atttypid, a.atttypmod)
    FROM used JOIN pg_type AS t USING (oid) JOIN pg_attribute AS a ON a.attrelid = t.typrelid
    WHERE t.typtype = 'c' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum"""


DOMAIN_CHECKS = """
    SELECT o.contypid, pg_get_expr(o.conbin, 0) FROM pg_constraint AS o
    WHERE o.contypid <> 0 AND o.contype = 'c' ORDER BY o.contypid, o.conname"""
"""By domain what it checks."""
