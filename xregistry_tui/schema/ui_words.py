"""What a field's name says: its label, and by whole words what a plain text under it is likely to be."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from xregistry_tui.schema.widget import Widget

_SHOUTED = """
    API AWS BIC CPU CSS CSV DB DNS DOB EAN ETA FAQ GDPR GPS GPU HTML HTTP HTTPS IBAN ID IDs IP IPv4 IPv6 ISBN ISO JSON
    JWT KPI MD5 OAuth OAuth2 PDF PIN PO QR RAM S3 SHA1 SHA256 SKU SMS SQL SSN TLS UI UPC URI URIs URL URLs UTC UTF8 UUID
    UUIDs VAT VIN XML YAML
"""
_ADDRESSES = "url uri link href website homepage urls uris links"
_LONG_TEXTS = """
    description note notes comment comments bio biography remark remarks summary abstract message body content details
    feedback instructions memo
"""
_SECRET = "password passwords passwd passphrase passcode pwd secret secrets token tokens credential credentials"  # noqa: S105
# a name that ends in one of these speaks of something about the secret, not of the secret
_ABOUT = """
    at by on count date type status policy strength length format expiry expires name id ids number verified enabled
    kind label title
"""
# … and these are what an address or a text has besides: a link's text is no link
_BESIDES = "text subject code key hash language lang domain provider template state flag"

_ACRONYMS = {word.casefold(): word for word in _SHOUTED.split()}
_SEPARATORS = re.compile(r"[\W_]+")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])(?![A-Z]s(?![a-z]))")
_NUMBER = re.compile(r"(?<=[A-Za-z]{3})(?=\d)")

_WIDGETS = {
    **dict.fromkeys(("email", "emails"), Widget.EMAIL),
    **dict.fromkeys(_ADDRESSES.split(), Widget.URL),
    **dict.fromkeys(_LONG_TEXTS.split(), Widget.TEXTAREA),
}
_SECRETS = frozenset(_SECRET.split())
_SECRET_PAIRS = frozenset({("api", "key"), ("private", "key"), ("access", "key"), ("api", "keys")})
_NO_SECRET = frozenset(_ABOUT.split())
_NEITHER = _NO_SECRET | frozenset(_BESIDES.split())


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, however they are put together.

    >>> words("customerId"), words("HTTPServer"), words("first_name"), words("line2"), words("oauth2_token")
    (('customer', 'Id'), ('HTTP', 'Server'), ('first', 'name'), ('line', '2'), ('oauth2', 'token'))
    """
    parts = (part for chunk in _SEPARATORS.split(name) for part in _HUMPS.split(chunk) if part)
    return tuple(
        word for part in parts for word in ([part] if part.casefold() in _ACRONYMS else _NUMBER.split(part)) if word
    )


@lru_cache(maxsize=4096)
def label(name: str) -> str:
    """A name as a form would show it.

    >>> label("first_name"), label("customerId"), label("API_URL"), label("order date"), label("")
    ('First Name', 'Customer ID', 'API URL', 'Order Date', 'Unnamed')
    """
    shouted = name.isupper()
    shown = (_ACRONYMS.get(word.casefold()) or _capital(word.lower() if shouted else word) for word in words(name))
    return " ".join(shown) or name.strip() or "Unnamed"


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


@lru_cache(maxsize=4096)
def widget_by_name(name: str) -> Widget | None:
    """What a plain text under that name is likely to be; `None` where the name says nothing.

    >>> widget_by_name("contactEmail"), widget_by_name("linked_by"), widget_by_name("password_hash")
    (<Widget.EMAIL: 'email'>, None, <Widget.PASSWORD: 'password'>)
    """
    spoken = [word.casefold() for word in words(name) if not word.isdigit()]
    if not spoken:
        return None
    if spoken[-1] not in _NO_SECRET and (_SECRETS & set(spoken) or _SECRET_PAIRS & set(pairwise(spoken))):
        return Widget.PASSWORD
    if spoken[-1] in _NEITHER:
        return None
    return next((_WIDGETS[word] for word in reversed(spoken) if word in _WIDGETS), None)
