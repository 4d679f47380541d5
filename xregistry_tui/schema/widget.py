"""The closed set of what a form asks for a value with."""

from __future__ import annotations

from enum import StrEnum


class Widget(StrEnum):
    """How a value is asked for. A face draws each as it can; it needs to know no other."""

    TEXT = "text"
    """A line of text; bytes are asked for as text too."""
    TEXTAREA = "textarea"
    """Text of several lines."""
    PASSWORD = "password"  # noqa: S105 - the name of a widget
    """Text that is never shown; its field is `secret`."""
    EMAIL = "email"
    URL = "url"
    UUID = "uuid"
    NUMBER = "number"
    """A number: `minimum`, `maximum` (each `exclusive_…` where it is no value itself) and `step` say which."""
    TOGGLE = "toggle"
    """True or false."""
    SELECT = "select"
    """One of `options`; where it is `open`, another value will do too."""
    MULTISELECT = "multiselect"
    """Any of `options`."""
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    DURATION = "duration"
    """A span of time, as ISO 8601 writes it."""
    GROUP = "group"
    """A record within: its `fields`, a `ref` to a group of that `name` around it, or `variants` by `discriminator`."""
    LIST = "list"
    """Any number of `items`; where it has `positions`, one of each."""
    MAP = "map"
    """`items` under keys of one's own (`keys` says which, where not any)."""
    JSON = "json"
    """Anything else, as JSON."""
