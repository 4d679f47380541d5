"""Regular expressions that mean the same to PostgreSQL and to models; all others are left out."""

from __future__ import annotations

from xregistry_tui.schema.regex import modelled, pieces, rewritten


def portable(pattern: str) -> str | None:
    r"""The server's pattern in the words of models; `None` where the two may differ (a dot, what locales define, …).

    >>> portable(r"^[A-Z]{2}\d+$"), portable("a.c"), portable(r"\mword")
    ('^[A-Z]{2}[0-9]+$', None, None)
    """
    found = pieces(pattern)
    if found is None or any(kind in ("any", "space") or (kind == "set" and "\\s" in text) for kind, text in found):
        return None
    plain = {"digit": "[0-9]"}
    said = "".join(plain.get(kind) or (text.replace("\\d", "0-9") if kind == "set" else text) for kind, text in found)
    return said if modelled(said) is not None else None


def for_server(regex: str) -> str | None:
    """A model's pattern in the server's words, to be compared byte by byte; `None` where the two may differ."""
    return rewritten(regex, any="[^\n]", end="$")
